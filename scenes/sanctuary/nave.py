"""The nave: ribs of thin light that run away from the viewer, a paved floor, far circles. The vault breathes. Pure."""

from __future__ import annotations

import math

import numpy as np

from installation import Array, Chance, Moment, Points, ease, mix, rgb, shone, spatial
from scenes.sanctuary.palette import AZURE, GOLD, INDIGO, NIGHT, ORCHID, Doubles, Lines, drawn, joined

FIRST, BAY, BAYS = -1.0, 2.8, 10  # metres along the nave, the first bay and between two
HALF, SPRINGING, APEX = 3.7, 2.2, 6.4  # metres
MOULDINGS = (0.0, 0.09, 0.24)  # metres by which one lies inside another; uneven
ARC, LEG = 24, 5  # vertices
RIBS = 6  # of a fan, a side and bay
PAVING = 9
MOTES = 150
ROUND = 65


class Nave:
    """Everything that is built. Places are made once."""

    def __init__(self, chance: Chance) -> None:
        draw = chance.at()
        arches, fans, floor = self._arches(), self._fans(draw), self._floor(draw)
        self._parts = [(arches, 0.0125, 1.0), (fans, 0.0075, 0.50), (floor, 0.009, 0.34)]
        self._uneven = [draw.uniform(0.55, 1.25, (part.shape[1], 1)) for part, _, _ in self._parts]
        self._far = self._circles()
        self._mote = draw.uniform((-4.0, -3.0, 0.2), (4.0, 14.0, 5.5), (MOTES, 3)).T
        self._mote_beat = draw.uniform(0.0, 2.0 * np.pi, (3, MOTES))

    def _arches(self) -> Doubles:
        """(3, k, v): pointed arches, three mouldings each."""
        lines = []
        for y in FIRST + BAY * np.arange(BAYS):
            for inside in MOULDINGS:
                x, z = _pointed(HALF - inside, APEX - 1.3 * inside)
                for side in (-1.0, 1.0):
                    lines.append(np.stack([side * x, np.full(len(x), y + 0.3 * inside), z]))
        return np.stack(lines, axis=1)

    def _fans(self, draw: np.random.Generator) -> Doubles:
        """(3, k, v): ribs that fan out from each pillar to the ridge, and the ridge."""
        lines, way = [], np.linspace(0.0, 1.0, ARC + LEG)
        x, z = _pointed(HALF, APEX)
        up = np.linspace(LEG - 1.0, len(x) - 1.0, len(way))
        x, z = np.interp(up, np.arange(len(x)), x), np.interp(up, np.arange(len(z)), z)
        for y in FIRST + BAY * np.arange(BAYS - 1):
            for k in range(RIBS):
                reach = BAY * (0.12 + 0.76 * (k + draw.uniform(0.2, 0.8)) / RIBS)
                for side in (-1.0, 1.0):
                    lines.append(np.stack([side * x, y + reach * way**1.4, z]))
        ridge = np.stack([0.0 * way, FIRST + BAY * (BAYS - 1) * way, np.full(len(way), APEX)])
        return np.stack([*lines, ridge], axis=1)

    def _floor(self, draw: np.random.Generator) -> Doubles:
        """(3, k, v): paving, not quite even."""
        lines, way = [], np.linspace(0.0, 1.0, 14)
        for k in range(PAVING):
            x = HALF * (2.0 * k / (PAVING - 1) - 1.0) + draw.uniform(-0.12, 0.12)
            lines.append(np.stack([np.full(14, x), -4.5 + 30.0 * way**1.6, 0.0 * way]))
        for k in range(12):
            y = -3.6 + BAY * 0.62 * k + draw.uniform(-0.2, 0.2)
            lines.append(np.stack([HALF * (2.0 * way - 1.0), np.full(14, y), 0.0 * way]))
        return np.stack(lines, axis=1)

    def _circles(self) -> Doubles:
        turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
        radius = np.array([1.3, 1.42, 2.1])[:, None]
        return np.stack([radius * np.cos(turn), np.full((3, ROUND), 25.0), 3.4 + radius * np.sin(turn)])

    def lines(self, now: Moment, seam: float) -> Lines:
        """A wave climbs the vault with the common breath; `seam` is how far all is mended, 0..1."""
        colour = mix(mix(INDIGO, AZURE, 0.35), mix(ORCHID, INDIGO, 0.4), 0.85 * seam)
        made = []
        for (place, radius, share), uneven in zip(self._parts, self._uneven, strict=True):
            away = np.abs(place[1] - 1.0)
            wave = (0.5 + 0.5 * np.cos(1.1 * place[2] + 0.55 * away - now.breath)) ** 3
            light = share * uneven * (0.13 + 0.50 * wave * (0.4 + 0.6 * now.coherence)) * np.exp(-away / 9.0)
            made.append(drawn(place, radius, colour, light))
        far = np.full((3, ROUND), 0.05) * (0.7 + 0.3 * math.cos(now.breath - 2.0))
        made.append(drawn(self._far, 0.03, mix(colour, GOLD, 0.5 * seam), far))
        return joined(made)

    def motes(self, now: Moment) -> Points:
        """Dust in the light."""
        t, (a, b, c) = now.seconds, self._mote_beat
        x, y, z = self._mote
        place = spatial(x + 0.3 * np.sin(a + 0.13 * t), y + 0.2 * np.sin(b + 0.11 * t), (z + 0.03 * t) % 5.6)
        ends = np.clip(place[:, 2] / 0.5, 0.0, 1.0) * np.clip((5.6 - place[:, 2]) / 0.6, 0.0, 1.0)
        twinkle = (0.5 + 0.5 * np.sin(c + (0.6 + 0.3 * np.cos(b)) * t)) ** 3 * ends
        colour = mix(rgb(0.6, 0.75, 1.0), rgb(1.0, 0.85, 0.65), ease(now.bloom))
        return Points(place, np.full(MOTES, 0.010, np.float32), shone(colour, 0.7 * twinkle), halo=0.2)


def _pointed(half: float, apex: float) -> tuple[Doubles, Doubles]:
    """x and z of one side of a pointed arch, from the floor to its apex: a leg, then an arc about the other side."""
    rise = apex - SPRINGING
    radius = (half**2 + rise**2) / (2.0 * half)
    angle = np.linspace(0.0, math.asin(rise / radius), ARC)
    x, z = radius * np.cos(angle) - (radius - half), SPRINGING + radius * np.sin(angle)
    leg = np.linspace(0.02, SPRINGING, LEG, endpoint=False)
    return np.concatenate([np.full(LEG, half), x]), np.concatenate([leg, z])


def night(aspect: float, left: Array, right: Array, split: float, glow: float) -> Array:
    """(rows, columns, 3) of the air: dark, a glow in the middle, and one colour either side while it is torn."""
    rows, columns = 18, 32
    x, y = np.linspace(-1.0, 1.0, columns), np.linspace(-1.0, 1.0, rows)[:, None]
    near = np.exp(-((x * aspect / 1.78) ** 2 * 2.2 + (y + 0.05) ** 2 * 2.6)).astype(np.float32)
    side = (0.5 + 0.5 * np.tanh(x / 0.18)).astype(np.float32)[None, :, None]
    halves = left + (right - left) * side
    base = NIGHT + (np.float32(0.010) * halves - NIGHT) * np.float32(split)
    field: Array = (np.float32(0.35) + np.float32(glow) * near[:, :, None]) * base
    return np.ascontiguousarray(field, dtype=np.float32)
