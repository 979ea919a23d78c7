"""SleepTree, the first piece: a luminous tree on still water, and a community asleep round it.

Nothing here moves by itself: every light is a function of the moment, so any moment can be drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import numpy as np

from installation import Chance, Light, Mist, Moment, Points, Scene, Strokes, gathered
from scenes.sleeptree import water
from scenes.sleeptree.air import Air
from scenes.sleeptree.boughs import Boughs
from scenes.sleeptree.dreamers import Dreamers
from scenes.sleeptree.growth import grow
from scenes.sleeptree.palette import shone
from scenes.sleeptree.tearing import Register, registers


class SleepTree(Scene):
    """The tree breathes with the community, tears with it, and is mended by every single sleeper."""

    budget: ClassVar[int] = 320_000

    def __init__(self, chance: Chance) -> None:
        tree = grow(chance.of("tree"))
        self._boughs = Boughs(tree, chance.of("boughs"))
        self._dreamers = Dreamers(tree, chance.of("dreamers"))
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
            shown += [_in_register(light, register) for light in airy]
            standing = [_in_register(light, register) for light in mirrored]
            shown += [*standing, *(_image(light, now) for light in standing)]
        return shown


def _in_register(light: Light, register: Register) -> Points | Strokes:
    assert not isinstance(light, Mist)
    return replace(light, position=register.moved(light.position), colour=register.tinged(light.position, light.colour))


def _image(light: Points | Strokes, now: Moment) -> Points | Strokes:
    """The light as the water shows it: wavering, dimmed, softer."""
    position = water.image(light.position, now.seconds)
    radius = np.maximum(light.radius, water.SOFTEST)
    colour = shone(light.colour, water.dimming(light.position) * np.sqrt(light.radius / radius))
    return replace(light, position=position, radius=radius, colour=colour, halo=0.0)
