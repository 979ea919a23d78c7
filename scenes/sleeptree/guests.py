"""Guests, sleepers whom somebody in the room is: a ring on the water a beat, a thread into the crown, a flower."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Chance, Moment, Points, Strokes, beat_rings, blossoms, guest_threads, unswayed
from scenes.sleeptree.dreamers import LIFT

RING = 0.62  # metres to which a beat's ring opens
FLOWER = 0.13  # metres

Doubles = NDArray[np.float64]


class Guests:
    """A pure function of the moment."""

    def __init__(self, chance: Chance, sleepers: int) -> None:
        draw = chance.at()
        self._across = draw.uniform(-2.3, 2.3, sleepers)  # metres from the axis, as the camera sees it
        self._deep = draw.uniform(-0.6, 0.6, sleepers)
        self._height = 2.5 + draw.uniform(0.0, 1.0, sleepers) * (2.0 - 0.22 * self._across**2)
        self._beat = draw.uniform(0.0, 2.0 * np.pi, sleepers)

    def rings(self, now: Moment, place: Doubles) -> list[Strokes]:
        """What beats leave on the water, at (n, 2) metres."""
        rings = beat_rings(now.sleepers, np.column_stack([place, np.full(len(place), 0.004)]), RING)
        return [] if rings is None else [rings]

    def light(self, now: Moment, place: Doubles) -> list[Points | Strokes]:
        """Threads from (n, 2) metres on the water, and flowers at their ends."""
        if not now.sleepers.guest.any():
            return []
        tips = self._tips(now)
        flowers = blossoms(now.sleepers, tips, FLOWER)
        threads = guest_threads(now.sleepers, np.column_stack([place, np.full(len(place), LIFT)]), tips)
        return [*threads, *([] if flowers is None else [flowers])]

    def _tips(self, now: Moment) -> Doubles:
        """(n, 3) metres, in the crown: they keep their places in the picture while the camera goes round."""
        view = unswayed(now)
        x, y = view.target[0] - view.eye[0], view.target[1] - view.eye[1]
        far = max(float(np.hypot(x, y)), 1e-6)
        x, y = x / far, y / far
        sway = 0.05 * np.sin(self._beat + 0.4 * now.seconds)
        across, deep = self._across + sway, self._deep
        return np.column_stack([across * y + deep * x, -across * x + deep * y, self._height + 0.6 * sway])
