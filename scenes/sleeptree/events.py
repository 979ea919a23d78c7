"""What happens now and then while all breathe as one: rings of sleepers that light together, a spore that shoots off.

An event takes one breath, and the breath's number says which: nothing is kept, so any moment can be drawn.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Light, Moment, Points, Strokes, ease, mix, rgb, shone, spatial
from scenes.sleeptree.growth import Tree
from scenes.sleeptree.palette import CYAN, GOLD

CHASED, GATHERED, SHOT = 0.34, 0.30, 0.42  # chances, of a breath, of the three events
INNER = 3.9  # metres from the trunk: the first ring of sleepers
TAIL = 22  # vertices of a spore's tail
FLIGHT = 0.10, 0.66  # of a breath: when a spore flies
ROUND = 48  # vertices of the ring that it leaves

Breath = tuple[float, float, tuple[float, ...]]
"""How much the community agrees, how far into its breath it is (0..1), and six numbers, its own chance."""


class Events:
    """A pure function of the moment, silent unless the community agrees."""

    def __init__(self, tree: Tree, chance: Chance) -> None:
        high = np.flatnonzero(tree.tips[:, 2] > 3.4)
        self._from = tree.tips[high if len(high) else slice(None)]
        self._chance = chance
        turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
        self._round = np.stack([np.cos(turn), np.sin(turn)], axis=1)

    def called(self, breath: Breath, place: NDArray[np.float64]) -> Array:
        """(n,) 0..1: how far each sleeper, at (n, 2) metres on the water, is lit by what they do together."""
        agreed, age, (chased, gathered, *_) = breath
        lit = np.zeros(len(place), np.float32)
        if agreed <= 0.0:
            return lit
        far = np.hypot(*place.T)
        if chased < CHASED:  # a ring of light runs out from the trunk, sleeper by sleeper
            lit += np.exp(-(((far - (0.4 + 10.5 * age)) / 0.55) ** 2)).astype(np.float32)
        elif gathered < GATHERED:  # the first ring, all of it at once
            lit += (math.exp(-(((age - 0.30) / 0.11) ** 2)) * (far < INNER)).astype(np.float32)
        return lit * np.float32(agreed)

    def light(self, now: Moment, breath: Breath) -> list[Light]:
        """A spore that leaves the crown in an arc, and its ring where it meets the water."""
        agreed, age, (*_, shot, start, angle, far) = breath
        if agreed <= 0.0 or shot > SHOT or age < FLIGHT[0]:
            return []
        a = self._from[int(start * len(self._from))].astype(np.float64)
        turn = math.atan2(a[1], a[0]) + (angle - 0.5)
        reach = 4.5 + 4.0 * far
        b = np.array([reach * math.cos(turn), reach * math.sin(turn), 0.02])
        flown = (age - FLIGHT[0]) / (FLIGHT[1] - FLIGHT[0])
        colour = mix(mix(CYAN, rgb(1.0, 1.0, 1.0), 0.55), mix(GOLD, rgb(1.0, 1.0, 1.0), 0.4), ease(now.bloom))
        if flown <= 1.0:
            return self._flight(a, b, flown, colour, agreed)
        return [self._landing(b, (age - FLIGHT[1]) / (1.0 - FLIGHT[1]), colour, agreed)]

    def breath(self, now: Moment) -> Breath:
        """The breath that the community is taking."""
        turns = now.breath / (2.0 * math.pi)
        number = math.floor(turns)
        agreed = ease((now.coherence - 0.9) / 0.07) * ease(1.0 - 3.0 * now.unrest) * (1.0 - 0.75 * ease(now.bloom))
        return agreed, turns - number, tuple(self._chance.at(number).uniform(size=6).tolist())

    @staticmethod
    def _flight(
        a: NDArray[np.float64], b: NDArray[np.float64], flown: float, colour: Array, agreed: float
    ) -> list[Light]:
        way = np.clip(flown - 0.16 * np.linspace(1.0, 0.0, TAIL), 0.0, 1.0)
        x, y, z = (a + (b - a) * way[:, None]).T
        z = z + 2.6 * way * (1.0 - way) * 2.0
        ends = ease(flown / 0.12) * ease((1.0 - flown) / 0.05)
        fade = np.linspace(0.0, 1.0, TAIL) ** 2.2 * ends * agreed
        place = spatial(x, y, z)
        thick = np.linspace(0.004, 0.013, TAIL).astype(np.float32)
        tail = Strokes(place, thick, shone(colour, 2.2 * fade), np.zeros(1, np.int32), halo=0.25)
        head = Points(place[-1:], np.full(1, 0.05, np.float32), shone(colour, 3.5 * fade[-1:]), halo=0.42)
        return [tail, head]

    def _landing(self, b: NDArray[np.float64], age: float, colour: Array, agreed: float) -> Light:
        ring = b[:2] + self._round * (0.08 + 1.5 * age)
        light = np.full(ROUND, 0.9 * agreed * (1.0 - age) ** 2 * ease(age / 0.06))
        place = spatial(ring[:, 0], ring[:, 1], np.zeros(ROUND))
        return Strokes(place, np.full(ROUND, 0.012, np.float32), shone(colour, light), np.zeros(1, np.int32))
