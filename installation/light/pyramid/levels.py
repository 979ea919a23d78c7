"""The image pyramid: each level half the size of the last, so that a light of any size is a few numbers.

A splat is a small spot on two neighbouring levels; coarse light is carried to finer levels with the mask
1 7 21 35 35 21 7 1 (binomial), which keeps it round and lets nothing breathe as it moves. Levels 0 and 1 never exist
whole: resolve.py makes them band by band. All light is linear.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import exact, quick
from installation.light.pyramid.splat import BLUE, GREEN, HALO, LEAST, LEVEL, RED, SHARE, X, Y

PAD = 8
"""Cells round each level that are kept too, so that light comes in from outside the frame."""

ROWS, COLUMNS, STRIDE, OFFSET = range(4)

_SMOOTH = np.array([1, 7, 21, 35, 35, 21, 7, 1]) / 64

PHASES = 256
"""Places between two cells that the spots are tabulated for."""


def levels(width: int, height: int) -> NDArray[np.int64]:
    """Rows, columns, stride and offset (in float32, within the whole levels 2 and up) of each level, (levels, 4).

    A level lies in memory as [row][channel][stride], PAD rows and columns wider on each side; each is half the one
    below, rounded up, until the smaller side is at most 6 (but there are at least 5).
    """
    table: list[list[int]] = []
    offset = 0
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


def spots() -> NDArray[np.float32]:
    """The two spots along one axis, for each of PHASES + 1 places between two cells: (PHASES + 1, 12).

    Columns 0-7: level 0, a Gaussian brought to nothing at 3 pixels, for the pixels from 2 before to 5 after (the last
    two are 0). Columns 8-11: the other levels, one brought to nothing at 2 cells, from 1 before to 2 after. Each sums
    to 1: light neither comes nor goes as it moves. Both were chosen by measuring: two levels together are
    rounder, and breathe less as they move, than with B-splines.
    """
    away = np.linspace(0.0, 1.0, PHASES + 1)[:, None]
    x = np.abs(np.arange(-2, 6) - away)
    narrow = np.exp(-(x**2) / (2 * 1.1**2)) * np.clip(1 - (x / 3) ** 2, 0, None) ** 2
    x = np.abs(np.arange(-1, 3) - away)
    wide = np.exp(-(x**2) / (2 * 0.9**2)) * np.clip(1 - (x / 2) ** 2, 0, None) ** 1.5
    tables = [narrow / narrow.sum(axis=1, keepdims=True), wide / wide.sum(axis=1, keepdims=True)]
    return np.ascontiguousarray(np.concatenate(tables, axis=1), dtype=np.float32)


def gauge(count: int) -> NDArray[np.float64]:
    """How high a line of unit energy a pixel stands at each of `count` levels, (count,).

    It is the mean over the line's places of the brightest pixel across it, worked out from the masks themselves. A
    point of unit energy is as high as the square.
    """
    heights = [float(np.mean([profile.max() for profile in _profiles(level)])) for level in range(min(count, 6))]
    while len(heights) < count:  # by now each level is the last one, twice as wide
        heights.append(heights[-1] / 2)
    return np.array(heights)


def _profiles(level: int) -> list[NDArray[np.float64]]:
    """What a spot at `level` becomes in pixels along one axis, at 64 places; each sums to 1."""
    profiles = []
    for spot in spots()[: PHASES : PHASES // 64].astype(np.float64):
        cells = spot[:8] if level == 0 else spot[8:]
        for _ in range(level):
            spaced = np.zeros(2 * len(cells))
            spaced[::2] = cells
            cells = np.convolve(spaced, _SMOOTH)
        profiles.append(cells / 2**level)
    return profiles


def spacing(ridges: NDArray[np.float64], ripple: float = 0.007) -> NDArray[np.float64]:
    """How far apart in pixels splats may stand to make an even line, (levels - 1, 33): by finest level and share.

    Spots of deviation s that stand d apart ripple by 2 exp(-2 (pi s / d)^2), the first term of Poisson's sum; the finer
    of a splat's two spots decides, as far as its part of the brightness goes.
    """
    share = np.linspace(0.0, 1.0, 33)
    sigma = 1.0 / (math.sqrt(2 * math.pi) * ridges)
    steps = []
    for level in range(len(ridges) - 1):
        low, high = (1 - share) * ridges[level], share * ridges[level + 1]
        apart = math.pi * np.sqrt(2 / np.log(np.maximum(2 * low / (low + high) / ripple, 1.0001)))
        most = math.pi * math.sqrt(2 / math.log(2 / ripple)) * sigma[level + 1]
        steps.append(np.minimum(apart * sigma[level], most))
    return np.array(steps)


# --- kernels ----------------------------------------------------------------------------------------------------------

_OUTER, _ASIDE, _NEXT, _NEAREST = (np.float32(v / 64) for v in (1, 7, 21, 35))
_WIDE, _MIDDLE, _NARROW = np.float32(4 / 7), np.float32(2 / 7), np.float32(1 / 7)
_HALF, _ONE = np.float32(0.5), np.float32(1)
_U1, _U2, _U3, _U4, _U5, _U6, _U7 = (np.uint64(v) for v in range(1, 8))


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
def _four(
    cells: NDArray[np.float32],
    o: np.uint64,
    c: np.float32,
    w0: np.float32,
    w1: np.float32,
    w2: np.float32,
    w3: np.float32,
) -> None:
    """Add c times four weights to four cells; an unsigned `o` lets them be one vector."""
    cells[o] += c * w0
    cells[o + _U1] += c * w1
    cells[o + _U2] += c * w2
    cells[o + _U3] += c * w3


@quick
def stamp(
    cells: NDArray[np.float32], stride: int, first: int, last: int, x: np.float32, y: np.float32,
    spots: NDArray[np.float32], r: np.float32, g: np.float32, b: np.float32,
) -> None:  # fmt: skip
    """Add a wide spot centred at x, y (a cell's middle is a half) to the rows first..last-1, which `cells` holds.

    The caller has seen to it that the columns are there.
    """
    x -= _HALF
    y -= _HALF
    column, row = int(np.floor(x)), int(np.floor(y))
    p = np.uint64(int((x - np.float32(column)) * np.float32(PHASES) + _HALF) * 12 + 8)
    down = int((y - np.float32(row)) * np.float32(PHASES) + _HALF) * 12 + 9 - row
    w0, w1, w2, w3 = spots[p], spots[p + _U1], spots[p + _U2], spots[p + _U3]
    run = np.uint64(stride)
    for k in range(max(row - 1, first), min(row + 3, last)):
        e = spots[np.uint64(down + k)]
        o = np.uint64((k - first) * 3 * stride + column + PAD - 1)
        _four(cells, o, e * r, w0, w1, w2, w3)
        _four(cells, o + run, e * g, w0, w1, w2, w3)
        _four(cells, o + run + run, e * b, w0, w1, w2, w3)


@quick
def _eight(
    cells: NDArray[np.float32], o: np.uint64, c: np.float32,
    w0: np.float32, w1: np.float32, w2: np.float32, w3: np.float32,
    w4: np.float32, w5: np.float32, w6: np.float32, w7: np.float32,
) -> None:  # fmt: skip
    """Add c times eight weights to eight cells; an unsigned `o` lets them be one vector."""
    cells[o] += c * w0
    cells[o + _U1] += c * w1
    cells[o + _U2] += c * w2
    cells[o + _U3] += c * w3
    cells[o + _U4] += c * w4
    cells[o + _U5] += c * w5
    cells[o + _U6] += c * w6
    cells[o + _U7] += c * w7


@quick
def stamp_fine(
    cells: NDArray[np.float32], stride: int, first: int, last: int, x: np.float32, y: np.float32,
    spots: NDArray[np.float32], r: np.float32, g: np.float32, b: np.float32,
) -> None:  # fmt: skip
    """The same with level 0's spot of six pixels."""
    x -= _HALF
    y -= _HALF
    column, row = int(np.floor(x)), int(np.floor(y))
    p = np.uint64(int((x - np.float32(column)) * np.float32(PHASES) + _HALF) * 12)
    down = int((y - np.float32(row)) * np.float32(PHASES) + _HALF) * 12 + 2 - row
    w0, w1, w2, w3 = spots[p], spots[p + _U1], spots[p + _U2], spots[p + _U3]
    w4, w5, w6, w7 = spots[p + _U4], spots[p + _U5], spots[p + _U6], spots[p + _U7]
    run = np.uint64(stride)
    for k in range(max(row - 2, first), min(row + 4, last)):
        e = spots[np.uint64(down + k)]
        o = np.uint64((k - first) * 3 * stride + column + PAD - 2)
        _eight(cells, o, e * r, w0, w1, w2, w3, w4, w5, w6, w7)
        _eight(cells, o + run, e * g, w0, w1, w2, w3, w4, w5, w6, w7)
        _eight(cells, o + run + run, e * b, w0, w1, w2, w3, w4, w5, w6, w7)


@quick
def splat_levels(
    splats: NDArray[np.float32], edges: NDArray[np.int64], order: NDArray[np.int32], spots: NDArray[np.float32],
    table: NDArray[np.int64], light: NDArray[np.float32], share: int, shares: int,
) -> None:  # fmt: skip
    """Add the last bin's splats to the whole levels; this is share 0..shares-1 of the rows of each level."""
    top, bands = len(table) - 1, edges.shape[1] - 2
    for job in range(len(edges)):
        for n in range(edges[job, bands], edges[job, bands + 1]):
            k = order[n]
            finest = int(splats[k, LEVEL])
            halo = splats[k, HALO]
            reach = 1 if halo == np.float32(0) else 3
            for level in range(max(finest, 2), min(finest + reach, top) + 1):
                e = part(level - finest, splats[k, SHARE], halo)
                if e <= LEAST:
                    continue
                shrink = np.float32(1.0 / (1 << level))
                e *= shrink * shrink
                x = splats[k, X] * shrink
                y = splats[k, Y] * shrink
                rows, columns = table[level, ROWS], table[level, COLUMNS]
                if (
                    x < np.float32(2 - PAD) or x > np.float32(columns + PAD - 3)
                    or y < np.float32(2 - PAD) or y > np.float32(rows + PAD - 3)
                ):  # fmt: skip
                    continue
                first = share * (rows + 2 * PAD) // shares
                last = (share + 1) * (rows + 2 * PAD) // shares
                stride = table[level, STRIDE]
                o1 = table[level, OFFSET]
                stamp(
                    light[o1 + first * 3 * stride : o1 + last * 3 * stride],
                    stride, first - PAD, last - PAD, x, y, spots,
                    e * splats[k, RED], e * splats[k, GREEN], e * splats[k, BLUE],
                )  # fmt: skip


@exact
def mist(
    colour: NDArray[np.float32], table: NDArray[np.int64], level: int, light: NDArray[np.float32],
    share: int, shares: int,
) -> None:  # fmt: skip
    """Add a colour field (rows, columns, 3), stretched over the frame by quadratic B-splines, to a whole level.

    This is share 0..shares-1 of its rows, the same rows as `splat_levels` has.
    """
    high, wide = table[level, ROWS], table[level, COLUMNS]
    stride, offset = table[level, STRIDE], table[level, OFFSET]
    rows, columns = colour.shape[0], colour.shape[1]
    first = max(share * (high + 2 * PAD) // shares - PAD, -4)
    last = min((share + 1) * (high + 2 * PAD) // shares - PAD, high + 4)
    row = np.zeros((columns + 2, 3))  # of the field at the height of y, its ends doubled
    for y in range(first, last):
        v = (y + 0.5) / high * rows
        j = min(max(math.floor(v), 0), rows - 1)
        v = min(max(v - j - 0.5, -0.5), 0.5)
        row[:] = 0.0
        for dy in range(-1, 2):
            w = 0.75 - v * v if dy == 0 else 0.5 * (0.5 + dy * v) ** 2
            for i in range(columns):
                for channel in range(3):
                    c = colour[min(max(j + dy, 0), rows - 1), i, channel]
                    if c > 0.0 and c < 1e6:
                        row[i + 1, channel] += w * c
        row[0], row[columns + 1] = row[1], row[columns]
        o = offset + (y + PAD) * 3 * stride + PAD
        for x in range(-4, wide + 4):
            u = (x + 0.5) / wide * columns
            i = min(max(math.floor(u), 0), columns - 1)
            u = min(max(u - i - 0.5, -0.5), 0.5)
            before, here, after = 0.5 * (0.5 - u) ** 2, 0.75 - u * u, 0.5 * (0.5 + u) ** 2
            for channel in range(3):
                total = before * row[i, channel] + here * row[i + 1, channel] + after * row[i + 2, channel]
                light[o + channel * stride + x] += total


@quick
def bloom(table: NDArray[np.int64], light: NDArray[np.float32], share: np.float32) -> None:
    """Let every whole level shed `share` of its light on the next coarser one, which sheds on, in place.

    What is bright then stands in light that reaches ever wider and fainter, as in a lens: share^k of it is 2^k times
    as wide. The mean of four cells is taken; carrying the levels down again makes it smooth.
    """
    for level in range(2, len(table) - 1):
        wide, narrow = table[level, STRIDE], table[level + 1, STRIDE]
        rows = min(table[level + 1, ROWS] + PAD, (table[level, ROWS] + 2 * PAD) // 2)
        cells = min(table[level + 1, COLUMNS] + PAD, (table[level, COLUMNS] + 2 * PAD) // 2)
        for y in range(rows):
            for channel in range(3):
                top = table[level, OFFSET] + (6 * y + channel) * wide
                fine, below = light[top : top + wide], light[top + 3 * wide : top + 4 * wide]
                at = table[level + 1, OFFSET] + (3 * (y + PAD // 2) + channel) * narrow + PAD // 2
                coarse = light[at : at + cells]
                for x in range(cells):
                    four = fine[2 * x] + fine[2 * x + 1] + below[2 * x] + below[2 * x + 1]
                    coarse[x] += share * np.float32(0.25) * four
        kept = light[table[level, OFFSET] : table[level + 1, OFFSET]]
        kept *= np.float32(1.0) - share


@quick
def hold_trails(light: NDArray[np.float32], history: NDArray[np.float32], fade: np.float32, note: bool) -> None:
    """Show old light where it is brighter than new, in place; `note` remembers what is shown."""
    for i in range(len(light)):
        light[i] = max(light[i], fade * history[i])
    if note:
        for i in range(len(light)):
            history[i] = light[i]


@quick
def upsample_row(
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
            mixed[i] = _ASIDE * a[i] + _NEAREST * b[i] + _NEXT * c[i] + _OUTER * d[i]
    else:
        for i in range(run):
            mixed[i] = _OUTER * a[i] + _NEXT * b[i] + _NEAREST * c[i] + _ASIDE * d[i]
    n = columns + 8  # cells -4 .. columns + 3 become cells -8 .. of the finer row
    for channel in range(3):
        s = mixed[channel * coarse_stride + PAD - 6 : channel * coarse_stride + PAD - 6 + n + 4]
        upsample_2x(s, n, row[channel * stride + PAD - 8 : channel * stride + PAD - 8 + 2 * n], True)


@quick
def upsample_2x(s: NDArray[np.float32], n: int, out: NDArray[np.float32], add: bool) -> None:
    """n cells become 2 n, along a row; `s` begins two cells before.

    Even and odd cells are written as the two halves of a complex number: a compiler sees vectors in that.
    """
    s0, s1, s2, s3, s4 = s[0:n], s[1 : n + 1], s[2 : n + 2], s[3 : n + 3], s[4 : n + 4]
    pairs = out[: 2 * n].view(np.complex64)
    if add:
        for i in range(n):
            even = _OUTER * s0[i] + _NEXT * s1[i] + _NEAREST * s2[i] + _ASIDE * s3[i]
            odd = _ASIDE * s1[i] + _NEAREST * s2[i] + _NEXT * s3[i] + _OUTER * s4[i]
            pairs[i] += np.complex64(complex(even, odd))
    else:
        for i in range(n):
            even = _OUTER * s0[i] + _NEXT * s1[i] + _NEAREST * s2[i] + _ASIDE * s3[i]
            odd = _ASIDE * s1[i] + _NEAREST * s2[i] + _NEXT * s3[i] + _OUTER * s4[i]
            pairs[i] = np.complex64(complex(even, odd))


@quick
def collapse(table: NDArray[np.int64], light: NDArray[np.float32], mixed: NDArray[np.float32]) -> None:
    """Carry the light of every whole level to the next finer one, down to level 2, in place."""
    for level in range(len(table) - 2, 1, -1):
        stride, above = table[level, STRIDE], table[level + 1, STRIDE]
        coarse = light[table[level + 1, OFFSET] :]
        for y in range(-4, table[level, ROWS] + 4):
            o = table[level, OFFSET] + (y + PAD) * 3 * stride
            upsample_row(y, coarse, above, table[level + 1, COLUMNS], light[o : o + 3 * stride], stride, mixed)
