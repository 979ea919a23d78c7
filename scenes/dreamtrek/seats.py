"""The auditorium: seven tiers of cocoons in a bowl round the stage, in three blocks with gangways between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import Array

SHARES = np.array([18, 24, 30, 36, 40, 44, 48]) / 240.0
"""Share of the people on each tier, the innermost first."""
RADII = np.array([4.5, 5.75, 7.6, 8.75, 10.75, 11.85, 13.3])
"""Metres from the axis to each. Uneven: even rows would be stripes, which tire the eye and wake the flash guard."""
UNEVEN = 0.38  # of the way to the next seat, by which one may stand aside
ASIDE = 0.20  # metres by which one may stand before or behind its row, one standard deviation


@dataclass(frozen=True)
class Seats:
    """Where everybody lies; each array has a row a sleeper."""

    radius: Array  # (n,) metres from the axis
    angle: Array  # (n,) radians
    height: Array  # (n,) metres above the stage
    turn: Array  # (n,) 0..1, how far round its tier

    def __len__(self) -> int:
        return len(self.turn)

    @property
    def place(self) -> NDArray[np.float64]:
        """(n, 2) metres: x and y."""
        angle = self.angle.astype(np.float64)
        return np.stack([self.radius * np.cos(angle), self.radius * np.sin(angle)], axis=1)


def height(radius: NDArray[np.floating]) -> NDArray[np.floating]:
    """Metres above the stage of what stands so far from the axis: a bowl, steeper towards its rim."""
    out = (radius - 4.6) / 1.45
    return 0.15 + 0.34 * out + 0.085 * out**2


def dealt(hue: NDArray[np.floating], draw: np.random.Generator) -> Seats:
    """Seats for people of these hues, (n,) turns, by error diffusion: each tier runs once round the circle."""
    n = len(hue)
    owed, tier, given = np.zeros(len(SHARES)), np.zeros(n, dtype=np.int64), np.zeros(n)
    many = np.zeros(len(SHARES))
    for sleeper in np.argsort(hue, kind="stable"):
        owed += SHARES
        most = int(np.argmax(owed))
        owed[most] -= 1.0
        tier[sleeper], given[sleeper] = most, many[most]
        many[most] += 1.0
    turn = (given + draw.uniform(0.0, 1.0, len(SHARES))[tier] + draw.uniform(-UNEVEN, UNEVEN, n)) / many[tier] % 1.0
    radius = RADII[tier] + draw.normal(0.0, ASIDE, n)
    return Seats(*(a.astype(np.float32) for a in (radius, 2.0 * np.pi * turn, height(radius), turn)))
