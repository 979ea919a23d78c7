"""Clips that would harm, or that are a part of what would: flashes, flicker and stripes of every kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.clips.screen import Clip, Painter, Screen, code, on, turning


def strobe(hz: float, low: float = 0, high: float = 255, duty: float = 0.5) -> Clip:
    return lambda s: lambda i, t: s.full(high if on(t, hz, duty) else low)


def wave(hz: float, low: float = 0.0, high: float = 1.0) -> Clip:
    return lambda s: lambda i, t: s.full(code(low + (high - low) * (0.5 - 0.5 * np.cos(2 * np.pi * hz * t))).item())


def colours(hz: float, *wheel: tuple[int, int, int]) -> Clip:
    return lambda s: lambda i, t: s.rgb(*wheel[int(t * hz * len(wheel) + 1e-6) % len(wheel)])


def noise(hz: float, rows: int, columns: int, red: bool = False) -> Clip:
    def clip(s: Screen) -> Painter:
        where = s.blocks(rows, columns)

        def paint(i: int, t: float) -> NDArray[np.generic]:
            rng = np.random.default_rng(int(t * hz + 1e-6))
            grey = (rng.random(rows * columns) < 0.5)[where] * 255.0
            return s.rgb(grey, 0, 0) if red else grey

        return paint

    return clip


def checker(hz: float, rows: int, columns: int) -> Clip:
    def clip(s: Screen) -> Painter:
        odd = (s.v * rows).astype(int) + (s.u * columns).astype(int) & 1
        return lambda i, t: 255 * (odd ^ on(t, hz))

    return clip


def halves(hz: float, upright: bool) -> Clip:
    return lambda s: lambda i, t: 255 * (((s.u if upright else s.v) < 0.5) ^ on(t, hz))


def staggered(groups: int, hz: float, low: float = 0, high: float = 255) -> Clip:
    """Every block flashes at `hz`; the groups take turns."""

    def clip(s: Screen) -> Painter:
        group = s.rng.integers(0, groups, 24 * 36)[s.blocks(24, 36)]
        return lambda i, t: np.where((t * hz + group / groups) % 1.0 < 0.5 / groups, high, low)

    return clip


def spots(hz: float, places: int, radius: float) -> Clip:
    def clip(s: Screen) -> Painter:
        at = s.rng.random((places, 2)) * 0.25 + 0.4

        def paint(i: int, t: float) -> NDArray[np.generic]:
            v, u = at[int(t * hz + 1e-6) % places]
            return 255 * ((s.u - u) ** 2 + (s.v - v) ** 2 < radius**2)

        return paint

    return clip


def bursts(flashes: int, hz: float, rest: float) -> Clip:
    period = flashes / hz + rest
    return lambda s: lambda i, t: s.full(255 if t % period < flashes / hz and on(t % period, hz) else 0)


def single(every: float, base: float, other: float) -> Clip:
    """One frame of `other` every so many seconds."""
    return lambda s: lambda i, t: s.full(other if i % max(2, round(every * s.fps)) == 0 else base)


def glitch(hz: float, count: int) -> Clip:
    def clip(s: Screen) -> Painter:
        def paint(i: int, t: float) -> NDArray[np.generic]:
            rng = np.random.default_rng(int(t * hz + 1e-6))
            picture = 60.0 * s.u + 20.0
            for _ in range(count):
                v, u, h, w = rng.random(4) * (1, 1, 0.3, 0.5)
                top, bottom = np.searchsorted(s.v[:, 0], (v, v + h))
                left, right = np.searchsorted(s.u[0], (u, u + w))
                picture[top:bottom, left:right] = (0.0, 255.0 - picture.mean(), 255.0)[rng.integers(3)]
            return picture

        return paint

    return clip


def stripes(pairs: float, angle: float = 0.0, drift: float = 0.0, reverse: float = 0.0, low: float = 0) -> Clip:
    """`pairs` across the width; `drift` in pairs a second; `reverse` in Hz."""

    def clip(s: Screen) -> Painter:
        along = s.u * np.cos(angle) + s.v * s.height / s.width * np.sin(angle)

        def paint(i: int, t: float) -> NDArray[np.generic]:
            back = 0.5 if reverse and on(t, reverse) else 0.0
            return np.where(turning(along * pairs + (drift * t + back)) < 0.5, 255.0, low)

        return paint

    return clip


def grainy(clip: Clip, sigma: float) -> Clip:
    """A clip with grain over it, as a camera's or a codec's."""

    def paint_on(s: Screen) -> Painter:
        paint = clip(s)
        return lambda i, t: paint(i, t) + np.random.default_rng(i).normal(0.0, sigma, s.size)

    return paint_on


def rays(pairs: int, turn: float) -> Clip:
    def clip(s: Screen) -> Painter:
        angle = np.arctan2((s.v - 0.5) * s.height, (s.u - 0.5) * s.width) / (2 * np.pi)
        return lambda i, t: 255 * (turning(angle * pairs + turn * t) < 0.5)

    return clip


def rings(pairs: float, speed: float) -> Clip:
    def clip(s: Screen) -> Painter:
        far = np.hypot((s.v - 0.5) * s.height / s.width, s.u - 0.5)
        return lambda i, t: 255 * (turning(far * pairs - speed * t) < 0.5)

    return clip


def saw(hz: float, backwards: bool = False) -> Clip:
    return lambda s: lambda i, t: s.full(255 * ((1 - t * hz % 1) if backwards else t * hz % 1))


def ramp_and_saw(hz: float) -> Clip:
    return lambda s: lambda i, t: s.full(code(min(0.8, 0.08 * t) + 0.18 * (t * hz % 1)).item())


def chirp(s: Screen) -> Painter:
    return lambda i, t: s.full(255 * (np.sin(2 * np.pi * (t + 1.5 * t * t)) > 0))


def telegraph(s: Screen) -> Painter:
    state = np.cumsum(s.rng.random(100_000) < 0.12) % 2
    return lambda i, t: s.full(255.0 * state[int(t * 60)])


def patch(hz: float, area: float, at: tuple[float, float] = (0.3, 0.3), base: float = 40, wander: float = 0) -> Clip:
    side = area**0.5

    def clip(s: Screen) -> Painter:
        def paint(i: int, t: float) -> NDArray[np.generic]:
            v, u = at[0] + wander * np.sin(t), at[1] + wander * np.cos(1.3 * t)
            lit = (s.v >= v) & (s.v < v + side) & (s.u >= u) & (s.u < u + side) & on(t, hz)
            return np.where(lit, 255.0, base)

        return paint

    return clip


def growing(hz: float) -> Clip:
    return lambda s: lambda i, t: np.where((s.u < 0.05 * t) & on(t, hz), 255.0, 30.0)


def thick_and_thin(hz: float) -> Clip:
    """The share of white pixels flickers, whichever they are."""

    def paint_on(s: Screen) -> Painter:
        return lambda i, t: 255 * (np.random.default_rng(i).random(s.size) < (0.8 if on(t, hz) else 0.2))

    return paint_on


def interlace(s: Screen) -> Painter:
    return lambda i, t: 255 * ((s.y.astype(int) + i) % 2)


def sector(turns: float) -> Clip:
    def clip(s: Screen) -> Painter:
        angle = np.arctan2((s.v - 0.5) * s.height, (s.u - 0.5) * s.width) / (2 * np.pi)
        return lambda i, t: 255 * (turning(angle - turns * t) < 0.3)

    return clip


def rush(speed: float) -> Clip:
    """Big blocks rush by: `speed` in screens a second."""

    def clip(s: Screen) -> Painter:
        world = 255 * s.rng.integers(0, 2, (6, 64))
        rows = (s.v * 6).astype(int)
        return lambda i, t: world[rows, ((s.u + speed * t) * 10).astype(int) % 64]

    return clip


def flash_and_fade(hz: float) -> Clip:
    return lambda s: lambda i, t: s.full(code(np.exp(-6 * (t * hz % 1))).item())


def swelling(hz: float) -> Clip:
    return lambda s: lambda i, t: s.full(128 + 127 * np.sin(t) * (1 if on(t, hz) else -1))


HARMFUL: dict[str, Clip] = {
    **{f"strobe of {hz} Hz": strobe(hz) for hz in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)},
    **{f"sine of {hz} Hz": wave(hz) for hz in (3, 5, 8, 12)},
    "strobe, dim": strobe(6, 0, 100),
    "strobe, a fifth of the light": strobe(5, 0, 124),
    "strobe, bright": strobe(8, 215, 255),
    "strobe, short lights": strobe(6, 0, 255, 0.1),
    "strobe, short darks": strobe(6, 0, 255, 0.9),
    "long run of 2.5 Hz": strobe(2.5),
    "long run of 2.9 Hz, faint": strobe(2.9, 0, 95),
    "red, 3.5 Hz": colours(3.5, (255, 0, 0), (0, 0, 0)),
    "red, 10 Hz": colours(10, (255, 0, 0), (0, 0, 0)),
    "red, dark, 8 Hz": colours(8, (100, 0, 0), (0, 0, 0)),
    **{f"red and blue, {hz} Hz": colours(hz, (255, 0, 0), (0, 0, 255)) for hz in (5, 6, 8, 10, 12, 15)},
    "red and green of one luminance": colours(6, (255, 0, 0), (0, 139, 0)),
    "red and grey of one luminance": colours(6, (255, 0, 0), (127, 127, 127)),
    "red and cyan of one luminance": colours(6, (255, 0, 0), (0, 133, 133)),
    "red and white": colours(7, (255, 0, 0), (255, 255, 255)),
    "red and orange": colours(7, (255, 0, 0), (255, 150, 0)),
    "hues round": colours(4, (255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255), (255, 0, 255)),
    "noise, every frame": noise(120, 90, 160),
    "noise, fine, 12 Hz": noise(12, 90, 160),
    "noise, coarse, 10 Hz": noise(10, 12, 20),
    "noise, coarse, 5 Hz": noise(5, 5, 8),
    "noise, red": noise(8, 12, 20, red=True),
    "checker, fine": checker(6, 45, 80),
    "checker, 15 Hz": checker(15, 9, 16),
    "checker, coarse": checker(5, 3, 5),
    "halves, 5 Hz": halves(5, True),
    "halves, 12 Hz, above and below": halves(12, False),
    "groups, three": staggered(3, 2),
    "groups, five": staggered(5, 2.4),
    "groups, two, faint": staggered(2, 2.8, 60, 120),
    "spots jump, 8 Hz": spots(8, 4, 0.12),
    "spots jump, 15 Hz": spots(15, 7, 0.12),
    "bursts of five": bursts(5, 10, 2.0),
    "bursts of three": bursts(3, 15, 0.6),
    "black frames": single(0.2, 200, 0),
    "white frames": single(0.25, 20, 255),
    "glitch, 6 Hz": glitch(6, 6),
    "glitch, 12 Hz": glitch(12, 12),
    "stripes, upright": stripes(12),
    "stripes, flat, fine": stripes(30, np.pi / 2),
    "stripes, slanting, drifting": stripes(16, np.pi / 4, drift=1.0),
    "stripes, reversing slowly": stripes(12, reverse=1.0),
    "stripes, reversing at 6 Hz": stripes(14, reverse=6.0),
    "stripes, faint": stripes(20, 0.4, low=190),
    "stripes, drifting fast": stripes(10, drift=6.0),
    "stripes, under grain": grainy(stripes(18, 0.3, low=90), 25),
    "rays, turning": rays(32, 0.5),
    "rays, still": rays(32, 0.0),
    "rings, growing": rings(24, 2.0),
    "saw": saw(4),
    "saw, backwards": saw(4, True),
    "ramp with saw": ramp_and_saw(5),
    "chirp": chirp,
    "telegraph": telegraph,
    "patch": patch(6, 0.05),
    "patch, in the corner": patch(9, 0.04, (0.8, 0.8)),
    "patch, wandering": patch(7, 0.06, (0.4, 0.4), 60, 0.3),
    "growing strobe": growing(6),
    "thick and thin": thick_and_thin(6),
    "interlace": interlace,
    "sector, turning": sector(4),
    "rush": rush(1.2),
    "flash and fade": flash_and_fade(4),
    "swelling": swelling(7),
}

LENGTH_S = 7.0
"""How long a clip runs. Within 1 s the guard has spent the rises that it had in store. The longest rule then asks for
1 s with more than four turns, and for 4 s in which that goes on (ITU-R BT.1702); and 1 s for what begins late."""
LENGTHS_S: dict[str, float] = {
    # those that are not at their worst by then: as far as they grow, or four bursts
    **dict.fromkeys(("ramp with saw", "growing strobe", "chirp", "bursts of five"), 10.0),
    # what never moves can only stand: 0.5 s are allowed, and each of its parts has been scanned eight times by 1 s
    **dict.fromkeys(("stripes, upright", "stripes, flat, fine", "stripes, faint", "rays, still"), 2.0),
}
"""Those that run longer or shorter, and why."""


def length(name: str) -> float:
    """Seconds for which a clip, harmful or not, must be watched to have seen all that it does."""
    return LENGTHS_S.get(name, LENGTH_S)
