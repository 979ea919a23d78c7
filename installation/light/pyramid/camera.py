"""Metres to pixels: a View and a frame's size become the sixteen numbers that the kernels project with."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.scene import View

NEAR = 0.05
"""Metres before the eye at which light is cut off."""

EYE, RIGHT, UP, AHEAD, FOCAL, CENTRE = 0, 3, 6, 9, 12, 13
"""Where a camera's numbers begin: three each for the eye and the axes, one focal length, two for the centre."""


def camera(view: View, width: int, height: int) -> NDArray[np.float64]:
    """The pinhole camera of `view` as (16,) float64: eye and axes in metres, focal length and centre in pixels.

    x = centre_x + focal * right.p / ahead.p and y = centre_y - focal * up.p / ahead.p, p from the eye; pixel i covers
    i .. i + 1. Raises ValueError when the eye stands on the target, or the angle isn't within 1..170 degrees.
    """
    if not 1.0 <= view.height_deg <= 170.0:
        raise ValueError(f"view.height_deg must be within 1..170 degrees, got {view.height_deg}")
    eye, target = np.array(view.eye, dtype=np.float64), np.array(view.target, dtype=np.float64)
    ahead = target - eye
    distance = float(np.linalg.norm(ahead))
    if not (math.isfinite(distance) and distance > 1e-6):
        raise ValueError(f"view.eye and view.target must be two places, got {view.eye} and {view.target}")
    ahead /= distance
    level = np.array([ahead[1], -ahead[0], 0.0])  # to the right on the water
    if float(np.linalg.norm(level)) < 1e-9:  # straight up or down: x stays to the right
        level = np.array([1.0, 0.0, 0.0])
    level /= np.linalg.norm(level)
    above = np.cross(level, ahead)
    c, s = math.cos(view.roll), math.sin(view.roll)
    focal = 0.5 * height / math.tan(math.radians(0.5 * view.height_deg))
    right, up = c * level + s * above, c * above - s * level
    return np.concatenate([eye, right, up, ahead, [focal, 0.5 * width, 0.5 * height, 0.0]])
