"""Colours of the piece, linear RGB. No entry is a saturated red: R/(R+G+B) stays under 0.78, for viewers' safety."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def rgb(red: float, green: float, blue: float) -> Array:
    """One colour, (3,)."""
    return np.array([red, green, blue], dtype=np.float32)


CYAN = rgb(0.10, 0.78, 0.95)
ULTRAMARINE = rgb(0.16, 0.24, 1.00)
VIOLET = rgb(0.42, 0.16, 0.80)
TEAL = rgb(0.10, 0.70, 0.62)
GOLD = rgb(1.00, 0.66, 0.26)
AMBER = rgb(1.00, 0.46, 0.14)
IVORY = rgb(1.00, 0.88, 0.70)
NIGHT = rgb(0.010, 0.018, 0.045)

REGISTERS = (rgb(0.06, 0.86, 1.00), rgb(1.00, 0.16, 0.74))
"""The two registers that glitch pulls the light into: cyan against magenta."""


def hues(turns: NDArray[np.float64], white: float = 0.12) -> Array:
    """(n, 3) colours round the circle at even strength; `white` is mixed in so that none is pure."""
    wheel = 0.5 + 0.5 * np.cos(2.0 * np.pi * (turns[:, None] - np.array([0.0, 1.0 / 3.0, 2.0 / 3.0])))
    pure: Array = (white + (1.0 - white) * wheel**1.5).astype(np.float32)
    return pure


def mix(a: Array, b: Array, way: float | Array) -> Array:
    """From colour a to colour b; `way` is a number or (n,) for (n, 3)."""
    if isinstance(way, np.ndarray):
        way = way[:, None]
    mixed: Array = (a + (b - a) * way).astype(np.float32)
    return mixed


def eased(x: float | Array) -> Array:
    """0..1 with a soft start and end, clipped."""
    t = np.clip(np.asarray(x, dtype=np.float32), 0.0, 1.0)
    smooth: Array = t * t * (3.0 - 2.0 * t)
    return smooth
