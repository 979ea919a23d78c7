"""The glitch clock that light and sound share: uneven slices of time, so that eye and ear are torn in one instant."""

from __future__ import annotations

from installation.model.chance import Chance
from installation.model.tempo import SLICE

LENGTHS = (5, 10, 20, 20, 40)
"""Ticks a slice may last: a sixth of a second times 1/4, 1/2, 1, 1, 2. In a tempo, as many parts of its own slice."""


class GlitchClock:
    """Slice after slice; which length comes next is addressed by the slice's number."""

    moving = ("index", "age", "length", "owed")

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.index, self.age = 0, 0
        self.owed = 0.0  # ticks, -0.5 .. 0.5, that the slices so far were too short
        self.length = self._draw(0, SLICE)

    def step(self, unit: float = SLICE) -> None:
        """One tick further; a slice that begins now is of `unit` ticks."""
        self.age += 1
        if self.age >= self.length:
            self.index, self.age = self.index + 1, 0
            self.length = self._draw(self.index, unit)

    def _draw(self, index: int, unit: float) -> int:
        exact = LENGTHS[int(self._chance.at(index).integers(len(LENGTHS)))] / SLICE * unit + self.owed
        length = round(exact)
        self.owed = exact - length
        return length
