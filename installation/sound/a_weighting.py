"""How strongly an ear hears what is put out: A-weighting (IEC 61672-1) and K-weighting (ITU-R BS.1770) side by side."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.loudness import OFFSET, k_weighting

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
    """(3, 5) b0 b1 b2 a1 a2 of the A-weighting at any rate.

    High-passes by the bilinear transform, which leaves them as they are far below the Nyquist frequency; it would be
    half a decibel wrong at 8 kHz, so the low-pass is matched at 0 Hz and at MATCHED instead. Then 0 dB at 1 kHz.
    """
    one, two, three = (_high_pass(pole, rate) for pole in POLES[:3])
    last = _low_pass(POLES[3], rate)
    stages = np.array([_both(one, one), _both(two, three), _both(last, last)])
    z = np.exp(-2j * np.pi * 1000.0 / rate * np.arange(3))
    for stage in stages:
        stage[:3] /= abs((stage[:3] @ z) / (1.0 + stage[3:] @ z[1:]))
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
def weighed(x: Array, state: Doubles, k: Doubles, a: Doubles) -> tuple[float, float]:
    """K-weighted and A-weighted mean square of `x`, (n, channels), each summed over channels.

    `k` (2, 5) and `a` (3, 5) are biquads, `state` (channels, 10) moves on. One pass: the two chains need not wait for
    each other.
    """
    loud, heard = 0.0, 0.0
    (k0, k1, k2, k3, k4), (l0, l1, l2, l3, l4) = k
    (a0, a1, a2, a3, a4), (b0, b1, b2, b3, b4), (c0, c1, c2, c3, c4) = a
    for c in range(x.shape[1]):
        s0, s1, s2, s3, t0, t1, t2, t3, t4, t5 = state[c]
        for i in range(x.shape[0]):
            v = float(x[i, c]) + 1e-20
            y = k0 * v + s0
            s0 = k1 * v - k3 * y + s1
            s1 = k2 * v - k4 * y
            z = l0 * y + s2
            s2 = l1 * y - l3 * z + s3
            s3 = l2 * y - l4 * z
            loud += z * z
            y = a0 * v + t0
            t0 = a1 * v - a3 * y + t1
            t1 = a2 * v - a4 * y
            z = b0 * y + t2
            t2 = b1 * y - b3 * z + t3
            t3 = b2 * y - b4 * z
            y = c0 * z + t4
            t4 = c1 * z - c3 * y + t5
            t5 = c2 * z - c4 * y
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
    z = np.exp(-2j * np.pi * _OCTAVES / rate)
    shelf, high = k_weighting(rate)
    response = np.ones(len(z), dtype=np.complex128)
    for b0, b1, b2, a1, a2 in (shelf, high):
        response *= (b0 + b1 * z + b2 * z * z) / (1.0 + a1 * z + a2 * z * z)
    return _mean_over_octaves(20.0 * np.log10(np.abs(response))) + OFFSET
