"""Bytes of a MIDI line -> messages: running status, half messages, real-time bytes in between, whatever arrives.

Of system exclusive messages only MTC's full frames are kept; others may be as long as they like and cost no memory.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Kind = Literal["note", "cc", "pitch", "clock", "start", "continue", "stop", "quarter", "full"]

_DATA = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2, 0xF1: 1, 0xF2: 2, 0xF3: 1}
_REALTIME: dict[int, Kind] = {0xF8: "clock", 0xFA: "start", 0xFB: "continue", 0xFC: "stop"}
_STATUS = re.compile(rb"[\x80-\xff]")
_FULL = 9  # bytes of a full frame between F0 and F7: 7F dd 01 01 hh mm ss ff, one to spare


class Message(NamedTuple):
    """One message; `channel` is 1..16, or 0 where it has none."""

    kind: Kind
    channel: int = 0
    a: int = 0  # note, controller; of a full frame its hours, with the rate
    b: int = 0  # velocity, value, 0 a note's end; of a bend all 14 bits
    rest: tuple[int, ...] = ()  # minutes, seconds, frames


class Parser:
    """Of one line."""

    def __init__(self) -> None:
        self._status = 0  # running; 0: data means nothing
        self._data: list[int] = []
        self._exclusive: bytearray | None = None

    def feed(self, data: bytes) -> list[Message]:
        """The messages that `data` ends."""
        found: list[Message] = []
        at = 0
        while at < len(data):
            if self._exclusive is not None:
                at = self._skip(data, at, found)
                continue
            byte = data[at]
            at += 1
            if byte >= 0xF8:
                _add_realtime(byte, found)
            elif byte >= 0x80:
                self._begin(byte)
            elif self._status:
                self._data.append(byte)
                if len(self._data) == _DATA[self._status if self._status >= 0xF0 else self._status & 0xF0]:
                    self._end(found)
        return found

    def _begin(self, status: int) -> None:
        self._data = []
        self._status = status if status in _DATA or status < 0xF0 else 0
        if status == 0xF0:
            self._exclusive = bytearray()

    def _skip(self, data: bytes, at: int, found: list[Message]) -> int:
        """Through a system exclusive message, to its end or the end of what is there."""
        assert self._exclusive is not None
        hit = _STATUS.search(data, at)
        end = len(data) if hit is None else hit.start()
        room = _FULL - len(self._exclusive)
        self._exclusive += data[at : min(end, at + room)]
        if hit is None:
            return end
        if data[end] >= 0xF8:
            _add_realtime(data[end], found)
            return end + 1
        body, self._exclusive = bytes(self._exclusive), None
        if data[end] != 0xF7:  # it breaks off, and something else begins
            return end
        if len(body) == 8 and body[0] == 0x7F and body[2:4] == b"\x01\x01":
            found.append(Message("full", 0, body[4], 0, tuple(body[5:8])))
        return end + 1

    def _end(self, found: list[Message]) -> None:
        data, self._data = self._data, []
        status = self._status
        kind, channel = status & 0xF0, (status & 0x0F) + 1
        if status >= 0xF0:
            self._status = 0  # what all hear has no running status
            if status == 0xF1:
                found.append(Message("quarter", 0, data[0] >> 4, data[0] & 15))
        elif kind in (0x80, 0x90):
            found.append(Message("note", channel, data[0], data[1] if kind == 0x90 else 0))
        elif kind == 0xB0:
            found.append(Message("cc", channel, data[0], data[1]))
        elif kind == 0xE0:
            found.append(Message("pitch", channel, 0, data[0] | data[1] << 7))


def _add_realtime(byte: int, found: list[Message]) -> None:
    kind = _REALTIME.get(byte)
    if kind is not None:
        found.append(Message(kind))
