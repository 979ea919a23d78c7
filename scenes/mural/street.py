"""The wet street before the wall: what it mirrors, the sleepers' jewels, and the light that the rose casts. Pure."""

from __future__ import annotations

import math

import numpy as np

from installation import Array, Chance, Moment, Points, Strokes, hues, polylines, shone, spatial
from scenes.mural.palette import GOLD, Doubles
from scenes.mural.rose import CENTRE, SCALE, TRACERY, Rose
from scenes.mural.wall import Paint, Wall
from scenes.mural.wind import VERTICES, WIDE

LOW = 2.6  # metres: strokes that begin higher are not seen in the street
SQUASH = 0.55
LAMP = 6.5, 11.5  # metres behind the wall, and up: what shines through the rose
SOME = slice(0, VERTICES, 2)
STREAK = 4
ROUND = 73


class Pavement:
    """The strip of wet stone that the picture's lower edge shows."""

    def __init__(self, chance: Chance, wall: Wall, rose: Rose) -> None:
        draw, n = chance.at(), len(wall.grown.way)
        self._low = np.flatnonzero(wall.grown.place[1].min(axis=1) < LOW)
        self._rose = rose
        feet = np.argsort(np.argsort(wall.grown.place[0].mean(axis=1), kind="stable"), kind="stable")
        self._x = (2.0 * (feet + 0.5) / n - 1.0) * WIDE + draw.normal(0.0, 0.05, n)
        self._y: Doubles = -0.55 - 4.4 * draw.uniform(size=n) ** 1.3
        self._size = (0.016 + 0.012 * draw.uniform(size=n)).astype(np.float32)
        self._soft = draw.uniform(0.5, 1.3, n).astype(np.float32)

    def seats(self, wall: Wall) -> Doubles:
        """(n, 2) metres round whoever stands before the wall: from behind on the left to behind on the right."""
        middle = wall.grown.place.mean(axis=2)
        rank = (np.argsort(np.argsort(middle[0], kind="stable"), kind="stable") + 0.5) / len(middle[0])
        turn = 2.0 * math.pi * (rank - 0.5)
        seats: Doubles = (3.0 + 0.8 * middle[1].astype(np.float64)) * np.stack([np.sin(turn), np.cos(turn)])
        return seats.T

    def light(self, now: Moment, paint: Paint) -> list[Points | Strokes]:
        """From the wall towards the viewer."""
        lights: list[Points | Strokes] = [self._image(now, paint), *self._jewels(now)]
        if paint.opened.max() > 0.0:
            lights += self._cast(now, paint)
        return lights

    def _image(self, now: Moment, paint: Paint) -> Strokes:
        """Two bristles of the lower strokes, upside down and rippled."""
        place = paint.place[:, self._low][:, :, 1::2, SOME].copy()
        height = np.maximum(place[2], 0.0)
        ripple = np.sin(11.0 * height + 1.7 * place[0] - np.float32(1.3 * now.seconds))
        place[0] += np.float32(0.012) * ripple * (1.0 + height)
        place[2] *= np.float32(-SQUASH)
        place[1] -= np.float32(0.05)
        fade = np.float32(0.46) * np.exp(-height * np.float32(1.0 / 1.7))
        light = paint.light[:, self._low][:, :, 1::2, SOME] * fade
        radius = np.full(height.size, 0.026, np.float32)
        starts = polylines(height.shape[0] * height.shape[1], height.shape[2])
        return Strokes(place.reshape(3, -1).T, radius, light.reshape(3, -1).T, starts)

    def _jewels(self, now: Moment) -> list[Points | Strokes]:
        """One a sleeper, before their stroke, and its streak on the wet stone."""
        sleepers = now.sleepers
        own = sleepers.present * sleepers.glow * min(1.4 * now.presence, 1.0)
        strength = (0.10 + 0.9 * sleepers.pulse) * own
        colour = hues(sleepers.hue, 0.16)
        n = len(own)
        place = spatial(self._x, self._y, np.full(n, 0.03))
        way = np.linspace(0.0, 1.0, STREAK)
        wave = 0.018 * np.sin(6.0 * way - 1.9 * now.seconds + 9.0 * self._soft[:, None]) * way
        streak = spatial(
            self._x[:, None] + wave,
            np.broadcast_to(self._y[:, None] - 0.02, (n, STREAK)),
            -0.02 - 0.34 * way + 0.0 * wave,
        )
        light = (0.16 * strength[:, None] * (1.0 - way) ** 1.5).ravel()
        lines = shone(np.repeat(colour.T, STREAK, axis=1).T, light)
        return [
            Points(place, self._size, shone(colour, strength), halo=0.3),
            Strokes(streak, np.full(n * STREAK, 0.017, np.float32), lines, polylines(n, STREAK)),
        ]

    def _cast(self, now: Moment, paint: Paint) -> list[Points | Strokes]:
        """Every stroke of the rose again, drawn out on the street by a light behind it, in pools of its own colour."""
        who = self._rose.members
        opened = paint.opened[who]
        place, light = paint.place[:, who, 0, SOME], paint.light[:, who][:, :, ::2, SOME].mean(axis=2)
        x, y, far = _thrown(place[0], place[2])
        soft = np.float32(0.020) + np.float32(0.030) * far
        strength = (0.42 * opened[:, None] ** 3) / (1.0 + 0.9 * far)
        glass = spatial(x, y, np.full_like(x, 0.004))
        lines = Strokes(
            glass, soft.ravel(), (light * strength.astype(np.float32)).reshape(3, -1).T, polylines(*x.shape)
        )
        return [lines, self._pools(now, paint, who), self._circles(float(opened.mean()))]

    def _pools(self, now: Moment, paint: Paint, who: np.ndarray) -> Strokes:
        """Broad and soft: the colour of each pane on the stone, as wide as it is thrown far."""
        middle = paint.place[:, who, 2, VERTICES // 3]
        x, y, far = _thrown(middle[0], middle[2])
        half = (0.17 * (1.0 + far))[:, None] * np.array([-1.0, 0.0, 1.0], np.float32)
        own = (now.sleepers.present * now.sleepers.glow * (0.35 + 0.65 * now.sleepers.pulse))[who]
        light = 0.085 * own * self._soft[who] * paint.opened[who] ** 3 / (1.0 + 0.5 * far)
        shape = np.array([0.35, 1.0, 0.35])
        position = spatial(x[:, None] + half, y[:, None] + 0.0 * half, 0.004 + 0.0 * half)
        radius = np.repeat(0.075 * (1.0 + far), 3).astype(np.float32)
        colour = np.repeat(paint.colour[who].T, 3, axis=1).T
        return Strokes(position, radius, shone(colour, (light[:, None] * shape).ravel()), polylines(len(who), 3))

    def _circles(self, shown: float) -> Strokes:
        """The tracery's shadow is light, too."""
        turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
        radius = SCALE * np.array([TRACERY[1], TRACERY[3]])[:, None]
        x, y, far = _thrown(
            (CENTRE[0] + radius * np.sin(turn)).astype(np.float32),
            (CENTRE[1] + radius * np.cos(turn)).astype(np.float32),
        )
        light = 0.10 * shown**3 / (1.0 + far)
        soft = (0.016 + 0.02 * far).astype(np.float32).ravel()
        return Strokes(spatial(x, y, np.full_like(x, 0.004)), soft, shone(GOLD, light.ravel()), polylines(2, ROUND))


def _thrown(x: Array, z: Array) -> tuple[Array, Array, Array]:
    """Where the light through (x, z) on the wall meets the street: metres right and away, and how far it was thrown."""
    behind, up = LAMP
    far: Array = np.clip(z / (np.float32(up) - z), 0.0, 2.0).astype(np.float32)
    out: Array = x * (np.float32(1.0) + far)
    return out, np.float32(-behind) * far, far
