"""Guests, sleepers whom somebody in the room is: a lantern at the foot of the wall, a thread to their own stroke, and
that stroke in their hue.

Lanterns keep their places in the picture; a ring opens round them with every beat, which runs up into the paint.
"""

from __future__ import annotations

import numpy as np

from installation import (
    Moment,
    Points,
    Strokes,
    View,
    afloat,
    beat_rings,
    blossoms,
    guest_threads,
    lanterns,
    own_lines,
)
from scenes.mural.palette import Doubles
from scenes.mural.wall import Paint
from scenes.mural.wind import VERTICES

LOW, HIGH = -0.72, -0.34  # halves of the picture's height: at the wall's foot, under the whorls and the rose
LANTERN = 0.062  # metres
RING = 0.55  # metres to which a beat's ring opens
FLOWER = 0.12  # metres, where a thread meets the stroke
THIN = 0.020  # metres, a guest's own stroke


class Guests:
    """A pure function of the moment."""

    def place(self, now: Moment, view: View) -> Doubles:
        """(n, 3) metres, inside the picture of `view`, which does not sway."""
        return afloat(view, now.aspect, now.seconds, len(now.sleepers), LOW, HIGH)

    def light(self, now: Moment, view: View, paint: Paint) -> list[Points | Strokes]:
        """Lanterns, rings, threads, flowers, and the strokes that are theirs."""
        sleepers = now.sleepers
        if not sleepers.guest.any():
            return []
        place = self.place(now, view)
        right, up, _ = view.axes()
        stroke = paint.place[:, :, 2]
        middle = stroke[:, :, VERTICES // 2].T.astype(np.float64)
        found = beat_rings(sleepers, place, RING, (right, up)), blossoms(sleepers, middle, FLOWER)
        return [
            *lanterns(sleepers, place, LANTERN),
            *guest_threads(sleepers, place, middle, 0.25),
            *(light for light in (*found, own_lines(sleepers, stroke, THIN)) if light is not None),
        ]
