"""The show's end of a local socket: a thread of its own connects, again and again, and hears; sending never waits."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from installation.remote.web.wire import Broken, Frames, packed, send

_log = structlog.get_logger("pages")

AGAIN_S = 0.5
"""Seconds between two tries to reach the pages."""


class Link:
    """Open from `start` to `close`. `greeting` is what is said first each time, `take` is given every message that
    comes, `lost` is called when the other end is gone; those two by the thread that hears."""

    def __init__(
        self,
        path: Path,
        greeting: Callable[[], object],
        take: Callable[[object], None],
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._path, self._greeting, self._take, self._lost = path, greeting, take, lost
        self._link: socket.socket | None = None
        self._ending = threading.Event()
        self._lock = threading.Lock()  # of sending
        self._thread = threading.Thread(target=self._run, name=f"{path.stem} link", daemon=True)

    @property
    def connected(self) -> bool:
        """Whether somebody listens at the other end."""
        return self._link is not None

    def start(self) -> None:
        """Begin to look for the other end; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Hang up and end the thread."""
        self._ending.set()
        self._hang_up()
        self._thread.join(timeout=5.0)

    def say(self, message: object) -> None:
        """A message, where somebody listens; who doesn't take it whole at once is hung up on."""
        if self._link is not None:
            self._send(packed(message))

    def _send(self, frame: bytes) -> None:
        with self._lock:
            link = self._link
            if link is not None:
                try:
                    send(link, frame)
                except Broken as broken:
                    _log.warning("the pages are hung up on", link=self._path.stem, why=str(broken))
                    self._hang_up()

    def _hang_up(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        while not self._ending.is_set():
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.connect(os.fspath(self._path))
                link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 19)
                self._hear(link)
            self._link = None
            self._lost()
            self._ending.wait(AGAIN_S)

    def _hear(self, link: socket.socket) -> None:
        frames = Frames()
        send(link, packed(self._greeting()))
        self._link = link
        while data := link.recv(1 << 16):
            for message in frames.feed(data):
                self._take(message)
