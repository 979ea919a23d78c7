"""Clips by somebody who has read the guard: they know its cells, and at which pixels it begins to look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.light.flashguard.sensing import COLUMNS, ROWS, Sensor
from tests.clips.screen import Clip, Painter, Screen, on


def spared(s: Screen) -> NDArray[np.bool_]:
    """(height, width) of the pixels that a new guard samples."""
    sensor, where = Sensor(s.width, s.height), np.zeros(s.size, dtype=bool)
    where[sensor._y, sensor._x] = True
    return where


def fixed_points(s: Screen) -> NDArray[np.bool_]:
    """The pixels that a guard of one fixed point in each of 144 x 81 cells sampled, and those beside them."""
    rows, columns = min(81, s.height), min(144, s.width)
    i, where = np.arange(rows * columns), np.zeros(s.size, dtype=bool)
    across, down = (0.5 + i * 0.7548776662466927) % 1.0, (0.5 + i * 0.5698402909980532) % 1.0
    y = np.minimum(((i // columns + down) * s.height / rows).astype(int), s.height - 1)
    x = np.minimum(((i % columns + across) * s.width / columns).astype(int), s.width - 1)
    for v in (-1, 0, 1):
        for u in (-1, 0, 1):
            where[np.clip(y + v, 0, s.height - 1), np.clip(x + u, 0, s.width - 1)] = True
    return where


def sparing(hz: float, spare: object = spared) -> Clip:
    """A strobe of all pixels but those that are spared."""

    def clip(s: Screen) -> Painter:
        stay = spare(s)  # type: ignore[operator]
        return lambda i, t: np.where(stay, 40, 255 * on(t, hz)).astype(np.uint8)

    return clip


def counterphase(hz: float, across: int, down: int, spare: bool, shift: float = 0.0) -> Clip:
    """Each cell is parted into across x down fields that flash against each other, so that its mean stands still;
    `shift` moves the fields by parts of one, so that they lie across the cells."""

    def clip(s: Screen) -> Painter:
        u = (s.u * min(COLUMNS, s.width) * across + shift).astype(int)
        v = (s.v * min(ROWS, s.height) * down + shift).astype(int)
        odd, stay = (u + v) & 1, spared(s) & spare
        return lambda i, t: np.where(stay, 127, 255 * (odd ^ on(t, hz))).astype(np.uint8)

    return clip


KNOWING: dict[str, Clip] = {
    "spares the points": sparing(10),
    "spares a fixed grid of points": sparing(10, fixed_points),
    "halves of cells": counterphase(8, 2, 1, spare=False),
    "quarters of cells": counterphase(8, 2, 2, spare=False),
    "quarters of cells, spares the points": counterphase(8, 2, 2, spare=True),
    "as large as cells, across them": counterphase(8, 1, 1, spare=True, shift=0.5),
}
