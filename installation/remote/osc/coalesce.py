"""Coalesces datagrams that came together to the newest of each fader: a flood costs a look at each, not a decoding.

Only what can't matter is left out: a bare message of one finite number to a number or switch of the table, when the
same sender says the same address in the same way again before anybody has read it. That it is well formed is known
from its size and its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence

from installation.controls import Table
from installation.remote.osc import codec
from installation.remote.osc.recvmmsg import Datagram

_INFINITE = 0x7F80  # the exponent of infinity and NaN in the upper half of a single-precision number


class Coalescer:
    """Knows how faders of a table begin."""

    def __init__(self, table: Table) -> None:
        self._heads: dict[bytes, bool] = {}  # address and type tag: whether the number is a float
        for row in table.values():
            if row.role == "input" and row.kind in ("number", "switch"):
                for address in row.addresses:
                    for argument in (0, 0.0):
                        self._heads[codec.encode(address, [argument])[:-4]] = isinstance(argument, float)

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
