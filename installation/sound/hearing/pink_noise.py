"""Pink noise for a sound level meter: the same from every start, as loud as it says, from all loudspeakers at once.

It goes through the hearing guard as everything does, at a level that the guard has no reason to touch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.model import ticks
from installation.model.chance import Chance
from installation.sound.hearing.a_weighting import DEEPEST, HIGHEST, pink_k
from installation.sound.hearing.exposure import CALIBRATED_AT
from installation.sound.hearing.guard import HearingGuard
from installation.sound.synth import Levels
from installation.venue.settings import Hearing, Sound

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

PERIOD = 1 << 19
"""Samples after which it begins again, without a seam: eleven seconds."""

CREST_DB = 12.0
"""By which its highest sample may pass its mean square."""

HEADROOM_DB = 1.5  # under the venue's cap: 0.4 s of noise are now louder, now softer
RISE_S = 3.0

_ROUNDS = 12  # of clipping and mending the spectrum; each lowers the crest a little


def pink(rate: int, chance: Chance, channel: int) -> Doubles:
    """(PERIOD,) pink noise of 20 Hz to 20 kHz with a mean square of 1, independent of other channels'.

    Made of one sine for each whole number of periods, with power falling as 1 / f and phases drawn by lot; then clipped
    and given its spectrum again until its crest is low (after E. Van der Ouderaa et al., "Peak factor minimization
    using a time-frequency domain swapping algorithm", IEEE Trans. IM 37, 1988).
    """
    hz = np.fft.rfftfreq(PERIOD, 1.0 / rate)
    inside = (hz >= DEEPEST) & (hz <= min(HIGHEST, 0.45 * rate))
    sizes = np.where(inside, 1.0 / np.sqrt(np.maximum(hz, 1.0)), 0.0)
    sizes *= PERIOD / np.sqrt(2.0 * np.square(sizes).sum())
    phases = np.exp(2j * np.pi * chance.at(channel).random(len(hz)))
    top = 10.0 ** (CREST_DB / 20.0)
    sound = np.fft.irfft(sizes * phases, PERIOD)
    for _ in range(_ROUNDS):
        spectrum = np.fft.rfft(np.clip(sound, -0.9 * top, 0.9 * top))
        sound = np.fft.irfft(sizes * np.exp(1j * np.angle(spectrum)), PERIOD)
    return np.asarray(sound)


def level_dbfs(hearing: Hearing, channels: int, rate: int) -> float:
    """How loud each channel may be for the guard to let it through as it is: CALIBRATED_AT, or less."""
    all_channels = pink_k(rate) + 10.0 * np.log10(channels)
    under_cap = hearing.momentary_max_lufs - HEADROOM_DB - all_channels
    return float(min(CALIBRATED_AT, under_cap, hearing.ceiling_dbtp - CREST_DB - 1.0))


class Noise:
    """A source for the loudspeakers: rises in RISE_S and then stays, whatever the show does."""

    def __init__(self, chance: Chance, channels: int, rate: int, hearing: Hearing) -> None:
        level = 10.0 ** (level_dbfs(hearing, channels, rate) / 20.0)
        self._period = np.stack([level * pink(rate, chance, c) for c in range(channels)]).astype(np.float32)
        self.quantum, self.gain_db = rate // ticks.RATE, 0.0
        self._guard = HearingGuard(channels, rate, self.quantum, hearing)
        self._rise = RISE_S * rate
        self._made = 0
        self._rms = 0.0

    @property
    def levels(self) -> Levels:
        """What was put out lately."""
        guard = self._guard
        return Levels(self._rms, guard.momentary, guard.peak, 0.0, guard.held_db, guard.faults)

    def render_row(self, row: Doubles, n: int) -> Array:
        """(n, channels) more; `n` is a quantum, and the cue means nothing."""
        places = np.arange(self._made, self._made + n)
        risen = np.minimum(places / self._rise, 1.0).astype(np.float32)
        self._made += n
        heard, _ = self._guard.render(self._period[:, places % PERIOD] * np.square(risen))
        self._rms = float(np.sqrt(np.mean(np.square(heard))))
        return np.ascontiguousarray(heard.T)


def noise(seed: int, output: Sound, hearing: Hearing) -> Noise:
    """The source of calibration."""
    return Noise(Chance(seed).of("pink"), output.channels, output.rate, hearing)
