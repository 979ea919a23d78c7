"""Tempo: beats that somebody taps, and what follows from them: a breath of so many beats, slices of so many parts.

It never moves the tick. Times are ticks.
"""

from __future__ import annotations

import math

import numpy as np

from installation.model import ticks

MOST = 300.0
"""Beats a minute."""

BREATH = 0.16
"""Hz to which a breath of a whole number of beats comes as near as doubling and halving can bring it."""

SLICE = 20.0
"""Ticks to which a slice comes as near; what the glitch clock has where nobody gives a tempo."""

LONGEST = ticks.ticks(20.0)
"""Between two taps: the longest breath."""

BOUNCE = ticks.ticks(60.0 / MOST) - 2
"""Less between two taps is one tap."""

KEPT = 8
"""Intervals of which the median counts."""

STRAY = 1.5
"""By which factor an interval may differ from the others; one that differs more begins anew."""


class Taps:
    """Taps as they come; the tempo that they give."""

    moving = ("last", "intervals")

    def __init__(self) -> None:
        self.last = -1  # tick of the last tap; -1: none
        self.intervals: list[int] = []

    def tap(self, tick: int) -> float:
        """Beats a minute, as far as is known with this tap; 0 while it isn't."""
        since = tick - self.last
        if self.last >= 0 and since < BOUNCE:
            return 0.0
        began, self.last = self.last < 0 or since > LONGEST, tick
        usual = float(np.median(self.intervals)) if self.intervals else since
        if began:
            self.intervals = []
        elif not usual / STRAY <= since <= usual * STRAY:
            self.intervals = [since]
        else:
            self.intervals = [*self.intervals, since][-KEPT:]
        return min(60.0 * ticks.RATE / float(np.median(self.intervals)), MOST) if self.intervals else 0.0

    def forget(self) -> None:
        """The next tap is the first."""
        self.last, self.intervals = -1, []


def breath(tempo: float) -> float:
    """Hz of a breath that takes 1, 2, 4, 8 ... beats of a tempo (beats a minute), or of a half, a quarter of one."""
    return _folded(tempo / 60.0, BREATH)


def slices(tempo: float) -> float:
    """Ticks of the glitch clock's slice in this tempo: a beat, doubled or halved; SLICE where there is none (0)."""
    return _folded(60.0 * ticks.RATE / tempo, SLICE) if tempo > 0.0 else SLICE


def _folded(value: float, near: float) -> float:
    """`value` times the power of two that brings it nearest to `near`."""
    return value * 2.0 ** round(math.log2(near / value))
