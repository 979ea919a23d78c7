"""Colours of the piece, linear RGB. No entry is a saturated red: R/(R+G+B) stays under 0.78, for viewers' safety.

Arrays of colours and places are (n, 3) in Fortran order: numpy's loops then run along n, ten times faster than along 3.
"""

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
    thirds = np.array([[0.0], [1.0 / 3.0], [2.0 / 3.0]])
    wheel = 0.5 + 0.5 * np.cos(2.0 * np.pi * (turns - thirds)).astype(np.float32)
    pure: Array = (white + (1.0 - white) * wheel * np.sqrt(wheel)).T
    return pure


def shone(colour: Array, strength: NDArray[np.floating]) -> Array:
    """(n, 3): one colour (3,), or a colour each (n, 3), at (n,) strengths."""
    if colour.ndim == 1:
        return np.multiply.outer(colour, strength.astype(np.float32, copy=False)).T
    lit: Array = colour * strength.astype(np.float32, copy=False)[:, None]
    return lit


def mix(a: Array, b: Array, way: float | Array) -> Array:
    """From colour a to colour b, each (3,) or (n, 3); `way` is a number, or (n,) for (n, 3)."""
    mixed: Array = a + (shone(b - a, way) if isinstance(way, np.ndarray) else (b - a) * np.float32(way))
    return mixed


def eased(x: NDArray[np.floating]) -> Array:
    """0..1 with a soft start and end, clipped."""
    t = np.clip(x, 0.0, 1.0).astype(np.float32, copy=False)
    smooth: Array = t * t * (3.0 - 2.0 * t)
    return smooth


def ease(x: float) -> float:
    """The same for one number."""
    t = min(max(x, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def spatial(x: NDArray[np.floating], y: NDArray[np.floating], z: NDArray[np.floating]) -> Array:
    """(n, 3) places from their coordinates, arrays of one size."""
    return np.array([x.ravel(), y.ravel(), z.ravel()], dtype=np.float32).T
