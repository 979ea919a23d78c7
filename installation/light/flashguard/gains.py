"""Gains and pallor of nodes: how they come back once their time is over, and what becomes of them between frames.

Rows of both are what a node has, and for how many seconds it still has to. Nodes are (rows, columns), row by row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.light.flashguard.fields_of_view import Floats

Pixels = NDArray[np.uint32]

PALE = 0.37
"""Share of red's code value that green and blue are raised to where red may not flash."""
LIFT_PER_S = 1.0 / 0.7
"""Of all that was taken, what comes back in a second."""


@strict
def lift(gain: Floats, dt: float) -> None:
    """Let (2, n) gains rise by `dt` seconds where they hold no longer, towards 1."""
    for i in range(gain.shape[1]):
        gain[1, i] -= dt
        if gain[1, i] <= 0.0:
            gain[0, i] = min(np.float32(1.0), gain[0, i] + np.float32(LIFT_PER_S * dt))


@strict
def lower(pale: Floats, dt: float) -> None:
    """Let (2, n) pallor fall by `dt` seconds where it holds no longer, towards 0."""
    for i in range(pale.shape[1]):
        pale[1, i] -= dt
        if pale[1, i] <= 0.0:
            pale[0, i] = max(np.float32(0.0), pale[0, i] - np.float32(PALE * LIFT_PER_S * dt))


@strict
def join(gain: Floats, dimmed: Floats, least: Floats) -> bool:
    """The lesser of two gains, as (rows, columns); whether any of the first is below 1."""
    flat = least.ravel()
    held = np.float32(1.0)
    for i in range(gain.size):
        held = min(held, gain[i])
        flat[i] = min(gain[i], dimmed[i])
    return bool(held < 1.0)


@strict
def round_down(soft: Floats, nodes: Pixels) -> None:
    """Of 256, and never up, but for ones: a blur of those is not quite one."""
    for y in range(nodes.shape[0]):
        for x in range(nodes.shape[1]):
            nodes[y, x] = 256 if soft[y, x] > 0.9995 else int(soft[y, x] * 256.0)


@strict
def spread_pale(pale: Floats, nodes: Pixels) -> bool:
    """The most pallor of each cell and its eight neighbours, of 256; whether there is any."""
    rows, columns = nodes.shape
    any_pale = False
    for y in range(rows):
        for x in range(columns):
            most = np.float32(0.0)
            for v in range(max(y - 1, 0), min(y + 2, rows)):
                for u in range(max(x - 1, 0), min(x + 2, columns)):
                    most = max(most, pale[v * columns + u])
            if most > 0.0:
                any_pale = True
            nodes[y, x] = np.uint32(np.ceil(most * 256.0))
    return any_pale
