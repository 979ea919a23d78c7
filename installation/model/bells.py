"""Which sleepers ring in this tick: those whose breath is at its peak, a few a second, the nearest to the camera first.

A sleeper whom a sensor drives always rings, and at once: who gives a beat hears it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from installation.model import ticks
from installation.model.chance import Chance

Doubles = NDArray[np.float64]

APART = (20, 52)
"""Ticks from one ring to the next at least, drawn by lot: at most six a second, and never a beat of their own."""

AGAIN = ticks.ticks(0.3)
"""Ticks after which the same sleeper may ring again: noise may carry a breath over its peak and back."""

MOST = 8
"""Bells in one tick; where more sensors beat at once, the next ring in the next: nobody's beat is lost."""

NEAR, FAR = 4.0, 18.0  # metres from the camera at which a bell is struck hardest and softest
SOFTEST = 0.35


class BellQueue:
    """The peaks of `count` breaths, waiting to ring."""

    state = ("phase", "waiting", "owed", "due", "window", "last", "struck")

    def __init__(self, chance: Chance, count: int) -> None:
        self._chance = chance
        self.phase: Doubles = np.zeros(count)  # radians, as of the last tick
        self.waiting = np.zeros(count, dtype=bool)  # peaked since the last ring
        self.owed = np.zeros(count, dtype=bool)  # driven, and too many at once: the next tick is theirs
        self.last = np.full(count, -AGAIN, dtype=np.int64)  # tick of each sleeper's last ring
        self.due, self.window = 0, 0  # tick from which the next may ring; how many have
        self.struck: Doubles = np.zeros(count)  # (n,) 0 silent .. 1 struck hard, in this tick

    def step(
        self,
        tick: int,
        phase: Doubles,
        present: Doubles,
        driven: Doubles,
        far: Callable[[], Doubles],
        beaten: NDArray[np.bool_] | None = None,
    ) -> None:
        """One tick further. All (n,): `phase` in 0..2 pi, a breath peaks at 0; `far`, metres from the camera;
        `beaten`, whom somebody gave a beat in this tick. `far` is only asked where somebody rings.
        """
        before, self.phase = self.phase, phase
        self.struck = np.zeros(len(phase))
        turned = before - phase > np.pi
        given = np.zeros(len(phase), dtype=bool) if beaten is None else beaten
        asked = turned.any() or given.any() or self.owed.any()
        if not asked and (tick < self.due or not self.waiting.any()):
            return
        ready = (present > 0.5) & (tick - self.last >= AGAIN)
        peaked = turned & ready
        rings = self.owed | (peaked & (driven > 0.5)) | (ready & given)
        self.waiting = self.waiting | (peaked & ~rings)
        self.owed = rings & (np.cumsum(rings) > MOST)
        rings &= ~self.owed
        chosen = tick >= self.due and self.waiting.any()
        if not (chosen or rings.any()):
            return
        away = far()
        if chosen:
            if rings.sum() < MOST:
                rings[int(np.argmin(np.where(self.waiting, away, np.inf)))] = True
            self.waiting = np.zeros(len(phase), dtype=bool)
            self.window += 1
            self.due = tick + int(self._chance.at(self.window).integers(*APART))
        nearness = np.clip((FAR - away) / (FAR - NEAR), 0.0, 1.0)
        self.struck = np.where(rings, SOFTEST + (1.0 - SOFTEST) * nearness, 0.0)
        self.last = np.where(rings, tick, self.last)
