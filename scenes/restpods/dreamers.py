"""The dreamers' light: everybody's figure over their pod, or what the maelstrom has made of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Moment, Points, Strokes, beaten, called, ease, eased, gathered, hues, mix, shone
from scenes.restpods.fate import Fate
from scenes.restpods.figures import FACE, FAR, MIDDLE, NEAR, Figures, Wardrobe, cast
from scenes.restpods.palette import AZURE, EMBER, GREY, ICE, LIME, TEAL, WHITE, Doubles, dim, lit
from scenes.restpods.street import Street

BANDS = 14  # heights at which a wave that climbs is known
BAND = 0.19  # metres between them
SLABS = 16  # of a body, that slip apart
GHOSTS = 0.085  # metres by which the market's colours are pulled off a body


@dataclass(frozen=True)
class Crowd:
    """Everybody at one moment; every array has a row a sleeper."""

    place: Array  # (3, n) metres, where their hem is
    gesture: Array  # (n,) 0 breathed out .. 1 in
    grey: Array  # (n,) 0 themselves .. 1 the average
    taken: Array  # (n,) 0 over their pod .. 1 in the maelstrom
    strength: Array  # (n,) brightness
    colour: Array  # (n, 3)
    far: Array  # (n,) metres from the eye
    wave: Array  # (n, BANDS) what climbs, by height


class Dreamers:
    """Figures, heads and hearts."""

    def __init__(self, street: Street, fate: Fate, chance: Chance) -> None:
        self._street, self._fate = street, fate
        count = len(street.along)
        self._chance = chance.of("clock")
        wardrobe = Wardrobe(count, chance)
        self.stature = (wardrobe.stature * 1.64).astype(np.float32)
        self._face = (wardrobe.stature * FACE).astype(np.float32)
        self.portrait = cast(wardrobe, NEAR)
        near = (street.along < 10.5) & (street.row < 2) | (street.along < 3.5)
        middle = ~near & (street.along < 36.0)
        groups = ((near, self.portrait), (middle, cast(wardrobe, MIDDLE)), (~near & ~middle, cast(wardrobe, FAR)))
        self._groups = [_Group(np.flatnonzero(who), made.of(np.flatnonzero(who))) for who, made in groups]
        kin = np.array([0.10, 0.38, 0.64, 0.88])[street.row] + 0.10 * chance.of("kin").at().standard_normal(count)
        self._kin = mix(mix(ICE, TEAL, eased(kin * 1.6)), AZURE, eased(kin * 1.5 - 0.7))

    def crowd(self, now: Moment, gesture: Doubles, theft: float, drawn: float, kept: Doubles, eye: Array) -> Crowd:
        """Everybody now. `kept`, (n,) 0..1, are those whom a light of their own holds."""
        sleepers, street = now.sleepers, self._street
        grey, taken = self._fate.grey(theft, kept), self._fate.taken(theft, kept)
        place = (street.foot + street.walked(sleepers.arrived)).astype(np.float32)
        fallen = self._fate.fallen(drawn)
        if theft > 0.0:
            whirl = self._fate.whirled(fallen, drawn).astype(np.float32)
            lifted = 4.0 * taken * (1.0 - taken)  # on their way they are lifted over the street
            place += (whirl - place) * taken
            place[2] += 1.2 * lifted
        far = np.sqrt(((place - eye[:, None]) ** 2).sum(axis=0))
        swallowed = eased(fallen / 0.10) * eased((1.0 - fallen) / 0.22)
        ends = (1.0 - taken * (1.0 - swallowed)) * (1.0 - 2.4 * taken * (1.0 - taken))  # in flight they are dim
        strength: Array = (self._strength(now, grey, kept) * ends * dim(far)).astype(np.float32)
        wave, colour = self._wave(now, grey), self._colour(now, grey)
        return Crowd(place, gesture.astype(np.float32), grey, taken, strength, colour, far, wave)

    def _strength(self, now: Moment, grey: Array, kept: Doubles) -> Array:
        """(n,) own breath, own voice; in the resolution who sings is lit and who listens is dim."""
        sleepers = now.sleepers
        voice = now.tones[sleepers.tone]
        sung = 1.25 * now.number("/pods/spot") * voice**2
        listening = 1.0 + now.bloom * (0.55 + sung - 1.0) * (1.0 - now.unrest)
        alive = (0.66 + 0.95 * sleepers.pulse) * (0.55 + 0.75 * voice) * listening
        torn = 0.85 + 0.5 * now.unrest * (self._chance.hashed(np.arange(len(sleepers)), now.beat.index // 3) - 0.5)
        arrival = 1.0 + 2.2 * np.exp(-np.maximum(sleepers.arrived - 9.0, 0.0) / 2.5) * (sleepers.arrived < 60.0)
        resisting = 1.0 + 0.9 * now.unrest * (1.0 - grey)
        own = alive * arrival * resisting * (1.0 + 0.8 * kept)
        own = own * (1.0 + sleepers.guest * (0.35 + 0.9 * beaten(sleepers) + 0.8 * called(sleepers)))
        strength: Array = ((own + (torn - own) * grey) * sleepers.glow * sleepers.present).astype(np.float32)
        return strength

    def _colour(self, now: Moment, grey: Array) -> Array:
        own = hues(now.sleepers.hue, 0.10)
        away = np.maximum(now.bloom, now.unrest)
        colour = mix(self._kin, own, 0.24 + 0.76 * ease(away))
        colour = mix(colour, own, eased(now.sleepers.guest))
        return mix(colour, np.broadcast_to(GREY, colour.shape), grey)

    def _wave(self, now: Moment, grey: Array) -> Array:
        """(n, BANDS): each common breath climbs all figures and runs down the street; the torn have none."""
        height = np.arange(BANDS) * BAND
        phase = now.breath - 0.11 * self._street.along[:, None] - 1.15 * height
        crest = (0.5 + 0.5 * np.cos(phase)) ** 3
        depth = (now.coherence * (1.0 - 0.55 * now.bloom) * (1.0 - grey))[:, None]
        wave: Array = (1.0 - 0.42 * depth + 1.35 * depth * crest).astype(np.float32)
        return wave

    def light(self, now: Moment, crowd: Crowd) -> list[Points | Strokes]:
        """All figures, their ghosts, and the points that make heads and hearts of them."""
        figures, ghosts = [], []
        for group in self._groups:
            place = self._posed(now, group, crowd)
            figures.append(group.strokes(place, crowd))
            if now.unrest > 0.0 and group is self._groups[0]:
                ghosts += group.ghosts(place, crowd, now)
        return [*gathered([*figures, *ghosts]), *self._hearts(now, crowd)]

    def crowns(self, crowd: Crowd) -> Array:
        """(3, n) metres: the tops of the heads."""
        crown = crowd.place.copy()
        crown[2] += self.stature
        return crown

    def _posed(self, now: Moment, group: _Group, crowd: Crowd) -> Array:
        """(3, n, v) metres: gesture, then theft, then where they are."""
        who, made = group.who, group.cast
        place = made.wide - made.shut
        place *= crowd.gesture[who][:, None]
        place += made.shut
        grey = crowd.grey[who]
        if grey.any():
            place += (group.average(now) - place) * grey[:, None]
            shift = self._slipped(now, who) * crowd.grey[who][:, None]
            place[0] += np.take(shift, group.slab, axis=1)
        place += crowd.place[:, who][:, :, None]
        return place

    def _slipped(self, now: Moment, who: NDArray[np.int64]) -> Array:
        """(n, SLABS) metres sideways: some slabs of a stolen body slip, on the glitch clock."""
        hold = now.beat.index // 2
        drawn = self._chance.hashed(who[:, None], np.arange(SLABS) // 2, hold)
        most = 0.34 * now.number("/light/glitch") * now.unrest  # share of slabs that slip
        shift: Array = np.where(drawn < most, 0.62 * now.unrest * (drawn / max(most, 1e-6) - 0.5), 0.0).astype(
            np.float32
        )
        return shift

    def _hearts(self, now: Moment, crowd: Crowd) -> list[Points | Strokes]:
        """A glow that makes a face of the head, and a point at the breast that beats."""
        away = np.minimum(1.0, 14.0 / crowd.far)
        lift = np.zeros_like(crowd.place)
        lift[2] = self._face
        face = shone(mix(crowd.colour, WHITE, 0.25), 0.62 * crowd.strength * (1.0 - 0.5 * crowd.grey))
        head = Points((crowd.place + lift).T, np.full(len(away), 0.12, np.float32), face)
        lift[2] *= 1.20 / FACE
        lift[1] = -0.08
        beat = (now.sleepers.pulse * (1.0 - crowd.grey)).astype(np.float32)
        colour = shone(mix(crowd.colour, WHITE, 0.5), crowd.strength * (0.3 + 2.6 * beat) * away)
        heart = Points((crowd.place + lift).T, (0.030 + 0.014 * beat).astype(np.float32), colour, halo=0.35)
        return [head, heart]


class _Group:
    """Dreamers who are drawn with the same detail."""

    def __init__(self, who: NDArray[np.int64], made: Figures) -> None:
        self.who, self.cast = who, made
        self.band = np.minimum(made.height / BAND, BANDS - 1).astype(np.intp)
        self.slab = np.minimum(made.height / 0.17, SLABS - 1).astype(np.intp)
        count = len(who)
        self._radius = np.tile(made.radius, count)
        self._starts = _repeated(made.starts, count, len(made.radius))
        self._ghost_radius = np.tile(made.radius[made.outline], count)
        self._ghost_starts = _repeated(made.outline_starts, count, len(made.outline))

    def average(self, now: Moment) -> Array:
        """(3, 1, v) the mean of all who are present here: whoever comes or goes changes it."""
        share = now.sleepers.present[self.who].astype(np.float32)
        share /= max(float(share.sum()), 1e-6)
        shut = self.cast.shut
        mean: Array = np.matmul(share, shut)[:, None, :]
        return mean

    def strokes(self, place: Array, crowd: Crowd) -> Strokes:
        """The figures at those places, (3, n, v)."""
        who = self.who
        light = self.cast.weight * np.take(crowd.wave[who], self.band, axis=1)
        light *= (1.08 * crowd.strength[who])[:, None]
        colour = lit(crowd.colour[who], light)
        return Strokes(place.reshape(3, -1).T, self._radius, colour.reshape(3, -1).T, self._starts)

    def ghosts(self, place: Array, crowd: Crowd, now: Moment) -> list[Strokes]:
        """The stolen near ones twice more, pulled apart in the market's two colours."""
        body = place[:, :, self.cast.outline]
        strength = (0.85 * now.unrest * crowd.strength * crowd.grey)[self.who]
        light = self.cast.weight[:, self.cast.outline] * strength[:, None]
        apart = np.float32(GHOSTS * now.unrest)
        made = []
        for tint, side in ((LIME, -1.0), (EMBER, 1.0)):
            moved = body.copy()
            moved[0] += apart * np.float32(side) * (0.6 + self.cast.height[self.cast.outline] / 2.4)
            colour = lit(tint, light)
            made.append(
                Strokes(moved.reshape(3, -1).T, self._ghost_radius, colour.reshape(3, -1).T, self._ghost_starts)
            )
        return made


def _repeated(starts: NDArray[np.int32], count: int, length: int) -> NDArray[np.int32]:
    return (np.arange(count)[:, None] * length + starts).ravel().astype(np.int32)
