"""The console: what is serious, for whoever sits in front of it. It never raises and never waits.

Words go through a bounded queue and a thread of their own. Where nobody reads them (a stalled terminal, a pipe without
a reader) they are dropped and counted: no show waits for a terminal.
"""

from __future__ import annotations

import io
import os
import threading
from collections import deque
from contextlib import suppress

WAITING = 1 << 16
"""Bytes that wait for a reader; what comes after is dropped."""


class Console:
    """Writes to the file descriptor `to`, which it doesn't close."""

    def __init__(self, to: int = 2) -> None:
        self._to = to
        self._news = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._busy = False
        self._forwards: list[threading.Thread] = []
        self.dropped = 0  # bytes that nobody read
        threading.Thread(target=self._run, name="console", daemon=True).start()

    def write(self, data: bytes) -> None:
        """Said to whoever listens."""
        with self._news:
            if self._bytes + len(data) > WAITING:
                self.dropped += len(data)
                return
            self._waiting.append(data)
            self._bytes += len(data)
            self._news.notify_all()

    def forward(self, source: int) -> None:
        """Pass on whatever can be read from a descriptor, until its other end is closed everywhere; then close it."""
        self._forwards = [thread for thread in self._forwards if thread.is_alive()]
        self._forwards.append(threading.Thread(target=self._forward, args=(source,), name="forward", daemon=True))
        self._forwards[-1].start()

    def flush(self, seconds: float = 0.5) -> None:
        """Wait for those whose words are passed on to have ended, and for a reader; each for so long at most."""
        for thread in self._forwards:
            thread.join(seconds)
        with self._news:
            self._news.wait_for(lambda: not self._waiting and not self._busy, seconds)

    def _forward(self, source: int) -> None:
        with suppress(OSError):
            while data := os.read(source, 1 << 14):
                self.write(data)
        os.close(source)

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._waiting)
                data = self._waiting.popleft()
                self._busy = True
            with suppress(OSError):  # its reader is gone: what is said now is said to nobody
                while data:
                    data = data[os.write(self._to, data) :]
            with self._news:
                self._bytes = sum(map(len, self._waiting))
                self._busy = False
                self.dropped += len(data)
                self._news.notify_all()


class ConsoleStream(io.TextIOBase):
    """A console in the place of sys.stderr."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> int:
        """Never raises, never waits."""
        self._console.write(text.encode(errors="replace"))
        return len(text)

    def isatty(self) -> bool:
        """Whether somebody sits in front of it."""
        return os.isatty(2)


def open_standard_descriptors() -> None:
    """Something stands at 0, 1 and 2, whatever this process was started with: else the next file would."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(opened, True)
    os.close(opened)
