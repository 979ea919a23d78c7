"""Colours of the sanctuary, linear RGB, and the one way in which its many lines become a light.

No entry is a saturated red: R / (R + G + B) stays under 0.78, for viewers' safety.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from installation import Array, Strokes, rgb

Doubles = NDArray[np.float64]

INDIGO = rgb(0.16, 0.14, 1.00)
AZURE = rgb(0.07, 0.36, 1.00)
AQUA = rgb(0.10, 0.80, 0.92)
ORCHID = rgb(0.62, 0.24, 1.00)
PEARL = rgb(1.00, 0.92, 0.84)
GOLD = rgb(1.00, 0.66, 0.26)
GARNET = rgb(1.00, 0.20, 0.34)
ICE = rgb(0.06, 0.86, 1.00)
ROSE = rgb(1.00, 0.20, 0.70)
WINE = rgb(0.42, 0.10, 0.62)
NIGHT = rgb(0.0012, 0.0016, 0.0062)


@dataclass(frozen=True)
class Lines:
    """Polylines of light in planes, before they are given away: what the rift tears."""

    place: Array  # (3, n) metres
    light: Array  # (3, n) linear RGB
    radius: Array  # (n,) metres
    starts: NDArray[np.int32]

    def strokes(self, halo: float = 0.0) -> Strokes:
        """As a scene gives it."""
        return Strokes(self.place.T, self.radius, self.light.T, self.starts, halo)

    def dimmed(self, share: float | Array) -> Lines:
        """The same, `share` times as bright; a number or (n,)."""
        return replace(self, light=self.light * np.float32(share) if isinstance(share, float) else self.light * share)


def joined(parts: list[Lines]) -> Lines:
    """End to end."""
    before = np.cumsum([0, *(len(part.radius) for part in parts[:-1])], dtype=np.int32)
    return Lines(
        np.concatenate([part.place for part in parts], axis=1),
        np.concatenate([part.light for part in parts], axis=1),
        np.concatenate([part.radius for part in parts]),
        np.concatenate([part.starts + n for part, n in zip(parts, before, strict=True)]),
    )


def drawn(place: NDArray[np.floating], radius: float | Array, colour: Array, light: NDArray[np.floating]) -> Lines:
    """k polylines of v vertices: (3, k, v) metres, a colour (3,) for all or (k, 3) for each, at (k, v) strengths."""
    k, v = light.shape
    strength = light.astype(np.float32, copy=False)
    lit = colour[:, None, None] * strength if colour.ndim == 1 else colour.T[:, :, None] * strength
    thick = np.full(k * v, radius, np.float32) if isinstance(radius, float) else radius
    starts = np.arange(0, k * v, v, dtype=np.int32)
    return Lines(place.reshape(3, -1).astype(np.float32, copy=False), lit.reshape(3, -1), thick, starts)
