"""Thin strokes, drawn straight into level 0: the light of a line on every pixel near it, worked out and not sampled.

A line is what a spot leaves behind on its way from one end to the other. Its light falls off across as (1 - q^2)^2, and
along as the integral of that, so that two lines which meet add up to one that is even through the joint, and their
colours pass into each other there. It is two rows among the splats (see splat.py): where it begins and where it ends.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import quick
from installation.light.pyramid.levels import PAD
from installation.light.pyramid.splat import BLUE, GREEN, REACH, RED, SHARE, X, Y

BLOCK = 8
"""Pixels worked out at a time: one vector."""

_U1, _U2, _U3, _U4, _U5, _U6, _U7 = (np.uint64(v) for v in range(1, 8))
_ONE, _ZERO, _HALF = np.float32(1), np.float32(0), np.float32(0.5)
_P1, _P3, _P5 = np.float32(15 / 16), np.float32(2 / 3), np.float32(1 / 5)


@quick
def _passed(u: np.float32) -> np.float32:
    """The integral of (1 - u^2)^2 from 0 to u, cut to -1..1, as a share of the whole."""
    u = min(max(u, -_ONE), _ONE)
    v = u * u
    return _P1 * u * (_ONE - v * (_P3 - v * _P5))


@quick
def _add(cells: NDArray[np.float32], o: np.uint64, block: NDArray[np.float32], c: np.float32) -> None:
    """Add c times the weights block[:8] to eight cells.

    Written out, with all that is read before all that is written, so that each step becomes one of vectors.
    """
    w0, w1, w2, w3 = block[0], block[1], block[2], block[3]
    w4, w5, w6, w7 = block[4], block[5], block[6], block[7]
    cells[o] += w0 * c
    cells[o + _U1] += w1 * c
    cells[o + _U2] += w2 * c
    cells[o + _U3] += w3 * c
    cells[o + _U4] += w4 * c
    cells[o + _U5] += w5 * c
    cells[o + _U6] += w6 * c
    cells[o + _U7] += w7 * c


@quick
def stamp_line(
    cells: NDArray[np.float32], stride: int, columns: int, first: int, last: int,
    splats: NDArray[np.float32], k: int, block: NDArray[np.float32],
) -> None:  # fmt: skip
    """Add the line of rows k and k + 1 of `splats` to the pixel rows first..last-1, which `cells` holds.

    `block` is working space of BLOCK.
    """
    x0, y0, x1, y1 = splats[k, X], splats[k, Y], splats[k + 1, X], splats[k + 1, Y]
    r, g, b = splats[k, RED], splats[k, GREEN], splats[k, BLUE]
    reach = np.float32(REACH) * splats[k, SHARE]
    per = _ONE / reach
    length = np.float32(math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0)))
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    low = max(first, int(np.floor(min(y0, y1) - reach + _HALF)))
    high = min(last, int(np.floor(max(y0, y1) + reach + _HALF)))
    left, right = np.float32(1 - PAD), np.float32(columns + PAD - 1)
    # in a row dy below the start, the line's reach is a strip: middle +- half across, and ends +- span along
    steep, level = abs(uy) > np.float32(1e-3), abs(ux) > np.float32(1e-3)
    slope, half = (ux / uy, reach / abs(uy)) if steep else (_ZERO, np.float32(1e9))
    drop, span = (uy / ux, (_HALF * length + reach) / abs(ux)) if level else (_ZERO, np.float32(1e9))
    centre = x0 + _HALF * length / ux if level else x0
    run = np.uint64(stride)
    for row in range(low, high):
        dy = np.float32(row) + _HALF - y0
        near = max(left, x0 + dy * slope - half, centre - dy * drop - span)
        far = min(right, x0 + dy * slope + half, centre - dy * drop + span)
        begin, end = int(np.ceil(near - _HALF)), int(np.floor(far - _HALF)) + 1
        x = np.float32(begin) + _HALF - x0
        o = np.uint64((row - first) * 3 * stride + begin + PAD)
        for _ in range(begin, end, BLOCK):
            for i in range(BLOCK):
                dx = x + np.float32(i)
                s = dx * ux + dy * uy
                q = (dx * uy - dy * ux) * per
                w = max(_ONE - q * q, _ZERO)
                block[i] = w * w * (_passed(s * per) - _passed((s - length) * per))
            _add(cells, o, block, r)
            _add(cells, o + run, block, g)
            _add(cells, o + run + run, block, b)
            x += np.float32(BLOCK)
            o += np.uint64(BLOCK)
