"""A MIDI device at a pseudo-terminal: its faders and pads, and what it is told."""

from __future__ import annotations

import os
import tty
from contextlib import suppress
from pathlib import Path


class Faders:
    """What it sends, and what it is told."""

    def __init__(self) -> None:
        self._hand, self._line = os.openpty()
        tty.setraw(self._line)
        os.set_blocking(self._hand, False)
        self.path = os.ttyname(self._line)
        self.told = bytearray()

    @property
    def name(self) -> str:
        return Path(self.path).name

    def send(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._hand, data) :]
            except BlockingIOError:
                self.hear()

    def hear(self) -> bytes:
        with suppress(BlockingIOError):
            self.told += os.read(self._hand, 4096)
        return bytes(self.told)

    def unplug(self) -> None:
        os.close(self._hand)
        os.close(self._line)
