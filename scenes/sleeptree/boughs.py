"""The tree lit: sap that climbs with the common breath, leaves at the tips, tendrils with beads and jewels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import (
    Array,
    Chance,
    Moment,
    Points,
    Strokes,
    ease,
    eased,
    hues,
    mix,
    polylines,
    rgb,
    shone,
    spatial,
)
from scenes.sleeptree.growth import STRANDS, Tree, Wood
from scenes.sleeptree.palette import CYAN, GOLD, IVORY, TEAL, ULTRAMARINE

Numbers = NDArray[np.floating]

WAVE = 3.4  # metres from one wave of sap to the next
TENDRILS = 240
LINKS = 9  # vertices of a tendril
BEADS = 2  # on every tendril
STRAND = 0.17  # light of a strand of the trunk
OPENING = 0.9  # metres in which a limb comes to its own light
HAZE = 0.22  # share of the light of trunk and limbs that hangs in the air round them


def _calm_colours(height: Array, outer: Numbers) -> Array:
    """(n, 3): cyan below and within, ultramarine and violet at the rim."""
    way = np.clip(0.25 * (height - 1.2) + 0.35 * outer, 0.0, 1.0).astype(np.float32)
    return mix(mix(CYAN, ULTRAMARINE, eased(way)), rgb(0.40, 0.30, 1.0), 0.55 * eased((way - 0.6) * 2.5))


def _bloom_colours(height: Array, outer: Numbers) -> Array:
    """(n, 3): teal below, ivory within, warm gold tips."""
    way = np.clip(0.3 * (height - 1.2) + 0.3 * outer, 0.0, 1.0).astype(np.float32)
    return mix(mix(TEAL, IVORY, eased(way * 1.7)), GOLD, eased((way - 0.42) * 2.2))


@dataclass(frozen=True)
class _Timber:
    """A kind of wood with all that does not change worked out."""

    wood: Wood
    calm: Array  # (n, 3)
    bloom: Array  # (n, 3)
    strength: Array  # (n,) how brightly it is drawn
    bend: Array  # (n,) how far the wind moves it, metres
    halo: float

    @staticmethod
    def of(wood: Wood, strength: Numbers, halo: float = 0.0) -> _Timber:
        """Work out colours by height and by distance from the axis."""
        p = wood.position
        outer = np.hypot(p[:, 0], p[:, 1]) / np.float32(3.3)
        bend = (0.004 * p[:, 2] ** 2).astype(np.float32)
        return _Timber(
            wood, _calm_colours(p[:, 2], outer), _bloom_colours(p[:, 2], outer), strength.astype(np.float32), bend, halo
        )


def _line(wood: Wood) -> NDArray[np.intp]:
    """(n,) which polyline each vertex belongs to."""
    line: NDArray[np.intp] = np.searchsorted(wood.starts, np.arange(len(wood.radius)), side="right")
    return line


class Boughs:
    """The lights of everything that stands; a pure function of the moment."""

    def __init__(self, tree: Tree, chance: Chance, sleepers: int) -> None:
        self._reach = tree.reach
        fork = tree.trunk.distance.max()
        opened = eased((tree.limbs.distance - fork) / OPENING)  # a limb leaves the trunk as dim as the strands are
        line = _line(tree.trunk)
        ending = np.where(line > STRANDS, eased((fork - tree.trunk.distance) / 0.5), 1.0)  # only half of them go on
        self._timbers = (
            _Timber.of(
                tree.trunk,
                ending * (STRAND + 0.10 * np.sin(7.4 * tree.trunk.distance + 2.4 * line)),
                halo=HAZE,
            ),
            _Timber.of(
                tree.limbs,
                STRAND + opened * (0.20 - STRAND + 0.24 * np.minimum(tree.limbs.radius / 0.05, 1.0)),
                halo=HAZE,
            ),
            _Timber.of(tree.roots, 0.17 * np.exp(tree.roots.distance / 1.1)),
        )
        self._twigs = _Timber.of(tree.twigs, 0.21 + 4.8 * tree.twigs.radius)
        self._tips, self._tip_distance = tree.tips, tree.tip_distance
        self._leaf_beat = chance.of("leaves").at().uniform(0.0, 2.0 * np.pi, (2, len(tree.tips)))
        self._leaf_size = chance.of("leaves").at(1).uniform(0.009, 0.019, len(tree.tips)).astype(np.float32)
        outer = np.hypot(tree.tips[:, 0], tree.tips[:, 1]) / np.float32(3.3)
        self._leaf_calm = mix(_calm_colours(tree.tips[:, 2], outer), rgb(0.75, 0.85, 1.0), 0.35)
        self._leaf_bloom = mix(_bloom_colours(tree.tips[:, 2], outer), GOLD, 0.45)
        self._hang(chance.of("tendrils").at(), sleepers)

    def _hang(self, draw: np.random.Generator, sleepers: int) -> None:
        low = np.flatnonzero((self._tips[:, 2] < 3.0) & (np.hypot(self._tips[:, 0], self._tips[:, 1]) > 0.8))
        self._from = draw.choice(low, size=min(TENDRILS, len(low)), replace=False)
        top = self._tips[self._from]
        room = np.maximum(top[:, 2] - 0.3, 0.1)
        self._length = np.minimum(0.25 + 1.5 * draw.beta(1.6, 2.6, len(top)), room).astype(np.float32)
        self._tendril_beat = draw.uniform(0.0, 2.0 * np.pi, (3, len(top))).astype(np.float32)
        self._bead_rate = draw.uniform(0.05, 0.13, (len(top), BEADS))
        self._bead_start = draw.uniform(0.0, 1.0, (len(top), BEADS))
        self._sleeper = draw.integers(0, sleepers, len(top))

    def light(self, now: Moment) -> tuple[list[Points | Strokes], list[Points | Strokes]]:
        """What the water shows too (trunk, limbs, roots, leaves, beads, jewels), and what is too fine for it."""
        grown = self._grown(now)
        threads, *beads = self._tendrils(now, grown)
        woods = [self._lit(timber, now, grown) for timber in self._timbers]
        return [*woods, self._leaves(now, grown), *beads], [self._lit(self._twigs, now, grown), threads]

    def _grown(self, now: Moment) -> float:
        """How many metres of wood the light has claimed: it climbs out of the roots as the piece begins."""
        return (self._reach + 2.0) * now.presence

    def _sap(self, distance: Array, now: Moment) -> Array:
        """(n,) 0..1: (0.5 + 0.5 cos)^6 of the common breath, later the further from the roots."""
        wave = 0.5 + 0.5 * np.cos(np.float32(now.breath) - distance * np.float32(2.0 * math.pi / WAVE))
        cubed: Array = wave * wave * wave
        return cubed * cubed

    def _wind(self, position: Array, bend: Array, now: Moment) -> Array:
        t = now.seconds
        moved = position.copy(order="K")
        gust = np.sin(0.9 * position[:, 0] + np.float32(0.55 * t)) + 0.5 * np.sin(
            2.1 * position[:, 1] - np.float32(0.83 * t)
        )
        moved[:, 0] += bend * gust
        moved[:, 1] += bend * np.sin(1.3 * position[:, 0] - np.float32(0.47 * t))
        return moved

    def _lit(self, timber: _Timber, now: Moment, grown: float) -> Strokes:
        wood = timber.wood
        sap = self._sap(wood.distance, now)
        front = (np.float32(grown) - wood.distance) * np.float32(1.25)
        shown = eased(front) * timber.strength
        edge = np.exp(-((front - 0.5) ** 2) * 6.0) * np.float32(1.2 * (1.0 - now.presence))
        strength = shown * (0.34 + 1.5 * np.float32(0.35 + 0.65 * now.coherence) * sap + edge)
        colour = mix(timber.calm, timber.bloom, ease(now.bloom))
        white = sap * sap * np.float32(0.35)
        colour = shone(colour + shone(1.0 - colour, white), strength)
        return Strokes(self._wind(wood.position, timber.bend, now), wood.radius, colour, wood.starts, timber.halo)

    def _leaves(self, now: Moment, grown: float) -> Points:
        a, b = self._leaf_beat
        sap = self._sap(self._tip_distance, now)
        shimmer = (0.5 + 0.5 * np.sin(a + 0.8 * now.seconds + 0.6 * np.sin(b + 0.31 * now.seconds))) ** 3
        strength = eased((np.float32(grown) - self._tip_distance) * 1.1) * (0.10 + 0.55 * shimmer + 0.75 * sap)
        colour = shone(mix(self._leaf_calm, self._leaf_bloom, ease(now.bloom)), 0.95 * strength)
        position = self._wind(self._tips, (0.004 * self._tips[:, 2] ** 2).astype(np.float32), now)
        return Points(position, self._leaf_size, colour)

    def _tendrils(self, now: Moment, grown: float) -> list[Points | Strokes]:
        t = now.seconds
        top = self._wind(self._tips, (0.004 * self._tips[:, 2] ** 2).astype(np.float32), now)[self._from]
        a, b, c = self._tendril_beat
        shown = eased((np.float32(grown) - self._tip_distance[self._from] - 0.6) * 0.8)
        length = self._length * shown
        swing = 0.05 * np.sin(a + 0.7 * t) + 0.03 * np.sin(b + 1.1 * t), 0.05 * np.sin(c + 0.6 * t)

        def along(way: NDArray[np.floating]) -> Array:
            """Places at 0..1 of the tendrils' lengths, from (tendrils, k) ways, tendril by tendril."""
            x, y, z = top.T[:, :, None]
            bent = way**2
            return spatial(x + swing[0][:, None] * bent, y + swing[1][:, None] * bent, z - length[:, None] * way)

        colour = mix(mix(CYAN, rgb(0.25, 0.9, 0.75), 0.4), mix(rgb(0.3, 0.75, 1.0), GOLD, 0.25), ease(now.bloom))
        way = np.broadcast_to(np.linspace(0.0, 1.0, LINKS), (len(top), LINKS))
        fade = (0.045 + 0.10 * way) * (shown * (0.7 + 0.3 * np.cos(now.breath - 2.5 + 0.4 * a)))[:, None]
        line = along(way)
        threads = Strokes(
            line,
            np.full(len(line), 0.004, np.float32),
            shone(colour, fade.ravel()),
            polylines(len(top), LINKS),
        )
        run = (self._bead_start + self._bead_rate * t) % 1.0
        bead = along(run)
        bright = 0.55 * shown[:, None] * np.sin(np.pi * run) ** 0.5
        beads = Points(bead, np.full(len(bead), 0.0085, np.float32), shone(colour, bright.ravel()))
        return [threads, beads, self._hanging(now, along(np.ones((len(top), 1))), shown)]

    def _hanging(self, now: Moment, ends: Array, shown: Array) -> Points:
        """A jewel at the end of each tendril, pulsing with the sleeper who dreams it."""
        sleepers = now.sleepers
        of = self._sleeper
        tone = now.tones[sleepers.tone[of]]
        pulse = (0.10 + 0.9 * sleepers.pulse[of]) * (0.8 + 0.4 * tone) * sleepers.glow[of] * sleepers.present[of]
        common = mix(CYAN, rgb(0.7, 0.9, 1.0), 0.3)
        own = hues(sleepers.hue[of], 0.2)
        colour = mix(np.broadcast_to(common, own.shape), own, 0.35 + 0.65 * ease(now.bloom))
        light = shone(colour, 1.25 * pulse * shown)
        return Points(ends, np.full(len(ends), 0.019, np.float32), light, halo=0.42)
