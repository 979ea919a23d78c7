"""The night before the wall: a dark sky of paint, and the glow behind the whorl or the rose. Pure."""

from __future__ import annotations

import math

import numpy as np

from installation import Array, Chance, Light, Mist, Moment, Points, View, ease, mix, rgb, shone, spatial
from scenes.mural.palette import CYAN, DUSK, GOLD, IVORY, NIGHT, ROSE, ULTRAMARINE
from scenes.mural.rose import CENTRE
from scenes.mural.wind import MOON

ROWS, COLUMNS = 18, 32
PUFFS = 26
TORN = rgb(0.0050, 0.0022, 0.0068)


class Air:
    """What is behind the strokes."""

    def __init__(self, chance: Chance) -> None:
        draw = chance.at()
        self._away, self._turn = 1.25 * np.sqrt(draw.uniform(size=PUFFS)), draw.uniform(0.0, 2.0 * np.pi, PUFFS)
        self._size = draw.uniform(0.5, 1.0, PUFFS).astype(np.float32)

    def light(self, now: Moment, view: View, opened: float) -> list[Light]:
        """A night that is nearly black, and a moon's glow in it."""
        return [self._night(now, view, opened), self._moon(now, opened)]

    def _night(self, now: Moment, view: View, opened: float) -> Mist:
        """Darker at the edges, so that the eye rests there."""
        u, v, _ = view.seen(np.array([[MOON[0], 0.0, MOON[1]], [CENTRE[0], 0.0, CENTRE[1]]]), now.aspect)
        x, y = np.linspace(0.0, 1.0, COLUMNS), np.linspace(0.0, 1.0, ROWS)[:, None]
        colour = mix(mix(NIGHT, TORN, ease(now.unrest)), DUSK, opened)
        at_u, at_v = u[0] + (u[1] - u[0]) * opened, v[0] + (v[1] - v[0]) * opened
        near = np.exp(-(((x - at_u) * now.aspect) ** 2 + (y - at_v) ** 2) / 0.30)
        strength = (0.35 + 1.9 * near).astype(np.float32)
        return Mist(np.ascontiguousarray(strength[:, :, None] * colour))

    def _moon(self, now: Moment, opened: float) -> Points:
        """Soft light behind the whorl, which breathes."""
        turn = self._turn + 0.03 * now.seconds
        x, z = MOON[0] + self._away * np.cos(turn), MOON[1] + self._away * np.sin(turn)
        x, z = x + (CENTRE[0] - x) * 0.9 * opened, z + (CENTRE[1] - z) * 0.9 * opened
        breath = 1.0 + 0.12 * math.cos(now.breath) * now.coherence
        calm: Array = mix(mix(ULTRAMARINE, CYAN, 0.4), IVORY, 0.25)
        colour = mix(mix(calm, ROSE, 0.7 * ease(now.unrest)), GOLD, 0.8 * opened)
        light = np.full(PUFFS, 0.011 * breath * (1.0 - 0.5 * now.unrest), np.float32)
        return Points(spatial(x, np.full(PUFFS, 0.4), z), self._size, shone(colour, light))
