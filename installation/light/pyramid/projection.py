"""Projection: vertices from metres to the frame, all of a piece at once, before anything walks along them.

Each loop here writes one row and does nothing else, so that a compiler makes vectors of it: it can't be sure of a loop
that writes several. What depends on more than one vertex is splat.py's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import exact
from installation.light.pyramid.camera import AHEAD, CENTRE, EYE, FOCAL, HAZE, NEAR, RIGHT, UP

ROWS = 11
SIDE, HIGH, AWAY, DEVIATION, NEARNESS, ACROSS, DOWN, RED, GREEN, BLUE, BRIGHT = range(ROWS)
"""Rows of what is seen of vertices, (ROWS, n) float32: metres to the right of the eye, above and before it; the
deviation of its light in pixels one metre away; 1 / metres away, no more than at NEAR; its place on the frame, pixels;
linear RGB after the haze, at least 0; the brightest of these, or -1 for what isn't finite."""

_TAYLOR = tuple(1.0 / math.factorial(k) for k in range(7))
_FURTHEST = 64.0  # hazes' lengths: nothing is left of what is further away

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@exact
def project(
    position: Floats, radius: Floats, colour: Floats, first: int, last: int, camera: Doubles, least: float, seen: Floats
) -> None:
    """What is seen of the vertices first..last-1, into the first columns of `seen` (ROWS, at least last - first).

    Positions and colours come planar, (3, n); `least` is the smallest deviation in pixels that light may have.
    """
    n = last - first
    x, y, z = position[0, first:last], position[1, first:last], position[2, first:last]
    for axis, row in ((RIGHT, SIDE), (UP, HIGH), (AHEAD, AWAY)):
        _along(x, y, z, camera, axis, seen[row, :n])
    away, near = seen[AWAY, :n], seen[NEARNESS, :n]
    for k in range(n):
        near[k] = 1.0 / max(float(away[k]), NEAR)
    _place(seen[SIDE, :n], near, camera[CENTRE], camera[FOCAL], seen[ACROSS, :n])
    _place(seen[HIGH, :n], near, camera[CENTRE + 1], -camera[FOCAL], seen[DOWN, :n])
    _widen(radius[first:last], away, 0.5 * camera[FOCAL], least, seen[DEVIATION, :n])
    left = seen[BRIGHT, :n]  # what the haze leaves, until all three colours have had it
    left[:] = np.float32(1.0)
    if camera[HAZE] > 0.0:
        _dim(x, y, z, camera, left)
    for channel in range(3):
        _tint(colour[channel, first:last], left, seen[RED + channel, :n])
    _brighten(seen[:, :n], left)
    for channel in range(3):
        lit = seen[RED + channel, :n]
        for k in range(n):
            lit[k] = max(np.float32(0.0), lit[k])


@exact
def _along(x: Floats, y: Floats, z: Floats, camera: Doubles, axis: int, out: Floats) -> None:
    """How far each is from the eye along one axis of the camera."""
    a, b, c = camera[axis], camera[axis + 1], camera[axis + 2]
    ex, ey, ez = camera[EYE], camera[EYE + 1], camera[EYE + 2]
    for k in range(out.size):
        out[k] = (x[k] - ex) * a + (y[k] - ey) * b + (z[k] - ez) * c


@exact
def _place(aside: Floats, near: Floats, centre: float, focal: float, out: Floats) -> None:
    for k in range(out.size):
        out[k] = centre + focal * float(near[k]) * float(aside[k])


@exact
def _widen(radius: Floats, away: Floats, focal: float, least: float, out: Floats) -> None:
    """A light without any width stays without."""
    for k in range(out.size):
        wide, floor = focal * radius[k], least * away[k]
        out[k] = floor if (wide > 0.0) & (wide < floor) else wide


@exact
def _dim(x: Floats, y: Floats, z: Floats, camera: Doubles, left: Floats) -> None:
    """exp(-haze * distance), as the 64th power of a polynomial: vectors have no exp."""
    ex, ey, ez, haze = camera[EYE], camera[EYE + 1], camera[EYE + 2], camera[HAZE]
    for k in range(left.size):
        px, py, pz = x[k] - ex, y[k] - ey, z[k] - ez
        t = min(haze * math.sqrt(px * px + py * py + pz * pz), _FURTHEST) / -64.0
        e = _TAYLOR[4] + t * (_TAYLOR[5] + t * _TAYLOR[6])
        e = _TAYLOR[0] + t * (_TAYLOR[1] + t * (_TAYLOR[2] + t * (_TAYLOR[3] + t * e)))
        e *= e
        e *= e
        e *= e
        e *= e
        e *= e
        left[k] = e * e


@exact
def _tint(colour: Floats, left: Floats, out: Floats) -> None:
    for k in range(out.size):
        out[k] = colour[k] * left[k]


@exact
def _brighten(seen: Floats, out: Floats) -> None:
    r, g, b = seen[RED], seen[GREEN], seen[BLUE]
    side, high, away, wide = seen[SIDE], seen[HIGH], seen[AWAY], seen[DEVIATION]
    for k in range(out.size):
        whole = abs(side[k]) + abs(high[k]) + abs(away[k]) + abs(wide[k]) + abs(r[k]) + abs(g[k]) + abs(b[k])
        bright = max(r[k], g[k], b[k], np.float32(0.0))
        out[k] = bright if whole < np.float32(math.inf) else np.float32(-1.0)
