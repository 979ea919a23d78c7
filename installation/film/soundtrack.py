"""The sound of a film: a show heard tick by tick, in sync with its pictures to the sample. Reads no clock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from installation.model import ticks
from installation.model.chance import Chance
from installation.settings import Hearing
from installation.show import Show
from installation.sound.synth import Synth

Samples = NDArray[np.float32]

RATE = 48_000
QUANTUM = RATE // ticks.RATE
ROLL = ticks.ticks(20.0)
"""Ticks before the first one that the room, the loudness and the hearing guard are given to settle."""


class Soundtrack:
    """Hands the sound of ticks first .. last - 1 of a show to `take`, (n, channels) samples at a time.

    Sound is late by the limiter's look-ahead: as many samples are dropped at the start and made at the end.
    """

    def __init__(
        self, seed: int, hearing: Hearing, first: int, last: int, take: Callable[[Samples], object], channels: int = 2
    ) -> None:
        self._synth = Synth(Chance(seed).of("sound"), channels, RATE, hearing)
        self._first, self._last, self._take = first, last, take
        self._drop = self._synth.latency
        self._owed = (last - first) * QUANTUM
        self._show: Show | None = None

    def hear(self, show: Show) -> None:
        """The show is at a tick; call it once for every tick, in order."""
        self._show = show
        if show.tick >= self._first - ROLL and self._owed > 0:
            heard = self._synth.render(show.moment(), show.voices(), QUANTUM)
            if show.tick >= self._first:
                self._give(heard)

    def finish(self) -> None:
        """What is still owed: the last moment holds."""
        while self._owed > 0 and self._show is not None:
            self._give(self._synth.render(self._show.moment(), self._show.voices(), QUANTUM))

    def _give(self, heard: Samples) -> None:
        kept = heard[self._drop :][: self._owed]
        self._drop = max(0, self._drop - len(heard))
        self._owed -= len(kept)
        if len(kept):
            self._take(kept)
