"""A camera that sees pixels: lights are placed and sized in pixels of the picture they are drawn in."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.scene import Points, Strokes, View

DISTANCE = 10.0
VIEW = View((0.0, -DISTANCE, 0.0), (0.0, 0.0, 0.0), 34.0)


def scale(height: int) -> float:
    """Metres a pixel at the target's distance."""
    return DISTANCE * 2 * math.tan(math.radians(17.0)) / height


def place(x: ArrayLike, y: ArrayLike, width: int, height: int) -> NDArray[np.float32]:
    """Pixels to metres on the plane through the target."""
    x, y = np.atleast_1d(np.asarray(x, dtype=float)), np.atleast_1d(np.asarray(y, dtype=float))
    m = scale(height)
    return np.stack([(x - width / 2) * m, 0 * x, -(y - height / 2) * m], axis=1).astype(np.float32)


def colours(colour: ArrayLike, n: int) -> NDArray[np.float32]:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(colour, dtype=np.float32), (n, 3)))


def points(x, y, radius, width, height, colour=(1.0, 1.0, 1.0), halo=0.0) -> Points:
    position = place(x, y, width, height)
    size = np.broadcast_to(np.asarray(radius, dtype=float) * scale(height), len(position)).astype(np.float32)
    return Points(position, size, colours(colour, len(position)), halo)


def stroke(x, y, radius, width, height, colour=(1.0, 1.0, 1.0), halo=0.0) -> Strokes:
    position = place(x, y, width, height)
    size = np.broadcast_to(np.asarray(radius, dtype=float) * scale(height), len(position)).astype(np.float32)
    return Strokes(position, size, colours(colour, len(position)), np.zeros(1, dtype=np.int32), halo)


def mixture(n: int, width: int, height: int, seed: int = 1) -> list[Points | Strokes]:
    """n points of all sizes and n / 10 crooked strokes, some outside the picture."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-20, width + 20, n), rng.uniform(-20, height + 20, n)
    dots = points(x, y, rng.choice([0.7, 3, 16, 80], n), width, height, rng.uniform(0, 0.3, (n, 3)), halo=0.3)
    lines, vertices = max(n // 10, 1), 9
    walk = np.cumsum(rng.normal(0, 9, (lines, vertices, 2)), axis=1) + rng.uniform(0, [width, height], (lines, 1, 2))
    walk = walk.reshape(-1, 2)
    m = len(walk)
    curves = Strokes(
        place(walk[:, 0], walk[:, 1], width, height),
        (rng.uniform(0.3, 6, m) * scale(height)).astype(np.float32),
        rng.uniform(0, 0.5, (m, 3)).astype(np.float32),
        np.arange(0, m, vertices, dtype=np.int32),
        halo=0.2,
    )
    return [dots, curves]
