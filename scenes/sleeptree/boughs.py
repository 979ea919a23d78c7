"""The tree lit: sap that climbs with the common breath, leaves and petals at the tips, tendrils with jewels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Moment, Points, Strokes, ease, eased, hues, mix, polylines, rgb, shone, spatial
from scenes.sleeptree.growth import STRANDS, Tree, Wood
from scenes.sleeptree.mood import hazy, lingering, stillness
from scenes.sleeptree.palette import CYAN, GOLD, IVORY, TEAL, ULTRAMARINE
from scenes.sleeptree.year import EMBER, ICE, LEAF, Year, year

Numbers = NDArray[np.floating]

WAVE = 3.4  # metres from one wave of sap to the next
TENDRILS = 240
LINKS = 9  # vertices of a tendril
BEADS = 2  # on every tendril
STRAND = 0.17  # light of a strand of the trunk
OPENING = 0.9  # metres in which a limb comes to its own light
HAZE = 0.42  # share of the light of trunk and limbs that hangs in the air round them
STILL = 0.22  # light of wood that no sap passes, against the sap's 1
PETALS = 3  # round every tip, in bloom
CLUMPS = 230  # places in the crown where leaves stand so thick that they light the air
ROSE = rgb(1.00, 0.52, 0.50)


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
    own: Array  # (n,) metres by which its sap comes late where nobody breathes with the others
    halo: float

    @staticmethod
    def of(wood: Wood, strength: Numbers, halo: float = 0.0) -> _Timber:
        """Work out colours by height and by distance from the axis."""
        p = wood.position
        outer = np.hypot(p[:, 0], p[:, 1]) / np.float32(3.3)
        bend = (0.004 * p[:, 2] ** 2).astype(np.float32)
        return _Timber(
            wood,
            _calm_colours(p[:, 2], outer),
            _bloom_colours(p[:, 2], outer),
            strength.astype(np.float32),
            bend,
            _own(p),
            halo,
        )


def _seasoned(colour: Array, when: Year, share: float) -> Array:
    """(n, 3) of what hangs on twigs, as the year has it; `share` is how far it follows the year."""
    for tint, much in ((LEAF, when.green), (EMBER, when.turned), (ICE, when.frost)):
        if much > 0.01:
            colour = mix(colour, tint, share * much)
    return colour


def _own(position: Array) -> Array:
    """(n,) metres that parts of the tree are late, by where they stand round the trunk."""
    turn = np.arctan2(position[:, 1], position[:, 0])
    late: Array = np.float32(0.9) * np.sin(np.float32(2.0) * turn + np.float32(1.1)) + np.float32(0.8) * np.sin(
        np.float32(5.0) * turn + position[:, 2]
    )
    return late


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
            _Timber.of(tree.roots, 0.30 * np.exp(tree.roots.distance / 1.5)),
        )
        self._twigs = _Timber.of(tree.twigs, 0.21 + 4.8 * tree.twigs.radius)
        self._tips = np.asfortranarray(tree.tips)
        self._tip_distance, self._tip_own = tree.tip_distance, _own(tree.tips)
        self._leaf_beat = chance.of("leaves").at().uniform(0.0, 2.0 * np.pi, (2, len(tree.tips)))
        self._leaf_size = chance.of("leaves").at(1).uniform(0.009, 0.019, len(tree.tips)).astype(np.float32)
        outer = np.hypot(tree.tips[:, 0], tree.tips[:, 1]) / np.float32(3.3)
        self._leaf_calm = mix(_calm_colours(tree.tips[:, 2], outer), rgb(0.75, 0.85, 1.0), 0.35)
        self._leaf_bloom = mix(_bloom_colours(tree.tips[:, 2], outer), GOLD, 0.45)
        self._leaf(chance.of("petals").at())
        self._hang(chance.of("tendrils").at(), sleepers)

    def _leaf(self, draw: np.random.Generator) -> None:
        """Petals round the tips, every tip of a colour of its own, and the clumps that give the crown its mass."""
        of = np.repeat(np.arange(len(self._tips)), PETALS)
        off = draw.normal(0.0, 0.055, (len(of), 3))
        self._petal_of = of
        self._petal = np.asfortranarray(self._tips[of] + off, dtype=np.float32)
        self._petal_size = draw.uniform(0.010, 0.021, len(of)).astype(np.float32)
        kind = draw.uniform(size=len(self._tips)).astype(np.float32)[of]
        self._petal_colour = mix(mix(GOLD, ROSE, eased(kind * 1.6 - 0.3)), IVORY, 0.8 * eased(2.2 * kind - 1.3))
        self._petal_beat = draw.uniform(0.0, 2.0 * np.pi, len(of)).astype(np.float32)
        self._clump_of = draw.choice(len(self._tips), size=min(CLUMPS, len(self._tips)), replace=False)
        self._clump_size = draw.uniform(0.16, 0.34, len(self._clump_of)).astype(np.float32)
        self._clump, self._clump_calm, self._clump_bloom = (
            np.asfortranarray(each[self._clump_of]) for each in (self._tips, self._leaf_calm, self._leaf_bloom)
        )

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
        standing = [*woods, self._leaves(now, grown), self._mass(now, grown), *beads]
        return standing, [self._lit(self._twigs, now, grown), threads, *self._petals(now, grown)]

    def _grown(self, now: Moment) -> float:
        """How many metres of wood the light has claimed: it climbs out of the roots as the piece begins."""
        return (self._reach + 2.0) * now.presence

    def _sap(self, distance: Array, own: Array, now: Moment) -> Array:
        """(n,) 0..1: (0.5 + 0.5 cos)^6 of the common breath, later the further from the roots.

        With less communion than usual every part of the tree is as early or late as it likes.
        """
        apart = max(1.0 - 2.0 * now.number("/dream/communion"), 0.0)
        if apart > 0.0:
            distance = distance + own * np.float32(apart)
        phase = np.float32(now.breath % (2.0 * math.pi)) - distance * np.float32(2.0 * math.pi / WAVE)
        wave = 0.5 + 0.5 * np.cos(phase)
        cubed: Array = wave * wave * wave
        return lingering(cubed * cubed, phase, now)

    def _wind(self, position: Array, bend: Array, now: Moment) -> Array:
        t = now.seconds
        bend = bend * np.float32(1.0 - stillness(now))
        moved = position.copy(order="K")
        gust = np.sin(0.9 * position[:, 0] + np.float32(0.55 * t)) + 0.5 * np.sin(
            2.1 * position[:, 1] - np.float32(0.83 * t)
        )
        moved[:, 0] += bend * gust
        moved[:, 1] += bend * np.sin(1.3 * position[:, 0] - np.float32(0.47 * t))
        return moved

    def _lit(self, timber: _Timber, now: Moment, grown: float) -> Strokes:
        wood = timber.wood
        sap = self._sap(wood.distance, timber.own, now)
        claimed = (np.float32(grown) - wood.distance) * np.float32(1.25)
        shown = eased(claimed) * timber.strength
        edge = np.exp(-((claimed - 0.5) ** 2) * 6.0) * np.float32(1.2 * (1.0 - now.presence))
        agreed = np.float32(0.35 + 0.65 * now.coherence)
        front = sap * sap * sap  # where the sap is: so bright that it is white
        together = max(2.0 * now.number("/dream/communion") - 1.0, 0.0)
        still = np.float32(STILL + 0.12 * now.unrest + 0.30 * together * (0.5 + 0.5 * math.cos(now.breath - 1.0)))
        white_hot = np.float32(3.4 + 4.0 * (1.0 - now.unrest))
        strength = shown * (still + agreed * (1.05 * sap + white_hot * front) + edge)
        colour = mix(timber.calm, timber.bloom, ease(now.bloom))
        white = np.float32(0.15) * sap + np.float32(0.45) * front
        colour = shone(colour + shone(1.0 - colour, white), strength)
        return Strokes(self._wind(wood.position, timber.bend, now), wood.radius, colour, wood.starts, timber.halo)

    def _leaves(self, now: Moment, grown: float) -> Points:
        a, b = self._leaf_beat
        sap = self._sap(self._tip_distance, self._tip_own, now)
        shimmer = (0.5 + 0.5 * np.sin(a + 0.8 * now.seconds + 0.6 * np.sin(b + 0.31 * now.seconds))) ** 3
        strength = eased((np.float32(grown) - self._tip_distance) * 1.1) * (0.10 + 0.55 * shimmer + 0.75 * sap)
        when = year(now)
        colour = _seasoned(mix(self._leaf_calm, self._leaf_bloom, ease(now.bloom)), when, 0.5)
        colour = shone(colour, 0.95 * when.leaf * strength)
        position = self._wind(self._tips, (0.004 * self._tips[:, 2] ** 2).astype(np.float32), now)
        return Points(position, self._leaf_size, colour)

    def _mass(self, now: Moment, grown: float) -> Points:
        """Light in the air where leaves stand thick: the crown is more than its lines."""
        bloom = ease(now.bloom) * (1.0 - now.unrest)
        of = self._clump_of
        sap = self._sap(self._tip_distance[of], self._tip_own[of], now)
        here = eased((np.float32(grown) - self._tip_distance[of]) * 1.1)
        when = year(now)
        colour = _seasoned(mix(self._clump_calm, self._clump_bloom, ease(now.bloom)), when, 0.6)
        light = when.leaf * here * (0.35 + 0.65 * sap) * np.float32(hazy(now) * (0.020 + 0.034 * bloom))
        return Points(self._clump, self._clump_size, shone(colour, light))

    def _petals(self, now: Moment, grown: float) -> list[Points | Strokes]:
        """Petals round every tip, in bloom."""
        bloom = ease(now.bloom) * (1.0 - now.unrest)
        if bloom <= 0.0:
            return []
        of = self._petal_of
        sap = self._sap(self._tip_distance, self._tip_own, now)[of]
        shimmer = 0.55 + 0.45 * np.sin(self._petal_beat + np.float32(0.9 * now.seconds))
        light = np.float32(bloom) * (0.16 + 0.42 * shimmer * shimmer + 0.9 * sap)
        light *= eased((np.float32(grown) - self._tip_distance) * 1.1)[of]
        position, when = self._wind(self._petal, (0.004 * self._petal[:, 2] ** 2), now), year(now)
        colour = _seasoned(self._petal_colour, when, 0.9)
        if when.falling > 0.02:
            light = light * self._fallen(position, now, when.falling)
        return [Points(position, self._petal_size, shone(colour, when.petals * light))]

    def _fallen(self, position: Array, now: Moment, share: float) -> Array:
        """Let some petals sink to the water, moving `position`; (n,) how much of each is seen."""
        lets_go = self._petal_beat < np.float32(2.0 * np.pi * share)
        way = (self._petal_beat * np.float32(7.7) + np.float32(0.021 * now.seconds)) % 1.0
        sunk = np.where(lets_go, eased((way - 0.35) / 0.65), 0.0).astype(np.float32)
        drift = np.sin(np.float32(9.0) * way + self._petal_beat) * sunk
        position[:, 0] += np.float32(0.55) * drift
        position[:, 1] += np.float32(0.30) * sunk
        position[:, 2] *= 1.0 - np.float32(0.985) * sunk
        seen: Array = np.where(lets_go, eased((1.0 - way) / 0.12) * eased(way / 0.06), 1.0).astype(np.float32)
        return seen

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
        colour = mix(common, own, 0.35 + 0.65 * ease(now.bloom))
        light = shone(colour, 1.25 * pulse * shown)
        return Points(ends, np.full(len(ends), 0.019, np.float32), light, halo=0.42)
