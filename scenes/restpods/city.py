"""What lies round the street: night, a small city at its end, stars, and the wet ground. Pure."""

from __future__ import annotations

import math

import numpy as np

from installation import (
    Array,
    Chance,
    Light,
    Mist,
    Moment,
    Points,
    Strokes,
    View,
    ease,
    mix,
    polylines,
    rgb,
    shone,
    spatial,
)
from scenes.restpods.palette import AZURE, EMBER, ICE, LAMP, LIME, NIGHT, PEACH, TEAL
from scenes.restpods.street import middle

TOWERS, WINDOWS, STARS, GLINTS = 34, 430, 300, 420
END = 96.0  # metres along the street to the city
SKY = rgb(0.006, 0.024, 0.044)
ROWS, COLUMNS = 28, 48


class City:
    """Everything behind and under the street."""

    def __init__(self, chance: Chance) -> None:
        self._build(chance.of("towers").at())
        self._sow(chance.of("stars").at())
        self._wet(chance.of("ground").at())

    def _build(self, draw: np.random.Generator) -> None:
        """Towers of different widths and heights: roofs and lit windows, hardly an upright line."""
        centre = middle(np.array(78.0)) + draw.normal(0.0, 9.5, TOWERS).clip(-24.0, 24.0)
        wide = draw.uniform(0.7, 1.9, TOWERS)
        away = END + draw.uniform(-14.0, 16.0, TOWERS)
        tall = (3.0 + 15.0 * draw.uniform(size=TOWERS) ** 1.7) * np.exp(-((centre - centre.mean()) ** 2) / 260.0)
        x = np.stack([centre - wide, centre - wide, centre + wide, centre + wide], axis=1)
        z = np.stack([0.0 * tall, tall, tall, 0.0 * tall], axis=1)
        self._tower = spatial(x, np.repeat(away[:, None], 4, axis=1), z)
        self._tower_light = np.tile([0.0, 0.16, 0.12, 0.0], TOWERS).astype(np.float32)
        at = draw.choice(TOWERS, WINDOWS, p=tall * wide / (tall * wide).sum())
        floor = np.round(draw.uniform(0.04, 0.94, WINDOWS) * tall[at] / 0.72) * 0.72
        column = np.round(draw.uniform(-0.9, 0.9, WINDOWS) * wide[at] / 0.44) * 0.44
        self._window = spatial(centre[at] + column, away[at] - 0.5, floor + 0.3)
        self._window_colour = mix(LAMP, mix(PEACH, ICE, 0.3), (draw.uniform(size=WINDOWS) ** 2).astype(np.float32))
        self._window_beat = draw.uniform(0.0, 2.0 * np.pi, WINDOWS), draw.uniform(0.02, 0.11, WINDOWS)

    def _sow(self, draw: np.random.Generator) -> None:
        azimuth, height = draw.uniform(-0.9, 0.9, STARS), np.arcsin(draw.uniform(0.03, 0.62, STARS))
        flat = 150.0 * np.cos(height)
        self._star = spatial(flat * np.sin(azimuth), flat * np.cos(azimuth), 150.0 * np.sin(height))
        self._star_size = (0.06 * (0.6 + draw.pareto(3.0, STARS))).clip(0.04, 0.26).astype(np.float32)
        self._star_colour = mix(rgb(0.55, 0.72, 1.0), LAMP, (draw.uniform(size=STARS) ** 3).astype(np.float32))
        self._star_beat = draw.uniform(0.0, 2.0 * np.pi, STARS), draw.uniform(0.3, 1.7, STARS)

    def _wet(self, draw: np.random.Generator) -> None:
        """Short level strokes where the wet street catches a light."""
        y = -7.0 + 48.0 * draw.uniform(size=GLINTS) ** 1.6
        out = draw.uniform(-2.7, 2.7, GLINTS)
        self._glint = np.stack([middle(y) + out, y])
        self._glint_out = np.abs(out) / 2.7
        self._glint_reach = draw.uniform(0.02, 0.16, GLINTS) * (1.0 + y / 30.0)
        self._glint_beat = draw.uniform(0.0, 2.0 * np.pi, (2, GLINTS))

    def light(self, now: Moment, view: View) -> list[Light]:
        """Back to front."""
        return [self._night(now, view), self._stars(now), self._towers(now), self._windows(now), self._ground(now)]

    def _night(self, now: Moment, view: View) -> Mist:
        """Night, a little less dark over the city; black under the horizon."""
        (city,), (horizon,), _ = view.seen(np.array([[middle(np.array(END)), END, view.eye[2]]]), now.aspect)
        row = ((np.arange(ROWS) + 0.5) / ROWS)[:, None]
        column = ((np.arange(COLUMNS) + 0.5) / COLUMNS)[None, :]
        up = horizon - row
        dome = np.exp(-np.abs(up) / 0.30) * (0.35 + 0.65 * np.exp(-(((column - city) * now.aspect / 0.46) ** 2)))
        torn = mix(SKY, rgb(0.020, 0.030, 0.018), ease(now.unrest))
        tint = mix(torn, rgb(0.024, 0.017, 0.044), 0.8 * ease(now.bloom))
        breath = 1.0 + 0.14 * math.cos(now.breath) * now.coherence
        colour = NIGHT + (0.62 * breath * dome)[:, :, None] * tint
        colour *= np.where(up < 0.0, 0.45 * np.exp(np.minimum(up, 0.0) / 0.22), 1.0)[:, :, None]
        return Mist(colour.astype(np.float32))

    def _stars(self, now: Moment) -> Points:
        offset, rate = self._star_beat
        twinkle = 0.55 + 0.45 * np.sin(offset + rate * now.seconds)
        return Points(self._star, self._star_size, shone(self._star_colour, 0.75 * twinkle), halo=0.2)

    def _towers(self, now: Moment) -> Strokes:
        colour = mix(mix(AZURE, TEAL, 0.5), mix(LIME, EMBER, 0.4), 0.5 * ease(now.unrest))
        size = np.full(len(self._tower), 0.045, np.float32)
        return Strokes(self._tower, size, shone(colour, 0.30 * self._tower_light), polylines(TOWERS, 4))

    def _windows(self, now: Moment) -> Points:
        """Now and then somebody there goes to sleep, and somebody wakes."""
        offset, rate = self._window_beat
        awake = np.clip(0.45 + 1.6 * np.sin(offset + rate * now.seconds), 0.0, 1.0)
        lit = shone(self._window_colour, 0.62 * awake * (1.0 - 0.5 * now.unrest))
        return Points(self._window, np.full(WINDOWS, 0.10, np.float32), lit)

    def _ground(self, now: Moment) -> Strokes:
        """Glints, and the common breath running down the wet street."""
        x, y = self._glint
        a, b = self._glint_beat
        t = now.seconds
        catch = np.clip(np.sin(a + 0.6 * t) * np.sin(b + 0.37 * t) + 0.25, 0.0, 1.0) ** 2
        crest = (0.5 + 0.5 * np.cos(now.breath - 0.22 * y)) ** 6 * now.coherence * (1.0 - now.unrest)
        light = (0.10 + 0.32 * crest) * catch * (0.25 + 0.75 * self._glint_out**2) / (1.0 + ((y + 9.6) / 22.0) ** 2)
        colour = mix(mix(PEACH, TEAL, 0.35), mix(LIME, EMBER, 0.5), 0.7 * ease(now.unrest))
        line = np.stack([x - self._glint_reach, x, x + self._glint_reach], axis=1)
        place = spatial(line, np.repeat(y[:, None], 3, axis=1), np.zeros_like(line))
        shape: Array = (light[:, None] * np.array([0.0, 1.0, 0.0])).ravel().astype(np.float32)
        return Strokes(place, np.full(3 * GLINTS, 0.010, np.float32), shone(colour, shape), polylines(GLINTS, 3))
