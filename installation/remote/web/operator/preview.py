"""What is on the wall, small, a few times a second, while somebody looks: the show's end, which never waits.

`take` is given every frame and keeps one now and then, where the last one has gone; a thread sends it.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.model.ticks import SECOND
from installation.remote.web.link import AGAIN_S
from installation.remote.web.wire import packed

Frame = NDArray[np.uint32]
"""(height, width) of 0x00RRGGBB."""

SENT_S = 2.0
"""Seconds in which the other end must have taken a picture."""


class Preview:
    """Open from `start` to `close`; `shrink` makes the small copy, which must be one."""

    def __init__(self, door: Path, shrink: Callable[[Frame], Frame]) -> None:
        self._door, self._shrink = door, shrink
        self._every = 0  # ns between two pictures; 0: nobody looks
        self._due = 0
        self._small: Frame | None = None  # waits to be sent
        self._wanted, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="preview", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ending.set()
        self._wanted.set()
        self._thread.join(timeout=5.0)

    def watched(self, hz: float) -> None:
        """So many pictures a second are looked at."""
        self._every = round(SECOND / hz) if hz > 0.0 else 0

    def take(self, frame: Frame) -> None:
        """A frame was drawn; it is copied where one is due and the one before has gone."""
        if not self._every or self._small is not None:
            return
        now = time.monotonic_ns()
        if now >= self._due:
            self._due = now + self._every
            self._small = self._shrink(frame)
            self._wanted.set()

    def _run(self) -> None:
        while not self._ending.is_set():
            if self._every:
                with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                    link.settimeout(SENT_S)
                    link.connect(os.fspath(self._door))
                    self._send(link)
            self._small = None
            self._ending.wait(AGAIN_S)

    def _send(self, link: socket.socket) -> None:
        """Each picture that is kept, until nobody looks any more or the other end is gone."""
        while self._every and not self._ending.is_set():
            if self._wanted.wait(AGAIN_S) and self._small is not None:
                self._wanted.clear()
                high, wide = self._small.shape
                link.sendall(packed({"k": "picture", "size": [wide, high], "bgr0": self._small.tobytes()}))
                self._small = None
