"""The sleepers on the floor of the nave: a jewel each, and its light on the polished stone. Pure."""

from __future__ import annotations

import numpy as np

from installation import Chance, Moment, Points, Strokes, ease, hues, mix, polylines, shone, spatial
from scenes.sanctuary.palette import ICE, ROSE, Doubles
from scenes.sanctuary.rift import Rift

STREAK = 4
CROSSWISE, ALONG, MIDDLE = 0.52, 0.85, 3.4  # of a seat's metres, and how far along the nave all sit


class People:
    """Who sits where."""

    def __init__(self, seats: Doubles, chance: Chance) -> None:
        draw, n = chance.at(), len(seats)
        aside = draw.normal(0.0, 0.22, (2, n))
        self._x = np.clip(CROSSWISE * seats[:, 0] + aside[0], -3.5, 3.5)
        self._y = ALONG * seats[:, 1] + MIDDLE + aside[1]
        self._size = draw.uniform(0.018, 0.030, n).astype(np.float32)

    def light(self, now: Moment, rift: Rift) -> list[Points | Strokes]:
        """Jewels and their streaks; torn, they are of their side's colour, too."""
        sleepers, n = now.sleepers, len(self._x)
        strength = (
            (0.10 + 0.85 * sleepers.pulse) * sleepers.present * sleepers.glow * np.exp(-np.maximum(self._y, 0) / 14.0)
        )
        right = self._x > rift.cut[0]
        side = np.where(right, ROSE[:, None], ICE[:, None]).T
        colour = mix(hues(sleepers.hue, 0.16), side, 0.7 * ease(now.unrest))
        way = np.linspace(0.0, 1.0, STREAK)
        x, y = self._x[:, None] + 0.0 * way, self._y[:, None] + 0.0 * way
        light = (0.15 * strength[:, None] * (1.0 - way) ** 1.5).ravel()
        streak = spatial(x, y, -0.02 - 0.30 * way + 0.0 * x)
        lines = shone(np.repeat(colour.T, STREAK, axis=1).T, light)
        return [
            Points(spatial(self._x, self._y, np.full(n, 0.04)), self._size, shone(colour, strength), halo=0.3),
            Strokes(streak, np.full(n * STREAK, 0.014, np.float32), lines, polylines(n, STREAK)),
        ]
