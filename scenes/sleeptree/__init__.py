"""SleepTree, the first piece: a luminous tree on still water, and a community asleep round it.

Nothing here moves by itself: every light is a function of the moment, so any moment can be drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from installation import Chance, Company, Light, Moment, Scene, gathered, registers
from scenes.sleeptree import water
from scenes.sleeptree.air import Air
from scenes.sleeptree.boughs import Boughs
from scenes.sleeptree.dreamers import Dreamers
from scenes.sleeptree.growth import grow


class SleepTree(Scene):
    """The tree breathes with the community, tears with it, and is mended by every single sleeper."""

    budget: ClassVar[int] = 320_000

    def __init__(self, chance: Chance, company: Company) -> None:
        tree = grow(chance.of("tree"))
        self._boughs = Boughs(tree, chance.of("boughs"), len(company))
        self._dreamers = Dreamers(tree, chance.of("dreamers"), len(company))
        self._water = water.Water(chance.of("water"))
        self._air = Air(chance.of("air"))
        self._slabs, self._flicker = chance.of("slabs"), chance.of("flicker")

    def light(self, now: Moment) -> Iterable[Light]:
        """Everything that stands, in one register or two, and its image in the water; then water and air."""
        people, columns = self._dreamers.light(now, self._flicker.at(now.beat.index))
        shown: list[Light] = [*self._air.light(now, self.view(now)), *self._water.light(now)]
        wood, fine = self._boughs.light(now)
        mirrored, airy = gathered((*wood, *people)), gathered((*fine, columns))
        for register in registers(now, self._slabs):
            shown += [register.torn(light) for light in airy]
            standing = [register.torn(light) for light in mirrored]
            shown += [*standing, *(water.image(light, now.seconds) for light in standing)]
        return shown
