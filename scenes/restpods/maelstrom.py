"""The maelstrom over the street: what draws the stolen in, and the ticker's rings that say how fast. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from installation import Chance, Moment, Points, Strokes, ease, eased, mix, shone
from scenes.restpods.dreamers import Crowd
from scenes.restpods.fate import ACROSS, ARMS, ASLANT, EYE, HUB, Fate, spiral
from scenes.restpods.palette import EMBER, GREY, LIME, WHITE, Doubles, lines

TRAILED, TRAIL = 96, 18  # stolen ones who leave a trail, and its vertices
BEHIND = 0.13  # of the way from rim to eye that a trail is long
CURRENTS, CURRENT = 7, 44  # threads of an arm, and their vertices
BARS = (60, 96, 132)  # of the ticker's rings: the room's coherence, the figure from outside, the show's own price
RADII = (2.2, 4.9, 9.0)  # metres
HEARD = 96  # figures from outside that are remembered
OWN = 60  # values of coherence that are remembered
TELLING = 0.5  # seconds between two


@dataclass(frozen=True)
class Figures:
    """What the ticker shows, the newest first, -1..1."""

    own: Doubles  # (OWN,) the room's coherence
    heard: Doubles  # (HEARD,) from outside


class Maelstrom:
    """Trails, currents, ticker and the dark eye."""

    def __init__(self, fate: Fate, chance: Chance) -> None:
        draw = chance.at()
        self._fate = fate
        self._trailed = np.flatnonzero(~fate.resists)[:TRAILED]
        count = ARMS * CURRENTS
        self._current_arm = np.repeat(np.arange(ARMS), CURRENTS)[:, None]
        self._current_off: Doubles = draw.normal(0.0, 0.20, (count, 1))
        self._current_from: Doubles = draw.uniform(0.0, 0.45, (count, 1))
        self._current_aside: Doubles = draw.normal(0.0, 0.30, (count, 1))
        self._chance = chance
        self._rim: Doubles = chance.hashed(np.arange(3)[:, None], np.arange(90))

    def light(self, now: Moment, crowd: Crowd, theft: float, drawn: float, figures: Figures) -> list[Points | Strokes]:
        """Nothing while nobody is stolen."""
        if theft <= 0.02:
            return []
        strength = ease((theft - 0.05) / 0.55)
        currents = [self._trails(crowd, drawn, strength), self._currents(drawn, strength)]
        return [*currents, *self._ticker(now, figures, strength), self._eye(now, strength)]

    def _trails(self, crowd: Crowd, drawn: float, strength: float) -> Strokes:
        """Where the stolen came from: a thread in the market's colours."""
        who = self._trailed
        fallen = self._fate.fallen(drawn)[who]
        way = np.linspace(0.0, 1.0, TRAIL)
        behind = np.maximum(fallen[:, None] - BEHIND * way, 0.0)
        place = spiral(
            behind, self._fate.arm[who][:, None], drawn, self._fate.off[who][:, None], self._fate.aside[who][:, None]
        )
        place[2] += 0.9
        light = (1.0 - way) ** 1.4 * (0.42 * strength * crowd.taken[who] * eased((1.0 - fallen) / 0.2))[:, None]
        colour = np.where((who % 2 == 0)[:, None], LIME, EMBER)
        return lines(place, 0.012, mix(colour, GREY, 0.25), light)

    def _currents(self, drawn: float, strength: float) -> Strokes:
        """Threads of the arms themselves, with light that runs inwards."""
        way = np.linspace(0.0, 1.0, CURRENT)
        fallen = self._current_from + (1.0 - self._current_from) * way
        place = spiral(fallen, self._current_arm, drawn, self._current_off, self._current_aside)
        run = (0.5 + 0.5 * np.cos(2.0 * np.pi * (3.0 * fallen - 9.0 * drawn + self._current_off))) ** 3
        light = (
            0.16 * strength * (0.18 + run) * eased((fallen - self._current_from) / 0.2) * eased((1.0 - fallen) / 0.06)
        )
        return lines(place, 0.014, mix(GREY, WHITE, 0.2), light)

    def _ticker(self, now: Moment, figures: Figures, strength: float) -> list[Strokes]:
        """Three rings of bars: what the room says of itself, what the market says, and what the show makes of both."""
        rings = (figures.own, figures.heard, self._price(now, figures))
        made = []
        for k, (count, radius, values) in enumerate(zip(BARS, RADII, rings, strict=True)):
            turn = 2.0 * np.pi * (np.arange(count) / count + (0.013, -0.009, 0.006)[k] * now.seconds)
            tall = 0.06 + (0.62, 0.95, 0.80)[k] * np.abs(values)
            light = (0.34 + 0.50 * np.abs(values)) * (0.55 + 0.45 * self._chance.hashed(np.arange(count), k)) * strength
            gain = np.array([0.0, 1.0]) * np.sign(values + 1e-9)[:, None] * tall[:, None]
            r = radius + gain
            x, y = r * np.cos(turn)[:, None], r * np.sin(turn)[:, None]
            place = np.stack([HUB[i] + ACROSS[i] * x + ASLANT[i] * y for i in range(3)])
            colour = np.where((values > 0.0)[:, None], LIME, EMBER)
            made.append(lines(place, 0.020, mix(colour, WHITE, 0.10), np.repeat(light[:, None], 2, axis=1)))
        return made

    def _price(self, now: Moment, figures: Figures) -> Doubles:
        """(144,) -1..1: a course in value noise over the glitch clock, lifted by the figure from outside."""
        at = now.beat.index // 3 - np.arange(BARS[2])
        course = sum(
            self._noise(at / span, span) * share for span, share in ((31, 0.9), (11, 0.5), (4, 0.3), (1, 0.18))
        )
        price: Doubles = np.clip(course + 0.5 * figures.heard[0], -1.0, 1.0)
        return price

    def _eye(self, now: Moment, strength: float) -> Points:
        """A thin bright rim round the dark."""
        turn = 2.0 * np.pi * (np.arange(90) + 0.4 * self._rim[0]) / 90 - 0.5 * now.seconds
        r = EYE * (0.92 + 0.08 * self._rim[1])
        place = np.stack([HUB[i] + ACROSS[i] * r * np.cos(turn) + ASLANT[i] * r * np.sin(turn) for i in range(3)])
        light = strength * (0.10 + 0.35 * self._rim[2] ** 2)
        return Points(
            place.T.astype(np.float32), np.full(90, 0.07, np.float32), shone(mix(GREY, WHITE, 0.5), light), 0.3
        )

    def _noise(self, x: Doubles, span: int) -> Doubles:
        """-1..1, smooth between whole numbers, each of which has its own value."""
        low = np.floor(x).astype(np.int64)
        a, b = self._chance.hashed(low, span), self._chance.hashed(low + 1, span)
        noise: Doubles = 2.0 * (a + (b - a) * eased(x - low)) - 1.0
        return noise
