"""The hearing guard: a loudness cap, an onset limit and a true-peak limiter, last before loudspeakers and film.

Always on; it only ever makes sound quieter.

Four promises: no sample that is not a number, loudness of any 0.4 s under a cap, no sudden onset out of quiet,
true peak under a ceiling. Settings choose where the limits are, within bounds; nothing switches the guard off.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.biquads import coefficients
from installation.sound.hearing.k_weighting import k_weighting, weigh_k
from installation.sound.hearing.limiter import Limiter
from installation.sound.hearing.loudness import loudness, mean_square
from installation.venue.settings import Hearing

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

QUIET = -45.0  # LUFS; what is below startles nobody
HABIT = 4.0  # dB that a sound may rise above what the ear is used to, at once
FORGETTING = 6.0  # dB/s at which the ear forgets
WILD = 64.0  # full scales; a sample beyond is a fault, not a sound
MUTED_S = 0.3  # of silence after a fault
RAMP = 96  # samples in which the guard's gain falls


@strict
def _turn_down(bus: Array, g0: float, g1: float) -> None:
    """Falls within RAMP samples, rises over the whole block."""
    n = bus.shape[1]
    span = min(RAMP, n) if g1 < g0 else n
    for c in range(bus.shape[0]):
        for k in range(n):
            bus[c, k] *= np.float32(g0 + (g1 - g0) * min(k + 1, span) / span)


class HearingGuard:
    """Sound in, harmless sound out, late by `latency` samples."""

    def __init__(self, channels: int, rate: int, quantum: int, hearing: Hearing) -> None:
        self._hearing = hearing
        self._weighting, self._state = coefficients(k_weighting(rate)), np.zeros((channels, 4))
        self._limiter = Limiter(channels, rate, hearing.ceiling_dbtp)
        self.latency = self._limiter.latency
        self._seconds = quantum / rate
        self._powers = [0.0] * max(round(0.4 / self._seconds), 1)  # of the last 0.4 s as put out
        self._recent = [0.0] * 3  # as they came in
        self._block = 0
        self._used_to = QUIET  # LUFS
        self._gain = 1.0
        self._muted = 0.0  # seconds of silence still to keep
        self.power = 0.0  # K-weighted mean square of the last block as it came in
        self.faults = 0
        self.held_db = 0.0  # by how much the last block was turned down, dB

    @property
    def momentary(self) -> float:
        """LUFS of the last 0.4 s as put out."""
        return loudness(sum(self._powers) / len(self._powers))

    @property
    def peak(self) -> float:
        """True peak of the last block as put out, linear."""
        return self._limiter.peak

    def render(self, bus: Array) -> tuple[Array, bool]:
        """A quantum of sound, (channels, n), made harmless; and whether what came was sane. Overwrites `bus`."""
        sane = bool(np.abs(bus).max() < WILD)  # false for NaN too
        if not sane:
            self.faults += 1
            self._muted = MUTED_S
        if self._muted > 0.0:
            bus[:] = 0.0
            self._muted -= self._seconds
        power = self.power = weigh_k(bus, self._state, self._weighting)
        gain = min(self._capped(power), self._unstartling(power))
        if self._gain != 1.0 or gain != 1.0:
            _turn_down(bus, self._gain, gain)
        self._gain = gain
        self.held_db = -20.0 * math.log10(max(gain, 1e-6))
        put_out = power * gain * gain
        self._powers[self._block % len(self._powers)] = put_out
        self._block += 1
        self._remember(loudness(put_out))
        return self._limiter.render(bus), sane

    def _capped(self, power: float) -> float:
        """The gain at which no 0.4 s exceed the cap: a block may spend a tenth of what the others have left.

        At a steady level over the cap every block gets its even share, so the gain settles; after an onset the
        allowance shrinks block by block and the sum never passes the cap.
        """
        blocks = len(self._powers)
        cap = mean_square(self._hearing.momentary_max_lufs - 0.3) * blocks  # 0.3 dB for the ramps between blocks
        left = cap - (sum(self._powers) - self._powers[self._block % blocks])
        even = cap / blocks
        allowed = max(min(left, even + 0.1 * max(left - even, 0.0)), 0.0)
        return min(1.0, math.sqrt(allowed / max(power, 1e-12)))

    def _unstartling(self, power: float) -> float:
        """The gain at which a sound is at most HABIT louder than what the ear is used to."""
        self._recent[self._block % len(self._recent)] = power
        over = loudness(max(self._recent)) - self._used_to - HABIT
        return 1.0 if over <= 0.0 else float(10.0 ** (-over / 20.0))

    def _remember(self, lufs: float) -> None:
        rising = min(lufs, self._used_to + self._hearing.onset_db_per_s * self._seconds)
        self._used_to = max(rising, self._used_to - FORGETTING * self._seconds, QUIET)
