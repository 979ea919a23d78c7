"""Additive synthesis of the 8th to 24th partials: a choir of high tones that opens as everybody becomes themselves.

Each partial has a neighbour at the same loudness, .05 to .3 Hz away, so it comes and goes in its own time.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose
from installation.sound.bells import mixed
from installation.sound.cue import VOICES
from installation.sound.voices import bank, hashed, pan

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

ORDERS: Doubles = np.array([8.0, 12.0, 16.0, 24.0])  # octaves and fifths: what any chord of whole ratios agrees on
LOW_HZ, HIGH_HZ = 1_000.0, 5_000.0  # of what sounds, fading within a fifth of an octave's width
LOUD = 10.0 ** (-55.5 / 20.0)  # of a partial in full bloom
CLOSED_DB = -10.0  # by how much it is softer before the bloom
LOWEST_TONE = 100.0  # Hz; the deeper tones of a chord have no such choir


@loose
def _aim(voices: Doubles, open_: float, key: int, rate: float, steps: Doubles, gains: Doubles, pans: Doubles) -> None:
    """Steps and gains (VOICES, 2 partials), pans (VOICES, channels) at the end of this quantum."""
    gains[:] = 0.0
    for v in range(len(voices)):
        hz, gain, azimuth = voices[v, 0], voices[v, 1], voices[v, 2]
        pan(azimuth + 0.125, 0.0, 0.0, pans[v])
        for p in range(len(ORDERS)):
            f = hz * ORDERS[p]
            beat = 0.05 + 0.0722 * (1.732 + hashed(key, v * len(ORDERS) + p))
            inside = min(max(math.log2(f / LOW_HZ) * 5.0, 0.0), 1.0) * min(max(math.log2(HIGH_HZ / f) * 5.0, 0.0), 1.0)
            level = LOUD * open_ * gain * inside if hz > LOWEST_TONE else 0.0
            steps[v, 2 * p], steps[v, 2 * p + 1] = f / rate, (f + beat) / rate
            gains[v, 2 * p], gains[v, 2 * p + 1] = level, level


class HighPartials:
    """The high partials of up to VOICES tones."""

    def __init__(self, key: int, channels: int, rate: int) -> None:
        self._key, self._rate = key, rate
        shape = (VOICES, 2 * len(ORDERS))
        turns = [hashed(key ^ 0xC401, i) for i in range(shape[0] * shape[1])]
        self._phase = np.mod(np.array(turns), 1.0).reshape(shape)
        self._steps, self._steps_before = np.zeros(shape), np.zeros(shape)
        self._gains, self._gains_before = np.zeros(shape), np.zeros(shape)
        self._pans = np.zeros((VOICES, channels))

    def render(self, voices: Doubles, bloom: float, unrest: float, bus: Array) -> None:
        """Add a quantum over `voices`, (v, 5), to `bus`, (channels, n)."""
        self._steps, self._steps_before = self._steps_before, self._steps
        self._gains, self._gains_before = self._gains_before, self._gains
        open_ = 10.0 ** (CLOSED_DB * (1.0 - bloom) / 20.0) * (1.0 - unrest) ** 2
        _aim(voices, open_, self._key, float(self._rate), self._steps, self._gains, self._pans)
        silent = self._gains_before.sum(axis=1) == 0.0
        self._steps_before[silent] = self._steps[silent]  # what begins does not glide there
        lines = np.zeros((VOICES, bus.shape[1]), dtype=np.float32)
        bank(self._phase, self._steps_before, self._steps, self._gains_before, self._gains, lines)
        mixed(lines, self._pans, bus)
