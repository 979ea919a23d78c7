"""Resolve: from the pyramid to pixels, a band of rows at a time: levels 1 and 0, trails, grade, tone curve, dither.

A band's light stays in a core's cache from the first splat to the packed pixel. Writes nothing but its own rows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import quick
from installation.light.pyramid.levels import (
    COLUMNS,
    PAD,
    ROWS,
    STRIDE,
    part,
    stamp,
    stamp_fine,
    upsample_2x,
    upsample_row,
)
from installation.light.pyramid.lines import BLOCK, stamp_line
from installation.light.pyramid.splat import BLUE, GREEN, HALO, LEAST, LEVEL, LINE, RED, SHARE, X, Y

_ZERO, _QUARTER, _HALF, _ONE = np.float32(0), np.float32(0.25), np.float32(0.5), np.float32(1)
_OUTER, _ASIDE, _NEXT, _NEAREST = (np.float32(v / 64) for v in (1, 7, 21, 35))
# The tone curve v (6.2 v + 0.5) / (v (6.2 v + 1.7) + 0.06), as 1 - (1.2 v + 0.06) / (...). One constant is a hair less,
# so that rounding can't bring black below 0.
_A, _C, _D = np.float32(6.2), np.float32(1.7), np.float32(0.06)
_BLEED, _BLEED_MOST = np.float32(0.02), np.float32(0.3)
_NOISE = np.float32(52.9829189)
_SECOND = np.float32(61.803399)
_BELOW = np.float32(0.9995)  # noise that with the curve's rounding stays under 1: black is black


def curve(bits: int) -> tuple[np.float32, np.float32, np.float32]:
    """The tone curve's three scales for pixels of so many bits a channel: white, and the numerator's two."""
    white = 2**bits - 1
    return np.float32(white), np.float32(white * 1.2), np.float32(white * 0.06 * (1 - 4e-7))


_EIGHT, _TEN = curve(8), curve(10)


def ramps(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What each column adds to the vignette's squared distance (1 at the corners), and to the dither's phase."""
    x = np.arange(width, dtype=np.float64)
    away = ((x + 0.5 - 0.5 * width) / (0.5 * math.hypot(width, height))) ** 2
    return away.astype(np.float32), np.mod(0.06711056 * x, 1.0).astype(np.float32)


@quick
def tone(
    fine: NDArray[np.float32], stride: int, width: int, light: NDArray[np.float32], fall: np.float32, edge: np.float32,
    away: NDArray[np.float32], across: NDArray[np.float32], down: np.float32, shift: np.float32,
    scales: tuple[np.float32, np.float32, np.float32], bits: int, out: NDArray[np.int32],
) -> None:  # fmt: skip
    """One row of linear light to pixels: grade, vignette, bleed, tone curve (Hejl and Burgess-Dawson, 2010), dither.

    A channel takes `bits`, 8 or 10, and `scales` are the curve's for so many; red stands highest.

    The bleed lets bright colours turn white, and leaves dim ones as they are. The dither is interleaved gradient noise
    (Jimenez, 2014) made triangular where it can't lift black, so that no step of 1/255 shows.
    """
    red = fine[PAD : PAD + width]
    green = fine[stride + PAD : stride + PAD + width]
    blue = fine[2 * stride + PAD : 2 * stride + PAD + width]
    m00, m01, m02, m10, m11, m12, m20, m21, m22 = (
        light[0], light[1], light[2], light[3], light[4], light[5], light[6], light[7], light[8],
    )  # fmt: skip
    white, e, f = scales
    place = np.float32(1 << bits)
    for x in range(width):
        dim = edge - fall * away[x]
        r0, g0, b0 = red[x] * dim, green[x] * dim, blue[x] * dim
        r = max(m00 * r0 + m01 * g0 + m02 * b0, _ZERO)
        g = max(m10 * r0 + m11 * g0 + m12 * b0, _ZERO)
        b = max(m20 * r0 + m21 * g0 + m22 * b0, _ZERO)
        total = r + g + b
        bleed = total * min(_BLEED * total, _BLEED_MOST)
        r += bleed
        g += bleed
        b += bleed
        r = white - (e * r + f) / (r * (_A * r + _C) + _D)
        g = white - (e * g + f) / (g * (_A * g + _C) + _D)
        b = white - (e * b + f) / (b * (_A * b + _C) + _D)
        u = across[x] + down
        u = _NOISE * (u - np.floor(u)) + shift
        u = _BELOW * (u - np.floor(u))
        v = _SECOND * u
        v -= np.floor(v) + _HALF
        r = np.floor(min(r + u + v * min(r, _ONE), white))
        g = np.floor(min(g + u + v * min(g, _ONE), white))
        b = np.floor(min(b + u + v * min(b, _ONE), white))
        out[x] = (np.int32(r * place + g) << np.int32(bits)) | np.int32(b)


@quick
def splat_level_1(
    splats: NDArray[np.float32], edges: NDArray[np.int64], order: NDArray[np.int32], spots: NDArray[np.float32],
    band: int, first: int, rows: int, columns: int, stride: int, cells: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add a band's splats to level 1, rows `first` .. first + rows - 1."""
    left, right = np.float32(2 - PAD), np.float32(columns + PAD - 3)
    for job in range(len(edges)):
        for n in range(edges[job, band], edges[job, band + 1]):
            k = order[n]
            x = splats[k, X] * _HALF
            y = splats[k, Y] * _HALF
            e = _QUARTER * part(1 - int(splats[k, LEVEL]), splats[k, SHARE], splats[k, HALO])
            if e > LEAST * _QUARTER and x > left and x < right:
                r, g, b = splats[k, RED], splats[k, GREEN], splats[k, BLUE]
                stamp(cells, stride, first, first + rows, x, y, spots, e * r, e * g, e * b)


@quick
def splat_level_0(
    splats: NDArray[np.float32], edges: NDArray[np.int64], order: NDArray[np.int32], spots: NDArray[np.float32],
    band: int, first: int, rows: int, columns: int, stride: int, cells: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add a band's splats to level 0, rows `first` .. first + rows - 1."""
    left, right = np.float32(3 - PAD), np.float32(columns + PAD - 5)
    for job in range(len(edges)):
        for n in range(edges[job, band], edges[job, band + 1]):
            k = order[n]
            x, y = splats[k, X], splats[k, Y]
            e = part(0, splats[k, SHARE], splats[k, HALO])
            if splats[k, LEVEL] == _ZERO and e > LEAST and x > left and x < right:
                r, g, b = splats[k, RED], splats[k, GREEN], splats[k, BLUE]
                stamp_fine(cells, stride, first, first + rows, x, y, spots, e * r, e * g, e * b)


@quick
def draw_lines(
    splats: NDArray[np.float32], edges: NDArray[np.int64], order: NDArray[np.int32],
    band: int, first: int, rows: int, columns: int, stride: int, cells: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add a band's lines to level 0, rows `first` .. first + rows - 1."""
    block = np.zeros(BLOCK, dtype=np.float32)
    for job in range(len(edges)):
        for n in range(edges[job, band], edges[job, band + 1]):
            if splats[order[n], LEVEL] == LINE:
                stamp_line(cells, stride, columns, first, first + rows, splats, order[n], block)


@quick
def upsample_level_1(
    one: NDArray[np.float32], stride1: int, columns: int, fine: NDArray[np.float32], stride0: int, y: int,
    mixed: NDArray[np.float32], add: bool,
) -> None:  # fmt: skip
    """Make level 0's row `y` of a band from level 1, which begins two rows early, or add to it."""
    run = 3 * stride1
    k = (y >> 1) + (y & 1)
    a, b = one[k * run : (k + 1) * run], one[(k + 1) * run : (k + 2) * run]
    c, d = one[(k + 2) * run : (k + 3) * run], one[(k + 3) * run : (k + 4) * run]
    if y & 1:
        for i in range(run):
            mixed[i] = _ASIDE * a[i] + _NEAREST * b[i] + _NEXT * c[i] + _OUTER * d[i]
    else:
        for i in range(run):
            mixed[i] = _OUTER * a[i] + _NEXT * b[i] + _NEAREST * c[i] + _ASIDE * d[i]
    for channel in range(3):
        s = mixed[channel * stride1 + PAD - 2 : channel * stride1 + PAD + columns + 2]
        upsample_2x(s, columns, fine[channel * stride0 + PAD : channel * stride0 + PAD + 2 * columns], add)


@quick
def downsample_2x(
    fine: NDArray[np.float32], stride0: int, also: NDArray[np.float32], stride1: int, columns: int
) -> None:
    """What two rows of level 0 would be as one row of level 1: the mean of four pixels."""
    for channel in range(3):
        o = channel * stride0
        a = fine[o : o + stride0].view(np.complex64)
        b = fine[o + 3 * stride0 : o + 4 * stride0].view(np.complex64)
        out = also[channel * stride1 + PAD // 2 : channel * stride1 + PAD // 2 + columns + PAD]
        for i in range(columns + PAD):
            four = a[i] + b[i]
            out[i] = _QUARTER * (four.real + four.imag)


@quick
def blend_trails(
    one: NDArray[np.float32], also: NDArray[np.float32], old: NDArray[np.float32], new: NDArray[np.float32],
    fade: np.float32, note: bool,
) -> None:  # fmt: skip
    """Add old light to a row of level 1 where it outshines new; `note` writes what is to be remembered.

    `also` is what this row would have of level 0: trails are remembered from level 1 upwards.
    """
    if note:
        for i in range(len(one)):
            new[i] = max(one[i] + also[i], fade * old[i])
    for i in range(len(one)):
        one[i] += max(_ZERO, fade * old[i] - one[i] - also[i])


@quick
def resolve_bands(  # noqa: PLR0912 (a kernel that reads from top to bottom)
    splats: NDArray[np.float32], edges: NDArray[np.int64], order: NDArray[np.int32], spots: NDArray[np.float32],
    table: NDArray[np.int64], light: NDArray[np.float32], begin: int, end: int, rows: int,
    trails: bool, note: bool, fade: np.float32, old: NDArray[np.float32], new: NDArray[np.float32],
    one: NDArray[np.float32], also: NDArray[np.float32], fine: NDArray[np.float32], mixed: NDArray[np.float32],
    linear: NDArray[np.float32],
    shown: bool, pixels: NDArray[np.int32], pitch: int, grade: NDArray[np.float32], vignette: float, shift: float,
    away: NDArray[np.float32], across: NDArray[np.float32], deep: NDArray[np.int32],
) -> None:  # fmt: skip
    """Bands begin..end-1, `rows` pixel rows each, from the sorted splats and the collapsed level 2.

    With `shown` they become pixels; where `linear`, (rows, 3, columns), isn't empty, the light itself is copied there,
    and where `deep`, row by row, isn't empty, the pixels again with ten bits a channel.
    """
    height, width, stride0 = table[0, ROWS], table[0, COLUMNS], table[0, STRIDE]
    high1, wide1, stride1 = table[1, ROWS], table[1, COLUMNS], table[1, STRIDE]
    half, run, line = rows // 2, 3 * stride1, 3 * stride0
    squared = 1.0 / (0.25 * (width * width + height * height))
    last = (height + rows - 1) // rows - 1
    for band in range(begin, end):
        first = band * half - 2
        count = min(half + 4, high1 + 2 - first)
        above = band * rows
        tall = min(rows, height - above)
        one[: count * run] = _ZERO
        if trails:  # level 0 comes first, and four rows early, because level 1 is to remember it
            fine[: 2 * count * line] = _ZERO
            splat_level_0(splats, edges, order, spots, band, above - 4, 2 * count, width, stride0, fine)
            draw_lines(splats, edges, order, band, above - 4, 2 * count, width, stride0, fine)
        splat_level_1(splats, edges, order, spots, band, first, count, wide1, stride1, one)
        for r in range(count):
            row = one[r * run : (r + 1) * run]
            if trails:
                downsample_2x(fine[2 * r * line : 2 * (r + 1) * line], stride0, also, stride1, wide1)
                own = (r > 1 or band == 0) and (r < half + 2 or band == last)
                o = (first + r + 2) * run
                blend_trails(row, also, old[o : o + run], new[o : o + run], fade, note and own)
            if shown:
                upsample_row(first + r, light, table[2, STRIDE], table[2, COLUMNS], row, stride1, mixed)
        if not shown:
            continue
        early = 4 * line if trails else 0
        for y in range(tall):
            o = early + y * line
            upsample_level_1(one, stride1, wide1, fine[o : o + line], stride0, y, mixed, trails)
        if not trails:
            splat_level_0(splats, edges, order, spots, band, above, tall, width, stride0, fine)
            draw_lines(splats, edges, order, band, above, tall, width, stride0, fine)
        if len(linear) > 0:
            for y in range(tall):
                for c in range(3):
                    o = early + y * line + c * stride0 + PAD
                    linear[above + y, c] = fine[o : o + width]
        for y in range(tall):
            dy = above + y + 0.5 - 0.5 * height
            edge = np.float32(1.0 - vignette * dy * dy * squared)
            down = 0.00583715 * (above + y)
            row, phase = fine[early + y * line : early + (y + 1) * line], np.float32(down - math.floor(down))
            o = (above + y) * pitch
            tone(
                row, stride0, width, grade, np.float32(vignette), edge, away, across, phase, np.float32(shift),
                _EIGHT, 8, pixels[o : o + width],
            )  # fmt: skip
            if len(deep) > 0:
                o = (above + y) * width
                tone(
                    row, stride0, width, grade, np.float32(vignette), edge, away, across, phase, np.float32(shift),
                    _TEN, 10, deep[o : o + width],
                )  # fmt: skip
