"""Where the ribbons run: up from every cocoon, over, in one whirl to the middle, and into the rope.

Arrays are (n, knots): a row a ribbon, a column a vertex, from the cocoon to the top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from installation import Array, Chance, Moment, ease, eased
from scenes.dreamtrek.rope import FOOT, PARTED, Facing, Rope
from scenes.dreamtrek.seats import Seats
from scenes.dreamtrek.tearing import Tearing

KNOTS = 62
FLOWN, LIFTED = 0.46, 0.30  # share of a ribbon after which it has reached the middle, and at which it begins to rise
MOUTH = 0.62  # metres from the axis, where the whirl closes
HEART = 0.30  # metres above its seat, where a ribbon leaves a cocoon
TURN, SPIN = 1.35, 0.90  # radians: of the whirl as a whole, and close to the middle


@dataclass(frozen=True)
class Way:
    """Every ribbon at one moment."""

    x: Array  # metres
    y: Array
    z: Array
    radius: Array  # metres from the axis while it flows
    lying: Array  # light by what lies over and what under, 1 in the middle
    opened: Array  # (n, 1) 0 rope .. 1 basket: one hair after the other


class Flow:
    """The geometry of all ribbons; a pure function of the moment."""

    def __init__(self, seats: Seats, tearing: Tearing, chance: Chance) -> None:
        self.along = stations()  # (KNOTS,) 0 cocoon .. 1 top
        self.roped = eased((self.along - 0.30) / 0.24)  # (KNOTS,) 0 whirl .. 1 rope
        self.rope = Rope(seats, np.clip((self.along - LIFTED) / (1.0 - LIFTED), 0.0, 1.0), chance.of("rope"))
        flown = np.minimum(self.along / np.float32(FLOWN), 1.0)
        self._flow = eased(flown)
        self.loft: Array = np.sin(np.float32(np.pi) * flown)  # (KNOTS,) how far it is lifted before it sinks
        self._seats, self._tearing = seats, tearing
        draw = chance.of("flow").at()
        self._late = draw.uniform(size=(len(seats), 1)).astype(np.float32)
        self._arch = draw.uniform(0.45, 1.55, (len(seats), 1)).astype(np.float32)  # no two lift alike
        self._veer = draw.normal(0.0, 0.15, (len(seats), 1)).astype(np.float32)  # radians
        self._slipping = draw.uniform(0.2, 1.0, (len(seats), 1)).astype(np.float32)

    def way(self, now: Moment, facing: Facing, hosts: np.ndarray, held: float) -> Way:
        """Where every ribbon is when it hangs on the cocoon of `hosts`, (n,), and the anchor holds, 0..1."""
        opened = eased(self.rope.opened(now) * 1.5 - 0.5 * self._late)
        side = now.sleepers.side.astype(np.float32)[:, None]
        radius, angle, z = self._whirl(now, hosts, side, opened)
        across, deep, lying = self.rope.plaited(now)
        torn = np.float32(ease(1.1 * now.unrest * (1.0 - 0.6 * held)))
        if torn > 0.0:
            away, behind, up = self.rope.torn(now, side)
            across += torn * (away - across) + self._slipping * self._tearing.slips(now, self.rope.height, held)
            deep += torn * (behind - deep)
            lying += torn * (1.0 - lying)
            z += torn * self.roped * up
        x, y = facing.placed(across, deep)
        if opened.any():
            basket = self.rope.woven(side)
            x += opened * (basket[0] - x)
            y += opened * (basket[1] - y)
            z += opened * self.roped * (basket[2] - z)
            lying += opened * (facing.limb(basket[0], basket[1]) - lying)
        whirled = radius * np.cos(angle), radius * np.sin(angle)
        return Way(
            whirled[0] + self.roped * (x - whirled[0]),
            whirled[1] + self.roped * (y - whirled[1]),
            z, radius, lying, opened,
        )  # fmt: skip

    def _whirl(self, now: Moment, hosts: np.ndarray, side: Array, opened: Array) -> tuple[Array, Array, Array]:
        """Radius, angle and height; once the basket is woven, the two camps turn against each other."""
        seats, f = self._seats, self._flow
        begin = seats.radius[hosts][:, None]
        start = seats.height[hosts][:, None] + np.float32(HEART)
        mouth = np.float32(MOUTH) * (1.0 + 1.6 * opened)
        arch = self._arch * (np.float32(0.375) + np.float32(0.075) * begin)
        z = start + (np.float32(FOOT) - start) * f + arch * self.loft + (self.rope.height - np.float32(FOOT))
        common = (np.float32(TURN + 0.2 * np.sin(0.05 * now.seconds)) + self._veer) * f + np.float32(SPIN) * f**4
        angle = seats.angle[hosts][:, None] + common + opened * (np.float32(PARTED) * side * f - common)
        return begin + (mouth - begin) * f, angle, z


def stations() -> Array:
    """(KNOTS,) 0..1: where a ribbon's vertices are, closest where it bends over and where it enters the rope."""
    way = np.linspace(0.0, 1.0, 400)
    dense = 1.0 + 2.2 * np.exp(-(((way - 0.05) / 0.07) ** 2)) + 0.8 * np.exp(-(((way - 0.42) / 0.12) ** 2))
    share = np.concatenate([[0.0], np.cumsum(0.5 * (dense[1:] + dense[:-1]))])
    placed: Array = np.interp(np.linspace(0.0, share[-1], KNOTS), share, way).astype(np.float32)
    return placed
