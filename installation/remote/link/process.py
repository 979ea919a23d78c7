"""A Link session as the show has it: a process of its own (peer.py), of which nothing is known but what it says."""

from __future__ import annotations

import importlib.util
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

PACKAGE, LICENCE = "aalink", "GPL-3.0-or-later"
HOW = "pip install 'sleeptree[link]'"

LONGEST_LINE = 4096
ENDING_S = 2.0


class Gone(Exception):
    """The session is over; why, in words."""


class Told(msgspec.Struct, frozen=True):
    """How many others there are, and their tempo in beats a minute; 0 and 0 for nobody."""

    peers: int
    tempo: float


class Session(Protocol):
    """A place in a Link session."""

    def read(self, seconds: float) -> Told | None:
        """The newest that it said within so many seconds; None for nothing. Raises Gone."""

    def close(self) -> None:
        """Leave it."""


def missing() -> str:
    """What is to be installed first, in a line; empty where it is here. Imports nothing of it."""
    if importlib.util.find_spec(PACKAGE) is not None:
        return ""
    return f"Ableton Link takes the package {PACKAGE} ({LICENCE}), which is not installed: {HOW}"


class LinkProcess:
    """Begins a process. Raises Gone where that can't be."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        if not command and (why := missing()):
            raise Gone(why)
        peer = [sys.executable, "-P", str(Path(__file__).with_name("peer.py"))]
        try:
            self._process = subprocess.Popen(
                command or peer,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        except OSError as error:
            raise Gone(f"it can't be started: {error.strerror}") from None
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._unread = b""
        self._words = ""  # the last that it said in words

    @property
    def process(self) -> int:
        """Its number."""
        return self._process.pid

    def read(self, seconds: float) -> Told | None:
        """The newest that it said within so many seconds; None for nothing. Raises Gone."""
        if not select.select([self._output], [], [], seconds)[0]:
            return None
        try:
            data = os.read(self._output, 1 << 16)
        except BlockingIOError:
            return None
        if not data:
            raise Gone(self._words or "it has ended")
        *lines, rest = (self._unread + data).split(b"\n")
        self._unread = rest[:LONGEST_LINE]
        told = None
        for line in lines:
            try:
                told = msgspec.json.decode(line, type=Told)
            except (msgspec.DecodeError, UnicodeDecodeError):
                self._words = line.decode(errors="replace").strip()[:200] or self._words
        return told

    def close(self) -> None:
        """It ends with its input; if not soon, it is made to."""
        process = self._process
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
