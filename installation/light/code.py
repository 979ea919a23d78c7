"""The code that leads visitors to their page, drawn as light in the picture's lower corner: what is light in it shines.

It goes through grade, tear and flash guard like every other light. Knows no page: it is given rows of modules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.brushes.shapes import spatial
from installation.light.grade import exposed
from installation.light.picture import Look
from installation.scene import Points, View

HIGH, MARGIN = 0.30, 0.03
"""Shares of the picture's height: of the code with its light border, and from the edges."""

SPOT = 0.62
"""Radius of a module's spot, in modules: neighbours join, and what is dark between two lights stays so."""

LIGHT = 0.85
"""Linear radiance of what is light."""


def with_code(seen: Look, rows: Sequence[str], strength: float, aspect: float) -> Look:
    """`seen` with a code of light; `rows` are its modules, "1" dark, with their border; `strength` 0..1."""
    dark = np.array([[letter == "1" for letter in row] for row in rows if len(row) == len(rows)])
    if strength <= 0.0 or dark.ndim != 2 or dark.shape[0] != dark.shape[1]:
        return seen
    y, x = np.nonzero(~dark)
    place = _on_picture(seen.view, aspect, *places(len(dark), aspect, x, y))
    module = 2.0 * math.tan(math.radians(0.5 * seen.view.height_deg)) * HIGH / len(dark)  # metres, a metre from the eye
    radius = np.full(len(x), SPOT * module, np.float32)
    colour = np.full((3, len(x)), LIGHT * strength / exposed(max(seen.now.presence, 0.05)), np.float32).T
    return replace(seen, lights=(*seen.lights, Points(place, radius, colour)))


def places(
    side: int, aspect: float, x: NDArray[np.int64], y: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where modules x, y of a code of `side` modules are on a picture: shares of its width and height."""
    pitch = HIGH / side
    left = 1.0 - (MARGIN + HIGH) / aspect
    return np.asarray(left + (x + 0.5) * pitch / aspect), np.asarray(1.0 - MARGIN - HIGH + (y + 0.5) * pitch)


def _on_picture(view: View, aspect: float, u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float32]:
    """(n, 3) metres, a metre from the eye: what is seen at shares (u, v) of the picture."""
    right, up, ahead = view.axes()
    tall = math.tan(math.radians(0.5 * view.height_deg))
    across, above = np.outer((2.0 * u - 1.0) * tall * aspect, right), np.outer((1.0 - 2.0 * v) * tall, up)
    at = np.array(view.eye) + ahead + across + above
    return spatial(*at.T)
