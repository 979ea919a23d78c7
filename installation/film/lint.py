"""What a scene's author should know of the lights and voices that the scene gives: a sentence for each fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from installation.scene import Light, Points, Strokes, Voice

VOICES = 16
"""Voices that a scene may give at one moment."""

RED = 0.78
"""Share of red in a colour from which it is saturated: what flashes so can harm."""

MANY = 1000
"""Points or vertices from which the order of their numbers in memory makes a difference to be seen."""


def faults(lights: Iterable[Light], voices: Iterable[Voice]) -> list[str]:
    """Each fault once, the graver first: what is not drawn, what can harm, what is slow."""
    found = [fault for light in lights for fault in _of(light)]
    count = len(tuple(voices))
    if count > VOICES:
        found.append(f"{count} voices at once: at most {VOICES} are heard")
    return sorted(dict.fromkeys(found), key=_slow)


def _slow(fault: str) -> bool:
    return fault.endswith(_SLOW)


_SLOW = "(slow)"


def _of(light: Light) -> Iterator[str]:
    kind = type(light).__name__
    arrays = {"colour": light.colour}
    if isinstance(light, (Points, Strokes)):
        arrays |= {"position": light.position, "radius": light.radius}
        yield from _shapes(light, kind)
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            yield f"{kind}.{name} has {int((~np.isfinite(array)).sum())} numbers that are not finite: not drawn"
        if array.dtype != np.float32:
            yield f"{kind}.{name} is {array.dtype}: give np.float32, so that nothing is copied {_SLOW}"
        planar = array.ndim == 2 and array.strides[0] < array.strides[1]
        if array.ndim == 2 and len(array) >= MANY and not planar:
            yield f"{kind}.{name} is {array.shape[1]} numbers a row: planes, as spatial() makes, are quicker {_SLOW}"
    colour = light.colour.reshape(-1, 3)
    lit = colour[np.isfinite(colour).all(axis=1) & (colour.sum(axis=1) > 1e-3)]
    if len(lit) and (lit[:, 0] > RED * lit.sum(axis=1)).any():
        yield f"{kind}.colour holds a saturated red: keep R / (R + G + B) under {RED}"


def _shapes(light: Points | Strokes, kind: str) -> Iterator[str]:
    n = len(light.radius)
    if light.position.shape != (n, 3) or light.colour.shape != (n, 3):
        yield f"{kind}: radius has {n} rows, position is {light.position.shape}, colour is {light.colour.shape}"
    if n and not (light.radius > 0.0).any():
        yield f"{kind}.radius is nowhere more than 0: not drawn"
    if isinstance(light, Strokes) and n:
        if not len(light.starts) or light.starts[0] != 0:
            yield "Strokes.starts[0] is not 0: what comes before it is not drawn"
        if light.starts.dtype != np.int32:
            yield f"Strokes.starts is {light.starts.dtype}: give np.int32, as polylines() does {_SLOW}"
        if len(light.starts) and ((np.diff(light.starts) <= 0).any() or light.starts[-1] >= n):
            yield f"Strokes.starts does not ascend from 0 to less than {n}"
