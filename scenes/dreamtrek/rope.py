"""The rope that all ribbons become: plaited from three cords, torn into two by the camps, or opened into a basket.

Plait and tear are given in the picture's own frame, so that they are always seen from the front: across to the right,
deep away from the camera, both level. Arrays are (n, knots), metres.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from installation import Array, Chance, Moment, View, ease
from scenes.dreamtrek.seats import Seats

FOOT, TALL = 1.1, 12.5  # metres: where the rope begins, and how far it rises
PLAIT = 0.92  # radians a metre: how tightly the cords are plaited
ACROSS, DEEP = 0.98, 0.46  # metres, half the width and half the depth of the plait
SKIRT, SPREAD = 0.9, 0.9  # how much wider the plait is at its foot, and metres in which it closes
STRAND = 0.155  # metres, radius of a cord
LEAN = 1.55  # metres by which the torn ropes lean to either side
KNOT, KNOTTED = 4.8, 1.9  # metres: where they are tangled, and how far up and down
LOOP = 1.35  # metres, radius of a loop of the tangle
WAIST, NARROW, SLOPE = 1.25, 2.7, 2.3  # metres: the basket's narrowest radius, at what height, how soon it opens
WOVEN = 2.0  # the weave's slant: 1 would be the straight lines of a hyperboloid
LOW = 0.55  # metres at which the basket begins
PARTED = 0.55  # radians by which the camps have turned apart there
_LOWEST = math.atan((LOW - NARROW) / SLOPE)
LEAST_TOP, MOST_TOP = 8.4, 11.0  # metres at which its ribbons end


@dataclass(frozen=True)
class Facing:
    """The level axes of the picture, x and y of each."""

    right: tuple[np.float32, np.float32]
    ahead: tuple[np.float32, np.float32]

    @staticmethod
    def of(view: View) -> Facing:
        """Of a camera that does not look straight down."""
        x, y = view.target[0] - view.eye[0], view.target[1] - view.eye[1]
        far = math.hypot(x, y)
        x, y = x / far, y / far
        return Facing((np.float32(y), np.float32(-x)), (np.float32(x), np.float32(y)))

    def placed(self, across: Array, deep: Array) -> tuple[Array, Array]:
        """x and y in the world of what is across and deep from the axis."""
        return (
            across * self.right[0] + deep * self.ahead[0],
            across * self.right[1] + deep * self.ahead[1],
        )

    def limb(self, x: Array, y: Array) -> Array:
        """Light of a vessel's wall at x, y: darker where it is seen edge on, or its outline would be a white line."""
        facing = np.abs(x * self.ahead[0] + y * self.ahead[1]) / np.sqrt(x * x + y * y)
        return (0.38 + 0.85 * facing).astype(np.float32, copy=False)


class Rope:
    """Where each ribbon is once it is part of the rope; pure functions of the moment."""

    def __init__(self, seats: Seats, rise: Array, chance: Chance) -> None:
        draw = chance.at()
        n = len(seats)
        self._rise = rise  # (knots,) 0 at the foot .. 1 at the top
        self.height: Array = np.float32(FOOT) + np.float32(TALL) * rise  # (knots,)
        self.cord = (seats.turn * 3.0).astype(np.int64) % 3  # (n,)
        strand = STRAND * (0.35 + 1.6 * np.sqrt(draw.uniform(size=(n, 1))))  # metres from the cord's own axis
        turn = draw.uniform(0.0, 2.0 * np.pi, (n, 1))
        self._cos, self._sin = (strand * np.cos(turn)).astype(np.float32), (strand * np.sin(turn)).astype(np.float32)
        self.weight: Array = (0.30 + 1.9 * draw.uniform(size=(n, 1)) ** 4).astype(np.float32)  # a few hairs stand out
        self._loop = draw.uniform(0.0, 2.0 * np.pi, (2, n, 1)).astype(np.float32)
        self._pitch = draw.uniform(3.2, 5.4, (n, 1)).astype(np.float32)  # radians a metre of the tangle's loops
        self._reach = draw.uniform(0.35, 1.0, (n, 1)).astype(np.float32)
        self._top = draw.uniform(LEAST_TOP, MOST_TOP, (n, 1)).astype(np.float32)
        self._angle = seats.angle[:, None]

    def opened(self, now: Moment) -> float:
        """0 a rope .. 1 a basket."""
        return ease(now.bloom) * (1.0 - ease(now.unrest))

    def plaited(self, now: Moment) -> tuple[Array, Array, Array]:
        """Across, deep, and how much light lies on it: what is behind is dimmer."""
        z = self.height
        q = PLAIT * z - 0.10 * now.seconds + (2.0 * np.pi / 3.0) * np.arange(3)[:, None]
        skirt = 1.0 + SKIRT * np.exp(-(z - FOOT) / SPREAD)
        over = np.sin(2.0 * q)
        across, deep = (ACROSS * skirt * np.sin(q)).astype(np.float32), (DEEP * skirt * over).astype(np.float32)
        twist, wider = 0.9 * z + 0.12 * now.seconds, np.sqrt(skirt)
        cos, sin = (wider * np.cos(twist)).astype(np.float32), (wider * np.sin(twist)).astype(np.float32)
        return (
            across[self.cord] + (self._cos * cos - self._sin * sin),
            deep[self.cord] + (self._sin * cos + self._cos * sin),
            (1.0 - 0.58 * over).astype(np.float32)[self.cord],
        )

    def torn(self, now: Moment, side: Array) -> tuple[Array, Array, Array]:
        """Across, deep and how much higher: two ropes that lean apart by `side`, (n, 1), each with its tangle.

        A loop is shorter than it takes vertices to draw it round: it comes out crystalline, which is wanted.
        """
        z, t = self.height, now.seconds
        lean = (LEAN + 0.65 * np.sin(0.75 * z + 0.21 * t)) * np.clip((z - FOOT) / 3.0, 0.0, 1.0) ** 1.2
        tangle = np.exp(-(((z - KNOT) / KNOTTED) ** 2)) + 0.55 * np.exp(-(((z - KNOT - 3.4) / KNOTTED) ** 2))
        loop = self._reach * (LOOP * tangle + 0.16).astype(np.float32)
        a = self._pitch * z + self._loop[0] + np.float32(0.13 * t)
        b = np.float32(1.37) * a + self._loop[1]
        return (
            side * lean.astype(np.float32) + loop * np.sin(a),
            loop * np.cos(b),
            np.float32(0.7) * loop * np.sin(a + b),
        )

    def woven(self, side: Array) -> tuple[Array, Array, Array]:
        """x, y and height in the world: the basket, whose warp is one camp and whose weft is the other."""
        z = np.float32(LOW) + (self._top - np.float32(LOW)) * self._rise
        u = (z - np.float32(NARROW)) / np.float32(SLOPE)
        radius = np.float32(WAIST) * np.sqrt(1.0 + u * u)
        angle = self._angle + side * (np.float32(PARTED) + np.float32(WOVEN) * (np.arctan(u) - np.float32(_LOWEST)))
        return radius * np.cos(angle), radius * np.sin(angle), z
