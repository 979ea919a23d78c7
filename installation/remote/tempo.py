"""Somebody else's tempo, of MIDI's clock or a Link session, as what the show is told. It never moves the tick."""

from __future__ import annotations

import math

from installation import addresses
from installation.controls import Table


class TempoFollower:
    """Beats a minute -> the show's own tempo, which breath and torn slices keep to, wherever it is another one.

    `beats` beats are a breath; 0: as many as a tap makes one of. What differs by less than the share `changed` is the
    same tempo still.
    """

    def __init__(self, beats: float, rows: Table, changed: float) -> None:
        self._beats, self._changed = beats, changed
        self._tempo, self._breath = rows[addresses.TEMPO], rows[addresses.BREATH]
        self._told = 0.0

    def take(self, tempo: float) -> list[tuple[str, float]]:
        """What there is to tell of `tempo`, addresses and values in order; nothing where it is none, or the same."""
        if not math.isfinite(tempo) or tempo <= 0.0 or abs(tempo - self._told) <= self._changed * tempo:
            return []
        self._told = tempo
        halved = tempo
        while halved > self._tempo.high:  # of it follow the same breath and the same slices
            halved /= 2.0
        if self._beats == 0.0:
            return [(self._tempo.address, halved)]
        breath = min(max(tempo / 60.0 / self._beats, self._breath.low), self._breath.high)
        return [(self._tempo.address, halved), (self._breath.address, breath)]

    def forget(self) -> None:
        """Whoever comes next leads, in the same tempo too."""
        self._told = 0.0
