"""A source whose every sample says which it is: what a missing or repeated one looks like cannot be argued about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.sound.synth import Levels
from installation.venue.settings import Hearing, Sound

ROUND = 30_000
"""Samples until the counter begins again; a count is its sample times 32768."""


class Counter:
    """Counts its samples, the same in every channel."""

    def __init__(self, channels: int, rate: int) -> None:
        self.quantum, self.gain_db = rate // 120, 0.0
        self._channels, self._count = channels, 0
        self.levels = Levels(rms=0.5, momentary=-20.0, peak=0.9)

    def render_row(self, row: NDArray[np.float64], n: int) -> NDArray[np.float32]:
        counts = (np.arange(self._count, self._count + n) % ROUND).astype(np.float32) / 32768.0
        self._count += n
        return np.repeat(counts[:, None], self._channels, axis=1)


def counter(seed: int, output: Sound, hearing: Hearing) -> Counter:
    return Counter(output.channels, output.rate)
