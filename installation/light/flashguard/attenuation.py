"""Attenuation: what the flash guard takes from a frame, a gain and a desaturation of red at every pixel.

Both are given on a coarse grid and go over into each other between the cells' centres (bilinear upsampling).

Decides nothing: it is told how much of the light remains at the centre of every cell, and how pale red becomes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Wholes = NDArray[np.uint32]


class Attenuation:
    """Gain and pallor (how far red is desaturated) of (rows, columns) cells, each of 256, for frames of one size."""

    def __init__(self, width: int, height: int, rows: int, columns: int) -> None:
        self.gain: Wholes = np.full((rows, columns), 256, dtype=np.uint32)  # of code values
        self.pale: Wholes = np.zeros((rows, columns), dtype=np.uint32)  # share of red that green and blue are raised to
        self._down, self._across = _spans(height, rows), _spans(width, columns)
        self._gains = np.empty((3, width), dtype=np.uint8)  # two rows of cells, and a row of pixels between them
        self._pales = np.zeros((2, width), dtype=np.uint32)

    @property
    def share(self) -> float:
        """Share of the cells that it changes."""
        return float(np.mean((self.gain < 256) | (self.pale > 0)))

    def apply(self, frame: Wholes) -> None:
        """Change `frame`, (height, at least width) of 0x00RRGGBB, in place; what no cell reaches stays as it is."""
        _apply(frame, self.gain, self.pale, *self._down, *self._across, self._gains, self._pales)


def _spans(length: int, cells: int) -> tuple[Wholes, Wholes]:
    """For each of `length` pixels the cell centre before it and how far it is on the way to the next, of 256."""
    at = np.clip((np.arange(length) + 0.5) * cells / length - 0.5, 0.0, max(cells - 1, 0))
    before = np.minimum(at.astype(np.uint32), max(cells - 2, 0)).astype(np.uint32)
    return before, np.round((at - before) * 256.0).astype(np.uint32)


@strict
def _apply(
    frame: Wholes, gain: Wholes, pale: Wholes, y_before: Wholes, y_part: Wholes, x_before: Wholes, x_part: Wholes,
    gains: Bytes, pales: Wholes,
) -> None:  # fmt: skip
    rows, columns = gain.shape
    pairs = np.empty(columns, dtype=np.uint32)
    reach = np.zeros((2, 3), dtype=np.int32)  # first and last + 1 that is touched, and whether any is pale
    upsampled = -1  # the last row of cells that is there as a row of pixels
    for y in range(y_before.size):
        v = int(y_before[y])
        w = min(v + 1, rows - 1)
        while upsampled < w:
            upsampled += 1
            k = upsampled & 1
            _upsample_row(gain[upsampled], pale[upsampled], pairs, x_before, x_part, gains[k], pales[k], reach[k])
        v, w = v & 1, w & 1
        first, last = min(reach[v, 0], reach[w, 0]), max(reach[v, 1], reach[w, 1])
        if first >= last:
            continue
        below = y_part[y]
        above = np.uint32(np.uint32(256) - below)
        part = frame[y, first:last]
        if reach[v, 2] or reach[w, 2]:
            _desaturate(part, pales[v, first:last], pales[w, first:last], above, below)
        _attenuate(part, gains[v, first:last], gains[w, first:last], above, below, gains[2])


@strict
def _upsample_row(
    gain: Wholes, pale: Wholes, pairs: Wholes, before: Wholes, part: Wholes, gains: Bytes, pales: Wholes, reach: Ints
) -> None:
    """One row of cells as a row of pixels, where any is attenuated: gains one less than of 256, because narrow
    numbers are what makes this quick, and pallor."""
    last = gain.size - 1
    first, end, any_pale = last + 1, 0, 0
    for u in range(gain.size):
        if gain[u] < 256 or pale[u] > 0:
            first, end = min(first, u), u + 1
            if pale[u] > 0:
                any_pale = 1
    was_pale = reach[2]
    reach[0], reach[1], reach[2] = before.size, 0, any_pale
    if first <= last:
        reach[0] = max(first - 1, 0) * before.size // (last + 1)
        reach[1] = min(end + 1, last + 1) * before.size // (last + 1)
        _pair(gain, pairs)
        _between(pairs, before, part, gains)
    else:
        gains[:] = 255
    if any_pale:
        for x in range(before.size):
            u = before[x]
            w = min(u + 1, last)
            pales[x] = (pale[u] * (256 - part[x]) + pale[w] * part[x]) >> 8
    elif was_pale:
        pales[:] = 0


@strict
def _pair(cells: Wholes, pairs: Wholes) -> None:
    """Each cell and the next in one number: one look-up gives both."""
    last = cells.size - 1
    for u in range(last):
        pairs[u] = cells[u] | (cells[u + 1] << 16)
    pairs[last] = cells[last] | (cells[last] << 16)


@strict
def _between(pairs: Wholes, before: Wholes, part: Wholes, out: Bytes) -> None:
    for x in range(before.size):
        pair, share = pairs[before[x]], part[x]
        here = np.uint32(np.uint32(pair & np.uint32(0xFFFF)) * np.uint32(np.uint32(256) - share))
        there = np.uint32(np.uint32(pair >> np.uint32(16)) * share)
        out[x] = max(np.uint32(np.uint32(here + there) >> np.uint32(8)), np.uint32(1)) - np.uint32(1)


@strict
def _desaturate(row: Wholes, pale: Wholes, pale_below: Wholes, above: np.uint32, below: np.uint32) -> None:
    for x in range(row.size):
        p = row[x]
        least = (((p >> 16) & 255) * ((pale[x] * above + pale_below[x] * below) >> 8)) >> 8
        row[x] = (p & 0xFF0000) | (max((p >> 8) & 255, least) << 8) | max(p & 255, least)


@strict
def _attenuate(row: Wholes, gain: Bytes, gain_below: Bytes, above: np.uint32, below: np.uint32, mixed: Bytes) -> None:
    over, under = np.uint16(above), np.uint16(below)
    for x in range(row.size):
        mixed[x] = (gain[x] * over + gain_below[x] * under) >> 8
    # red and blue in one multiplication: neither product reaches beyond its own 16 bits
    outer, inner, byte = np.uint32(0xFF00FF), np.uint32(0x00FF00), np.uint32(8)
    for x in range(row.size):
        p = row[x]
        g = np.uint32(np.uint32(mixed[x]) + np.uint32(1))
        red_blue = np.uint32(np.uint32(p & outer) * g)
        green = np.uint32(np.uint32(np.uint32(p & inner) >> byte) * g)
        row[x] = (np.uint32(red_blue >> byte) & outer) | (green & inner)
