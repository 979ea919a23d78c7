"""Patterns that stand: spokes, spirals, fans and chirps, whose stripes are of one width only nearby; and fine lines."""

from __future__ import annotations

import numpy as np

from tests.clips.screen import Clip, Painter, Screen, turning


def spokes(arms: int, turn: float = 0.0, at: tuple[float, float] = (0.5, 0.5)) -> Clip:
    """`arms` light ones round a place (v, u) that may lie outside; `turn` in arms a second."""

    def clip(s: Screen) -> Painter:
        angle = np.arctan2((s.v - at[0]) * s.height, (s.u - at[1]) * s.width) / (2 * np.pi)
        return lambda i, t: 255 * (turning(angle * arms + turn * t) < 0.5)

    return clip


def spiral(arms: int, twist: float, turn: float = 0.0) -> Clip:
    """A logarithmic spiral: `twist` arms are crossed on the way from one radius to e times it."""

    def clip(s: Screen) -> Painter:
        y, x = (s.v - 0.5) * s.height / s.width, s.u - 0.5
        phase = np.arctan2(y, x) / (2 * np.pi) * arms + twist * np.log(np.hypot(y, x) + 1e-3)
        return lambda i, t: 255 * (turning(phase + turn * t) < 0.5)

    return clip


def chirped(first: float, last: float, angle: float = 0.0, drift: float = 0.0) -> Clip:
    """Stripes that grow finer: `first` pairs a width on one side, `last` on the other; `drift` in pairs a second."""

    def clip(s: Screen) -> Painter:
        along = s.u * np.cos(angle) + s.v * s.height / s.width * np.sin(angle)
        phase = first * along + (last - first) * along**2 / 2
        return lambda i, t: 255 * (turning(phase + drift * t) < 0.5)

    return clip


def fine_lines(count: int, speed: float, light: float = 150.0) -> Clip:
    """Thin bright lines that lean every way and wander at `speed` px a second, as a torn tree's twigs do."""

    def clip(s: Screen) -> Painter:
        angle, place = s.rng.uniform(0, np.pi, count), s.rng.random((count, 2)) * (s.width, s.height)
        along = s.rng.uniform(0.05, 0.2, count) * s.width
        way = s.rng.normal(0.0, speed, (count, 2))
        step = np.linspace(-0.5, 0.5, 400)[:, None]

        def paint(i: int, t: float) -> np.ndarray:
            frame = np.full(s.size, 8.0, dtype=np.float32)
            x = place[:, 0] + way[:, 0] * t + step * along * np.cos(angle)
            y = place[:, 1] + way[:, 1] * t + step * along * np.sin(angle)
            frame[y.astype(int) % s.height, x.astype(int) % s.width] = light
            return frame

        return paint

    return clip


PATTERNS: dict[str, Clip] = {
    **{f"spokes, {arms}": spokes(arms) for arms in (8, 12, 16, 20, 24, 32, 40)},
    "spokes, 24, turning": spokes(24, 1.0),
    "spokes, 32, off centre": spokes(32, at=(0.4, 0.3)),
    "fan, 60, from a side": spokes(60, at=(0.5, -0.1)),
    "fan, 90, from below": spokes(90, at=(1.3, 0.5)),
    "fan, 80, from a corner": spokes(80, at=(-0.1, -0.1)),
    "spiral, 8": spiral(8, 3.0),
    "spiral, 12": spiral(12, 2.0),
    "spiral, 12, turning": spiral(12, 2.0, 1.0),
    "spiral, 20": spiral(20, 6.0),
    "chirp, 8 to 20": chirped(8, 20),
    "chirp, 10 to 40, slanting": chirped(10, 40, 0.6),
    "chirp, 30 to 8, drifting": chirped(30, 8, 1.2, 1.0),
}
"""Some of them are no pattern by the checker's patches; after the guard none may be."""
