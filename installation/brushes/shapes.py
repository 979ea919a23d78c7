"""Places, polylines and mirror images: how lights get the shapes, types and memory order that are quickly drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.brushes.colour import Array, shone
from installation.scene import Points, Strokes


def spatial(x: NDArray[np.floating], y: NDArray[np.floating], z: NDArray[np.floating]) -> Array:
    """(n, 3) float32 places in Fortran order from their coordinates, three arrays of one size and any shape."""
    return np.array([x.ravel(), y.ravel(), z.ravel()], dtype=np.float32).T


def polylines(count: int, length: int) -> NDArray[np.int32]:
    """The `starts` of `count` polylines of `length` vertices each."""
    return np.arange(0, count * length, length, dtype=np.int32)


def joined(lines: Sequence[NDArray[np.floating]]) -> tuple[Array, NDArray[np.int32]]:
    """Polylines of any lengths, (k, 3) metres each, as one `position` (n, 3) and its `starts`."""
    position = np.asfortranarray(np.concatenate(lines), dtype=np.float32)
    before = np.cumsum([0, *(len(line) for line in lines[:-1])])
    return position, before.astype(np.int32)


def along(each: NDArray[np.floating], length: int) -> Array:
    """A value (n,) or colour (n, 3) of each of n polylines, repeated for their `length` vertices: (n * length, ...)."""
    repeated: Array = np.repeat(each.T, length, axis=-1).T.astype(np.float32, copy=False)
    return repeated


def mirrored(
    light: Points | Strokes,
    dim: float | Array = 0.4,
    *,
    level: float = 0.0,
    squash: float = 1.0,
    ripple: NDArray[np.floating] | None = None,
    softest: float = 0.0,
) -> Points | Strokes:
    """The light as level water (or a polished floor) shows it: upside down below z = `level`, without a halo.

    `dim` is the share that comes back, a number or (n,); `squash` shortens the image; `ripple`, (n,) metres, moves it
    sideways. Nothing is seen sharper than `softest` metres: what is wider for that is dimmer.
    """
    position = light.position.copy(order="K")
    position[:, 2] = np.float32(level) + np.float32(-squash) * (light.position[:, 2] - np.float32(level))
    if ripple is not None:
        position[:, 0] += ripple
    radius = np.maximum(light.radius, np.float32(softest))
    strength = np.sqrt(light.radius / radius) * np.asarray(dim, dtype=np.float32)
    return replace(light, position=position, radius=radius, colour=shone(light.colour, strength), halo=0.0)
