"""Attenuation: what the flash guard takes from a frame, a gain and a desaturation of red at every pixel.

Both are given on a coarse grid and go over into each other between the nodes (bilinear upsampling). Decides nothing:
it is told how much of the code values remains at every node, and how pale red becomes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Wholes = NDArray[np.uint32]

DARKER = 128, 13
"""What red loses of what green and blue are raised by, of 256: its luminance stays, or pallor would flash itself."""


class Attenuation:
    """Gain and pallor (how far red is desaturated) at (rows, columns) nodes, each of 256, for frames of one size.

    `cells` are the rows and columns of the areas that are sensed.
    """

    def __init__(self, width: int, height: int, rows: int, columns: int, cells: tuple[int, int]) -> None:
        self.gain: Wholes = np.full((rows, columns), 256, dtype=np.uint32)  # of code values
        self.pale: Wholes = np.zeros((rows, columns), dtype=np.uint32)  # share of red that green and blue are raised to
        self._down, self._across = _spans(height, rows), _spans(width, columns)
        self._cells = *_spans(cells[0], rows), *_spans(cells[1], columns)
        self._gains = np.empty((3, width), dtype=np.uint8)  # two rows of nodes, and a row of pixels between them
        self._pales = np.zeros((2, width), dtype=np.uint32)

    @property
    def share(self) -> float:
        """Share of the nodes that it changes."""
        return float(np.mean((self.gain < 256) | (self.pale > 0)))

    def dim(self, frame: Wholes) -> None:
        """Darken `frame`, (height, at least width) of 0x00RRGGBB, in place; where the gain is 256 it stays as it is."""
        _dim(frame, self.gain, *self._down, *self._across, self._gains)

    def desaturate(self, frame: Wholes) -> None:
        """Make the reds of `frame` pale and a little darker, in place; where the pallor is 0 it stays as it is."""
        _desaturate(frame, self.pale, *self._down, *self._across, self._pales)

    def dimmed(self, level: Floats, out: Floats) -> None:
        """What `dim` leaves of the means `level` (cells,) of squared code values, into `out`."""
        _dim_means(level, self.gain, *self._cells, out)


def _spans(length: int, cells: int) -> tuple[Wholes, Wholes]:
    """For each of `length` pixels the node before it and how far it is on the way to the next, of 256."""
    at = np.clip((np.arange(length) + 0.5) * cells / length - 0.5, 0.0, max(cells - 1, 0))
    before = np.minimum(at.astype(np.uint32), max(cells - 2, 0)).astype(np.uint32)
    return before, np.round((at - before) * 256.0).astype(np.uint32)


@strict
def _dim(
    frame: Wholes, gain: Wholes, y_before: Wholes, y_part: Wholes, x_before: Wholes, x_part: Wholes, gains: Bytes
) -> None:
    rows, columns = gain.shape
    pairs = np.empty(columns, dtype=np.uint32)
    reach = np.zeros((2, 2), dtype=np.int32)  # first and last + 1 that is touched
    upsampled = -1  # the last row of nodes that is there as a row of pixels
    for y in range(y_before.size):
        v = int(y_before[y])
        w = min(v + 1, rows - 1)
        while upsampled < w:
            upsampled += 1
            k = upsampled & 1
            _upsample_row(gain[upsampled], pairs, x_before, x_part, gains[k], reach[k])
        v, w = v & 1, w & 1
        first, last = min(reach[v, 0], reach[w, 0]), max(reach[v, 1], reach[w, 1])
        if first < last:
            below = y_part[y]
            above = np.uint32(np.uint32(256) - below)
            _attenuate(frame[y, first:last], gains[v, first:last], gains[w, first:last], above, below, gains[2])


@strict
def _upsample_row(gain: Wholes, pairs: Wholes, before: Wholes, part: Wholes, gains: Bytes, reach: Ints) -> None:
    """One row of nodes as a row of pixels, where any is attenuated: gains one less than of 256, because narrow
    numbers are what makes this quick."""
    last = gain.size - 1
    first, end = last + 1, 0
    for u in range(gain.size):
        if gain[u] < 256:
            first, end = min(first, u), u + 1
    reach[0], reach[1] = before.size, 0
    if first <= last:
        reach[0] = max(first - 1, 0) * before.size // (last + 1)
        reach[1] = min(end + 1, last + 1) * before.size // (last + 1)
        _pair(gain, pairs)
        _between(pairs, before, part, gains)
    else:
        gains[:] = 255


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


@strict
def _desaturate(
    frame: Wholes, pale: Wholes, y_before: Wholes, y_part: Wholes, x_before: Wholes, x_part: Wholes, pales: Wholes
) -> None:
    rows = pale.shape[0]
    touched = np.zeros(2, dtype=np.uint8)
    upsampled = -1
    for y in range(y_before.size):
        v = int(y_before[y])
        w = min(v + 1, rows - 1)
        while upsampled < w:
            upsampled += 1
            touched[upsampled & 1] = _upsample_pale(pale[upsampled], x_before, x_part, pales[upsampled & 1])
        v, w = v & 1, w & 1
        if touched[v] or touched[w]:
            below = y_part[y]
            _blend_pale(frame[y], pales[v], pales[w], np.uint32(np.uint32(256) - below), below)


@strict
def _upsample_pale(pale: Wholes, before: Wholes, part: Wholes, pales: Wholes) -> bool:
    last = pale.size - 1
    touched = False
    for u in range(pale.size):
        touched = touched or pale[u] > 0
    for x in range(before.size):
        u = before[x]
        pales[x] = (pale[u] * (256 - part[x]) + pale[min(u + 1, last)] * part[x]) >> 8 if touched else 0
    return touched


@strict
def _blend_pale(row: Wholes, pale: Wholes, pale_below: Wholes, above: np.uint32, below: np.uint32) -> None:
    """Green and blue are at least a part of red, and red loses in luminance what they gain."""
    for x in range(pale.size):
        p = row[x]
        r, g, b = (p >> 16) & 255, (p >> 8) & 255, p & 255
        least = (r * ((pale[x] * above + pale_below[x] * below) >> 8)) >> 8
        green, blue = max(g, least), max(b, least)
        red = r - ((DARKER[0] * (green - g) + DARKER[1] * (blue - b)) >> 8)
        row[x] = (red << 16) | (green << 8) | blue


@strict
def _dim_means(
    level: Floats, gain: Wholes, y_before: Wholes, y_part: Wholes, x_before: Wholes, x_part: Wholes, out: Floats
) -> None:
    """A gain varies so slowly over a cell that its middle stands for it."""
    rows, columns = gain.shape
    wide = x_before.size
    for y in range(y_before.size):
        v = y_before[y]
        w, below = min(v + 1, rows - 1), np.float32(y_part[y]) / np.float32(256.0)
        for x in range(wide):
            u = x_before[x]
            t, right = min(u + 1, columns - 1), np.float32(x_part[x]) / np.float32(256.0)
            top = np.float32(gain[v, u]) + (np.float32(gain[v, t]) - np.float32(gain[v, u])) * right
            bottom = np.float32(gain[w, u]) + (np.float32(gain[w, t]) - np.float32(gain[w, u])) * right
            g = (top + (bottom - top) * below) / np.float32(256.0)
            out[y * wide + x] = level[y * wide + x] * g * g
