"""Clips that harm nobody, and that the flash guard must leave as they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.clips.harmful import patch, stripes, strobe, wave
from tests.clips.screen import Clip, Painter, Screen, code


def drifting(count: int, radius: float, speed: float) -> Clip:
    """Bright particles of `radius` px that drift at up to `speed` px a second, each its own way."""

    def clip(s: Screen) -> Painter:
        place = s.rng.random((count, 2)) * s.size
        way = s.rng.normal(0.0, speed / 2, (count, 2))
        shade = s.rng.uniform(100, 255, count)
        reach = int(np.ceil(radius))
        spot = [
            (a, b) for a in range(-reach, reach + 1) for b in range(-reach, reach + 1) if a * a + b * b <= radius**2
        ]

        def paint(i: int, t: float) -> NDArray[np.generic]:
            y, x = np.round(place + way * t).astype(int).T
            picture = np.full(s.size, 8, dtype=np.uint8)
            for a, b in spot:
                picture[(y + a) % s.height, (x + b) % s.width] = shade
            return picture

        return paint

    return clip


def stars(pan: float) -> Clip:
    def clip(s: Screen) -> Painter:
        sky = np.where(s.rng.random((s.height, 2 * s.width)) < 0.004, 255, 6)
        return lambda i, t: np.roll(sky, -int(pan * t * s.width), axis=1)[:, : s.width]

    return clip


def stems(sway: float) -> Clip:
    """Luminous stems, unevenly spaced, that lean in a wind; between two pixels a stem's light is shared, and stays."""

    def clip(s: Screen) -> Painter:
        foot, bend = s.rng.random(40), s.rng.normal(0, 0.05, 40)
        up = (1 - s.v[:, :1]) * np.ones(40)  # (height, 40) how high on the stem
        row = s.y[:, :1].astype(int)

        def paint(i: int, t: float) -> NDArray[np.generic]:
            at = (foot + bend * up**2 + sway * np.sin(0.7 * t + 9 * foot) * up) * s.width
            light, left = s.full(6), np.floor(at).astype(int)
            light[row, left % s.width] = code(0.72 * (1 - (at - left)))
            light[row, (left + 1) % s.width] = code(0.72 * (at - left))
            return light

        return paint

    return clip


def thicket(count: int) -> Clip:
    """Boughs of one thickness that cross in all directions, and sway."""

    def clip(s: Screen) -> Painter:
        at, lean = s.rng.random((count, 2)), s.rng.normal(0.0, 0.8, count)
        reach, thick = 0.2, 1.2 / s.height

        v, u, rows = at[:, :1], at[:, 1:], np.broadcast_to(np.arange(s.height), (count, s.height))

        def paint(i: int, t: float) -> NDArray[np.generic]:
            slope = (lean + 0.05 * np.sin(t))[:, None]
            middle = u + slope * (s.v[:, 0] - v)  # (count, height)
            wide = np.where(np.abs(s.v[:, 0] - v) < reach, thick * np.hypot(1.0, slope) * s.height / s.width, 0.0)
            begun = np.zeros(
                (s.height, s.width + 1), dtype=np.int32
            )  # boughs that begin in a pixel, less those that end
            for way, x in ((1, middle - wide), (-1, middle + wide)):
                np.add.at(begun, (rows, np.clip(np.ceil(x * s.width - 0.5), 0, s.width).astype(np.intp)), way)
            return np.where(begun.cumsum(axis=1)[:, :-1] > 0, 200, 30)

        return paint

    return clip


def cuts(every: float) -> Clip:
    def clip(s: Screen) -> Painter:
        shots = [20 + 60 * s.u, 120 + 100 * s.v, 60 + 40 * np.sin(9 * s.u), 200 * (1 - s.v)]
        return lambda i, t: shots[int(t / every + 1e-6) % 4]

    return clip


def crossfade(seconds: float) -> Clip:
    def clip(s: Screen) -> Painter:
        def paint(i: int, t: float) -> NDArray[np.generic]:
            mix = 0.5 - 0.5 * np.cos(np.pi * min(t / seconds, 1))
            return (1 - mix) * 200 * s.u + mix * 220 * (1 - s.v)

        return paint

    return clip


def orbs(s: Screen) -> Painter:
    at, hz = s.rng.random((20, 2)), s.rng.uniform(0.1, 0.9, 20)
    each = [180 * np.exp(-((s.u - u) ** 2 + (s.v - v) ** 2) / 0.0015) for v, u in at]
    glow = np.stack([orb.ravel() for orb in each], axis=1).astype(np.float32)

    def paint(i: int, t: float) -> NDArray[np.generic]:
        return 5 + (glow @ (np.sin(np.pi * hz * t) ** 2).astype(np.float32)).reshape(s.size)

    return paint


def moon(s: Screen) -> Painter:
    return lambda i, t: np.where((s.u - 0.1 - 0.06 * t) ** 2 + (s.v - 0.4) ** 2 < 0.02, 230.0, 15.0)


def rain(s: Screen) -> Painter:
    at = s.rng.random((60, 2))

    def paint(i: int, t: float) -> NDArray[np.generic]:
        picture = s.full(12)
        y = ((at[:, 0] + 0.8 * t) % 1 * s.height).astype(int)
        for k in range(4):
            picture[(y + k) % s.height, (at[:, 1] * s.width).astype(int)] = 200
        return picture

    return paint


def twinkle(s: Screen) -> Painter:
    lit = s.rng.random(s.size) < 0.02
    rate = s.rng.uniform(1, 12, s.size)
    return lambda i, t: np.where(lit & ((t * rate) % 1 < 0.5), 255.0, 10.0)


def grain(s: Screen) -> Painter:
    return lambda i, t: 90 + np.random.default_rng(i).integers(-3, 4, s.size)


HARMLESS: dict[str, Clip] = {
    "black": strobe(1, 0, 0),
    "white": strobe(1, 255, 255),
    "slow breathing": wave(0.16),
    "quick breathing": wave(0.4, 0.05, 0.6),
    "slow breathing, red": lambda s: lambda i, t: s.rgb(140 + 100 * np.sin(t), 0, 0),
    "a flash a second": strobe(1, 10, 200),
    "pan over stars": stars(0.05),
    "stems in a wind": stems(0.02),
    "boughs that cross": thicket(90),
    "cuts": cuts(2.0),
    "cross-fade": crossfade(4.0),
    "orbs": orbs,
    "moon": moon,
    "rain": rain,
    "twinkle": twinkle,
    "grain": grain,
    "small flashes of 2 Hz": patch(2, 0.01),
    "small flashes of 8 Hz": patch(8, 0.008),
    "quick but faint": strobe(10, 118, 128),
    "quick but bright": strobe(8, 238, 255),
    "four pairs of stripes": stripes(4),
    "hues turn": lambda s: lambda i, t: s.rgb(*(128 + 100 * np.sin(0.8 * t + k) for k in (0.0, 2.0, 4.0))),
    "one flash in a dark night": lambda s: lambda i, t: s.full(220 if 2.0 <= t < 2.1 else 10),
    "sunrise": lambda s: lambda i, t: 25 * t * (1 - s.v),
}
