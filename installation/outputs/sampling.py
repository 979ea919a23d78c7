"""Sampling: the mean light of parts of a finished picture, from a grid of its pixels. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint32]

ROWS, COLUMNS, RUN = 54, 96, 4
"""Cells of a picture, and neighbouring pixels that are looked at in each: they lie in one line of the cache."""

BITS = 21
FULL = (1 << BITS) // RUN - 1
"""Of a sum of RUN pixels, and the light of one at its brightest."""

Part = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of the picture."""


class Sampler:
    """The mean light of each of n parts."""

    def __init__(self, parts: Sequence[Part]) -> None:
        rows = [_cells(part) for part in parts]
        self._cells = np.array(rows, dtype=np.int32).reshape(len(rows), 4)  # top, bottom, left, right
        self._sums = np.zeros((3, ROWS + 1, COLUMNS + 1), dtype=np.int64)
        self._light = _light()
        self._places, self._width = _places(1), 1  # of what is looked at, in pictures of this width

    def means(self, canvas: Pixels) -> Floats:
        """(3, n) red, green and blue in linear light, 0..1, of `canvas` (height, width) of 0x00RRGGBB, rows maybe
        padded."""
        found: Floats = np.zeros((3, len(self._cells)), dtype=np.float32)
        width, pitch = canvas.shape[1], canvas.strides[0]
        if pitch != 4 * width:  # as one block, so that there is one kind of memory that a kernel must know
            canvas = np.lib.stride_tricks.as_strided(canvas, (canvas.shape[0], pitch // 4), (pitch, 4))
        if width != self._width:
            self._places, self._width = _places(width), width
        _add(canvas, self._places, self._light, self._sums)
        _read(self._sums, self._cells, found)
        return found


def warm() -> None:
    """Compile what samples, or load it from the cache."""
    Sampler([(0.0, 0.0, 1.0, 1.0)]).means(np.zeros((9, 16), dtype=np.uint32))


def _cells(part: Part) -> tuple[int, int, int, int]:
    """The cells of a part, one at least each way."""
    left, top, right, bottom = part
    first, start = min(int(top * ROWS), ROWS - 1), min(int(left * COLUMNS), COLUMNS - 1)
    return first, max(first + 1, round(bottom * ROWS)), start, max(start + 1, round(right * COLUMNS))


def _places(width: int) -> NDArray[np.uint32]:
    """(COLUMNS, RUN) which pixels of a row are looked at: those in the middle of each cell, some twice where it is
    narrow."""
    edges = (np.arange(COLUMNS + 1) * width // COLUMNS)[:, np.newaxis]
    first, last = np.minimum(edges[:-1], width - 1), np.maximum(edges[1:] - 1, edges[:-1])
    return np.clip((first + last - RUN + 2) // 2 + np.arange(RUN), first, np.minimum(last, width - 1)).astype(np.uint32)


def _light() -> NDArray[np.uint64]:
    """(3, 256) of FULL the light of every code value (IEC 61966-2-1), for red, green and blue in bits of their own: RUN
    pixels can be added in one number."""
    code = np.arange(256) / 255.0
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    whole = np.rint(light * FULL).astype(np.uint64)
    return np.stack([whole << np.uint64(2 * BITS), whole << np.uint64(BITS), whole])


@strict
def _add(canvas: Pixels, places: NDArray[np.uint32], light: NDArray[np.uint64], sums: NDArray[np.int64]) -> None:
    """A summed-area table of the light of all cells, a colour each."""
    red, green, code = np.uint32(16), np.uint32(8), np.uint32(255)
    low, middle, high = np.uint64((1 << BITS) - 1), np.uint64(BITS), np.uint64(2 * BITS)
    for y in range(ROWS):
        row = canvas[(2 * y + 1) * canvas.shape[0] // (2 * ROWS)]
        r = g = b = np.int64(0)
        for x in range(COLUMNS):
            run = np.uint64(0)
            for i in range(RUN):
                pixel = row[places[x, i]]
                run += light[0, (pixel >> red) & code] + light[1, (pixel >> green) & code] + light[2, pixel & code]
            r += np.int64(run >> high)
            g += np.int64((run >> middle) & low)
            b += np.int64(run & low)
            sums[0, y + 1, x + 1] = sums[0, y, x + 1] + r
            sums[1, y + 1, x + 1] = sums[1, y, x + 1] + g
            sums[2, y + 1, x + 1] = sums[2, y, x + 1] + b


@strict
def _read(sums: NDArray[np.int64], cells: NDArray[np.int32], out: Floats) -> None:
    for k in range(cells.shape[0]):
        top, bottom, left, right = cells[k]
        area = (bottom - top) * (right - left) * RUN * FULL
        for c in range(3):
            total = sums[c, bottom, right] - sums[c, top, right] - sums[c, bottom, left] + sums[c, top, left]
            out[c, k] = np.float32(total / area)
