"""Datagrams <-> messages: a structural check of every byte, then python-osc's own decoder.

The decoder alone can't be given what strangers send: measured on python-osc 1.10.2, it loops for ever on a bundle
element of negative size, overflows the stack on deep nesting, reads a truncated float as 0.0 and drops tags it doesn't
know. Whatever passes here has sizes that fit, strings that end, arguments that are complete and tags that we take.

Opens no socket and reads no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pythonosc.osc_message import OscMessage, ParseError
from pythonosc.osc_message_builder import OscMessageBuilder

LARGEST = 1536
"""Bytes in the largest datagram, or framed packet, that is looked at."""

DEEPEST = 8
"""Bundles inside each other."""

NOW = 1
"""The timetag that means `immediately` (OSC 1.0)."""

NTP_TO_UNIX = 2_208_988_800
"""Seconds from 1900 (NTP, OSC timetags) to 1970 (Unix)."""

_SIZES = {"i": 4, "f": 4, "h": 8, "d": 8, "T": 0, "F": 0}
_REFUSED = {
    "b": "a blob",
    "[": "an array",
    "]": "an array",
    "t": "a timetag",
    "m": "MIDI",
    "r": "a colour",
    "c": "a character",
    "S": "a symbol",
    "N": "nil among others",
    "I": "an impulse among others",
}
_BUNDLE = b"#bundle\0"
_BANGS = (b",I\0\0", b",N\0\0")  # an impulse and nil, each alone

Argument = int | float | bool | str


class Malformed(ValueError):
    """A datagram that is not OSC, or not OSC that this show takes. `reason` is a short name to count by."""

    def __init__(self, reason: Literal["size", "structure", "depth", "text", "tag"], text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Message(NamedTuple):
    """One decoded message."""

    address: str
    arguments: tuple[Argument, ...]
    timetag: int  # NTP, 64 bit; NOW outside a bundle


def decode(datagram: bytes) -> list[Message]:
    """Every message in a datagram, in order. Raises Malformed, and then none of it counts."""
    if len(datagram) > LARGEST:
        raise Malformed("size", f"{len(datagram)} bytes, at most {LARGEST} are looked at")
    messages: list[Message] = []
    _collect(datagram, NOW, 0, messages)
    return messages


def _collect(packet: bytes, timetag: int, depth: int, into: list[Message]) -> None:
    if len(packet) % 4 or not packet:
        raise Malformed("structure", f"a packet of {len(packet)} bytes: not a positive multiple of 4")
    if packet[:1] == b"/":
        into.append(_message(packet, timetag))
        return
    if packet[:8] != _BUNDLE:
        raise Malformed("structure", f"starts with {packet[:8]!r}: neither / nor #bundle")
    if depth == DEEPEST:
        raise Malformed("depth", f"more than {DEEPEST} bundles inside each other")
    if len(packet) < 16:
        raise Malformed("structure", f"a bundle of {len(packet)} bytes has no timetag")
    own = max(timetag, int.from_bytes(packet[8:16], "big"))  # an inner bundle is never earlier than the outer one
    at = 16
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big", signed=True)
        at += 4
        if size <= 0 or size % 4 or size > len(packet) - at:
            raise Malformed("structure", f"a bundle element of {size} bytes with {len(packet) - at} left")
        _collect(packet[at : at + size], own, depth + 1, into)
        at += size


def _message(packet: bytes, timetag: int) -> Message:
    name = _string_end(packet, 0)
    if packet[name:] in _BANGS:
        packet = packet[:name]  # a bang; the decoder would complain of it
    _check(packet)
    try:
        parsed = OscMessage(packet)
    except (ParseError, UnicodeDecodeError) as error:
        raise Malformed("text", f"not UTF-8 in {packet[:40]!r}: {error}") from None
    return Message(parsed.address, tuple(parsed.params), timetag)


def _check(packet: bytes) -> None:
    """Raises Malformed unless address, type tags and arguments fill the packet exactly."""
    at = _string_end(packet, 0)
    if at == len(packet):
        return
    if packet[at] != 0x2C:
        raise Malformed("structure", f"type tags start with {packet[at : at + 1]!r}, not with a comma")
    start, at = at + 1, _string_end(packet, at)
    for tag in packet[start : packet.index(0, start)].decode("latin-1"):
        size = _SIZES.get(tag)
        if size is not None:
            at += size
        elif tag == "s":
            at = _string_end(packet, at)
        else:
            what = _REFUSED.get(tag, "the unknown type")
            raise Malformed("tag", f"{_address(packet)} carries {what} ({tag!r}), taken are i f d h T F s")
    if at != len(packet):
        raise Malformed("structure", f"{_address(packet)}: arguments end at byte {at} of {len(packet)}")


def _string_end(packet: bytes, start: int) -> int:
    """Where the padded string that begins at `start` ends."""
    zero = packet.find(0, start)
    if zero < 0:
        raise Malformed("structure", f"a string at byte {start} of {len(packet)} doesn't end")
    return (zero + 4) & ~3


def _address(packet: bytes) -> str:
    return packet[: packet.index(0)].decode("utf-8", "replace")[:80]


def encode(address: str, arguments: Sequence[Argument] = ()) -> bytes:
    """One message as OSC. Floats go as f, whole numbers as i, switches as T and F, words as s."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build().dgram


def bundles(messages: Sequence[bytes]) -> list[bytes]:
    """Encoded messages packed, in order, into as few bundles of at most LARGEST bytes as they need."""
    packed: list[bytes] = []
    bundle = empty = _BUNDLE + NOW.to_bytes(8, "big")
    for message in messages:
        if len(bundle) + 4 + len(message) > LARGEST and bundle != empty:
            packed.append(bundle)
            bundle = empty
        bundle += len(message).to_bytes(4, "big") + message
    return [*packed, bundle] if bundle != empty else packed


def unix_ns(timetag: int) -> int:
    """The Unix time in nanoseconds of an NTP timetag (seconds since 1900 in 32.32 fixed point)."""
    return ((timetag >> 32) - NTP_TO_UNIX) * 1_000_000_000 + ((timetag & 0xFFFFFFFF) * 1_000_000_000 >> 32)


class LengthPrefix:
    """OSC 1.0 over a stream: every packet behind its size, a 32-bit big-endian integer."""

    def __init__(self) -> None:
        self._rest = b""

    def packets(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes. Raises Malformed when the stream can't be trusted any more."""
        self._rest += data
        found: list[bytes] = []
        while len(self._rest) >= 4:
            size = int.from_bytes(self._rest[:4], "big", signed=True)
            if not 0 < size <= LARGEST:
                raise Malformed("size", f"a stream packet of {size} bytes, at most {LARGEST} are looked at")
            if len(self._rest) < 4 + size:
                break
            found.append(self._rest[4 : 4 + size])
            self._rest = self._rest[4 + size :]
        return found

    @staticmethod
    def wrap(packet: bytes) -> bytes:
        """The packet as it goes into the stream."""
        return len(packet).to_bytes(4, "big") + packet


class Slip:
    """OSC 1.1 over a stream: SLIP with an END on both sides (RFC 1055)."""

    _END, _ESC, _ESC_END, _ESC_ESC = b"\xc0", b"\xdb", b"\xdb\xdc", b"\xdb\xdd"

    def __init__(self) -> None:
        self._rest = b""

    def packets(self, data: bytes) -> list[bytes]:
        """The packets that `data` completes. Raises Malformed when the stream can't be trusted any more."""
        *whole, self._rest = (self._rest + data).split(self._END)
        if max(map(len, (self._rest, *whole))) > 2 * LARGEST:
            raise Malformed("size", f"a SLIP frame longer than {2 * LARGEST} bytes")
        return [self._plain(frame) for frame in whole if frame]

    def _plain(self, frame: bytes) -> bytes:
        first, *rest = frame.split(self._ESC)
        plain = {0xDC: self._END, 0xDD: self._ESC}
        if any(not part or part[0] not in plain for part in rest):
            raise Malformed("structure", "a SLIP escape that is neither END nor ESC")
        return first + b"".join(plain[part[0]] + part[1:] for part in rest)

    @classmethod
    def wrap(cls, packet: bytes) -> bytes:
        """The packet as it goes into the stream."""
        return cls._END + packet.replace(cls._ESC, cls._ESC_ESC).replace(cls._END, cls._ESC_END) + cls._END


Framing = LengthPrefix | Slip


def framing(first: int) -> Framing:
    """How a stream is framed, told by its first byte: a size of at most LARGEST begins with 0, SLIP with END or text.

    Both standards are in use on the same ports, and no handshake says which.
    """
    return LengthPrefix() if first == 0 else Slip()
