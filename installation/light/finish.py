"""The last steps, one band of rows at a time: levels 1 and 0, trails, grade, tone curve, dither, pixels.

A band's light stays in a core's cache from the first splat to the packed pixel. Writes nothing but its own rows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.light.compiled import quick
from installation.light.pyramid import COLUMNS, PAD, ROWS, STRIDE, part, raise_row, stamp
from installation.light.splat import BLUE, FIELDS, GREEN, HALO, LEVEL, RED, SHARE, X, Y

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_QUARTER, _THREE_QUARTERS = np.float32(0.25), np.float32(0.75)
_CEILING = np.float32(1e4)
_A, _B, _C, _D = np.float32(6.2), np.float32(0.5), np.float32(1.7), np.float32(0.06)
_BLEED, _BLEED_MOST = np.float32(0.02), np.float32(0.3)
_NOISE = np.float32(52.9829189)
_SECOND = np.float32(61.803399)
_WHITE = np.float32(255)
_RED_PLACE, _GREEN_PLACE = np.float32(65536), np.float32(256)


def ramps(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What each column adds to the vignette's squared distance (1 at the corners), and to the dither's phase."""
    x = np.arange(width, dtype=np.float64)
    away = ((x + 0.5 - 0.5 * width) / (0.5 * math.hypot(width, height))) ** 2
    return away.astype(np.float32), np.mod(0.06711056 * x, 1.0).astype(np.float32)


@quick
def tone(
    fine: NDArray[np.float32], stride: int, width: int, light: NDArray[np.float32], fall: np.float32, edge: np.float32,
    away: NDArray[np.float32], across: NDArray[np.float32], down: np.float32, shift: np.float32, out: NDArray[np.int32],
) -> None:  # fmt: skip
    """One row of linear light to pixels: grade, vignette, bleed, tone curve (Hejl and Burgess-Dawson, 2010), dither.

    The bleed lets bright colours turn white, and leaves dim ones as they are. The dither is interleaved gradient noise
    (Jimenez, 2014) made triangular where it can't lift black, so that no step of 1/255 shows.
    """
    red = fine[PAD : PAD + width]
    green = fine[stride + PAD : stride + PAD + width]
    blue = fine[2 * stride + PAD : 2 * stride + PAD + width]
    m00, m01, m02, m10, m11, m12, m20, m21, m22 = (
        light[0], light[1], light[2], light[3], light[4], light[5], light[6], light[7], light[8],
    )  # fmt: skip
    for x in range(width):
        dim = edge - fall * away[x]
        r0, g0, b0 = red[x] * dim, green[x] * dim, blue[x] * dim
        r = min(max(m00 * r0 + m01 * g0 + m02 * b0, _ZERO), _CEILING)
        g = min(max(m10 * r0 + m11 * g0 + m12 * b0, _ZERO), _CEILING)
        b = min(max(m20 * r0 + m21 * g0 + m22 * b0, _ZERO), _CEILING)
        total = r + g + b
        bleed = total * min(_BLEED * total, _BLEED_MOST)
        r += bleed
        g += bleed
        b += bleed
        r = _WHITE * (r * (_A * r + _B) / (r * (_A * r + _C) + _D))
        g = _WHITE * (g * (_A * g + _B) / (g * (_A * g + _C) + _D))
        b = _WHITE * (b * (_A * b + _B) / (b * (_A * b + _C) + _D))
        u = across[x] + down
        u = _NOISE * (u - np.floor(u)) + shift
        u -= np.floor(u)
        v = _SECOND * u
        v -= np.floor(v) + _HALF
        r = min(max(np.floor(r + u + v * min(r, _ONE)), _ZERO), _WHITE)
        g = min(max(np.floor(g + u + v * min(g, _ONE)), _ZERO), _WHITE)
        b = min(max(np.floor(b + u + v * min(b, _ONE)), _ZERO), _WHITE)
        out[x] = np.int32(r * _RED_PLACE + g * _GREEN_PLACE + b)


@quick
def gather(
    splats: NDArray[np.float32], edges: NDArray[np.int64], order: NDArray[np.int64], band: int, level: int,
    first: int, rows: int, columns: int, stride: int, cells: NDArray[np.float32],
    also: NDArray[np.float32], trails: bool,
) -> None:  # fmt: skip
    """Add a band's splats to the cells of level 0 or 1, rows `first` .. first + rows - 1.

    With `trails`, level 1 also gets in `also` what belongs to level 0: trails are remembered from level 1 upwards.
    """
    shrink = np.float32(1.0 / (1 << level))
    for job in range(len(edges)):
        for n in range(edges[job, band], edges[job, band + 1]):
            o = order[n] * FIELDS
            finest = int(splats[o + LEVEL])
            if finest > level:
                continue
            x = splats[o + X] * shrink
            y = splats[o + Y] * shrink
            column = int(math.floor(x))
            row = int(math.floor(y))
            if column < 1 - PAD or column > columns + PAD - 3 or row + 1 < first or row - 1 >= first + rows:
                continue
            u = x - np.float32(column) - _HALF
            v = y - np.float32(row) - _HALF
            e = part(level - finest, splats[o + SHARE], splats[o + HALO]) * shrink * shrink
            r, g, b = splats[o + RED], splats[o + GREEN], splats[o + BLUE]
            stamp(cells, row, column + PAD, first, first + rows, stride, v, u, e * r, e * g, e * b)
            if trails and finest == 0:
                e = part(0, splats[o + SHARE], splats[o + HALO]) * shrink * shrink
                stamp(also, row, column + PAD, first, first + rows, stride, v, u, e * r, e * g, e * b)


@quick
def expand(one: NDArray[np.float32], stride1: int, columns: int, fine: NDArray[np.float32], stride0: int, y: int,
           mixed: NDArray[np.float32]) -> None:  # fmt: skip
    """Level 0's row `y` of a band from level 1 (which begins one row early), bilinearly."""
    run = 3 * stride1
    k = (y >> 1) + (y & 1)
    a, b = one[k * run : (k + 1) * run], one[(k + 1) * run : (k + 2) * run]
    if y & 1:
        for i in range(run):
            mixed[i] = _THREE_QUARTERS * a[i] + _QUARTER * b[i]
    else:
        for i in range(run):
            mixed[i] = _QUARTER * a[i] + _THREE_QUARTERS * b[i]
    for channel in range(3):
        s = mixed[channel * stride1 + PAD - 1 : channel * stride1 + PAD + columns + 1]
        out = fine[channel * stride0 + PAD : channel * stride0 + PAD + 2 * columns].reshape((columns, 2))
        for i in range(columns):
            out[i, 0] = _QUARTER * s[i] + _THREE_QUARTERS * s[i + 1]
            out[i, 1] = _THREE_QUARTERS * s[i + 1] + _QUARTER * s[i + 2]


@quick
def remember(
    one: NDArray[np.float32], also: NDArray[np.float32], old: NDArray[np.float32], new: NDArray[np.float32],
    fade: np.float32, note: bool,
) -> None:  # fmt: skip
    """Add old light to a row of level 1 where it outshines what is there now; `note` writes what is to be remembered."""
    if note:
        for i in range(len(one)):
            new[i] = max(one[i] + also[i], fade * old[i])
    for i in range(len(one)):
        one[i] += max(_ZERO, fade * old[i] - one[i] - also[i])


@quick
def bands(
    splats: NDArray[np.float32], edges: NDArray[np.int64], order: NDArray[np.int64], table: NDArray[np.int64],
    light: NDArray[np.float32], begin: int, end: int, rows: int,
    trails: bool, note: bool, fade: np.float32, old: NDArray[np.float32], new: NDArray[np.float32],
    one: NDArray[np.float32], also: NDArray[np.float32], fine: NDArray[np.float32], mixed: NDArray[np.float32],
    shown: bool, pixels: NDArray[np.int32], pitch: int, grade: NDArray[np.float32], vignette: float, shift: float,
    away: NDArray[np.float32], across: NDArray[np.float32],
) -> None:  # fmt: skip
    """Bands begin..end-1, `rows` pixel rows each, from the sorted splats and the collapsed level 2."""
    height, width, stride0 = table[0, ROWS], table[0, COLUMNS], table[0, STRIDE]
    high1, wide1, stride1 = table[1, ROWS], table[1, COLUMNS], table[1, STRIDE]
    half, run = rows // 2, 3 * stride1
    squared = 1.0 / (0.25 * (width * width + height * height))
    last = (high1 + half - 1) // half - 1
    for band in range(begin, end):
        first = band * half - 1
        count = min(half + 2, high1 + 1 - first)
        one[: count * run] = _ZERO
        if trails:
            also[: count * run] = _ZERO
        gather(splats, edges, order, band, 1, first, count, wide1, stride1, one, also, trails)
        for r in range(count):
            y = first + r
            row = one[r * run : (r + 1) * run]
            if trails:
                own = (r > 0 or band == 0) and (r <= half or band == last)
                o = (y + 1) * run
                remember(row, also[r * run : (r + 1) * run], old[o : o + run], new[o : o + run], fade, note and own)
            if shown:
                raise_row(y, light, table[2, STRIDE], table[2, COLUMNS], row, stride1, mixed)
        if not shown:
            continue
        tall = min(rows, height - band * rows)
        for y in range(tall):
            expand(one, stride1, wide1, fine[y * 3 * stride0 : (y + 1) * 3 * stride0], stride0, y, mixed)
        gather(splats, edges, order, band, 0, band * rows, tall, width, stride0, fine, fine, False)
        for y in range(tall):
            yy = band * rows + y
            dy = yy + 0.5 - 0.5 * height
            edge = np.float32(1.0 - vignette * dy * dy * squared)
            down = 0.00583715 * yy
            o = yy * pitch
            tone(
                fine[y * 3 * stride0 : (y + 1) * 3 * stride0], stride0, width, grade, np.float32(vignette), edge, away,
                across, np.float32(down - math.floor(down)), np.float32(shift), pixels[o : o + width],
            )  # fmt: skip
