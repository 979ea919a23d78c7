"""The sleepers: jewels on the water, and the threads that rise from them into the crown when they are mended."""

from __future__ import annotations

import numpy as np

from installation import (
    Array,
    Chance,
    Moment,
    Points,
    Strokes,
    along,
    ease,
    eased,
    hues,
    mix,
    polylines,
    rgb,
    shone,
    spatial,
)
from scenes.sleeptree.growth import Tree

THREADS = 84  # sleepers from whom a thread rises
KNOTS = 30  # vertices of a thread
LIFT = 0.045  # metres, a jewel over the water
FALL, LANDING = 2.6, 1.6  # metres and seconds in which a newcomer comes down to the water
COLUMN = 7  # vertices of a jewel's light on the water


class Dreamers:
    """The lights of the community; a pure function of the moment."""

    def __init__(self, tree: Tree, chance: Chance, sleepers: int) -> None:
        draw = chance.at()
        self._threaded = draw.permutation(sleepers)[:THREADS]
        self._tip = tree.tips[draw.integers(0, len(tree.tips), THREADS)]
        self._late = draw.uniform(0.0, 1.0, THREADS)
        self._sag = draw.uniform(0.25, 1.3, THREADS)

    def light(self, now: Moment, flicker: np.random.Generator) -> tuple[list[Points | Strokes], Strokes]:
        """Jewels, their halos and what rises from them; and apart, their light on the water."""
        strength, colour = self._strength(now, flicker), self._colour(now)
        lights: list[Points | Strokes] = [*self._jewels(now, strength, colour)]
        if now.bloom > 0.0:
            lights.append(self._threads(now))
        return lights, self._columns(now, strength, colour)

    def _columns(self, now: Moment, strength: Array, colour: Array) -> Strokes:
        """Each jewel's light on the water: a wavering streak towards the viewer."""
        x, y = now.sleepers.place.T[:, :, None]
        way = np.linspace(0.0, 1.0, COLUMN)
        waver = np.sin(9.0 * way - 2.2 * now.seconds + 5.0 * x) * 0.035 * way
        fade = (1.0 - way) ** 1.5 * (0.75 + 0.25 * np.sin(21.0 * way - 3.1 * now.seconds + y))
        depth = np.broadcast_to(-(LIFT + 0.42 * way), fade.shape)
        return Strokes(
            spatial(x + waver, np.broadcast_to(y, fade.shape), depth),
            np.tile(0.016 + 0.016 * way, len(x)).astype(np.float32),
            shone(along(colour, COLUMN), (0.26 * strength[:, None] * fade).ravel()),
            polylines(len(x), COLUMN),
        )

    def _strength(self, now: Moment, flicker: np.random.Generator) -> Array:
        """(n,) how bright: own breath, own voice, and in glitch a flicker of their own."""
        sleepers = now.sleepers
        voice = 0.75 + 0.5 * now.tones[sleepers.tone]
        rest = 0.12 + 0.08 * now.bloom + 0.88 * sleepers.pulse
        torn = np.where(flicker.uniform(size=len(sleepers)) < 0.30 * now.unrest, 0.25, 1.0)
        arrival = 1.0 + 2.5 * np.exp(-sleepers.arrived / 2.0)
        strength: Array = (rest * voice * torn * arrival * sleepers.glow * sleepers.present).astype(np.float32)
        return strength

    def _colour(self, now: Moment) -> Array:
        """(n, 3): nearly one family while all agree, every hue its own once they are themselves."""
        own = hues(now.sleepers.hue, 0.14)
        kin = hues(0.52 + 0.20 * (now.sleepers.hue - 0.5), 0.14)
        return mix(kin, own, 0.45 + 0.55 * ease(now.bloom))

    def _jewels(self, now: Moment, strength: Array, colour: Array) -> tuple[Points, Points]:
        sleepers = now.sleepers
        x, y = sleepers.place.T
        falling = np.clip(1.0 - sleepers.arrived / LANDING, 0.0, 1.0)
        position = spatial(x, y, LIFT + FALL * falling**2)
        size = (0.030 + 0.008 * sleepers.pulse).astype(np.float32)
        core = shone(mix(colour, rgb(1.0, 1.0, 1.0), 0.25), 2.6 * strength)
        wide = np.full(len(sleepers), 0.26, np.float32)
        return Points(position, size, core, halo=0.42), Points(position, wide, shone(colour, 0.055 * strength))

    def _threads(self, now: Moment) -> Strokes:
        """Light rises along a thread with every breath of the sleeper it belongs to."""
        sleepers, of = now.sleepers, self._threaded
        way = np.linspace(0.0, 1.0, KNOTS)
        foot = np.column_stack([sleepers.place[of], np.full(THREADS, LIFT)])
        bend = 0.5 * (foot + self._tip)
        bend[:, :2] *= 1.12
        bend[:, 2] += self._sag + 0.06 * np.sin(0.4 * now.seconds + 6.0 * self._late)
        weights = (1 - way) ** 2, 2 * way * (1 - way), way**2
        knots = [np.multiply.outer(p.T, w) for p, w in zip((foot, bend, self._tip), weights, strict=True)]
        risen = np.clip(now.bloom * 1.9 - 0.8 * self._late, 0.0, 1.0)[:, None]
        shown = eased((risen * 1.15 - way) * 7.0) * np.float32(1.0 - now.unrest)
        age = (sleepers.phase[of] / (2.0 * np.pi))[:, None]
        pulse = np.exp(-(((way - 1.25 * age) / 0.055) ** 2)) * (1.0 - 0.55 * age)
        strength = (0.04 + 0.5 * pulse) * shown * (sleepers.present * sleepers.glow)[of][:, None]
        hue = along(hues(sleepers.hue[of], 0.10), KNOTS)
        return Strokes(
            spatial(*(knots[0] + knots[1] + knots[2])),
            np.full(THREADS * KNOTS, 0.0065, np.float32),
            shone(hue, strength.ravel()),
            polylines(THREADS, KNOTS),
        )
