"""What hardly anybody sees: a comet, once a night, and in one night of the year the moon. Pure."""

from __future__ import annotations

import math

import numpy as np

from installation import Array, Chance, Moment, Points, Strokes, View, ease, mix, rgb, shone
from scenes.sleeptree.palette import CYAN, IVORY

FAR = 62.0  # metres
TAIL, DUST = 30, 150  # vertices of the comet's tail, and what it leaves behind
LONG = 0.30  # radians of the sky that its tail covers
MOTES = 900  # lights of which the moon is made
WIDE = 3.1  # metres, the moon's radius out there
PALE = rgb(0.90, 0.94, 1.0)


class Rarities:
    """Comet and moon; nothing, nearly always."""

    def __init__(self, chance: Chance) -> None:
        draw = chance.at()
        self._dust = draw.normal(0.0, 1.0, (2, DUST)), draw.uniform(0.0, 1.0, DUST) ** 0.6
        self._dust_light = draw.uniform(0.2, 1.0, DUST)
        turn, out = np.arange(MOTES) * math.pi * (3.0 - math.sqrt(5.0)), np.sqrt((np.arange(MOTES) + 0.5) / MOTES)
        self._disc = WIDE * np.stack([out * np.cos(turn), out * np.sin(turn)])
        self._seas = self._mottled(draw)

    def _mottled(self, draw: np.random.Generator) -> Array:
        """(MOTES,) the moon's seas: a few soft dark places, and its limb a little darker."""
        light = np.ones(MOTES)
        for x, y, size in zip(*draw.uniform(-0.6, 0.6, (2, 7)), draw.uniform(0.18, 0.42, 7), strict=True):
            near = ((self._disc[0] / WIDE - x) ** 2 + (self._disc[1] / WIDE - y) ** 2) / size**2
            light *= 1.0 - 0.34 * np.exp(-near)
        limb = 1.0 - 0.35 * (np.hypot(*self._disc) / WIDE) ** 6
        mottled: Array = (light * limb).astype(np.float32)
        return mottled

    def light(self, now: Moment, view: View) -> list[Points | Strokes]:
        """What stands in the sky of this moment; the water shows it too."""
        lights: list[Points | Strokes] = []
        if now.wonder > 0.0:
            lights += self._moon(now.wonder, view)
        if now.omen > 0.0:
            lights += self._comet(now.omen, view)
        return lights

    def _comet(self, through: float, view: View) -> list[Points | Strokes]:
        shown = ease(through / 0.15) * ease((1.0 - through) / 0.2)
        head = np.array([-0.52 + 0.86 * through, 0.47 - 0.20 * through])  # radians right of the tree, over the water
        back = np.array([-0.93, 0.30])
        way = np.linspace(0.0, 1.0, TAIL)
        line = _sky(view, head[0] + LONG * way * back[0], head[1] + LONG * way * back[1])
        fade = shown * (1.0 - way) ** 2.2
        wide = (0.10 + 1.15 * way).astype(np.float32)
        start = np.zeros(1, np.int32)
        tail = Strokes(line, wide, shone(mix(CYAN, PALE, 0.35), 0.30 * fade / (1.0 + 3.0 * way)), start)
        core = Strokes(line, (0.05 + 0.10 * way).astype(np.float32), shone(PALE, 0.9 * fade), start)
        (across, along), far = self._dust
        out = 0.010 + 0.055 * far
        dust = _sky(
            view, head[0] + LONG * 1.2 * far * back[0] + out * across, head[1] + LONG * far * back[1] + out * along
        )
        motes = Points(dust, np.full(DUST, 0.07, np.float32), shone(PALE, 0.8 * shown * self._dust_light * (1.0 - far)))
        star = Points(line[:1], np.full(1, 0.22, np.float32), shone(PALE, np.full(1, 4.0 * shown)), halo=0.5)
        return [tail, core, motes, star]

    def _moon(self, through: float, view: View) -> list[Points | Strokes]:
        """It comes up beside the tree, large and low, and pales as it rises."""
        shown = ease(through / 0.12) * ease((1.0 - through) / 0.25)
        height = -0.03 + 0.40 * through
        centre = _sky(view, np.array([0.24]), np.array([height]))[0].astype(np.float64)
        right, up, _ = view.axes()
        x, y = self._disc
        place = (centre[:, None] + right[:, None] * x + up[:, None] * y).T
        dip = np.clip(place[:, 2] / 0.8, 0.0, 1.0)  # what is still under the horizon
        colour = mix(IVORY, PALE, ease(through * 1.6))
        motes = Points(
            np.asfortranarray(place, dtype=np.float32), np.full(MOTES, 0.17, np.float32),
            shone(colour, 0.34 * shown * self._seas * dip),
        )  # fmt: skip
        glow = Points(
            centre[None].astype(np.float32),
            np.full(1, 3.0 * WIDE, np.float32),
            shone(colour, np.full(1, 0.035 * shown)),
        )
        return [motes, glow]


def _sky(view: View, beside: np.ndarray, high: np.ndarray) -> Array:
    """(n, 3) metres: FAR out, so many radians to the right of the tree and over the water as it is seen from here."""
    eye = np.array(view.eye)
    turn = math.atan2(-eye[0], -eye[1]) if np.hypot(eye[0], eye[1]) > 1e-3 else 0.0
    flat = FAR * np.cos(high)
    angle = turn + beside
    place = [eye[0] + flat * np.sin(angle), eye[1] + flat * np.cos(angle), np.abs(eye[2]) + FAR * np.sin(high)]
    return np.asfortranarray(np.stack(place, axis=1), dtype=np.float32)
