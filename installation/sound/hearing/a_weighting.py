"""How strongly an ear hears what is put out: A-weighting (IEC 61672-1) and K-weighting (ITU-R BS.1770) side by side."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.biquads import Coefficients, biquad, response
from installation.sound.hearing.k_weighting import k_weighting
from installation.sound.hearing.loudness import OFFSET

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

POLES = (20.598997, 107.65265, 737.86223, 12194.217)
"""Hz, of the A-weighting (IEC 61672-1:2013, annex E): the first and the last twice."""

MATCHED = 10_000.0
"""Hz at which the low-pass is as the standard says, whatever the rate."""

DEEPEST, HIGHEST = 20.0, 20_000.0  # Hz, of pink noise


def a_weighted_db(hz: Doubles) -> Doubles:
    """The A-weighting of the standard's formula E.6, dB, 0 at 1 kHz."""
    gains = _analogue(hz) / _analogue(np.array([1000.0]))
    return np.asarray(20.0 * np.log10(np.maximum(gains, 1e-12)))


def _analogue(hz: Doubles) -> Doubles:
    f1, f2, f3, f4 = (pole * pole for pole in POLES)
    f = np.square(hz)
    return np.asarray(f4 * f * f / ((f + f1) * np.sqrt((f + f2) * (f + f3)) * (f + f4)))


def a_weighting(rate: int) -> Doubles:
    """(3, 5) coefficients of the A-weighting at any rate.

    High-passes by the bilinear transform, which leaves them as they are far below the Nyquist frequency; it would be
    half a decibel wrong at 8 kHz, so the low-pass is matched at 0 Hz and at MATCHED instead. Then 0 dB at 1 kHz.
    """
    one, two, three = (_high_pass(pole, rate) for pole in POLES[:3])
    last = _low_pass(POLES[3], rate)
    stages = np.array([_both(one, one), _both(two, three), _both(last, last)])
    for stage in stages:
        stage[:3] /= abs(response(stage[None], np.array([1000.0]), rate)[0])
    return stages


def _high_pass(hz: float, rate: int) -> tuple[float, float, float]:
    """b0, b1 and a1 of one pole."""
    k = math.tan(math.pi * hz / rate)
    return 1.0 / (1.0 + k), -1.0 / (1.0 + k), (k - 1.0) / (1.0 + k)


def _low_pass(hz: float, rate: int) -> tuple[float, float, float]:
    """The pole of the analogue one (impulse invariance), and a zero where the gain at MATCHED becomes the same."""
    a1 = -math.exp(-2.0 * math.pi * hz / rate)
    turn = 2.0 * math.pi * MATCHED / rate
    wanted = (1.0 + a1 * a1 + 2.0 * a1 * math.cos(turn)) / (1.0 + (MATCHED / hz) ** 2)
    product = ((1.0 + a1) ** 2 - wanted) / (4.0 * math.sin(turn / 2.0) ** 2)
    b0 = (1.0 + a1 + math.sqrt((1.0 + a1) ** 2 - 4.0 * product)) / 2.0
    return b0, 1.0 + a1 - b0, a1


def _both(one: tuple[float, float, float], two: tuple[float, float, float]) -> list[float]:
    (p0, p1, pa), (q0, q1, qa) = one, two
    return [p0 * q0, p0 * q1 + p1 * q0, p1 * q1, pa + qa, pa * qa]


@strict
def weigh(
    x: Array,
    state: Doubles,
    k: tuple[Coefficients, ...],
    a: tuple[Coefficients, ...],
) -> tuple[float, float]:
    """K-weighted and A-weighted mean square of `x`, (n, channels), each summed over channels.

    `state`, (channels, 10), moves on. One pass: the two cascades need not wait for each other.
    """
    loud, heard = 0.0, 0.0
    shelf, high = k
    one, two, three = a
    for c in range(x.shape[1]):
        s0, s1, s2, s3, t0, t1, t2, t3, t4, t5 = state[c]
        for i in range(x.shape[0]):
            v = float(x[i, c]) + 1e-20
            y, s0, s1 = biquad(v, shelf, s0, s1)
            y, s2, s3 = biquad(y, high, s2, s3)
            loud += y * y
            y, t0, t1 = biquad(v, one, t0, t1)
            y, t2, t3 = biquad(y, two, t2, t3)
            y, t4, t5 = biquad(y, three, t4, t5)
            heard += y * y
        state[c, 0], state[c, 1], state[c, 2], state[c, 3], state[c, 4] = s0, s1, s2, s3, t0
        state[c, 5], state[c, 6], state[c, 7], state[c, 8], state[c, 9] = t1, t2, t3, t4, t5
    return loud / x.shape[0], heard / x.shape[0]


def _mean_over_octaves(gains_db: Doubles) -> float:
    """dB of pink noise, which has the same power in every octave, through a weighting given on even steps of log f."""
    return float(10.0 * np.log10(np.mean(10.0 ** (gains_db / 10.0))))


_OCTAVES: Doubles = np.geomspace(DEEPEST, HIGHEST, 4001)

PINK_A = _mean_over_octaves(a_weighted_db(_OCTAVES))
"""dB by which pink noise of 20 Hz to 20 kHz is heard less than its mean square says."""


def pink_k(rate: int) -> float:
    """LUFS of pink noise with a mean square of 1 in one channel."""
    through = np.abs(response(k_weighting(rate), _OCTAVES, rate))
    return _mean_over_octaves(20.0 * np.log10(through)) + OFFSET
