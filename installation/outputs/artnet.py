"""Art-Net: DMX over UDP as Art-Net 4 has it (OpDmx, OpSync). Opens no socket.

Art-Net is a trademark of Artistic Licence; the protocol is theirs: designed by and copyright Artistic Licence.
"""

from __future__ import annotations

import struct

PORT = 6454
SLOTS = 512


class Universe:
    """One port address's packets: `packet` gives the next, 530 bytes, with the next sequence number."""

    def __init__(self, universe: int) -> None:
        """`universe` is net, sub-net and universe in one number: 0..32767."""
        self.universe, self._sequence = universe, 0
        head = struct.pack("<8sH", b"Art-Net", 0x5000) + struct.pack(">HBB", 14, 0, 0)
        self._packet = bytearray(head + struct.pack("<H", universe) + struct.pack(">H", SLOTS) + bytes(SLOTS))

    def packet(self, values: bytes) -> bytes:
        """`values`, 512 bytes, to be sent."""
        self._sequence = self._sequence % 255 + 1  # 0 would say that nobody counts
        self._packet[12] = self._sequence
        self._packet[18:] = values
        return bytes(self._packet)

    def begin(self, values: bytes) -> tuple[bytes, ...]:
        """The first packet, which counts nothing: whoever counted until now may have been another process."""
        self._packet[12] = 0
        self._packet[18:] = values
        return (bytes(self._packet),)


class Sync:
    """Packets that say: what was sent is shown now. 14 bytes each."""

    def packet(self) -> bytes:
        """The next: all are the same."""
        return struct.pack("<8sH", b"Art-Net", 0x5200) + struct.pack(">HBB", 14, 0, 0)

    def begin(self) -> tuple[bytes, ...]:
        """The first."""
        return (self.packet(),)
