"""Four holograms beside the nave, that turn slowly: geodesics, Lissajous figures, a catenoid that is a helicoid, knots.

The catenoid turns into the helicoid without being stretched anywhere (O. Bonnet's associate family). Pure.
"""

from __future__ import annotations

import math

import numpy as np

from installation import Array, Moment, mix
from scenes.sanctuary.palette import AQUA, AZURE, ORCHID, PEARL, Doubles, Lines, drawn, joined

PLACES = ((-2.75, 0.6, 2.0), (2.75, 0.6, 2.0), (-2.55, 6.4, 2.5), (2.55, 6.4, 2.5))  # metres
SIZE = 0.74
LISSAJOUS, KNOTS = 7, 5
CURVE = 90


class Holograms:
    """What can be made once is made here."""

    def __init__(self) -> None:
        self._geodesic, self._knots = _geodesic(), _knots()
        t = np.linspace(0.0, 2.0 * np.pi, CURVE)
        self._lissajous = t, np.linspace(0.0, 0.5, LISSAJOUS)[:, None], np.linspace(0.32, 0.06, LISSAJOUS)[:, None]
        self._knot_light = np.broadcast_to(np.linspace(0.26, 0.08, KNOTS)[:, None], self._knots.shape[1:])
        u, v = np.linspace(-math.pi, math.pi, 40), np.linspace(-1.15, 1.15, 11)[:, None]
        self._catenoid = np.stack([np.cosh(v) * np.cos(u), np.cosh(v) * np.sin(u), v + 0.0 * u])
        self._helicoid = np.stack([np.sinh(v) * np.sin(u), -np.sinh(v) * np.cos(u), u + 0.0 * v])
        self._plinth = _plinth()

    def lines(self, now: Moment, turned: float, share: float) -> Lines:
        """All four and the plinths of light that they stand on; `share` is how bright."""
        glow = share * (0.80 + 0.20 * math.cos(now.breath - 0.8))
        parts = [
            self._geodesics(turned, glow),
            self._figures(turned, glow),
            self._surface(turned, glow),
            self._knotted(turned, glow),
            self._plinths(now, glow),
        ]
        return joined(parts)

    def _geodesics(self, turned: float, glow: float) -> Lines:
        shells = []
        for k, (size, colour) in enumerate(((1.0, AQUA), (0.66, ORCHID), (0.38, PEARL))):
            place = size * SIZE * _turned(self._geodesic, (0.17, -0.23, 0.31)[k] * turned, 0.35 + 0.4 * k)
            light = (0.22 + 0.10 * place[1] / (-SIZE)) * glow
            shells.append(drawn(_at(place, 0), 0.0085, colour, light))
        return joined(shells)

    def _figures(self, turned: float, glow: float) -> Lines:
        t, spread, share = self._lissajous
        place = np.stack(
            [
                np.sin(3.0 * t + 0.19 * turned + spread),
                0.8 * np.sin(4.0 * t + 0.5 * spread),
                np.sin(2.0 * t - 0.07 * turned + 0.3 * spread),
            ]
        )
        place = SIZE * _turned(place, 0.13 * turned, 0.2)
        light = share * (1.0 - 0.4 * place[1] / SIZE) * glow
        return drawn(_at(place, 1), 0.0085, mix(AQUA, ORCHID, 0.35), light)

    def _surface(self, turned: float, glow: float) -> Lines:
        """Rulings and parallels of the associate family, from the catenoid to the helicoid and back."""
        way = 0.5 * math.pi * (0.5 - 0.5 * math.cos(0.22 * turned))
        place = math.cos(way) * self._helicoid + math.sin(way) * self._catenoid
        place[2] *= 0.62
        place = 0.54 * SIZE * _turned(place, 0.11 * turned, 0.3)
        light = np.broadcast_to(0.17 * glow, place.shape[1:])
        return drawn(_at(place, 2), 0.011, mix(AZURE, AQUA, 0.5), light)

    def _knotted(self, turned: float, glow: float) -> Lines:
        place = 0.5 * SIZE * _turned(self._knots, -0.15 * turned, 0.6)
        return drawn(_at(place, 3), 0.011, mix(ORCHID, AQUA, 0.3), self._knot_light * glow)

    def _plinths(self, now: Moment, glow: float) -> Lines:
        """Rings of light on the floor under each."""
        place, turn, light = self._plinth
        return drawn(place, 0.011, AQUA, light * (0.75 + 0.25 * np.sin(turn + 0.2 * now.seconds)) * glow)


def _geodesic() -> Doubles:
    """(3, 120, 2) on the unit sphere: the edges of an icosahedron whose faces are parted in four."""
    g = 0.5 * (1.0 + math.sqrt(5.0))
    corners = np.array([(0.0, a, b * g) for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
    corners = np.concatenate([np.roll(corners, k, axis=1) for k in range(3)])
    near = np.linalg.norm(corners[:, None] - corners[None], axis=2)
    pairs = [(i, j) for i in range(12) for j in range(i) if near[i, j] < 2.1]
    middle = {pair: 0.5 * (corners[pair[0]] + corners[pair[1]]) for pair in pairs}
    edges = [(corners[end], middle[pair]) for pair in pairs for end in pair]
    inner = list(middle)
    for a in range(len(inner)):
        for b in range(a):
            both = set(inner[a]) & set(inner[b])
            ends = sorted((set(inner[a]) | set(inner[b])) - both, reverse=True)
            if both and len(ends) == 2 and (ends[0], ends[1]) in middle:
                edges.append((middle[inner[a]], middle[inner[b]]))
    line = np.array(edges)
    line /= np.linalg.norm(line, axis=2, keepdims=True)
    return line.transpose(2, 0, 1)


def _knots() -> Doubles:
    """(3, KNOTS, CURVE): torus knots (2, 5), one in the other."""
    t, lift = np.linspace(0.0, 2.0 * np.pi, CURVE), np.linspace(0.0, 0.35, KNOTS)[:, None]
    radius = 1.35 + (0.55 - 0.5 * lift) * np.cos(5.0 * t + lift)
    return np.stack([radius * np.cos(2.0 * t), radius * np.sin(2.0 * t), (0.75 - 0.5 * lift) * np.sin(5.0 * t + lift)])


def _turned(place: Doubles, angle: float, tilt: float) -> Doubles:
    """About the upright axis, then leaning."""
    c, s, ct, st = math.cos(angle), math.sin(angle), math.cos(tilt), math.sin(tilt)
    x, y, z = c * place[0] - s * place[1], s * place[0] + c * place[1], place[2]
    return np.stack([x, ct * y - st * z, st * y + ct * z])


def _at(place: Doubles, which: int) -> Array:
    moved: Array = (place + np.array(PLACES[which])[:, None, None]).astype(np.float32)
    return moved


def _plinth() -> tuple[Doubles, Doubles, Doubles]:
    """(3, 8, 33) metres, (33,) radians, and the light of each ring, (8, 1)."""
    turn = np.linspace(0.0, 2.0 * np.pi, 33)
    rings = [
        np.stack([x + r * np.cos(turn), y + r * np.sin(turn), np.full(33, 0.01)])
        for x, y, _ in PLACES
        for r in (0.34, 0.52)
    ]
    return np.stack(rings, axis=1), 3.0 * turn, np.tile(np.array([0.24, 0.11]), 4)[:, None]
