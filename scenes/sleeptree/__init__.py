"""SleepTree, the first piece: a luminous tree on still water, and a community asleep round it.

Nothing here moves by itself: every light is a function of the moment, so any moment can be drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from installation import Chance, Company, Light, Moment, Scene, View, ease, gathered, registers
from scenes.sleeptree import water
from scenes.sleeptree.air import Air
from scenes.sleeptree.boughs import Boughs
from scenes.sleeptree.dreamers import LIFT, Dreamers
from scenes.sleeptree.events import Events
from scenes.sleeptree.growth import FORK, grow
from scenes.sleeptree.guests import Guests
from scenes.sleeptree.rarities import Rarities
from scenes.sleeptree.sky import Sky
from scenes.sleeptree.threads import Threads

CROWN = FORK, 4.6  # metres: where glitch tears wide slabs out
FAR, NEAR = 8.0, 5.0  # metres from the eye to the crown's middle: from there on it fills the picture, and there it does


class SleepTree(Scene):
    """The tree breathes with the community, tears with it, and is mended by every single sleeper."""

    budget: ClassVar[int] = 320_000

    def __init__(self, chance: Chance, company: Company) -> None:
        tree = grow(chance.of("tree"))
        self._boughs = Boughs(tree, chance.of("boughs"), len(company))
        self._dreamers = Dreamers(chance.of("dreamers"), len(company))
        self._threads = Threads(tree, chance.of("threads"), len(company))
        self._guests = Guests(chance.of("guests"), len(company))
        self._events = Events(tree, chance.of("events"))
        self._water = water.Water(chance.of("water"))
        self._air = Air(chance.of("air"))
        self._sky = Sky(chance.of("sky"))
        self._rarities = Rarities(chance.of("rarities"))
        self._slabs, self._flicker = chance.of("slabs"), chance.of("flicker")

    def whereabouts(self, now: Moment) -> NDArray[np.float64]:
        """On the water, where guests lie."""
        return np.column_stack([self._dreamers.shore(now), np.full(len(now.sleepers), LIFT)])

    def light(self, now: Moment) -> Iterable[Light]:
        """Everything that stands, in one register or two, and its image in the water; then water and air."""
        view, place = self.view(now), self._dreamers.place(now)
        breath, flicker = self._events.breath(now), self._flicker.at(now.beat.index)
        people, columns = self._dreamers.light(now, view, place, self._events.called(breath, place), flicker)
        if now.bloom > 0.0 and now.unrest < 1.0:
            people.append(self._threads.light(now, view, place, LIFT))
        people += self._rarities.light(now, view)
        shown: list[Light] = [self._sky.light(now, view), *self._air.light(now), *self._water.light(now, place)]
        shown += self._events.light(now, breath)
        shown += self._guests.rings(now, place)
        wood, fine = self._boughs.light(now)
        mirrored, airy = gathered((*wood, *people)), gathered((*fine, columns, *self._guests.light(now, place)))
        short = water.foreshortening(view)
        for register in registers(now, self._slabs, CROWN, _nearness(view)):
            shown += [register.torn(light) for light in airy]
            standing = [register.torn(light) for light in mirrored]
            shown += [*standing, *(water.image(light, now, short) for light in standing)]
        return shown


def _nearness(view: View) -> float:
    """0..1: how far the crown fills the picture."""
    x, y, z = view.eye
    return ease((FAR - math.hypot(x, y, z - 0.5 * sum(CROWN))) / (FAR - NEAR))
