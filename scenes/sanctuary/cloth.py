"""The cloth: an almond-shaped tapestry of everybody's threads. It carries one figure, shifted by how each one differs.

Light only adds, so many hues in one place would be grey: a thread of weft lies over the warp and puts it out there, few
and broad wefts hold the middle, and neighbours are of one family of hues, like glass in lead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Company, Moment, hues, mix
from scenes.sanctuary.palette import AZURE, GOLD, ORCHID, Doubles

HALF, TALL, MIDDLE = 1.55, 2.75, 3.05  # metres: half the width and half the height, and its middle above the floor
DEPTH = 0.55  # metres along the nave
WEFTS = 0.7  # share of the threads
UNEVEN = 0.32  # of the way to the next, by which a weft may lie aside
BROAD = 0.95  # of the room that a weft has, its radius: dark gaps between wefts would be stripes, which tire the eye
LEAST, MOST = 0.026, 0.062  # metres
SHARP = 1.7
PETALS = 6.0


class Cloth:
    """Where each thread lies; made once."""

    def __init__(self, company: Company, chance: Chance, vertices: int) -> None:
        draw, n = chance.at(), len(company)
        order = np.argsort(np.mod(0.13 - company.hue, 1.0), kind="stable")
        self._who = np.arange(n)
        self._wefts = np.sort(draw.permutation(n)[: round(WEFTS * n)])
        self._is_weft = np.zeros(n, dtype=bool)
        self._is_weft[self._wefts] = True
        way = np.linspace(-1.0, 1.0, vertices)
        place = np.zeros((3, n, vertices))
        self._width = np.zeros(n)
        self._lay_wefts([i for i in order.tolist() if self._is_weft[i]], place, way, draw)
        self._lay_warps([i for i in order.tolist() if not self._is_weft[i]], place, way, draw)
        self._place = place.astype(np.float32)
        x, z = place[0] / HALF, (place[2] - MIDDLE) / TALL
        away, turn = np.hypot(x, z), np.arctan2(x, z)
        figure = 15.0 * away + 5.5 * np.cos(PETALS * turn) * away * (1.15 - away)
        self._figure_cos, self._figure_sin = np.cos(figure).astype(np.float32), np.sin(figure).astype(np.float32)
        self._across = way.astype(np.float32)
        self._under = np.where(self._is_weft[:, None], 1.0, 0.16 + 0.84 * np.clip((away - 0.86) / 0.1, 0.0, 1.0))
        self._under = self._under.astype(np.float32)
        self._weight = draw.uniform(0.72, 1.15, n) * np.where(self._is_weft, 1.0, 0.5)

    def _lay_wefts(self, who: list[int], place: Doubles, way: Doubles, draw: np.random.Generator) -> None:
        """From tip to tip, broader towards the middle; hues run from the middle outwards, the same above and below."""
        count = len(who)
        share = (np.arange(count) + 0.5 + draw.uniform(-UNEVEN, UNEVEN, count)) / max(count, 1)
        height = np.sign(2.0 * share - 1.0) * np.abs(2.0 * share - 1.0) ** 0.88  # rarer in the middle
        outwards = np.argsort(np.abs(height), kind="stable")
        width = np.clip(BROAD * TALL * np.gradient(height) if count > 1 else np.ones(count), LEAST, MOST)
        for rank, slot in enumerate(outwards.tolist()):
            i, z = who[rank], float(height[slot])
            half = HALF * half_width(z)
            sag = 0.030 * draw.normal() + 0.05 * z
            place[:, i] = (
                half * way,
                DEPTH + 0.10 * np.cos(np.pi * way * 0.5) * draw.uniform(-1.0, 1.0),
                MIDDLE + TALL * z + sag * (1.0 - way**2),
            )
            self._width[i] = width[slot]

    def _lay_warps(self, who: list[int], place: Doubles, way: Doubles, draw: np.random.Generator) -> None:
        """From the lower tip to the upper one."""
        count = len(who)
        for rank, i in enumerate(draw.permutation(count).tolist()):
            u = 2.0 * (rank + 0.5 + draw.uniform(-UNEVEN, UNEVEN)) / max(count, 1) - 1.0
            place[:, who[i]] = (HALF * u * half_width(way), DEPTH + 0.03 + 0.0 * way, MIDDLE + TALL * 0.985 * way)
            self._width[who[i]] = 0.008

    def threads(self, now: Moment) -> tuple[Array, Array, Array]:
        """(3, n, v) metres, (3, n, v) light and (n * v,) radii."""
        sleepers = now.sleepers
        apart = np.angle(np.exp(1j * (sleepers.phase - now.breath)))  # radians from the common breath
        shift = 0.25 * now.breath + 0.38 * apart
        c, s = np.cos(shift).astype(np.float32)[:, None], np.sin(shift).astype(np.float32)[:, None]
        figure = np.float32(0.5) + np.float32(0.5) * (self._figure_cos * c + self._figure_sin * s)
        figure = np.maximum(figure, np.float32(0.0)) ** np.float32(SHARP)
        at = (2.4 * np.mod(sleepers.phase / (2.0 * np.pi), 1.0) - 1.2).astype(np.float32)[:, None]
        shuttle = np.exp(-(((self._across - at) * np.float32(1.0 / 0.13)) ** 2))
        own = (sleepers.present * sleepers.glow * self._weight).astype(np.float32)[:, None]
        light = (np.float32(0.035) + np.float32(0.34) * figure) * self._under
        light = own * (light + np.float32(0.40) * shuttle * self._is_weft[:, None])
        hue = hues(sleepers.hue, 0.05)
        thread = np.where(self._is_weft[:, None], mix(hue, ORCHID, 0.12), mix(GOLD, hue, 0.25))
        valley = own * (np.float32(0.055) * (np.float32(1.0) - figure) * self._under * self._is_weft[:, None])
        colour = np.empty_like(self._place)
        for k in range(3):
            colour[k] = thread[:, k, None] * light + AZURE[k] * valley
        return self._place, colour, np.repeat(self._width, light.shape[1]).astype(np.float32)


def half_width(z: NDArray[np.floating] | float) -> NDArray[np.floating]:
    """0..1 of the almond's width at a height of -1..1: two arcs of one circle."""
    k = 0.5 * ((TALL / HALF) ** 2 - 1.0)  # how far aside each centre lies, in half widths
    radius = 1.0 + k
    square = radius**2 - (np.asarray(z) * TALL / HALF) ** 2
    wide: NDArray[np.floating] = np.maximum(np.sqrt(np.maximum(square, 0.0)) - k, 0.004)
    return wide


def border(vertices: int, out: float) -> Doubles:
    """(3, vertices) metres: the almond's edge, `out` times as large."""
    z = np.cos(np.linspace(0.0, np.pi, vertices // 2))
    right = np.stack([out * HALF * half_width(z), np.full(len(z), DEPTH - 0.02), MIDDLE + out * TALL * z])
    left = right[:, ::-1] * np.array([[-1.0], [1.0], [1.0]])
    return np.concatenate([right, left], axis=1)
