"""Colours, how they are mixed, and soft ways from 0 to 1.

Arrays of colours and places are (n, 3) in Fortran order: numpy's loops then run along n, ten times faster than along 3.
Every function here keeps or makes that order. Colours are linear RGB; keep R / (R + G + B) under 0.78, for viewers'
safety.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

LUMINANCE: Array = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
"""(3,) how bright each of linear red, green and blue is to the eye (Rec. 709)."""


def rgb(red: float, green: float, blue: float) -> Array:
    """One colour, (3,)."""
    return np.array([red, green, blue], dtype=np.float32)


def hues(turns: NDArray[np.floating], white: float = 0.12) -> Array:
    """(n, 3) colours round the circle at even strength, for (n,) hues in turns; `white` keeps all of them from pure."""
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
