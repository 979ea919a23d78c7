"""The sky: the Sleep Cloud that drifts over the crown, the glow behind the tree, and their image in the far water.

The cloud is fractal noise (power falling with the square of the frequency), seen on a layer over the water: it draws
together towards the horizon, as clouds do. Its turbulence is what is missing from coherence: while all breathe as one
it streams in long bands; torn, it knots.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import REGISTERS, Array, Chance, Mist, Moment, View, ease, mix
from scenes.sleeptree.mood import stillness
from scenes.sleeptree.palette import AMBER, CYAN, GOLD, NIGHT, TEAL, ULTRAMARINE, VIOLET

ROWS, COLUMNS = 36, 64
TILE = 256  # texels of noise, and back to the first
LOW = np.float32(0.16)  # sine of an elevation under which the layer is no longer drawn together
DRIFT = 0.55, 0.21  # texels a second


def _noise(draw: np.random.Generator) -> Array:
    """(TILE, TILE) fractal noise that comes round, mean 0 and deviation 1."""
    wave = np.fft.rfft2(draw.standard_normal((TILE, TILE)))
    far = np.hypot(np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)[None, :]) * TILE
    wave *= np.where(far < 1.5, 0.0, np.maximum(far, 2.0) ** -1.75)
    field = np.fft.irfft2(wave)
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def _sampled(tile: Array, x: Array, y: Array) -> Array:
    """The noise at places in texels, between four of them."""
    left, low = np.floor(x), np.floor(y)
    u, v = x - left, y - low
    i, j = left.astype(np.intp) % TILE, low.astype(np.intp) % TILE
    row, flat = j * TILE, tile.ravel()
    right, above = (i + 1) % TILE, (j + 1) % TILE * TILE
    a, b = flat[row + i], flat[row + right]
    c, d = flat[above + i], flat[above + right]
    top = a + (b - a) * u
    sampled: Array = top + (c + (d - c) * u - top) * v
    return sampled


class Sky:
    """The coarse light behind everything; a pure function of the moment and of where it is seen from."""

    def __init__(self, chance: Chance) -> None:
        draw = chance.at()
        self._cloud, self._warp, self._other = _noise(draw), _noise(draw), _noise(draw)
        row, column = (np.arange(ROWS) + 0.5) / ROWS, (np.arange(COLUMNS) + 0.5) / COLUMNS
        x, y = np.meshgrid(2.0 * column - 1.0, 1.0 - 2.0 * row)
        self._x, self._y = x.ravel().astype(np.float32), y.ravel().astype(np.float32)

    def light(self, now: Moment, view: View) -> Mist:
        """Night, cloud and glow above; below the horizon what the water gives back of them."""
        ray, tree = self._rays(view, now.aspect)
        high = np.abs(ray[2])
        across = np.float32(tree[0]) * ray[1] - np.float32(tree[1]) * ray[0]  # sine of the angle beside the tree
        ahead = np.float32(tree[0]) * ray[0] + np.float32(tree[1]) * ray[1]
        beside = np.arctan2(across, ahead)
        near = np.exp(-((beside * np.float32(1.6)) ** 2) - ((high - np.float32(0.30)) * np.float32(2.9)) ** 2)
        density, lit = self._density(now, ray, high, near)
        lights = (
            0.16 + 0.5 * np.exp(high * np.float32(-2.5)),
            self._glow(now, beside, high),
            density * (0.003 + 0.032 * lit),
            density * near * (0.008 + 0.105 * lit),
        )
        colour = np.stack((NIGHT, *_colours(now)), axis=1) @ np.stack(lights)  # (3, cells)
        back = 0.72 * np.exp(high * np.float32(-19.0)) + 0.012 * np.exp(high * np.float32(-3.3))  # black, but far off
        colour *= np.where(ray[2] < 0.0, back, np.float32(1.0))
        return Mist(np.ascontiguousarray(colour.T.reshape(ROWS, COLUMNS, 3), dtype=np.float32))

    def _rays(self, view: View, aspect: float) -> tuple[Array, NDArray[np.float64]]:
        """(3, cells) which way every cell looks, unit vectors; and the level direction of the tree, (2,)."""
        right, up, ahead = view.axes()
        half = math.tan(math.radians(view.height_deg) / 2.0)
        axes = np.stack([ahead, right * half * aspect, up * half], axis=1).astype(np.float32)
        ray = axes @ np.stack([np.ones_like(self._x), self._x, self._y])
        eye = np.array(view.eye[:2])
        tree = -eye / max(float(np.hypot(*eye)), 1e-6)
        return np.asarray(ray / np.sqrt((ray * ray).sum(axis=0)), dtype=np.float32), tree

    def _density(self, now: Moment, ray: Array, high: Array, near: Array) -> tuple[Array, Array]:
        """How thick the cloud is, 0..1, and how much of the crown's light falls on that side of it, 0..1."""
        t = now.seconds
        wild = np.float32((0.10 + 0.9 * (1.0 - now.coherence) ** 2) * (1.0 - stillness(now)))
        away = np.float32(11.0) / (high + LOW)
        x, y = ray[0] * away, ray[1] * away
        slow = np.float32(t * 0.35)
        bent = _sampled(self._warp, x * 0.5 + slow, y * 0.5 - slow)
        x = x + np.float32(DRIFT[0] * t) + wild * np.float32(9.0) * bent
        y = (
            y * np.float32(1.5)
            + np.float32(DRIFT[1] * t)
            + wild * np.float32(9.0) * _sampled(self._other, x * 0.6 - slow, y * 0.6)
        )
        here = _sampled(self._cloud, x, y)
        fine = _sampled(self._other, x * np.float32(2.7) + 60.0, y * np.float32(2.7) - 2.0 * slow)
        towards = _sampled(self._cloud, x - 2.2 * ray[0], y - 3.5)  # nearer to the tree: less there, more light here
        body = here + np.float32(0.22 + 0.25 * wild) * fine + np.float32(0.55) * near
        density = np.clip((body - np.float32(0.10 + 1.6 * stillness(now))) * 0.60, 0.0, 1.0)
        density = density * density * (3.0 - 2.0 * density) * (1.0 - np.exp(high * np.float32(-14.0)))
        lit = np.clip(0.36 + 0.75 * (here - towards) + 0.25 * fine, 0.0, 1.0)
        return density, lit

    def _glow(self, now: Moment, beside: Array, high: Array) -> Array:
        """The light that stands behind the tree: highest in the middle, uneven, nowhere a line."""
        turn = beside * np.float32(18.0) + np.float32(0.25 * now.seconds)
        uneven = 1.0 + 0.45 * _sampled(self._warp, turn, np.full_like(turn, 31.5))
        middle = np.exp(-((beside * np.float32(2.4)) ** 2))
        breath = 1.0 + 0.12 * math.cos(now.breath) * now.coherence
        warmth = (1.0 + 0.35 * now.bloom * (1.0 - now.unrest)) * (1.0 - 0.25 * now.unrest) * breath
        light = (0.012 + 0.070 * middle) * np.exp(-high / (0.05 + 0.10 * middle))
        light += 0.006 * np.exp(high * np.float32(-4.5))
        glow: Array = np.float32(warmth) * np.maximum(uneven, np.float32(0.35)) * light
        return glow


def _colours(now: Moment) -> tuple[Array, Array, Array]:
    """Of the glow, of the cloud far off, and of the cloud that the crown lights."""
    bloom = ease(now.bloom)
    glow = mix(mix(VIOLET, AMBER, bloom), REGISTERS[1], 0.5 * now.unrest)
    cloud = mix(mix(ULTRAMARINE, mix(TEAL, VIOLET, 0.35), bloom), mix(VIOLET, REGISTERS[1], 0.4), 0.6 * now.unrest)
    crown = mix(mix(mix(CYAN, ULTRAMARINE, 0.35), mix(GOLD, TEAL, 0.35), bloom), REGISTERS[0], 0.5 * now.unrest)
    return glow, cloud, crown
