"""The light pyramid: levels of half the size each, coarse ones kept whole, on which a light of any size is a few numbers.

A splat is a quadratic B-spline of 3 x 3 cells on two neighbouring levels; `collapse` carries coarse light to finer levels
with the mask 1 3 5 7 7 5 3 1, which keeps it round and lets nothing breathe as it moves. Levels 0 and 1 never exist
whole: finish.py makes them band by band. All light is linear.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.light.compiled import exact, quick
from installation.light.splat import BLUE, FIELDS, GREEN, HALO, LEVEL, RED, SHARE, X, Y

PAD = 8
"""Cells round each level that are kept too, so that light comes in from outside the picture."""

ROWS, COLUMNS, STRIDE, OFFSET = range(4)

_SMOOTH = np.array([1, 3, 5, 7, 7, 5, 3, 1]) / 16
_LINEAR = np.array([1, 3, 3, 1]) / 4


def levels(width: int, height: int) -> NDArray[np.int64]:
    """Rows, columns, stride and offset (in float32, within the whole levels 2 and up) of each level, (levels, 4).

    A level lies in memory as [row][channel][stride], PAD rows and columns wider on each side; each is half the one
    below, rounded up, until the smaller side is at most 6 (but there are at least 5).
    """
    table, offset = [], 0
    while len(table) < 5 or min(table[-1][:2]) > 6:
        stride = (width + 2 * PAD + 15) // 16 * 16
        table.append([height, width, stride, offset])
        if len(table) > 2:
            offset += (height + 2 * PAD) * 3 * stride
        width, height = (width + 1) // 2, (height + 1) // 2
    return np.array(table, dtype=np.int64)


def length(table: NDArray[np.int64]) -> int:
    """How many float32 the whole levels (2 and up) of `table` need."""
    rows, _, stride, offset = (int(v) for v in table[-1])
    return offset + (rows + 2 * PAD) * 3 * stride


def gauge(count: int) -> NDArray[np.float64]:
    """How high a line of unit energy a pixel stands at each of `count` levels, (count,): the mean over its places of the
    brightest pixel across it. A point of unit energy is as high as the square. Worked out from the masks themselves.
    """
    heights: list[float] = []
    for level in range(count):
        if level > 6:  # by now each level is the last one, twice as wide
            heights.append(heights[-1] / 2)
            continue
        places = np.linspace(-0.5, 0.5, 65)[:-1] + 1 / 128
        heights.append(float(np.mean([_across(level, d).max() for d in places])))
    return np.array(heights)


def _across(level: int, d: float) -> NDArray[np.float64]:
    """The profile in pixels of a splat at `level` that lies `d` cells beside a cell's centre; its sum is 1."""
    cells = np.zeros(16)
    cells[7:10] = 0.5 * (0.5 - d) ** 2, 0.75 - d * d, 0.5 * (0.5 + d) ** 2
    for finer in range(level, 0, -1):
        spaced = np.zeros(2 * len(cells))
        spaced[::2] = cells
        cells = np.convolve(spaced, _SMOOTH if finer > 1 else _LINEAR)
    return cells / 2**level


# --- kernels ----------------------------------------------------------------------------------------------------------

_QUARTER, _HALF, _THREE_QUARTERS = np.float32(0.25), np.float32(0.5), np.float32(0.75)
_C1, _C3, _C5, _C7 = (np.float32(v / 16) for v in (1, 3, 5, 7))
_WIDE, _MIDDLE, _NARROW = np.float32(4 / 7), np.float32(2 / 7), np.float32(1 / 7)
_ONE = np.float32(1)


@quick
def part(step: int, share: np.float32, halo: np.float32) -> np.float32:
    """The part of a splat's energy that goes to the level `step` above its finest: two levels, or a halo's four."""
    if halo == np.float32(0):
        return _ONE - share if step == 0 else share if step == 1 else np.float32(0)
    if step == 0:
        return _WIDE * (_ONE - share)
    if step == 1:
        return _WIDE * share + _MIDDLE * (_ONE - share)
    if step == 2:
        return _MIDDLE * share + _NARROW * (_ONE - share)
    return _NARROW * share


@quick
def stamp(
    cells: NDArray[np.float32], row: int, column: int, first: int, last: int, stride: int,
    v: np.float32, u: np.float32, r: np.float32, g: np.float32, b: np.float32,
) -> None:  # fmt: skip
    """Add a 3 x 3 quadratic B-spline round cell (row, column), its centre u, v cells beside; rows first..last-1 only."""
    u0 = _HALF * (_HALF - u) * (_HALF - u)
    u1 = _THREE_QUARTERS - u * u
    u2 = _HALF * (_HALF + u) * (_HALF + u)
    for k in range(3):
        y = row - 1 + k
        if y < first or y >= last:
            continue
        if k == 0:
            w = _HALF * (_HALF - v) * (_HALF - v)
        elif k == 1:
            w = _THREE_QUARTERS - v * v
        else:
            w = _HALF * (_HALF + v) * (_HALF + v)
        o = (y - first) * 3 * stride + column - 1
        a = cells[o : o + 3]
        e = w * r
        a[0] += e * u0
        a[1] += e * u1
        a[2] += e * u2
        a = cells[o + stride : o + stride + 3]
        e = w * g
        a[0] += e * u0
        a[1] += e * u1
        a[2] += e * u2
        a = cells[o + 2 * stride : o + 2 * stride + 3]
        e = w * b
        a[0] += e * u0
        a[1] += e * u1
        a[2] += e * u2


@quick
def sow(
    splats: NDArray[np.float32], begins: NDArray[np.int64], ends: NDArray[np.int64], table: NDArray[np.int64],
    light: NDArray[np.float32], share: int, shares: int,
) -> None:  # fmt: skip
    """Add every splat to the whole levels; this is share 0..shares-1 of the rows of each level."""
    top = len(table) - 1
    for job in range(len(begins)):
        for k in range(begins[job], ends[job]):
            o = k * FIELDS
            finest = int(splats[o + LEVEL])
            halo = splats[o + HALO]
            reach = 1 if halo == np.float32(0) else 3
            for level in range(max(finest, 2), min(finest + reach, top) + 1):
                e = part(level - finest, splats[o + SHARE], halo)
                if e <= np.float32(0.001):
                    continue
                shrink = np.float32(1.0 / (1 << level))
                e *= shrink * shrink
                x = splats[o + X] * shrink
                y = splats[o + Y] * shrink
                column = int(math.floor(x))
                row = int(math.floor(y))
                rows = table[level, ROWS] + 2 * PAD
                if column < 1 - PAD or column > table[level, COLUMNS] + PAD - 3 or row < 1 - PAD or row > rows - PAD - 2:
                    continue
                first = share * rows // shares
                last = (share + 1) * rows // shares
                if row + PAD + 1 < first or row + PAD - 1 >= last:
                    continue
                stride = table[level, STRIDE]
                o1 = table[level, OFFSET]
                stamp(
                    light[o1 + first * 3 * stride : o1 + last * 3 * stride], row + PAD, column + PAD, first, last, stride,
                    y - np.float32(row) - _HALF, x - np.float32(column) - _HALF,
                    e * splats[o + RED], e * splats[o + GREEN], e * splats[o + BLUE],
                )  # fmt: skip


@exact
def mist(colour: NDArray[np.float32], table: NDArray[np.int64], level: int, light: NDArray[np.float32]) -> None:
    """Add a colour field (rows, columns, 3), stretched over the picture by quadratic B-splines, to a whole level."""
    high, wide = table[level, ROWS], table[level, COLUMNS]
    stride, offset = table[level, STRIDE], table[level, OFFSET]
    rows, columns = colour.shape[0], colour.shape[1]
    for y in range(-4, high + 4):
        v = (y + 0.5) / high * rows
        j = min(max(int(math.floor(v)), 0), rows - 1)
        v = min(max(v - j - 0.5, -0.5), 0.5)
        for x in range(-4, wide + 4):
            u = (x + 0.5) / wide * columns
            i = min(max(int(math.floor(u)), 0), columns - 1)
            u = min(max(u - i - 0.5, -0.5), 0.5)
            for channel in range(3):
                total = 0.0
                for dy in range(-1, 2):
                    wy = 0.75 - v * v if dy == 0 else 0.5 * (0.5 + dy * v) ** 2
                    for dx in range(-1, 2):
                        wx = 0.75 - u * u if dx == 0 else 0.5 * (0.5 + dx * u) ** 2
                        c = colour[min(max(j + dy, 0), rows - 1), min(max(i + dx, 0), columns - 1), channel]
                        if c > 0.0 and c < 1e6:
                            total += wy * wx * c
                light[offset + ((y + PAD) * 3 + channel) * stride + x + PAD] += total


@quick
def linger(light: NDArray[np.float32], history: NDArray[np.float32], fade: np.float32, note: bool) -> None:
    """Show old light where it is brighter than new, in place; `note` remembers what is shown."""
    for i in range(len(light)):
        light[i] = max(light[i], fade * history[i])
    if note:
        for i in range(len(light)):
            history[i] = light[i]


@quick
def raise_row(
    y: int, coarse: NDArray[np.float32], coarse_stride: int, columns: int, row: NDArray[np.float32],
    stride: int, mixed: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add what the coarser level (`columns` wide, PAD rows before row 0) sends up to row `y` of the finer one.

    `row` is (3 * stride,) of the finer level, `mixed` is working space of 3 * coarse_stride.
    """
    run = 3 * coarse_stride
    k = y >> 1
    o = (k + PAD - 2 + (y & 1)) * run
    a, b, c, d = (
        coarse[o : o + run],
        coarse[o + run : o + 2 * run],
        coarse[o + 2 * run : o + 3 * run],
        coarse[o + 3 * run : o + 4 * run],
    )
    if y & 1:
        for i in range(run):
            mixed[i] = _C3 * a[i] + _C7 * b[i] + _C5 * c[i] + _C1 * d[i]
    else:
        for i in range(run):
            mixed[i] = _C1 * a[i] + _C5 * b[i] + _C7 * c[i] + _C3 * d[i]
    n = columns + 8  # cells -4 .. columns + 3 become cells -8 .. of the finer row
    for channel in range(3):
        s = mixed[channel * coarse_stride + PAD - 6 : channel * coarse_stride + PAD - 6 + n + 4]
        out = row[channel * stride + PAD - 8 : channel * stride + PAD - 8 + 2 * n].reshape((n, 2))
        for i in range(n):
            out[i, 0] += _C1 * s[i] + _C5 * s[i + 1] + _C7 * s[i + 2] + _C3 * s[i + 3]
            out[i, 1] += _C3 * s[i + 1] + _C7 * s[i + 2] + _C5 * s[i + 3] + _C1 * s[i + 4]


@quick
def collapse(table: NDArray[np.int64], light: NDArray[np.float32], mixed: NDArray[np.float32]) -> None:
    """Carry the light of every whole level to the next finer one, down to level 2, in place."""
    for level in range(len(table) - 2, 1, -1):
        stride, above = table[level, STRIDE], table[level + 1, STRIDE]
        coarse = light[table[level + 1, OFFSET] :]
        for y in range(-4, table[level, ROWS] + 4):
            o = table[level, OFFSET] + (y + PAD) * 3 * stride
            raise_row(y, coarse, above, table[level + 1, COLUMNS], light[o : o + 3 * stride], stride, mixed)
