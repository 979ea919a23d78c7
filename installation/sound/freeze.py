"""A granular freeze: the last two seconds of the glitch, held by fourteen grains while the resolution begins."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose
from installation.sound.glitch import Tear
from installation.sound.voices import hashed

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

GRAINS = 14
BRIDGE_S = 18.0  # after which the frozen sound is gone
_HANN: Array = np.array(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(1025) / 1024), dtype=np.float32)


@loose
def _grains(
    frozen: Array,
    grains: Doubles,
    key: int,
    drawn_before: int,
    g0: float,
    g1: float,
    dark: float,
    low: Array,
    bus: Array,
) -> int:
    """Add the frozen sound to `bus`. grains (g, 3): start, age and length in samples. Returns grains drawn so far."""
    channels, n = bus.shape
    sums = np.zeros((channels, n), dtype=np.float32)
    for i in range(len(grains)):
        start, age, length = int(grains[i, 0]), int(grains[i, 1]), int(grains[i, 2])
        k = 0
        while k < n:
            if age >= length:
                length = int(frozen.shape[1] * (0.3 + 0.087 * (hashed(key, 2 * drawn_before) + 1.732)))
                start = int((frozen.shape[1] - length) * (0.5 + 0.2886 * hashed(key, 2 * drawn_before + 1)))
                age = 0
                drawn_before += 1
            m = min(n - k, length - age)
            turn = np.float32(1024.0 / length)
            for j in range(m):
                window = _HANN[int(np.float32(age + j) * turn)]
                for c in range(channels):
                    sums[c, k + j] += window * frozen[c, start + age + j]
            age += m
            k += m
        grains[i, 0], grains[i, 1], grains[i, 2] = start, age, length
    share = np.float32(1.0 / math.sqrt(0.375 * len(grains)))
    for c in range(channels):
        y = low[c]
        for j in range(n):
            y += np.float32(dark) * (sums[c, j] - y) + np.float32(1e-18)
            bus[c, j] += y * share * np.float32(g0 + (g1 - g0) * j / n)
        low[c] = y
    return drawn_before


class FreezeBridge:
    """The last of the glitch, frozen when unrest turns, thinning and darkening until the resolution stands alone."""

    ARMED, TURNED = 0.7, 0.55  # unrest that must have been, and below which the sound is frozen

    def __init__(self, key: int, channels: int, rate: int) -> None:
        self._key, self._rate = key, rate
        self._armed = False
        self._frozen = np.zeros((channels, 1), dtype=np.float32)
        self._grains = np.zeros((GRAINS, 3))
        self._low = np.zeros(channels, dtype=np.float32)
        self._age, self._drawn, self._gain = BRIDGE_S, 0, 0.0

    def render(self, unrest: float, tear: Tear, bus: Array) -> None:
        """Add the frozen sound to `bus`, (channels, n)."""
        if unrest > self.ARMED:
            self._armed = True
        elif self._armed and unrest < self.TURNED:
            self._armed, self._age = False, 0.0
            self._frozen = np.ascontiguousarray(np.roll(tear.memory, -tear.at, axis=1))
            self._grains[:] = 0.0
            self._grains[:, 2] = np.linspace(0.1, 0.5, GRAINS) * self._frozen.shape[1]
            self._grains[:, 0] = np.linspace(0.0, 0.5, GRAINS) * self._frozen.shape[1]
            self._low[:] = 0.0
        if self._age >= BRIDGE_S and self._gain == 0.0:
            return
        before, n = self._gain, bus.shape[1]
        self._age += n / self._rate
        left = max(1.0 - self._age / BRIDGE_S, 0.0)
        self._gain = 0.7 * min(self._age / 1.2, 1.0) * left * left
        dark = 1.0 - math.exp(-2.0 * math.pi * (250.0 + 4_500.0 * left * left) / self._rate)
        self._drawn = _grains(
            self._frozen, self._grains, self._key, self._drawn, before, self._gain, dark, self._low, bus
        )
