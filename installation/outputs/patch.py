"""The patch: which channel of which universe is what of which fixture; colours -> the bytes of every universe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.venue.fixtures import SLOTS, Dmx, Fixture, Kind

Floats = NDArray[np.float32]

GREY, RED, GREEN, BLUE, FREE_RED, FREE_GREEN, FREE_BLUE, WHITE = range(8)
"""What a channel may be of: brightness, a colour, a colour without the white that all have in common, that white."""

OF: dict[Kind, tuple[int, ...]] = {
    "dimmer": (GREY,),
    "rgb": (RED, GREEN, BLUE),
    "rgbw": (FREE_RED, FREE_GREEN, FREE_BLUE, WHITE),
    "rgb16": (RED, RED, GREEN, GREEN, BLUE, BLUE),
}


class Patch:
    """Encodes the colours of `fixtures`, in their order."""

    def __init__(self, dmx: Dmx, fixtures: Sequence[Fixture]) -> None:
        of_each = [dmx.universe if one.universe is None else one.universe for one in fixtures]
        self.universes = tuple(sorted(set(of_each)))
        row = {universe: i for i, universe in enumerate(self.universes)}
        slots = [
            (row[universe] * SLOTS + one.channel - 1 + k, i, what, one.least, one.most, one.kind == "rgb16", k % 2 == 0)
            for i, (one, universe) in enumerate(zip(fixtures, of_each, strict=True))
            for k, what in enumerate(OF[one.kind])
        ]
        at, of, what, least, most, wide, coarse = np.array(slots, dtype=np.int32).reshape(len(slots), 7).T
        part = wide * (2 - coarse)  # 0 all of a value, 1 its coarse part, 2 its fine one
        self._slots = np.stack([at, of, what, part], axis=1)  # (m, 4) of every channel that is used
        self._range: Floats = np.stack([least, most - least], axis=1).astype(np.float32)  # (m, 2)
        self._bytes = np.zeros(len(self.universes) * SLOTS, dtype=np.uint8)

    def encode(self, values: Floats) -> list[bytes]:
        """512 bytes a universe, in order, of (3, n) red, green and blue of 0..1."""
        _encode(np.ascontiguousarray(values), self._slots, self._range, self._bytes)
        whole = self._bytes.tobytes()
        return [whole[i : i + SLOTS] for i in range(0, len(whole), SLOTS)]


@strict
def _encode(values: Floats, slots: NDArray[np.int32], span: Floats, out: NDArray[np.uint8]) -> None:
    for m in range(slots.shape[0]):
        at, of, what, part = slots[m]
        r, g, b = values[0, of], values[1, of], values[2, of]
        white = min(r, g, b)
        if what == GREY:
            value = np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
        elif what == WHITE:
            value = white
        elif what <= BLUE:
            value = values[what - RED, of]
        else:
            value = values[what - FREE_RED, of] - white
        level = span[m, 0] + span[m, 1] * value  # of 255
        if part == 0:
            out[at] = np.uint8(level + np.float32(0.5))
        else:
            both = np.int32(level * np.float32(257.0) + np.float32(0.5))
            out[at] = np.uint8(both >> 8) if part == 1 else np.uint8(both & 255)
