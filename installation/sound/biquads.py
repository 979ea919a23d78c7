"""Second-order filters: the one step that every cascade is made of, Butterworth's designs, and what a cascade lets by.

Coefficients are b0 b1 b2 a1 a2, a0 being 1. Transposed direct form II: two numbers of state a filter, little rounding.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Doubles = NDArray[np.float64]
Complex = NDArray[np.complex128]
Coefficients = tuple[float, float, float, float, float]


@strict
def biquad(x: float, b: Coefficients, s0: float, s1: float) -> tuple[float, float, float]:
    """One sample through one filter with the state s0, s1: what comes out, and the state after it."""
    y = b[0] * x + s0
    return y, b[1] * x - b[3] * y + s1, b[2] * x - b[4] * y


def coefficients(stages: Doubles) -> tuple[Coefficients, ...]:
    """(s, 5) as the tuples that a kernel takes."""
    return tuple((b0, b1, b2, a1, a2) for b0, b1, b2, a1, a2 in stages.tolist())


def butterworth(hz: float, rate: int, high: bool) -> list[float]:
    """Coefficients of a low- or high-pass with its corner at `hz` (bilinear transform)."""
    w = math.tan(math.pi * hz / rate)
    a0 = 1.0 + math.sqrt(2.0) * w + w * w
    b0, b1 = (1.0 / a0, -2.0 / a0) if high else (w * w / a0, 2.0 * w * w / a0)
    return [b0, b1, b0, 2.0 * (w * w - 1.0) / a0, (1.0 - math.sqrt(2.0) * w + w * w) / a0]


def response(stages: Doubles, hz: Doubles, rate: int) -> Complex:
    """(n,) what a cascade of (s, 5) does to sines of `hz`, (n,)."""
    z = np.exp(-2j * np.pi * hz / rate)
    through = np.ones(len(z), dtype=np.complex128)
    for b0, b1, b2, a1, a2 in stages:
        through *= (b0 + b1 * z + b2 * z * z) / (1.0 + a1 * z + a2 * z * z)
    return through
