"""Guests, sleepers whom somebody in the room is: a lantern that floats by the rope, tied to cocoon and rope.

Lanterns keep their places in the picture while the camera climbs and turns; a ring opens round them with every beat,
which runs on into the rope.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Moment, Points, Strokes, View, afloat, beat_rings, blossoms, guest_threads, lanterns

LANTERN = 0.19  # metres
RING = 0.95  # metres to which a beat's ring opens
FLOWER = 0.17  # metres, where a thread meets the rope

Doubles = NDArray[np.float64]


class Guests:
    """A pure function of the moment."""

    def __init__(self, cocoons: Doubles) -> None:
        self._cocoons = cocoons  # (n, 3) metres, where threads come from

    def place(self, now: Moment, view: View) -> Doubles:
        """(n, 3) metres, inside the picture of `view`, which does not sway."""
        return afloat(view, now.aspect, now.seconds, len(now.sleepers))

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
            *lanterns(sleepers, place, LANTERN),
            *guest_threads(sleepers, self._cocoons, place, 0.5, 0.012),
            *guest_threads(sleepers, place, rope, 0.3, 0.016),
            *(light for light in (rings, flowers) if light is not None),
        ]
