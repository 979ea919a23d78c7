"""Filtered noise with vowel formants that swells with the community's common breath: the room breathes.

Drawn in it is thin and bright, let go it is wide and dark; four formants wander between vowels in 800 to 4,500 Hz.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose
from installation.sound.voices import hashed

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

VOWELS: Doubles = np.array(
    [
        [310.0, 820.0, 1_250.0, 2_600.0, 3_500.0],  # a
        [310.0, 900.0, 1_900.0, 2_550.0, 3_700.0],  # e
        [310.0, 840.0, 2_250.0, 3_000.0, 4_400.0],  # i
        [310.0, 800.0, 1_050.0, 2_400.0, 3_300.0],  # o
    ]
)
"""(4, 5) Hz: the chest, and four formants of a vowel that is breathed (after G. E. Peterson and H. L. Barney,
J. Acoust. Soc. Am. 24, 1952, moved up as in a whisper)."""

WANDER_S = (23.0, 37.0)  # seconds in which the mouth goes round its vowels, one way and the other
LOUD: Doubles = np.array([0.0088, 0.0048, 0.0042, 0.0026, 0.0018])  # of each band when it is fullest
INHALED: Doubles = np.array([0.25, 0.5, 0.9, 1.25, 1.4])  # of that while it is drawn in
EXHALED: Doubles = np.array([1.0, 1.0, 0.9, 0.75, 0.6])  # and while it is let go
LATE: Doubles = np.array([0.0, -0.05, -0.08, -0.11, -0.14])  # turns: it begins dark and is brightest at its end
RESONANCE = 3.0


@loose
def _blow(key: int, first: int, tuning: Doubles, g0: Doubles, g1: Doubles, state: Doubles, bus: Array) -> None:
    """Add noise through five state-variable filters (Chamberlin 1985) to `bus`; state (channels, 2, 5) moves on.

    What each of the five remembers is a number of its own: they are run side by side, and a sample waits for no more
    than two multiplications and additions of the one before.
    """
    channels, n = bus.shape
    t0, t1, t2, t3, t4 = tuning
    a0, a1, a2, a3, a4 = 1.0 - tuning / RESONANCE - tuning * tuning
    p0, p1, p2, p3, p4 = g0
    q0, q1, q2, q3, q4 = (g1 - g0) / n
    white = np.empty(n)
    for c in range(channels):
        for k in range(n):
            white[k] = hashed(key, (first + k) * channels + c) * 0.5
        low, band = state[c]
        l0, l1, l2, l3, l4 = low
        b0, b1, b2, b3, b4 = band
        for k in range(n):
            w = white[k]
            b0, l0 = a0 * b0 + t0 * (w - l0), l0 + t0 * b0
            b1, l1 = a1 * b1 + t1 * (w - l1), l1 + t1 * b1
            b2, l2 = a2 * b2 + t2 * (w - l2), l2 + t2 * b2
            b3, l3 = a3 * b3 + t3 * (w - l3), l3 + t3 * b3
            b4, l4 = a4 * b4 + t4 * (w - l4), l4 + t4 * b4
            total = b0 * (p0 + q0 * k) + b1 * (p1 + q1 * k) + b2 * (p2 + q2 * k)
            bus[c, k] += np.float32(total + b3 * (p3 + q3 * k) + b4 * (p4 + q4 * k))
        low[0], low[1], low[2], low[3], low[4] = l0, l1, l2, l3, l4
        band[0], band[1], band[2], band[3], band[4] = b0, b1, b2, b3, b4


class BreathNoise:
    """Noise that breathes."""

    def __init__(self, key: int, channels: int, rate: int) -> None:
        self._key, self._rate, self._first = key, rate, 0
        bands = VOWELS.shape[1]
        self._state = np.zeros((channels, 2, bands))
        self._gains = np.zeros(bands)

    def render(self, breath: float, unrest: float, bus: Array) -> None:
        """Add a quantum to `bus`, (channels, n): `breath` in radians, drawn in before 0 and let go after it."""
        shape = 0.5 + 0.5 * np.cos(breath + 2.0 * math.pi * LATE)
        inhaled = 0.5 - 0.5 * math.sin(breath)  # 1 while it is drawn in, 0 while it is let go
        gains = LOUD * shape**2 * (EXHALED + (INHALED - EXHALED) * inhaled) * (1.0 - 0.8 * unrest)
        hz = self._formants()
        tuning = 2.0 * np.sin(np.pi * np.minimum(hz, 0.15 * self._rate) / self._rate)
        _blow(self._key, self._first, tuning, self._gains, gains, self._state, bus)
        self._gains = gains
        self._first += bus.shape[1]

    def _formants(self) -> Doubles:
        """(5,) Hz, somewhere between the four vowels."""
        x, y = (0.5 + 0.5 * math.sin(2.0 * math.pi * self._first / (self._rate * s)) for s in WANDER_S)
        a, e, i, o = np.log(VOWELS)
        hz: Doubles = np.exp((a + (e - a) * x) * (1.0 - y) + (o + (i - o) * x) * y)
        return hz
