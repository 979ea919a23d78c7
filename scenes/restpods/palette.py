"""Colours of the piece, and the one way in which its many small polylines become a light.

No entry is a saturated red: R / (R + G + B) stays under 0.78, for viewers' safety.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, Strokes, polylines, rgb

Doubles = NDArray[np.float64]

PEACH = rgb(1.0, 0.52, 0.24)
LAMP = rgb(1.0, 0.78, 0.52)
ICE = rgb(0.72, 0.90, 1.0)
TEAL = rgb(0.06, 0.72, 0.74)
AZURE = rgb(0.10, 0.36, 1.0)
GREY = rgb(0.50, 0.56, 0.60)
LIME = rgb(0.42, 1.0, 0.26)
EMBER = rgb(1.0, 0.30, 0.14)
WHITE = rgb(1.0, 1.0, 1.0)
NIGHT = rgb(0.004, 0.010, 0.017)


REACH = 26.0  # metres at which half of the light is left


def dim(away: Array) -> Array:
    """(n,) what is left of light so many metres away: more than haze would leave near by, and never quite nothing."""
    left: Array = 1.0 / (1.0 + (away / np.float32(REACH)) ** 2)
    return left


def lines(
    place: NDArray[np.floating], radius: float | Array, colour: Array, light: NDArray[np.floating], length: int = 0
) -> Strokes:
    """Polylines at (3, n, v) metres, a colour (n, 3) for each n, or (3,) for all, at (n, v) strengths.

    `length` is the vertices of one polyline where a row of v holds several. `radius` in metres is one, or (n * v,).
    """
    count = light.size
    length = length or light.shape[1]
    return Strokes(
        place.reshape(3, -1).astype(np.float32, copy=False).T,
        np.full(count, radius, np.float32) if isinstance(radius, float) else radius,
        lit(colour, light).reshape(3, -1).T,
        polylines(count // length, length),
    )


def lit(colour: Array, light: NDArray[np.floating]) -> Array:
    """(3, n, v): a colour each, (n, 3) or (3,) for all, at (n, v) strengths."""
    shown = np.empty((3, *light.shape), np.float32)
    for channel in range(3):
        strength = colour[..., channel][..., None] if colour.ndim == 2 else colour[channel]
        np.multiply(light, strength, out=shown[channel], casting="same_kind")
    return shown
