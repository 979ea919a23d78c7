"""sACN: DMX over UDP as ANSI E1.31-2018 has it, the packets of one source. Opens no socket."""

from __future__ import annotations

import struct
from collections.abc import Sequence

PORT = 5568
DISCOVERY = 64_214
"""The universe on which a source says which others it has."""
SLOTS = 512
TERMINATED = 0x40
"""The option that says: nothing follows. Who hears it ignores the values beside it (6.2.6)."""
LEAP = 64
"""How far the second sequence number is from the first: a receiver leaves out what is up to 20 behind the last that it
has had (6.7.2), and that may be of a process that was cut off. One of two so far apart is never behind."""

_PREAMBLE = struct.pack(">HH12s", 0x10, 0, b"ASC-E1.17")


def _layer(length: int) -> int:
    """Flags and length of a protocol data unit."""
    return 0x7000 | length


class Universe:
    """One universe's packets: `packet` gives the next, 638 bytes, with the next sequence number."""

    def __init__(self, universe: int, cid: bytes, name: str, priority: int, sync: int = 0) -> None:
        """`cid` is 16 bytes that no other source has, `name` up to 63 bytes of UTF-8.

        What is sent is shown when the universe `sync` says so (see Sync); 0: at once.
        """
        self.universe, self._sequence = universe, 255
        root = struct.pack(">HI16s", _layer(SLOTS + 110), 4, cid)
        framing = struct.pack(
            ">HI64sBHBBH", _layer(SLOTS + 88), 2, _named(name), priority, sync, 0, 0, universe
        )  # vector, source, priority, synchronization, sequence, options, universe
        dmp = struct.pack(">HBBHHHB", _layer(SLOTS + 11), 2, 0xA1, 0, 1, SLOTS + 1, 0)  # the last is the start code
        self._packet = bytearray(_PREAMBLE + root + framing + dmp + bytes(SLOTS))

    def packet(self, values: bytes, terminated: bool = False) -> bytes:
        """`values`, 512 bytes, to be sent; `terminated` where nothing follows."""
        self._sequence = (self._sequence + 1) & 255
        self._packet[111] = self._sequence
        self._packet[112] = TERMINATED if terminated else 0
        self._packet[126:] = values
        return bytes(self._packet)

    def begin(self, values: bytes) -> tuple[bytes, ...]:
        """The first packets of a source that another process may have been until now: one of them is taken."""
        first = self.packet(values)
        self._sequence = (self._sequence + LEAP - 1) & 255
        return first, self.packet(values)


class Sync:
    """Packets that say: what was sent for this universe is shown now. 49 bytes each."""

    def __init__(self, universe: int, cid: bytes) -> None:
        self._sequence = 255
        framing = struct.pack(">HIBHH", _layer(11), 1, 0, universe, 0)  # vector, sequence, universe, reserved
        self._packet = bytearray(_PREAMBLE + struct.pack(">HI16s", _layer(33), 8, cid) + framing)

    def packet(self) -> bytes:
        """The next."""
        self._sequence = (self._sequence + 1) & 255
        self._packet[44] = self._sequence
        return bytes(self._packet)

    def begin(self) -> tuple[bytes, ...]:
        """The first, as those of a universe."""
        first = self.packet()
        self._sequence = (self._sequence + LEAP - 1) & 255
        return first, self.packet()


def discovery(universes: Sequence[int], cid: bytes, name: str) -> bytes:
    """What a source says every ten seconds: up to 512 universes that it sends, in order."""
    listed = struct.pack(f">HIBB{len(universes)}H", _layer(8 + 2 * len(universes)), 1, 0, 0, *universes)
    framing = struct.pack(">HI64sI", _layer(74 + len(listed)), 2, _named(name), 0)
    root = struct.pack(">HI16s", _layer(22 + len(framing) + len(listed)), 8, cid)
    return _PREAMBLE + root + framing + listed


def group(universe: int) -> str:
    """The multicast group of those who listen to a universe."""
    return f"239.255.{universe >> 8}.{universe & 255}"


def _named(name: str) -> bytes:
    return name.encode()[:63].decode(errors="ignore").encode()  # no half letter, and a zero at the end
