"""Filtered noise in three bands that swells with the community's common breath: the room breathes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose
from installation.sound.voices import hashed

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

BANDS: Doubles = np.array([310.0, 820.0, 2300.0])  # Hz
LOUD: Doubles = np.array([0.0022, 0.0012, 0.00045])  # of each band when it is fullest
LATE: Doubles = np.array([0.0, -0.07, -0.14])  # turns: the breath begins dark and is brightest at its end
RESONANCE = 2.2


@loose
def _blow(key: int, first: int, tuning: Doubles, g0: Doubles, g1: Doubles, state: Doubles, bus: Array) -> None:
    """Add noise through state-variable filters (Chamberlin 1985) to `bus`; state (channels, bands, 2) moves on."""
    channels, n = bus.shape
    damp = 1.0 / RESONANCE
    for c in range(channels):
        for k in range(n):
            white = hashed(key, (first + k) * channels + c) * 0.5
            total = 0.0
            for b in range(len(tuning)):
                low, band = state[c, b]
                low += tuning[b] * band
                band += tuning[b] * (white - low - damp * band)
                state[c, b, 0], state[c, b, 1] = low, band
                total += band * (g0[b] + (g1[b] - g0[b]) * k / n)
            bus[c, k] += np.float32(total)


class BreathNoise:
    """Noise that breathes."""

    def __init__(self, key: int, channels: int, rate: int) -> None:
        self._key, self._first = key, 0
        self._tuning = 2.0 * np.sin(np.pi * BANDS / rate)
        self._state = np.zeros((channels, len(BANDS), 2))
        self._gains = np.zeros(len(BANDS))

    def render(self, breath: float, unrest: float, bus: Array) -> None:
        """Add a quantum to `bus`, (channels, n): `breath` in radians, drawn in before 0 and let go after it."""
        shape = 0.5 + 0.5 * np.cos(breath + 2.0 * math.pi * LATE)
        gains = LOUD * shape**2 * (1.0 - 0.8 * unrest)
        _blow(self._key, self._first, self._tuning, self._gains, gains, self._state, bus)
        self._gains = gains
        self._first += bus.shape[1]
