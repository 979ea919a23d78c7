"""Colours of the wall, linear RGB. No entry is a saturated red: R / (R + G + B) stays under 0.78."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, rgb

Doubles = NDArray[np.float64]

ULTRAMARINE = rgb(0.07, 0.15, 1.00)
TEAL = rgb(0.05, 0.62, 0.55)
VIOLET = rgb(0.46, 0.16, 1.00)
CYAN = rgb(0.12, 0.72, 1.00)
IVORY = rgb(1.00, 0.93, 0.80)
GOLD = rgb(1.00, 0.66, 0.24)
EMBER = rgb(1.00, 0.48, 0.16)
ROSE: Array = np.float32(0.72) * rgb(1.0, 0.24, 0.62) + np.float32(0.28) * VIOLET
ICE = rgb(0.12, 0.74, 1.00)
WHITE = rgb(1.0, 1.0, 1.0)
NIGHT = rgb(0.0012, 0.0022, 0.0090)
DUSK = rgb(0.0060, 0.0030, 0.0090)


def lit(colour: Array, light: Array) -> Array:
    """(3, ...) one colour (3,) at strengths of any shape, or a colour (3, n, v) at strengths (n, b, v)."""
    if colour.ndim == 1:
        return np.multiply.outer(colour, light)
    return colour[:, :, None, :] * light
