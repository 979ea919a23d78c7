"""The rose: strokes that were torn between brush and lattice find a third form, a window made of individuals.

A gold heart of uneven spirals, a ring of lancets, and round it each sleeper's own stroke as it grew, fiddlehead and
all. Ring by ring it stands before the wall at depths of its own. Shapes are made once, before the show.
"""

from __future__ import annotations

import numpy as np

from installation import (
    Array,
    Chance,
    Company,
    Moment,
    Points,
    Strokes,
    along,
    eased,
    hues,
    mix,
    polylines,
    shone,
    spatial,
)
from scenes.mural.brush import BRISTLES, Bristles
from scenes.mural.palette import CYAN, EMBER, GOLD, IVORY, ULTRAMARINE, VIOLET, Doubles
from scenes.mural.wind import VERTICES, Grown

CENTRE = 0.0, 3.12  # metres, x and z
SCALE = 0.93
HEART, LANCETS, PETALS = 0.20, 0.25, 0.25  # share of the sleepers in each ring; the rest stay on the wall
OUT = -0.55, -0.30, -0.12  # metres: how far before the wall each ring stands
TURNING = 0.010, -0.010, 0.010  # radians a second
TRACERY = 0.16, 1.16, 1.22, 2.20, 2.27  # metres, radii
ROUND, RAYS = 97, 120
LATE = 0.55

_MOTHER = np.stack(
    [mix(GOLD, IVORY, 0.12), mix(ULTRAMARINE, VIOLET, 0.45), mix(GOLD, EMBER, 0.4), mix(ULTRAMARINE, CYAN, 0.5)]
)
_OWN = np.array([0.25, 0.62, 0.74, 0.60], dtype=np.float32)  # share of everybody's own hue in each ring


class Rose:
    """Who goes where, and what shape they take."""

    def __init__(self, grown: Grown, bristles: Bristles, company: Company, chance: Chance) -> None:
        draw, n = chance.at(), len(company)
        away = np.hypot(grown.place[0].mean(axis=1) - CENTRE[0], grown.place[1].mean(axis=1) - CENTRE[1])
        counts = [2 * (round(share * n) // 2) for share in (HEART, LANCETS, PETALS)]
        near = np.argsort(away, kind="stable")[: sum(counts)]
        first, second = counts[0], counts[0] + counts[1]
        chosen = draw.permutation(near)
        chosen = chosen[
            np.argsort(-_stretch(grown)[chosen], kind="stable")
        ]  # a short stroke is all fiddlehead: a petal
        self.ring = np.full(n, 3)  # (n,) 0 heart, 1 lancet, 2 petal, 3 on the wall
        parts = tuple(draw.permutation(part) for part in np.split(chosen, (first, second)))
        for k, who in enumerate(parts):
            self.ring[who] = k
        self._shape = np.zeros((2, n, BRISTLES, VERTICES))
        self.weight = np.ones(n, np.float32)
        self.weight[parts[0]] = draw.uniform(0.25, 1.5, len(parts[0]))
        self._heart(parts[0], grown, draw)
        self._lancets(parts[1], grown)
        self._petals(parts[2], grown, bristles)
        self.members = np.flatnonzero(self.ring < 3)
        self._flat = (SCALE * self._shape[:, self.members]).astype(np.float32)
        self._turning = np.array(TURNING)[self.ring[self.members]]
        self.depth = np.array((*OUT, 0.0), dtype=np.float32)[self.ring]
        self._colour = _MOTHER[self.ring]
        self._share = _OWN[self.ring]
        self._ray = draw.uniform(3.15, 3.3, RAYS), draw.uniform(0.25, 1.1, RAYS), draw.uniform(0.2, 1.0, RAYS)

    def _heart(self, who: np.ndarray, grown: Grown, draw: np.random.Generator) -> None:
        """Spirals to the left and to the right, uneven by design: each weight a person."""
        k, pairs = np.arange(len(who)), max(len(who) // 2, 1)
        way = grown.way[who][:, None, :]
        angle = 2.0 * np.pi * ((k // 2) + draw.uniform(-0.37, 0.37, len(who))) / pairs
        reach = 1.04 + draw.uniform(-0.14, 0.10, len(who))
        lane = (0.022 * (np.arange(BRISTLES) - 2.0) + draw.normal(0.0, 0.010, (len(who), BRISTLES)))[:, :, None]
        radius = 0.16 + reach[:, None, None] * way + lane * np.sin(np.pi * way)
        turn = angle[:, None, None] + np.where(k % 2 == 0, 1.22, -1.22)[:, None, None] * way**0.85
        self._shape[:, who] = radius * np.sin(turn), radius * np.cos(turn)

    def _lancets(self, who: np.ndarray, grown: Grown) -> None:
        """Two halves each, their bristles nested as mouldings."""
        k, pairs = np.arange(len(who)), max(len(who) // 2, 1)
        way = grown.way[who][:, None, :].astype(np.float64)
        nest = (1.0 - np.array([0.0, 0.15, 0.33, 0.56, 0.80]))[None, :, None]
        half = 0.90 * np.pi * 1.75 / pairs
        aside = np.where(k % 2 == 0, 1.0, -1.0)[:, None, None] * half * nest * np.sin(np.pi * way**0.8) ** 0.8
        radius = 1.26 + 0.92 * (0.5 + (way - 0.5) * (0.55 + 0.45 * nest)) + 0.02
        angle = (2.0 * np.pi * (k // 2 + 0.5) / pairs)[:, None, None] + aside / radius
        self._shape[:, who] = radius * np.sin(angle), radius * np.cos(angle)

    def _petals(self, who: np.ndarray, grown: Grown, bristles: Bristles) -> None:
        """Each sleeper's own stroke, straightened by its own axis and rooted on the rim, mirrored in pairs."""
        k, count = np.arange(len(who)), max(len(who), 1)
        line = grown.place[:, who] - grown.place[:, who, :1]
        tip = np.hypot(*line).argmax(axis=1)
        end = line[:, np.arange(len(who)), tip]
        size = 0.86 / np.maximum(np.hypot(*end), 0.2)
        axis = np.arctan2(end[0], end[1])
        c, s = np.cos(axis), np.sin(axis)
        full = line[:, :, None, :] + grown.normal[:, who][:, :, None, :] * np.maximum(bristles.offset[who], -1.0) * 0.8
        across = size[:, None, None] * (c[:, None, None] * full[0] - s[:, None, None] * full[1])
        up = size[:, None, None] * (s[:, None, None] * full[0] + c[:, None, None] * full[1])
        bend = np.sign(np.take_along_axis(across[:, 2], np.abs(across[:, 2]).argmax(axis=1)[:, None], axis=1))
        across = across * (bend * np.where(k % 2 == 0, 1.0, -1.0)[:, None])[:, :, None]
        angle = (2.0 * np.pi * (k + np.where(k % 2 == 0, 0.18, -0.18)) / count)[:, None, None]
        radius = 2.31 + up
        self._shape[:, who] = (
            radius * np.sin(angle) + across * np.cos(angle),
            radius * np.cos(angle) - across * np.sin(angle),
        )

    def opened(self, now: Moment, late: Array) -> Array:
        """(n,) 0 on the wall .. 1 in the rose."""
        way = np.float32(1.6 * now.bloom) - np.float32(LATE) * late
        there = eased(way / np.float32(0.95)) * np.float32(now.number("/mural/rose") * (1.0 - now.unrest))
        return there * (self.ring < 3)

    def place(self, now: Moment) -> Array:
        """(2, m, BRISTLES, VERTICES) metres of the members: rings turn, each breathes with its own sleeper."""
        who = self.members
        angle = self._turning * now.seconds
        breath = 1.0 + 0.018 * np.cos(now.sleepers.phase[who]) + 0.022 * now.sleepers.character[who]
        c, s = ((f(angle) * breath).astype(np.float32)[:, None, None] for f in (np.cos, np.sin))
        x, z = self._flat
        placed: Array = np.stack([c * x - s * z + np.float32(CENTRE[0]), s * x + c * z + np.float32(CENTRE[1])])
        return placed

    def colours(self, now: Moment) -> Array:
        """(n, 3) a mother colour for each ring, and one's own."""
        return mix(self._colour, hues(now.sleepers.hue, 0.14), self._share)

    def light(self, now: Moment, opened: Array, place: Array, colour: Array) -> list[Points | Strokes]:
        """Panes behind each stroke at `place`, (3, n, v), tracery, rays."""
        shown = float(opened[self.members].mean()) if len(self.members) else 0.0
        if shown <= 0.01:
            return []
        return [self._panes(now, opened, place, colour), self._tracery(now, shown), self._rays(now, shown)]

    def _panes(self, now: Moment, opened: Array, place: Array, colour: Array) -> Points:
        who = self.members
        middle = place[:, who, VERTICES // 3]
        own = (now.sleepers.present * now.sleepers.glow * (0.035 + 0.16 * now.sleepers.pulse))[who]
        size = np.array([0.13, 0.21, 0.19])[self.ring[who]].astype(np.float32)
        return Points(middle.T, size, shone(colour[who], own * opened[who] ** 3))

    def _tracery(self, now: Moment, shown: float) -> Strokes:
        turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
        radius = SCALE * np.array(TRACERY)[:, None]
        depth = np.array([OUT[0], OUT[0], OUT[1], OUT[1], OUT[2]])[:, None]
        position = spatial(
            CENTRE[0] + radius * np.sin(turn), np.broadcast_to(depth, (5, ROUND)), CENTRE[1] + radius * np.cos(turn)
        )
        uneven = 0.7 + 0.3 * np.sin(3.0 * turn + np.arange(5)[:, None] + 0.11 * now.seconds)
        light = (0.20 * shown**2 * uneven).ravel()
        return Strokes(position, np.full(5 * ROUND, 0.012, np.float32), shone(GOLD, light), polylines(5, ROUND))

    def _rays(self, now: Moment, shown: float) -> Strokes:
        start, long, bright = self._ray
        angle = 2.0 * np.pi * (np.arange(RAYS) + 0.5 * bright) / RAYS + 0.004 * now.seconds
        radius = SCALE * (start[:, None] + long[:, None] * np.array([0.0, 0.5, 1.0]))
        position = spatial(
            CENTRE[0] + radius * np.sin(angle)[:, None],
            np.full((RAYS, 3), 0.05),
            CENTRE[1] + radius * np.cos(angle)[:, None],
        )
        breath = 0.75 + 0.25 * np.cos(now.breath - 0.5)
        light = along(0.14 * shown**3 * breath * bright, 3) * np.tile([0.0, 1.0, 0.0], RAYS)
        return Strokes(position, np.full(3 * RAYS, 0.009, np.float32), shone(GOLD, light), polylines(RAYS, 3))


def _stretch(grown: Grown) -> Doubles:
    """(n,) metres from end to end of each stroke."""
    away = grown.place - grown.place[:, :, :1]
    far: Doubles = np.hypot(*away).max(axis=1).astype(np.float64)
    return far
