"""Pitch and how sure it is: YIN (A. de Cheveigné and H. Kawahara, JASA 111, 2002), steps 1 to 5."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose, strict

Array = NDArray[np.float32]

DEEPEST, HIGHEST = 65.0, 1000.0
"""Hz: from the deepest sung note to the top of a soprano's."""

SURE = 0.12  # of the normalised difference: the first dip below it is the period
SPAN = 384  # samples that are compared
QUIET = 1e-9  # sum of squares that is nothing


@strict
def yin(x: Array, rate: float) -> tuple[float, float]:
    """Hz of the newest samples of `x` at `rate`, and confidence 0..1; 0 Hz for what does not repeat itself.

    `x` has SPAN samples and as many more as the longest period. A constant offset does not matter.
    """
    longest = min(int(rate / DEEPEST), x.shape[0] - SPAN - 1)
    shortest = max(int(rate / HIGHEST) - 1, 2)
    d = np.empty(longest + 2, np.float32)
    _differences(x, d)
    total = 0.0
    for tau in range(1, longest + 2):  # step 3: by the mean of all shorter lags, so that none is best for being short
        total += d[tau]
        d[tau] = d[tau] * tau / total if total > QUIET else 1.0
    lag = _dip(d, shortest, longest)
    before, here, after = float(d[lag - 1]), float(d[lag]), float(d[lag + 1])
    if not shortest < lag < longest or here >= before or here > after:
        return 0.0, 0.0
    shift = 0.5 * (before - after) / (before - 2.0 * here + after)  # step 5: the vertex of a parabola
    return rate / (lag + shift), min(max(1.0 - here, 0.0), 1.0)


@strict
def _dip(d: Array, shortest: int, longest: int) -> int:
    """Step 4: the bottom of the first dip that is deep enough, or of the deepest."""
    best = shortest
    for lag in range(shortest, longest + 1):
        if d[lag] < SURE and d[lag + 1] >= d[lag]:
            return lag
        if d[lag] < d[best]:
            best = lag
    return best


@loose
def _differences(x: Array, d: Array) -> None:
    """Sum of the squares between SPAN samples and those a lag before them, for each lag."""
    new = x[x.shape[0] - SPAN :]
    for tau in range(1, d.shape[0]):
        old = x[x.shape[0] - SPAN - tau : x.shape[0] - tau]
        total = np.float32(0.0)
        for j in range(SPAN):
            away = new[j] - old[j]
            total += away * away
        d[tau] = total
