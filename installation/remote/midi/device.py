"""One device: what its bytes say of its faders, knobs and pads, what that means, and what its rings are told.

Knows no port and reads no clock. 14 bits are an MSB, 0..31, and its LSB 32 above; an NRPN is chosen by 99 and 98 and
moved by 6 and 38; endless knobs say two's complement: 1 is a step up, 127 a step down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from installation.controls import Table, Value
from installation.remote.midi.fader import Fader, Said
from installation.remote.midi.maps import DeviceMap, Kind, Map, check
from installation.remote.midi.parser import Message, Parser

BENDS, FINE, COARSE = 16_383, 16_383, 127

NRPN = frozenset({6, 38, 98, 99, 100, 101})
"""Controllers that choose and move others."""


class KnobMoved(NamedTuple):
    """Something on the device was moved: which, and where to."""

    kind: Kind
    channel: int
    cc: int
    position: float  # 0..1
    raw: int


class MidiDevice:
    """`hear` bytes; `values` is where every control is now, by address."""

    def __init__(self, name: str, values: Mapping[str, Value]) -> None:
        self.name, self._values = name, values
        self._parser = Parser()
        self._msb: dict[tuple[int, int], int] = {}  # by channel and controller
        self._parameter: dict[int, list[int]] = {}  # by channel: NRPN's two halves, and its value's
        self.map = DeviceMap()
        self._faders: dict[tuple[Kind, int, int], list[Fader]] = {}
        self._fine: set[tuple[int, int]] = set()  # controllers that are the MSBs of 14 bits
        self._first: dict[tuple[Kind, int, int], int] = {}  # since it is learnt: what each said first
        self.timing: Callable[[Message], None] = lambda _: None  # takes clocks and timecode

    def wear(self, found: DeviceMap, rows: Table) -> None:
        """Have this map from now on; what stays the same stays where it is."""
        former = {id(f.map): f for faders in self._faders.values() for f in faders}
        same = {f.map: f for f in former.values()} if found.motors == self.map.motors else {}
        self.map, self._faders = found, {}
        for one in found.map:
            fader = same.get(one) or Fader(one, check(one, rows), found.motors)
            self._faders.setdefault((one.kind, one.channel, 0 if one.kind == "pitch" else one.cc), []).append(fader)
        self._fine = {(channel, cc) for kind, channel, cc in self._faders if kind == "cc14"}

    def hear(self, data: bytes, now_ns: int) -> list[Said]:
        """What these bytes say: of a control that takes a number or a switch the newest alone, of others all."""
        newest: dict[str, Said] = {}
        for moved in self._moves(data):
            for fader in self._faders.get((moved.kind, moved.channel, moved.cc), ()):
                said = self._move(fader, moved, now_ns)
                if said is not None:
                    address, arguments = said
                    numeric = bool(arguments) and not isinstance(arguments[0], str)
                    key = address if numeric else f"{address} {len(newest)}"
                    newest.pop(key, None)
                    newest[key] = said
        return [*newest.values()]

    def _move(self, fader: Fader, moved: KnobMoved, now_ns: int) -> Said | None:
        now = self._values.get(fader.map.control)
        if moved.kind == "relative":
            return fader.turn(moved.raw - 128 if moved.raw > 63 else moved.raw, now, now_ns)
        if fader.shown == moved.raw and fader.rests(now_ns) and self.map.motors:
            return None  # a motor says where it was sent
        fader.shown = moved.raw
        return fader.move(moved.position, now, now_ns)

    def attend(self) -> None:
        """Something is about to be moved, to be learnt: where anything was before means nothing."""
        self._first = {}

    def learn(self, data: bytes, address: str) -> Map | None:
        """What these bytes move, for this control: a pad that is pressed, or whatever changes after it was seen."""
        for moved in self._moves(data, every=True):
            key = moved[:3]
            if moved.kind == "note":
                if moved.raw:
                    return self._learnt(address, moved)
            elif self._first.setdefault(key, moved.raw) != moved.raw:
                fine = moved.kind == "cc7" and moved.cc < 32 and ("cc7", moved.channel, moved.cc + 32) in self._first
                return self._learnt(address, moved._replace(kind="cc14") if fine else moved)
        return None

    def _learnt(self, address: str, moved: KnobMoved) -> Map:
        self._first = {}
        return Map(control=address, cc=moved.cc, channel=moved.channel, kind=moved.kind)

    def _moves(self, data: bytes, every: bool = False) -> Iterable[KnobMoved]:
        for message in self._parser.feed(data):
            if message.kind == "cc":
                yield from self._controllers(message, every)
            elif message.kind == "note":
                yield KnobMoved("note", message.channel, message.a, message.b / COARSE, message.b)
            elif message.kind == "pitch":
                yield KnobMoved("pitch", message.channel, 0, message.b / BENDS, message.b)
            else:
                self.timing(message)

    def _controllers(self, message: Message, every: bool) -> Iterable[KnobMoved]:
        _, channel, cc, value, _ = message
        parameter = self._parameter.setdefault(channel, [127, 127, 0, 0])
        if cc in NRPN and (parameter[:2] != [127, 127] or cc > 38):
            yield from self._nrpn(channel, cc, value, parameter)
            return
        if cc < 32:
            self._msb[channel, cc] = value
        if (channel, cc) in self._fine and not every:
            yield KnobMoved("cc14", channel, cc, (value << 7) / FINE, value << 7)
        elif (channel, cc - 32) in self._fine and not every:
            raw = self._msb.get((channel, cc - 32), 0) << 7 | value
            yield KnobMoved("cc14", channel, cc - 32, raw / FINE, raw)
        elif ("relative", channel, cc) in self._faders and not every:
            yield KnobMoved("relative", channel, cc, 0.0, value)
        else:
            yield KnobMoved("cc7", channel, cc, value / COARSE, value)

    def _nrpn(self, channel: int, cc: int, value: int, parameter: list[int]) -> Iterable[KnobMoved]:
        if cc in (98, 99):
            parameter[99 - cc] = value
            parameter[2] = parameter[3] = 0
        elif cc in (100, 101):  # a registered parameter: none of ours
            parameter[:] = [127, 127, 0, 0]
        else:
            parameter[2 if cc == 6 else 3] = value
            if cc == 6:
                parameter[3] = 0
            raw = parameter[2] << 7 | parameter[3]
            yield KnobMoved("nrpn", channel, parameter[0] << 7 | parameter[1], raw / FINE, raw)

    # back to the device

    def feedback(self, now_ns: int) -> bytes:
        """What its faders and rings are to be told now: where controls are that others have moved."""
        told = bytearray()
        for faders in self._faders.values():
            for fader in faders:
                now = self._values.get(fader.map.control)
                fader.see(now)
                position = fader.position_of(now)
                if self.map.feedback and position is not None and fader.rests(now_ns) and fader.map.kind != "relative":
                    raw = round(position * (COARSE if fader.map.kind in ("cc7", "note") else FINE))
                    if raw != fader.shown:
                        fader.shown = raw
                        told += encoded(fader.map, raw)
        return bytes(told)


def encoded(one: Map, raw: int) -> bytes:
    """A fader's position as the bytes that it would say itself."""
    channel, high, low = one.channel - 1, raw >> 7, raw & 127
    match one.kind:
        case "note":
            return bytes((0x90 | channel, one.cc, raw))
        case "pitch":
            return bytes((0xE0 | channel, low, high))
        case "cc14":
            return bytes((0xB0 | channel, one.cc, high, 0xB0 | channel, one.cc + 32, low))
        case "nrpn":
            pairs = ((99, one.cc >> 7), (98, one.cc & 127), (6, high), (38, low))
            return b"".join(bytes((0xB0 | channel, *pair)) for pair in pairs)
    return bytes((0xB0 | channel, one.cc, raw))
