"""Sensory roughness, and how far a chord must be pulled apart to sound as rough as wanted. Pure.

W. A. Sethares, "Local consonance and the relationship between timbre and scale", J. Acoust. Soc. Am. 94 (1993):
two partials f1 < f2 with amplitudes a1, a2 beat against each other by
min(a1, a2) 5 (exp(-3.51 s df) - exp(-5.75 s df)), s = 0.24 / (0.0207 f1 + 18.96), df = f2 - f1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose

Doubles = NDArray[np.float64]

PARTIALS = 12
SATELLITES = 3
MERGED = 2.0  # Hz; partials closer than this beat too slowly to be rough, and are heard as one
PRUNED = 2.2  # s df beyond which a pair no longer counts
HIGHEST = 9_000.0  # Hz, nothing sounds above
CENTS: Doubles = np.array([0.0, 47.0, -62.0, 81.0, -93.0, 58.0, -71.0, 35.0])  # (8,) where each tone strays when torn
BEATING: Doubles = np.array([0.0, 0.08, -0.13])  # (3,) Hz, satellites of a tone at rest: beats of 5 to 12 s
SIDES: Doubles = np.array([0.0, 1.0, -1.0])  # (3,) where satellites go when torn

_STEPS = 1024
_CURVE: Doubles = 5.0 * (
    np.exp(-3.51 * np.linspace(0.0, PRUNED, _STEPS + 2)) - np.exp(-5.75 * np.linspace(0.0, PRUNED, _STEPS + 2))
)
_SCALE = (_STEPS + 1) / PRUNED


@loose
def critical_band(hz: float) -> float:
    """Hz (Zwicker and Terhardt, J. Acoust. Soc. Am. 68, 1980)."""
    return float(25.0 + 75.0 * (1.0 + 1.4e-6 * hz * hz) ** 0.69)


@loose
def torn(hz: float, detune: float, voice: int, satellite: int) -> float:
    """Frequency of one satellite of a tone at `hz` when unrest pulls by `detune`, 0 at rest .. about 0.35."""
    apart = hz + BEATING[satellite] + detune * SIDES[satellite] * 0.25 * critical_band(hz)
    return float(apart * 2.0 ** (1.4 * detune * CENTS[voice % len(CENTS)] / 1200.0))


@loose
def rolloff(hz: float, brightness: float, unrest: float) -> float:
    """alpha in k^-alpha, the amplitude of partial k of a tone at `hz`: low voices are almost sines."""
    low = min(max(math.log2(330.0 / hz) / 2.6, 0.0), 1.0)
    return 2.6 - 1.6 * brightness + 1.6 * low * (1.0 - 0.5 * unrest)


@loose
def _sorted_roughness(f: Doubles, a: Doubles) -> float:
    """Of partials in ascending order. Overwrites both arrays with the merged partials."""
    n = 0
    total = 0.0
    i = 0
    while i < len(f):
        power, moment, last = 0.0, 0.0, f[i]
        while i < len(f) and f[i] - last < MERGED:
            power += a[i] * a[i]
            moment += f[i] * a[i] * a[i]
            last = f[i]
            i += 1
        if power > 0.0:
            f[n], a[n] = moment / power, math.sqrt(power)
            total += a[n]
            n += 1
    rough = 0.0
    for i in range(n):
        s = 0.24 / (0.0207 * f[i] + 18.96)
        reach = f[i] + PRUNED / s
        for j in range(i + 1, n):
            if f[j] >= reach:
                break
            rough += min(a[i], a[j]) * _CURVE[int(s * (f[j] - f[i]) * _SCALE)]
    return rough / max(total, 1e-12)


@loose
def roughness(frequencies: Doubles, amplitudes: Doubles) -> float:
    """Roughness of partials (n,) in Hz with linear amplitudes (n,): about 0.4 for a calm chord, 2 to 4 torn.

    Divided by the sum of amplitudes, so that loudness does not count. Partials closer than 2 Hz are merged by power
    first: without that a chord with slow beats measures as rough as a torn one.
    """
    order = np.argsort(frequencies)
    return float(_sorted_roughness(frequencies[order], amplitudes[order]))


@loose
def roughness_of(tones: Doubles, gains: Doubles, alphas: Doubles, detune: float) -> float:
    """Roughness of torn tones (v,) in Hz whose satellites have `gains`, (v, 3), and partials fall by `alphas`, (v,)."""
    f = np.empty(len(tones) * SATELLITES * PARTIALS)
    a = np.empty(len(f))
    n = 0
    floor = 2e-3 * gains.max()
    for v in range(len(tones)):
        for k in range(1, PARTIALS + 1):
            fall = float(k) ** -alphas[v]
            for s in range(SATELLITES):
                if gains[v, s] * fall > floor:
                    hz = k * torn(tones[v], detune, v, s)
                    if hz < HIGHEST:
                        f[n], a[n] = hz, gains[v, s] * fall
                        n += 1
    return float(roughness(f[:n], a[:n]))


@loose
def detune_for(
    wanted: float, tones: Doubles, gains: Doubles, alphas: Doubles, low: float, high: float, steps: int
) -> float:
    """The detune in low..high whose roughness is nearest to `wanted`, by bisection in `steps` halvings.

    Between 0 and 0.35 roughness rises with detune for every chord of the piece; outside what can be reached the
    nearer end is returned. Arguments as of `roughness_of`.
    """
    if roughness_of(tones, gains, alphas, low) >= wanted:
        return low
    if roughness_of(tones, gains, alphas, high) <= wanted:
        return high
    for _ in range(steps):
        middle = 0.5 * (low + high)
        if roughness_of(tones, gains, alphas, middle) < wanted:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
