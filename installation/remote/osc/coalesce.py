"""A short way for what floods are made of: faders that move, beats, questions. A batch costs a look at each datagram.

Of the datagrams that came together the newest of each fader is left, and what is plain to see is not decoded: a bare
message of one finite number to a number or switch of the table, a bang, a question, each just as every controller
writes it. That it is well formed is known from its size and its beginning.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from installation.controls import Accepted, Control, Table
from installation.remote.osc import codec

Datagram = tuple[bytes, str, int]
"""What came, from which address and port."""

_FLOAT = struct.Struct(">f")
_INFINITE = 0x7F80  # the exponent of infinity and NaN in the upper half of a single-precision number


class Coalescer:
    """Knows how faders of a table begin, and what bangs and questions look like."""

    def __init__(self, table: Table) -> None:
        self._heads: dict[bytes, bool] = {}  # address and type tag: whether the number is a float
        self._faders: dict[bytes, tuple[str, Control, int | None]] = {}
        self._whole: dict[bytes, Accepted] = {}  # datagrams without a number that matters
        for row in table.values():
            for address in row.addresses:
                sleeper = table.find(address)[1]
                if row.role == "input" and row.kind in ("number", "switch"):
                    for argument in (0, 0.0):
                        head = codec.encode(address, [argument])[:-4]
                        self._heads[head] = isinstance(argument, float)
                        self._faders[head] = address, row, sleeper
                elif row.role != "output" and row.kind == "bang":
                    for arguments in ((), (1,), (1.0,)):
                        self._whole[codec.encode(address, arguments)] = Accepted(address, row, sleeper, None)

    def newest(self, datagrams: Sequence[Datagram]) -> list[Datagram]:
        """What is left of a batch. The newest of a fader stands where it was said, after what was said before it."""
        left: dict[object, Datagram] = {}
        for i, datagram in enumerate(datagrams):
            data, host, port = datagram
            head = data[:-4]
            real = self._heads.get(head)
            if real is None or (real and int.from_bytes(data[-4:-2], "big") & _INFINITE == _INFINITE):
                left[i] = datagram
            else:
                key = (head, host, port)
                left.pop(key, None)
                left[key] = datagram
        return list(left.values())

    def accepted(self, data: bytes) -> Accepted | None:
        """What a datagram says, as `accept` of the table would have it; None where it must be decoded."""
        whole = self._whole.get(data)
        if whole is not None:
            return whole
        head = data[:-4]
        real = self._heads.get(head)
        if real is None:
            return None
        address, row, sleeper = self._faders[head]
        number = _FLOAT.unpack(data[-4:])[0] if real else float(int.from_bytes(data[-4:], "big", signed=True))
        if not math.isfinite(number):
            return None
        return Accepted(
            address, row, sleeper, number != 0.0 if row.kind == "switch" else min(max(number, row.low), row.high)
        )
