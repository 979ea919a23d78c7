"""Metres to pixels: a View and a frame's size become the sixteen numbers that the kernels project with."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.scene import View

NEAR = 0.05
"""Metres before the eye at which light is cut off."""

EYE, RIGHT, UP, AHEAD, FOCAL, CENTRE, HAZE = 0, 3, 6, 9, 12, 13, 15
"""Where a camera's numbers begin: three each for the eye and the axes, a focal length, two for the centre, the haze."""


def camera(view: View, width: int, height: int) -> NDArray[np.float64]:
    """The pinhole camera of `view` as (16,) float64: eye, axes; focal length, centre in pixels; 1/metres of its haze.

    x = centre_x + focal * right.p / ahead.p and y = centre_y - focal * up.p / ahead.p, p from the eye; pixel i covers
    i .. i + 1. Raises ValueError when the eye stands on the target, the angle isn't within 1..170 degrees, or the haze
    is thicker than 1 mm.
    """
    if not view.haze >= 1e-3:
        raise ValueError(f"view.haze must be at least 0.001 m, got {view.haze}")
    right, up, ahead = view.axes()
    focal = 0.5 * height / math.tan(math.radians(0.5 * view.height_deg))
    lens = [focal, 0.5 * width, 0.5 * height, 1.0 / view.haze]
    return np.concatenate([np.array(view.eye, dtype=np.float64), right, up, ahead, lens])
