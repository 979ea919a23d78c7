"""Modal synthesis: struck bells, a bowed bowl before each section, and a drop for each ring on the water.

A bell is a handful of damped sines at the modes of a free bar (N. H. Fletcher and T. D. Rossing, "The Physics of
Musical Instruments", 2nd ed. 1998, 2.15): 1, 2.76, 5.40 and 8.93 times the deepest, beside which another beats .3 %
higher.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.easing import ease
from installation.foundation.kernels import loose
from installation.scene import Strike
from installation.sound.voices import bank, pan

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

BELLS = 48
"""Bells that can ring at once; one more takes the place of the faintest."""

MODES: Doubles = np.array([1.0, 1.003, 2.76, 5.40, 8.93, 0.0])  # over the deepest; modes go in pairs
MIXED: Doubles = np.array([0.55, 0.45, 0.42, 0.22, 0.10, 0.0])  # how loud each is struck hard
LASTING: Doubles = np.array([1.0, 1.0, 0.55, 0.32, 0.2, 1.0])  # of the deepest mode's reverberation time
RINGING_S = 5.5  # T60 of a bell of REFERENCE_HZ; a higher one is shorter
REFERENCE_HZ = 800.0
HIGHEST_HZ = 12_000.0
LOUD, LOUDEST = -38.0, -32.0  # dBFS of a bell struck softly and hard, before the loudness servo
_SILENT = 1e-5  # gain under which a bell has ended: 60 to 65 dB below its stroke


@loose
def mixed(lines: Array, pans: Doubles, bus: Array) -> None:
    """Add `lines`, (lines, n), to `bus`, (channels, n), each by its `pans`, (lines, channels)."""
    for line in range(lines.shape[0]):
        for c in range(bus.shape[0]):
            g = np.float32(pans[line, c])
            if g != 0.0:
                for k in range(lines.shape[1]):
                    bus[c, k] += g * lines[line, k]


@loose
def _ring(
    phase: Doubles, steps: Doubles, before: Doubles, after: Doubles, keeps: Doubles, pans: Doubles, bus: Array
) -> None:
    """Add a quantum of the bells that can be heard to `bus`, (channels, n), from gains `before` to `after`.

    All but the pans (bells, channels) are (bells, modes). What was not struck just now fades by `keeps`, and `after`
    becomes what is left.
    """
    line = np.empty((1, bus.shape[1]), dtype=np.float32)
    for i in range(len(after)):
        if after[i, 0] + after[i, 1] <= _SILENT:
            continue
        if before[i, 0] > 0.0:
            for mode in range(after.shape[1]):
                after[i, mode] *= keeps[i, mode]
        line[:] = np.float32(0.0)
        one = slice(i, i + 1)
        bank(phase[one], steps[one], steps[one], before[one], after[one], line)
        mixed(line, pans[one], bus)
        for mode in range(after.shape[1]):
            if after[i, mode] <= 0.1 * _SILENT:
                after[i, mode] = 0.0


class Bells:
    """Bells that were struck and ring on."""

    def __init__(self, channels: int, rate: int, quantum: int) -> None:
        self._rate, self._seconds = rate, quantum / rate
        shape = (BELLS, len(MODES))
        self._phase, self._steps = np.zeros(shape), np.zeros(shape)  # turns, turns a sample
        self._gains, self._keeps = np.zeros(shape), np.ones(shape)  # linear; what is left of them after a quantum
        self._pans = np.zeros((BELLS, channels))
        self._tick = -1

    def strike(self, tick: int, strikes: tuple[Strike, ...]) -> Doubles:
        """(BELLS, modes) gains at the end of this quantum, but for fading: once for every tick."""
        gains = self._gains.copy()
        if tick == self._tick:  # the show is late, and the last cue is played on
            return gains
        self._tick = tick
        for one in strikes:
            hz, hard = one.frequency, one.gain
            i = int(gains.sum(axis=1).argmin())
            level = 10.0 ** ((LOUD + (LOUDEST - LOUD) * hard) / 20.0)
            tilt = np.minimum(1.0, (0.35 + 0.65 * hard) ** (MODES > 1.5))  # a soft stroke wakes fewer high modes
            gains[i] = level * MIXED * tilt * (hz * MODES < HIGHEST_HZ)
            self._steps[i] = hz * MODES / self._rate
            lasting = RINGING_S * math.sqrt(REFERENCE_HZ / hz) * LASTING
            self._keeps[i] = 10.0 ** (-3.0 * self._seconds / lasting)
            self._phase[i], self._gains[i] = 0.0, 0.0  # rises out of nothing within this quantum: no click
            pan(one.azimuth, 0.0, 0.0, self._pans[i])
        return gains

    def render(self, tick: int, strikes: tuple[Strike, ...], bus: Array) -> None:
        """Add a quantum of all that rings to `bus`, (channels, n)."""
        after = self.strike(tick, strikes)
        _ring(self._phase, self._steps, self._gains, after, self._keeps, self._pans, bus)
        self._gains = after


BOWL_S = 4.0  # before a section, in which the bowl is bowed
FADING_S = 3.5  # in which it dies away to a tenth
_BOWL: Doubles = np.array([1.0, 1.0021, 2.71, 2.7162, 5.02, 5.031])  # a singing bowl's modes, each split in two
_BOWED: Doubles = np.array([0.5, 0.42, 0.3, 0.26, 0.1, 0.09])
_BOWL_LOUD = 10.0 ** (-32.0 / 20.0)


class Bowl:
    """A bowl that is bowed louder and louder for the seconds before a section begins, and rings on into it."""

    def __init__(self, channels: int, rate: int) -> None:
        self._rate, self._gain = rate, 0.0
        self._phase, self._steps = np.zeros((1, len(_BOWL))), np.zeros((1, len(_BOWL)))
        self._pans = np.full((1, channels), math.sqrt(1.0 / channels))

    def render(self, left: float, root: float, bus: Array) -> None:
        """Add a quantum to `bus`, (channels, n): the next section is `left` seconds away, `root` Hz is the chord's."""
        n = bus.shape[1]
        wanted = ease(1.0 - left / BOWL_S)
        after = max(self._gain * 10.0 ** (-n / (self._rate * FADING_S)), min(wanted, self._gain + n / self._rate))
        if self._gain < 1e-4 and wanted == 0.0:
            self._gain = 0.0
            return
        if self._gain == 0.0 and root > 0.0:
            octave = 2.0 ** round(math.log2(330.0 / root))
            self._steps[0] = root * octave * _BOWL / self._rate
        line = np.zeros((1, n), dtype=np.float32)
        level = _BOWL_LOUD * _BOWED[None]
        bank(self._phase, self._steps, self._steps, level * self._gain, level * after, line)
        mixed(line, self._pans, bus)
        self._gain = after


DROP_S = 0.35
_DROP_HZ = (620.0, 1_050.0)  # a bubble's pitch rises as it closes (M. Minnaert, Phil. Mag. 16, 1933)
_DROP_LOUD = 10.0 ** (-38.0 / 20.0)


class Drop:
    """A drop of water for each ring that leaves the tree: one a breath, while the water is calm."""

    def __init__(self, channels: int, rate: int) -> None:
        self._rate, self._age, self._ring = rate, DROP_S, math.nan
        self._phase, self._gain = np.zeros((1, 2)), 0.0
        self._pans = np.full((1, channels), math.sqrt(1.0 / channels))

    def render(self, breath: float, unrest: float, bus: Array) -> None:
        """Add a quantum to `bus`, (channels, n): `breath` in radians, a ring leaves as it passes a whole turn."""
        n = bus.shape[1]
        ring = math.floor(breath / (2.0 * math.pi))
        if ring == self._ring + 1 and unrest < 0.3:
            self._age, self._gain = 0.0, 0.0
        self._ring = ring
        if self._age >= DROP_S:
            return
        then = self._age + n / self._rate
        before, after = (np.array([[_pitch(age), 2.02 * _pitch(age)]]) / self._rate for age in (self._age, then))
        level = _DROP_LOUD * (1.0 - unrest) * math.exp(-then / 0.06) * max(1.0 - then / DROP_S, 0.0)
        line, mix = np.zeros((1, n), dtype=np.float32), np.array([[1.0, 0.2]])
        bank(self._phase, before, after, self._gain * mix, level * mix, line)
        mixed(line, self._pans, bus)
        self._gain, self._age = level, then


def _pitch(age: float) -> float:
    low, high = _DROP_HZ
    return high - (high - low) * math.exp(-age / 0.05)
