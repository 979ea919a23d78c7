"""The name of the scene that is asked right now, in memory that outlives the process: who ended it, if a scene did.

A scene that ends the process, hangs it or closes its descriptors can't be caught in it. Whoever goes on finds its name
here, and plays on without it where nobody else killed the process.
"""

from __future__ import annotations

import mmap
import os
from contextlib import suppress
from pathlib import Path

from installation.foundation import atomic

NAME = "scene"
_SIZE = 256


class Breadcrumb:
    """Kept in this process until `begin` names a folder."""

    def __init__(self) -> None:
        self._names: dict[str, bytes] = {}
        self._memory: mmap.mmap | bytearray = bytearray(_SIZE)

    def begin(self, folder: Path) -> None:
        """From now on written into a small file in `folder`, which stays there; where it can't be made, as before."""
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with atomic.create(folder / NAME) as file:
                file.truncate(_SIZE)
                self._memory = mmap.mmap(file.fileno(), _SIZE)

    def enter(self, scene: str) -> None:
        """This scene is asked something. Costs as much as writing its name to memory."""
        name = self._names.get(scene)
        if name is None:
            name = self._names[scene] = scene.encode()[: _SIZE - 1].ljust(_SIZE, b"\0")
        self._memory[:] = name

    def leave(self) -> None:
        """It has answered."""
        self._memory[0] = 0


def left(folder: Path) -> str:
    """The scene that was asked when the process ended that wrote here last; empty: none was, or nobody wrote."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_SIZE).split(b"\0")[0].decode(errors="replace")
