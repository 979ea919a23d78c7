"""Where MIDI comes from: ALSA's raw files, which need no library; or what python-rtmidi finds, where that is installed.

A path may be given instead: a raw file, a fifo or a terminal line in raw mode.
"""

from __future__ import annotations

import importlib
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

RAW = Path("/dev/snd")
CARDS = Path("/proc/asound")
AT_ONCE = 1 << 14
"""Bytes that are read at once; what else waits comes in the next round."""

WITHOUT = "no MIDI ports can be reached here: pip install 'sleeptree[midi]'"


class PortGone(Exception):
    """The device was unplugged."""


class Port(Protocol):
    """A line in, and back. Nothing here waits."""

    @property
    def fileno(self) -> int:
        """What becomes readable when something came in."""

    def read(self) -> bytes:
        """What came in, maybe nothing. Raises PortGone."""

    def write(self, data: bytes) -> None:
        """Back to the device; dropped where it takes nothing. Raises PortGone."""

    def close(self) -> None:
        """Give it back."""


class FilePort:
    """A raw file. Raises OSError where it can't be opened."""

    def __init__(self, path: Path) -> None:
        self._answers = not stat.S_ISFIFO(path.stat().st_mode)  # what is written into a fifo would come back
        flags = os.O_NONBLOCK | getattr(os, "O_NOCTTY", 0)
        try:
            self._file = os.open(path, os.O_RDWR | flags)
        except PermissionError:
            self._file, self._answers = os.open(path, os.O_RDONLY | flags), False

    @property
    def fileno(self) -> int:
        """The file's descriptor."""
        return self._file

    def read(self) -> bytes:
        """What came in."""
        try:
            data = os.read(self._file, AT_ONCE)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise PortGone(error.strerror) from None
        if not data:
            raise PortGone("it has ended")
        return data

    def write(self, data: bytes) -> None:
        """Back to the device."""
        if self._answers:
            try:
                os.write(self._file, data)
            except BlockingIOError:
                pass
            except OSError as error:
                raise PortGone(error.strerror) from None

    def close(self) -> None:
        """Give it back."""
        with suppress(OSError):
            os.close(self._file)


class RtMidiPort:
    """A port of python-rtmidi, by its name: CoreMIDI, or ALSA's sequencer. Its thread writes into a pipe."""

    def __init__(self, library: Any, name: str) -> None:
        self._in, self._out = library.MidiIn(), library.MidiOut()
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._name = name
        self._in.open_port(self._in.get_ports().index(name))
        self._in.ignore_types(sysex=True, timing=False, active_sense=True)
        self._in.set_callback(self._came)
        self._answers = name in self._out.get_ports()
        if self._answers:
            self._out.open_port(self._out.get_ports().index(name))

    def _came(self, event: tuple[Sequence[int], float], data: object = None) -> None:
        with suppress(BlockingIOError):
            os.write(self._write, bytes(event[0]))

    @property
    def fileno(self) -> int:
        """Of the pipe."""
        return self._read

    def read(self) -> bytes:
        """What came in."""
        try:
            return os.read(self._read, AT_ONCE)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Back to the device, three bytes a message: all that is told it are such."""
        for at in range(0, len(data) if self._answers else 0, 3):
            self._out.send_message(list(data[at : at + 3]))

    def close(self) -> None:
        """Give it back."""
        self._in.close_port()
        self._out.close_port()
        os.close(self._read)
        os.close(self._write)


Opener = Callable[[], Port]


def found(wanted: Sequence[str]) -> dict[str, Opener]:
    """The ports that are there now and of which one of `wanted` is a part of the name, or the path; all where none is
    wanted. By name, ready to be opened."""
    there: dict[str, Opener] = {}
    for path in (Path(text) for text in wanted if "/" in text):
        if path.exists():
            there[path.name] = lambda path=path: FilePort(path)  # type: ignore[misc]
    for name, opener in (*_raw(), *_rtmidi()):
        if not wanted or any(text.casefold() in name.casefold() for text in wanted if "/" not in text):
            there.setdefault(name, opener)
    return there


def reachable() -> str:
    """Why no port can be found here, in a line; empty where they can."""
    return "" if sys.platform.startswith("linux") or _library() is not None else WITHOUT


def _raw() -> Iterator[tuple[str, Opener]]:
    """ALSA's raw devices; their names are what the kernel calls the cards."""
    for path in sorted(RAW.glob("midiC*D*")):
        card, _, device = path.name.removeprefix("midiC").partition("D")
        try:
            name = (CARDS / f"card{card}" / f"midi{device}").read_text(encoding="utf-8", errors="replace")
            name = name.partition("\n")[0].strip()
        except OSError:
            name = ""
        yield name or path.name, lambda path=path: FilePort(path)  # type: ignore[misc]


def _rtmidi() -> Iterator[tuple[str, Opener]]:
    """What the library finds, where the system has no raw files."""
    library = None if sys.platform.startswith("linux") else _library()
    if library is not None:
        for name in library.MidiIn().get_ports():
            yield name, lambda name=name: RtMidiPort(library, name)  # type: ignore[misc]


def _library() -> Any:
    try:
        return importlib.import_module("rtmidi")
    except ImportError:
        return None
