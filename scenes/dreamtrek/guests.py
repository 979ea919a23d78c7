"""Guests, sleepers whom somebody in the room is: a lantern that floats by the rope, tied to cocoon and rope.

Lanterns keep their places in the picture while the camera climbs and turns; a ring opens round them with every beat,
which runs on into the rope.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import (
    Chance,
    Moment,
    Points,
    Strokes,
    View,
    beat_rings,
    beaten,
    blossoms,
    called,
    coming,
    crowded,
    eased,
    guest_threads,
    hues,
    mix,
    seated,
    shone,
    spread,
)
from scenes.dreamtrek.palette import PEARL

FIRST = 24  # guests who are nearer to the rope
LANTERN, SHINE = 0.19, 0.75  # metres, radius of a lantern and of the light round it
RING = 0.95  # metres to which a beat's ring opens
FLOWER = 0.17  # metres, where a thread meets the rope

Doubles = NDArray[np.float64]


class Guests:
    """A pure function of the moment."""

    def __init__(self, cocoons: Doubles, chance: Chance) -> None:
        many = len(cocoons)
        self._cocoons = cocoons  # (n, 3) metres, where threads come from
        s, t = spread(many)
        reach = np.where(np.arange(many) < FIRST, 0.42, 0.66)
        side = 2.0 * s - 1.0
        self._across = np.copysign(0.14 + reach * np.abs(side), side)  # shares of half the picture
        self._above = np.where(np.arange(many) < FIRST, 1.0, 1.2) * (t - 0.55)
        self._bob = chance.at().uniform(0.0, 2.0 * np.pi, (2, many))

    def place(self, now: Moment, view: View) -> Doubles:
        """(n, 3) metres, inside the picture of `view`, which does not sway."""
        right, up, _ = view.axes()
        far = math.dist(view.eye, view.target) * math.tan(math.radians(0.5 * view.height_deg))
        a, b = self._bob + now.seconds * np.array([[0.23], [0.31]])
        across = far * now.aspect * (self._across + 0.012 * np.sin(a))
        above = far * (self._above + 0.02 * np.sin(b))
        return np.asarray(np.array(view.target) + across[:, None] * right + above[:, None] * up)

    def light(self, now: Moment, view: View) -> list[Points | Strokes]:
        """Lanterns, rings, threads, flowers."""
        sleepers = now.sleepers
        if not sleepers.guest.any():
            return []
        place = self.place(now, view)
        right, up, _ = view.axes()
        rings = beat_rings(sleepers, place, RING, (right, up))
        rope = np.zeros_like(place)
        rope[:, 2] = np.clip(place[:, 2] + 0.8, 1.4, 12.0)
        out = (place - rope) / np.linalg.norm(place - rope, axis=1)[:, None]
        flowers = blossoms(sleepers, rope + 0.35 * out, FLOWER)
        return [
            *self._lanterns(now, place),
            *guest_threads(sleepers, self._cocoons, place, 0.5, 0.012),
            *guest_threads(sleepers, place, rope, 0.3, 0.016),
            *(light for light in (rings, flowers) if light is not None),
        ]

    @staticmethod
    def _lanterns(now: Moment, place: Doubles) -> list[Points | Strokes]:
        sleepers = now.sleepers
        who = np.flatnonzero((sleepers.guest > 0.0) & (sleepers.present > 0.01))
        _, lit = seated(sleepers.guest[who])
        beat, told = beaten(sleepers)[who], called(sleepers)[who] + coming(sleepers)[who]
        light = lit * eased(sleepers.guest[who]) * crowded(sleepers) * sleepers.present[who] * sleepers.glow[who]
        light = light * (0.9 + 0.5 * sleepers.pulse[who] + 1.6 * beat + told)
        colour = hues(sleepers.hue[who], 0.14)
        at = np.asfortranarray(place[who], dtype=np.float32)
        size = (LANTERN * (0.8 + 0.4 * beat)).astype(np.float32)
        return [
            Points(at, size, shone(mix(colour, PEARL, 0.25), 2.2 * light), halo=0.45),
            Points(at, np.full(len(who), SHINE, np.float32), shone(colour, 0.11 * light)),
        ]
