"""The dark of the hall: its night, the gallery's lamps, and the shaft of light that the rope stands in."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import Chance, Light, Mist, Moment, Points, ease, mix, rgb, shone, spatial
from scenes.dreamtrek.palette import AQUA, CAMPS, GOLD, INDIGO, NIGHT, ORCHID, PEARL
from scenes.dreamtrek.seats import RADII, height

ROWS, COLUMNS = 18, 8
GALLERY = np.arange(len(RADII), len(RADII) + 10)  # tiers that nobody sleeps in
STEP = 0.55  # radians of the breath by which each of them is later
SHAFT = 12  # puffs that make the shaft
ABOVE = rgb(0.004, 0.004, 0.018), rgb(0.010, 0.006, 0.010), rgb(0.008, 0.003, 0.018)  # calm, in bloom, torn


class Air:
    """Everything round the sleepers; a pure function of the moment."""

    def __init__(self, chance: Chance) -> None:
        draw = chance.at()
        many = 44 + 7 * GALLERY
        tier = np.repeat(GALLERY, many)
        turn = np.concatenate([(np.arange(m) + draw.uniform()) / m for m in many]) * 2.0 * np.pi
        radius = RADII[-1] + 2.3 + 1.9 * (tier - len(RADII)) + draw.normal(0.0, 0.12, len(tier))
        self._lamp = spatial(radius * np.cos(turn), radius * np.sin(turn), height(radius - 3.0))
        self._late = STEP * (tier - len(RADII))
        self._weight = (0.25 + draw.pareto(3.0, len(tier))).clip(0.0, 1.6)
        self._twinkle = draw.uniform(0.0, 2.0 * np.pi, len(tier))

    def light(self, now: Moment) -> list[Light]:
        """Night, lamps and shaft."""
        return [_night(now), self._lamps(now), _shaft(now)]

    def _lamps(self, now: Moment) -> Points:
        """The empty gallery: each common breath goes up through it, tier by tier."""
        breath = (0.5 + 0.5 * np.cos(now.breath - self._late)) ** 4 * now.coherence
        twinkle = 0.7 + 0.3 * np.sin(self._twinkle + 0.7 * now.seconds)
        strength = 0.9 * self._weight * twinkle * (0.35 + breath + 3.4 * self._woken(now))
        colour = mix(mix(mix(AQUA, INDIGO, 0.4), GOLD, ease(now.bloom)), CAMPS[0], 0.7 * now.unrest)
        if now.omen > 0.0:
            colour = mix(colour, PEARL, 0.5 * math.sin(math.pi * now.omen))
        return Points(self._lamp, np.full(len(strength), 0.055, np.float32), shone(colour, strength), halo=0.3)

    def _woken(self, now: Moment) -> NDArray[np.float64]:
        """(n,) once a night everybody who ever slept up there draws three breaths, from the rim to the dark."""
        swell = math.sin(math.pi * now.omen) ** 2
        wave: NDArray[np.float64] = swell * (0.5 + 0.5 * np.cos(6.0 * math.pi * now.omen - math.pi - self._late)) ** 2
        return wave


def _night(now: Moment) -> Mist:
    """Nearly black, a little lighter where the rope goes."""
    row = ((np.arange(ROWS) + 0.5) / ROWS)[:, None, None]
    above = mix(mix(ABOVE[0], ABOVE[1], ease(now.bloom)), ABOVE[2], now.unrest)
    colour = NIGHT + (above - NIGHT) * np.exp(-2.2 * row)
    return Mist(np.broadcast_to(colour, (ROWS, COLUMNS, 3)).astype(np.float32))


def _shaft(now: Moment) -> Points:
    height = np.linspace(0.6, 15.0, SHAFT)
    place = spatial(np.zeros(SHAFT), np.zeros(SHAFT), height)
    foot = mix(mix(ORCHID, CAMPS[0], now.unrest), GOLD, 0.5 * ease(now.bloom))
    top = mix(INDIGO, PEARL, 0.15)
    colour = mix(
        np.tile(foot, (SHAFT, 1)), np.tile(top, (SHAFT, 1)), np.clip(height / 6.0, 0.0, 1.0).astype(np.float32)
    )
    strength = (0.010 + 0.010 * now.bloom) * (0.8 + 0.2 * math.cos(now.breath - 1.5)) * np.exp(-height / 30.0)
    return Points(place, np.linspace(1.9, 3.4, SHAFT).astype(np.float32), shone(colour, strength))
