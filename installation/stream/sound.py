"""The sound of a stream: the show's cues, rendered tick by tick, without a gap, whatever was held up in between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.film.soundtrack import QUANTUM, Studio
from installation.model import ticks
from installation.sound.output.shared_memory import CueRing

Samples = NDArray[np.float32]

CHANNELS = 2
BATCH = 4  # ticks that are rendered at once
LATE = ticks.RATE
"""Ticks behind at which it is silent up to now instead: to render them all would take as long again."""


class StreamSound:
    """Reads the cues on `ring` and renders them in `studio`, whose look-ahead is left out at the beginning."""

    def __init__(self, ring: CueRing, studio: Studio) -> None:
        self._ring, self._studio = ring, studio
        self._next = self._drop = 0

    def begin(self, tick: int) -> None:
        """This tick is heard first."""
        self._next, self._drop = tick, self._studio.latency

    def due(self) -> Samples:
        """(n, 2) what is to be heard since the last time; often nothing. A cue that is gone holds the one before."""
        head = self._ring.head
        many = head + 1 - self._next
        if many < BATCH:
            return np.zeros((0, CHANNELS), np.float32)
        first, self._next = self._next, head + 1
        if many > LATE:
            heard = np.zeros((many * QUANTUM, CHANNELS), np.float32)
        else:
            rows = np.stack([self._ring.read(tick) for tick in range(first, head + 1)])
            heard = self._studio.submit(rows).result()
        kept, self._drop = heard[self._drop :], max(0, self._drop - len(heard))
        return kept
