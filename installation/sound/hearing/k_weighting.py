"""K-weighting: how loud sound is to an ear, by frequency (ITU-R BS.1770-5, annex 1)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.biquads import Coefficients, biquad

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]


def k_weighting(rate: int) -> Doubles:
    """(2, 5) coefficients of the shelf and the high-pass at any rate.

    The analogue prototypes behind the standard's 48 kHz tables: a shelf of 4 dB at 1682 Hz and a high-pass at 38 Hz
    (B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018).
    """
    k, q = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10.0 ** (3.999843853973347 / 20.0)
    band, a0 = high**0.4996667741545416, 1.0 + k / q + k * k
    feedback = [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]
    shelf = [(high + band * k / q + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / q + k * k) / a0]
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    a0 = 1.0 + k / q + k * k
    return np.array([shelf + feedback, [1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]])


@strict
def weigh_k(x: Array, state: Doubles, weighting: tuple[Coefficients, ...]) -> float:
    """K-weighted mean square of `x`, (channels, n), summed over channels. `state`, (channels, 4), moves on."""
    total = 0.0
    shelf, high = weighting
    for c in range(x.shape[0]):
        s0, s1, s2, s3 = state[c]
        for k in range(x.shape[1]):
            y, s0, s1 = biquad(float(x[c, k]) + 1e-20, shelf, s0, s1)
            y, s2, s3 = biquad(y, high, s2, s3)
            total += y * y
        state[c, 0], state[c, 1], state[c, 2], state[c, 3] = s0, s1, s2, s3
    return float(total / x.shape[1])
