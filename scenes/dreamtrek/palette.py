"""Colours of the trek, linear RGB. No entry is a saturated red: R/(R+G+B) stays under 0.78, for viewers' safety."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, eased, hues, mix, rgb

INDIGO = rgb(0.14, 0.16, 1.00)
AQUA = rgb(0.10, 0.72, 1.00)
ORCHID = rgb(0.72, 0.30, 1.00)
PEARL = rgb(1.00, 0.90, 0.86)
GOLD = rgb(1.00, 0.68, 0.30)
NIGHT = rgb(0.0012, 0.0014, 0.0050)

KIN: Array = np.array([AQUA, ORCHID, INDIGO])
"""(3, 3) what a ribbon is while all agree, by the third of the circle that its sleeper lies in."""
CORDS: Array = np.array([rgb(0.16, 0.42, 1.00), rgb(0.72, 0.30, 1.00), rgb(1.00, 0.42, 0.66)])
"""(3, 3) what the three cords are at the foot of the rope; each goes on to one of SUMMITS."""
SUMMITS: Array = np.array([rgb(1.00, 0.80, 0.54), rgb(1.00, 0.62, 0.34), rgb(1.00, 0.56, 0.50)])
CAMPS: Array = np.array([rgb(1.00, 0.14, 0.58), rgb(0.04, 0.98, 0.72)])
"""(2, 3) the camps that glitch pulls the rope into: rose for those of side -1, mint for those of side 1."""


def own(turns: NDArray[np.floating]) -> Array:
    """(n, 3) everybody's own hue."""
    return hues(turns, 0.16)


def kin(turns: NDArray[np.floating]) -> Array:
    """(n, 3) of the family KIN for (n,) turns round the circle, softly from each third to the next."""
    place = turns * 3.0 - 0.5
    third = np.floor(place).astype(np.int64)
    return mix(KIN[third % 3], KIN[(third + 1) % 3], eased(place - third))


def camps(side: NDArray[np.floating]) -> Array:
    """(n, 3) the colour of each sleeper's camp."""
    return CAMPS[(side > 0.0).astype(np.int64)]
