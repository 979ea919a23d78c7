"""Guests, sleepers whom somebody in the room is: a lamp on the polished floor, a thread to their own ring, and that
ring, or the thread of the cloth that it becomes, in their hue.
"""

from __future__ import annotations

import numpy as np

from installation import (
    Moment,
    Points,
    Strokes,
    View,
    beat_rings,
    blossoms,
    guest_threads,
    lanterns,
    own_lines,
    shore,
)
from scenes.sanctuary.fibres import VERTICES, Woven
from scenes.sanctuary.palette import Doubles

LIFT = 0.05  # metres, a lamp over the floor
LAMP = 0.050  # metres
RING = 0.55  # metres to which a beat's ring opens
FLOWER = 0.10  # metres, where a thread meets its ring
THIN = 0.014  # metres, a guest's own ring


class Guests:
    """A pure function of the moment."""

    def place(self, now: Moment, view: View) -> Doubles:
        """(n, 3) metres on the floor, inside the picture of `view`, which does not sway."""
        floor = shore(view, now.aspect, len(now.sleepers))
        return np.column_stack([floor, np.full(len(floor), LIFT)])

    def light(self, now: Moment, view: View, woven: Woven) -> list[Points | Strokes]:
        """Lamps, rings on the floor, threads, flowers, and the fibres that are theirs."""
        sleepers = now.sleepers
        if not sleepers.guest.any():
            return []
        place = self.place(now, view)
        fibre = woven.lines.place.reshape(3, -1, VERTICES)
        hem = fibre[:, np.arange(fibre.shape[1]), fibre[2].argmin(axis=1)].T.astype(np.float64)
        found = beat_rings(sleepers, place, RING), blossoms(sleepers, hem, FLOWER)
        return [
            *lanterns(sleepers, place, LAMP),
            *guest_threads(sleepers, place, hem, 0.15),
            *(light for light in (*found, own_lines(sleepers, fibre, THIN)) if light is not None),
        ]
