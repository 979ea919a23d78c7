"""Air: the mist in and over the crown, stars and spores."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import (
    REGISTERS,
    Array,
    Chance,
    Light,
    Moment,
    Points,
    Strokes,
    along,
    ease,
    mix,
    polylines,
    rgb,
    shone,
    spatial,
)
from scenes.sleeptree.mood import hazy
from scenes.sleeptree.palette import CYAN, GOLD, TEAL, ULTRAMARINE

STARS, SPORES, PUFFS = 1100, 340, 84
FAR = 70.0  # metres to the stars
WAKE, LATELY_S = 7, 4.0  # vertices of a spore's wake, and how old it is at /light/trails 1


class Air:
    """Everything that hangs in the air; a pure function of the moment."""

    def __init__(self, chance: Chance) -> None:
        self._sow_stars(chance.of("stars").at())
        self._sow_spores(chance.of("spores").at())
        self._sow_cloud(chance.of("cloud").at())

    def _sow_stars(self, draw: np.random.Generator) -> None:
        azimuth = draw.uniform(-np.pi, np.pi, STARS)
        height = np.arcsin(draw.uniform(0.02, 0.72, STARS))
        flat = FAR * np.cos(height)
        self._star = spatial(flat * np.sin(azimuth), flat * np.cos(azimuth), FAR * np.sin(height))
        self._star_size = (0.035 * (0.6 + draw.pareto(3.2, STARS))).clip(0.02, 0.13).astype(np.float32)
        warm = draw.uniform(size=STARS).astype(np.float32)
        self._star_colour = mix(rgb(0.55, 0.72, 1.0), rgb(1.0, 0.84, 0.66), warm**2)
        self._star_beat = draw.uniform(0.0, 2.0 * np.pi, STARS), draw.uniform(0.4, 1.9, STARS)
        self._low = np.flatnonzero(self._star[:, 2] < 22.0)  # those that the water shows, too
        self._star_image = np.asfortranarray(self._star[self._low] * np.array([1.0, 1.0, -1.0], dtype=np.float32))

    def _sow_spores(self, draw: np.random.Generator) -> None:
        radius, angle = 6.5 * np.sqrt(draw.uniform(size=SPORES)), draw.uniform(0.0, 2.0 * np.pi, SPORES)
        self._spore = np.stack([radius * np.cos(angle), radius * np.sin(angle), draw.uniform(0.0, 5.6, SPORES)], axis=1)
        self._spore_drift = draw.uniform(0.0, 2.0 * np.pi, (3, SPORES))
        self._spore_rise = draw.uniform(0.02, 0.07, SPORES)
        self._spore_size = draw.uniform(0.008, 0.02, SPORES).astype(np.float32)

    def _sow_cloud(self, draw: np.random.Generator) -> None:
        angle, lift = draw.uniform(0.0, 2.0 * np.pi, PUFFS), draw.uniform(0.0, 1.0, PUFFS)
        radius = 3.0 * np.sqrt(draw.uniform(size=PUFFS)) * np.sqrt(1.0 - 0.8 * lift**2)
        self._puff = np.stack([radius * np.cos(angle), radius * np.sin(angle), 2.4 + 2.3 * lift], axis=1)
        self._puff_size = draw.uniform(0.55, 1.25, PUFFS)
        self._puff_drift = draw.uniform(0.0, 2.0 * np.pi, (4, PUFFS))

    def light(self, now: Moment) -> list[Light]:
        """Back to front does not matter: light adds."""
        return [*self._stars(now), self._cloud(now), *self._spores(now)]

    def _stars(self, now: Moment) -> list[Points]:
        offset, rate = self._star_beat
        twinkle = (0.62 + 0.38 * np.sin(offset + rate * now.seconds * 2.2)).astype(np.float32)
        colour = shone(self._star_colour, 1.9 * twinkle * (1.0 - 0.55 * now.unrest))
        given_back = np.asfortranarray(colour[self._low] * np.float32(0.12))
        return [
            Points(self._star, self._star_size, colour, halo=0.25),
            Points(self._star_image, self._star_size[self._low] * 1.6, given_back),
        ]

    def _cloud(self, now: Moment) -> Points:
        """A dome of mist in the crown; like the cloud above, it is as restless as coherence is missing."""
        restless = 1.0 - now.coherence
        t = now.seconds
        a, b, c, d = self._puff_drift
        reach = 0.12 + 0.5 * restless
        position = self._puff + reach * np.stack(
            [np.sin(a + 0.23 * t), np.sin(b + 0.19 * t), 0.5 * np.sin(c + 0.27 * t)], axis=1
        )
        flicker = 1.0 + 0.5 * restless * np.sin(d + 1.3 * t)
        breath = 0.75 + 0.25 * math.cos(now.breath) * now.coherence
        colour = mix(mix(CYAN, ULTRAMARINE, 0.55), mix(TEAL, GOLD, 0.35), ease(now.bloom))
        torn = np.where((np.arange(PUFFS) % 2 == 0)[:, None], REGISTERS[0], REGISTERS[1])
        colour = mix(colour, torn, 0.75 * now.unrest)
        lit = shone(colour, 0.0085 * hazy(now) * breath * flicker)
        return Points(spatial(*position.T), self._puff_size.astype(np.float32), np.asfortranarray(lit))

    def _spore_at(self, t: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """(..., SPORES, 3) where they are after so many seconds, (..., 1)."""
        a, b, c = self._spore_drift
        place = self._spore + 0.25 * np.stack(
            [np.sin(a + 0.21 * t), np.sin(b + 0.17 * t), np.sin(c + 0.13 * t)], axis=-1
        )
        place[..., 2] += self._spore_rise * t
        return place

    def _spores(self, now: Moment) -> list[Points | Strokes]:
        t = now.seconds
        _, b, c = self._spore_drift
        position = self._spore_at(t)
        lap = np.floor(position[:, 2] / 5.8) * 5.8  # what has risen to the top begins again below
        position[:, 2] -= lap
        ends = np.clip(position[:, 2] / 0.5, 0, 1) * np.clip((5.8 - position[:, 2]) / 0.8, 0, 1)
        twinkle = (0.5 + 0.5 * np.sin(c + (0.9 + 0.4 * np.cos(b)) * t)) ** 3 * ends
        calm = mix(mix(CYAN, rgb(0.8, 0.9, 1.0), 0.4), mix(GOLD, rgb(1.0, 0.95, 0.8), 0.4), ease(now.bloom))
        torn = np.where((np.arange(SPORES) % 2 == 0)[:, None], REGISTERS[0], REGISTERS[1])
        colour = shone(mix(calm, torn, 0.8 * now.unrest), 0.75 * twinkle)
        spores = Points(spatial(*position.T), self._spore_size, np.asfortranarray(colour), halo=0.3)
        trails = now.number("/light/trails")
        return [spores] if trails <= 0.0 else [spores, self._wakes(t, lap, trails, colour)]

    def _wakes(self, t: float, lap: NDArray[np.float64], trails: float, colour: Array) -> Strokes:
        """Where each spore was lately: they drift too slowly for what a picture remembers of them to be a line."""
        way = np.linspace(0.0, 1.0, WAKE)
        place = self._spore_at(t - LATELY_S * trails * way[:, None])
        place[..., 2] = np.maximum(place[..., 2] - lap, 0.0)
        x, y, z = place.transpose(2, 1, 0)
        fade = np.tile((1.0 - way) ** 1.5, SPORES)
        radius = np.repeat(0.5 * self._spore_size, WAKE)
        return Strokes(spatial(x, y, z), radius, shone(along(colour, WAKE), 0.8 * fade), polylines(SPORES, WAKE))
