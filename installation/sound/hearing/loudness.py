"""Loudness in LUFS, and the servo that steers the drones to one: what all sound goes through before the hearing guard.

After ITU-R BS.1770-5: K-weighting, -0.691 dB, channels of equal weight.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose

Array = NDArray[np.float32]

OFFSET = -0.691  # dB, of BS.1770
FLOOR = 1e-10  # mean square that counts as silence


def loudness(mean_square: float) -> float:
    """LUFS of a K-weighted mean square, summed over channels."""
    return OFFSET + 10.0 * math.log10(max(mean_square, FLOOR))


def mean_square(lufs: float) -> float:
    """The K-weighted mean square of a loudness in LUFS."""
    return float(10.0 ** ((lufs - OFFSET) / 10.0))


class LoudnessServo:
    """Steers the drones to a loudness, slowly: by a share of the error a second, at most 1.5 dB/s.

    What a section wants more or less than the house's own is added at once, at SECTION_SLEW: it is composed, not
    corrected. `render` is before the fader; `steer` is told what the hearing guard measures anyway, behind it.
    """

    MEMORY_S = 3.0
    FROZEN = -50.0  # LUFS below which nothing is steered: silence is meant
    FADED = 1e-4  # of the fader's square, below which what is measured says nothing of what came before it
    REACH, SLEW = 14.0, 1.5  # dB, dB/s
    HOUSE = -20.5  # LUFS that a section has which asks for nothing
    SECTION_SLEW = 2.5  # dB/s
    EAGER = 0.15  # dB/s a dB: slower than a breath, which is to be heard

    def __init__(self) -> None:
        self._mean = 0.0
        self.gain_db = 0.0  # that brings the sound to HOUSE
        self._section_db: float | None = None  # more or less than that
        self._before = 1.0

    def render(self, bus: Array, target: float, seconds: float) -> None:
        """Bring `bus`, (channels, n) and so many seconds, nearer to `target` LUFS, in place."""
        wanted, most = target - self.HOUSE, self.SECTION_SLEW * seconds
        here = wanted if self._section_db is None else self._section_db
        self._section_db = here + min(max(wanted - here, -most), most)
        after = 10.0 ** ((self.gain_db + self._section_db) / 20.0)
        _ramp(bus, self._before, after)
        self._before = after

    def steer(self, power: float, faded: float, seconds: float) -> None:
        """So many seconds had a K-weighted mean square `power` behind a fader whose gain's square is `faded`."""
        if faded < self.FADED or not math.isfinite(power) or loudness(power / faded) < self.FROZEN:
            return
        power *= 10.0 ** (-(self._section_db or 0.0) / 10.0) / faded
        self._mean = power if self._mean == 0.0 else self._mean + (power - self._mean) * seconds / self.MEMORY_S
        move = min(max(self.EAGER * (self.HOUSE - loudness(self._mean)), -self.SLEW), self.SLEW) * seconds
        self.gain_db = min(max(self.gain_db + move, -self.REACH), self.REACH)


@loose
def _ramp(bus: Array, g0: float, g1: float) -> None:
    n = bus.shape[1]
    start, grow = np.float32(g0), np.float32((g1 - g0) / n)
    for c in range(bus.shape[0]):
        for k in range(n):
            bus[c, k] *= start + grow * np.float32(k + 1)


class GainRamp:
    """A gain that moves in straight lines from one quantum to the next."""

    def __init__(self) -> None:
        self._gain = 0.0
        self.square = 0.0  # of the gain, at the middle of the last quantum

    def render(self, bus: Array, gain: float) -> None:
        """Multiply `bus`, (channels, n), by a gain that arrives at `gain`."""
        _ramp(bus, self._gain, gain)
        self.square = (0.5 * (self._gain + gain)) ** 2
        self._gain = gain
