"""A home for tests and for the processes they start: nothing of this machine's own settings, journals or sessions."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path

from tests.harness.waiting import ROOT, alive

OURS = ("HOME", "CI", "DISPLAY", "WAYLAND_DISPLAY", "NOTIFY_SOCKET", "SDL_VIDEODRIVER", "SDL_FRAMEBUFFER_ACCELERATION")
"""Variables that say whose session this is; with them goes whatever begins with XDG_, PULSE_ or ALSA_."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a child process that lives in `home`: its own folders, no screen, no sound, this checkout."""
    runtime = home / "run"
    runtime.mkdir(parents=True, mode=0o700, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not _of_a_session(name)}
    own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
    return {**kept, **own, **more}


def move_into(home: Path, environ: MutableMapping[str, str]) -> None:
    """Let this very process live in `home` from now on: what tests do in it touches nobody's folders."""
    for name in [name for name in environ if name.startswith("XDG_")]:
        del environ[name]
    runtime = home / "run"
    runtime.mkdir(parents=True, mode=0o700, exist_ok=True)
    environ |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}


def living(home: Path) -> dict[int, str]:
    """Every process that lives in `home`, by number: its command line."""
    found: dict[int, str] = {}
    mark = f"HOME={home}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if alive(int(entry.name)) and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def _of_a_session(name: str) -> bool:
    return name in OURS or name.startswith(("XDG_", "PULSE_", "ALSA_"))
