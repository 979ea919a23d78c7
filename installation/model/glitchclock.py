"""The glitch clock that light and sound share: uneven slices of time, so that eye and ear are torn in one instant."""

from __future__ import annotations

from installation.model.chance import Chance

LENGTHS = (5, 10, 20, 20, 40)
"""Ticks a slice may last: a sixth of a second times 1/4, 1/2, 1, 1, 2."""


class GlitchClock:
    """Slice after slice; which length comes next is addressed by the slice's number."""

    moving = ("index", "age", "length")

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.index, self.age = 0, 0
        self.length = self._draw(0)

    def step(self) -> None:
        """One tick further."""
        self.age += 1
        if self.age >= self.length:
            self.index, self.age = self.index + 1, 0
            self.length = self._draw(self.index)

    def _draw(self, index: int) -> int:
        return LENGTHS[int(self._chance.at(index).integers(len(LENGTHS)))]
