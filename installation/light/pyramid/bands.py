"""Splats sorted by where they fall: the rows of the frame are shared out in bands, one for each turn of a thread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import quick
from installation.light.pyramid.splat import ENDS, HALO, LEAST, LEVEL, LINE, REACH, SHARE, Y


@quick
def _bands(splats: NDArray[np.float32], k: int, half: int, bands: int, trails: bool) -> tuple[int, int]:
    """The bands, from one to before another, that want what splat k adds to levels 0 and 1: three at most."""
    if splats[k, LEVEL] > np.float32(1) or splats[k, LEVEL] == ENDS:
        return 0, 0
    if splats[k, LEVEL] == LINE:
        wide = np.float32(REACH) * splats[k, SHARE] + np.float32(4.5 if trails else 0.5)
        low = int(np.floor(min(splats[k, Y], splats[k + 1, Y]) - wide))
        high = int(np.floor(max(splats[k, Y], splats[k + 1, Y]) + wide))
        return max(0, low >> (half + 1)), min(bands, (high >> (half + 1)) + 1)
    if (
        splats[k, LEVEL] == np.float32(0)
        and splats[k, SHARE] <= LEAST
        and splats[k, HALO] == np.float32(0)
        and not trails
    ):
        row = int(np.floor(splats[k, Y] - np.float32(0.5)))  # level 0 only: two rows up, three down
        return max(0, (row - 2) >> (half + 1)), min(bands, ((row + 3) >> (half + 1)) + 1)
    row = int(np.floor(splats[k, Y] * np.float32(0.5)))
    return max(0, (row - 4) >> half), min(bands, ((row + 4) >> half) + 1)


@quick
def bin_bands(
    splats: NDArray[np.float32], at: int, end: int, half: int, trails: bool,
    edges: NDArray[np.int64], order: NDArray[np.int32], to: int,
) -> None:  # fmt: skip
    """Sort the splats at..end-1 into bands of 2**half rows of level 1, and one more bin for the whole levels.

    Bin b finds its splats' rows in order[edges[b]:edges[b + 1]], in their old order; `edges` is (bands + 2,), `order`
    is written from `to` on and has room for three entries a splat. A band also wants what lies in the two rows of level
    1 beyond it, which the next finer level needs; with `trails` so it does of level 0.
    """
    bands = len(edges) - 2
    edges[:] = 0
    wanted = np.empty((end - at, 2), dtype=np.int16)  # the bands of each, from the first to before the last
    for k in range(at, end):
        low, high = _bands(splats, k, half, bands, trails)
        wanted[k - at, 0], wanted[k - at, 1] = low, high
        for band in range(low, high):
            edges[band] += 1
        if splats[k, LEVEL] + splats[k, HALO] >= np.float32(1):
            edges[bands] += 1
    total = to
    for band in range(bands + 2):
        n = edges[band]
        edges[band] = total
        total += n
    for k in range(at, end):
        for band in range(wanted[k - at, 0], wanted[k - at, 1]):
            order[edges[band]] = k
            edges[band] += 1
        if splats[k, LEVEL] + splats[k, HALO] >= np.float32(1):
            order[edges[bands]] = k
            edges[bands] += 1
    for band in range(bands + 1, 0, -1):
        edges[band] = edges[band - 1]
    edges[0] = to
