"""Guests, sleepers whom somebody in the room is: a ring on the street a beat, a light into the net, and no theft.

Their figures are the brightest of the street. What makes a figure is in dreamers.py.
"""

from __future__ import annotations

import numpy as np

from installation import (
    Array,
    Moment,
    Points,
    Strokes,
    beat_rings,
    beaten,
    blossoms,
    called,
    coming,
    guest_threads,
    hues,
    shone,
)
from scenes.restpods.dreamers import Crowd
from scenes.restpods.street import Street

HEART = 1.2  # metres over the hem
RING = 1.4  # metres to which a beat's ring opens, on the ground round the pod
FLOWER = 0.22  # metres, in the net
SHINE = 0.75  # metres, the light in which a guest stands


class Guests:
    """A pure function of the moment."""

    def __init__(self, street: Street) -> None:
        self._street = street

    def light(self, now: Moment, crowd: Crowd, head: Array) -> list[Points | Strokes]:
        """Rings, the light round them, threads from the heads, (3, n) metres, into the net, and flowers there."""
        sleepers = now.sleepers
        if not sleepers.guest.any():
            return []
        ground = crowd.place.T.astype(np.float64)
        ground[:, 2] -= 0.25
        knot = self._street.knot.T
        rings, flowers = beat_rings(sleepers, ground, RING), blossoms(sleepers, knot, FLOWER)
        heart = crowd.place.copy()
        heart[2] += HEART
        told = 1.5 * beaten(sleepers) + called(sleepers) + coming(sleepers)
        strength = sleepers.guest * sleepers.present * (0.25 + told)
        shine = shone(hues(sleepers.hue, 0.2), 0.085 * strength * sleepers.glow)
        who = np.flatnonzero(strength > 0.0)
        return [
            Points(heart.T[who], np.full(len(who), SHINE, np.float32), shine[who]),
            *guest_threads(sleepers, head.T, knot, 0.1, 0.012),
            *(light for light in (rings, flowers) if light is not None),
        ]
