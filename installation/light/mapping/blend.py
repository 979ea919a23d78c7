"""Blend: how bright each pixel of an output may be, so that several outputs together are as bright as one.

Overlaps are found from the crops. In each, the outputs' shares of the light go over into each other along curves whose
sum is 1 in linear light; a projector shows light as code values to the power of its gamma. Where fewer outputs overlap
than elsewhere, what each of them shines on black is added, so that black is even, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import quick
from installation.light.mapping.geometry import Geometry
from installation.light.mapping.warp import ACROSS, DARK, DOWN, GAINED, ONE, PLAIN, Bytes, Wholes

Doubles = NDArray[np.float64]
Crop = tuple[int, int, int, int]

_LEFT, _TOP, _RIGHT, _BOTTOM = range(4)
_SURE = 1.0 - 2e-3  # of a pixel that is covered but for rounding


@dataclass(frozen=True, slots=True)
class Gains:
    """For each pixel of a raster, (height, columns * ACROSS): gain, outputs lacking; for each run of them its kind."""

    gain: Bytes
    lacking: Bytes
    runs: Bytes  # (height, columns)


def ramps(crops: Sequence[Crop]) -> Doubles:
    """(n, 8) each crop's left, top, right and bottom, and how wide the overlap is at each of these edges."""
    edges = np.array([(x, y, x + width, y + height) for x, y, width, height in crops], dtype=np.float64)
    wide = np.zeros_like(edges)
    for i, own in enumerate(edges):
        for j, other in enumerate(edges):
            if i == j or not _overlap(own, other):
                continue
            for axis in (0, 1):
                low, high = axis, axis + 2
                if other[low] < own[low] < other[high]:
                    wide[i, low] = max(wide[i, low], min(other[high], own[high]) - own[low])
                if other[low] < own[high] < other[high]:
                    wide[i, high] = max(wide[i, high], own[high] - max(other[low], own[low]))
    return np.hstack([edges, wide])


def _overlap(one: Doubles, other: Doubles) -> bool:
    return bool(
        one[_LEFT] < other[_RIGHT]
        and other[_LEFT] < one[_RIGHT]
        and one[_TOP] < other[_BOTTOM]
        and other[_TOP] < one[_BOTTOM]
    )


def most_overlaps(crops: Sequence[Crop]) -> int:
    """How many outputs shine on the point that most of them reach."""
    edges = ramps(crops)[:, :4]
    xs, ys = np.unique(edges[:, [_LEFT, _RIGHT]]), np.unique(edges[:, [_TOP, _BOTTOM]])
    x, y = np.meshgrid((xs[1:] + xs[:-1]) / 2.0, (ys[1:] + ys[:-1]) / 2.0)
    counts = [(x > e[_LEFT]) & (x < e[_RIGHT]) & (y > e[_TOP]) & (y < e[_BOTTOM]) for e in edges]
    return int(np.sum(counts, axis=0).max())


def gains(
    geometry: Geometry, nodes: Wholes, edges: Doubles, own: int, power: float, most: int, mask: Bytes | None
) -> Gains:
    """What output `own` of those with these `ramps` may show.

    `nodes` is its grid on the whole canvas, `power` that of the blend curve, `most` the most overlaps of any point;
    `mask`, of any size, is 255 where it may shine.
    """
    width, height = geometry.size
    columns = nodes.shape[1] - 1
    gain, lacking = np.zeros((2, height, columns * ACROSS), np.uint8)
    output = geometry.output
    _weigh(
        nodes, edges, own, power, 1.0 / output.gamma, output.brightness, most, width,
        np.full((1, 1), 255, np.uint8) if mask is None else mask, gain, lacking,
    )  # fmt: skip
    x, y = np.meshgrid(np.arange(columns * ACROSS) + 0.5, np.arange(height) + 0.5)
    if not geometry.ahead(x[:: height - 1], y[:: height - 1]).all():
        gain[~geometry.ahead(x, y)] = 0
    if not any(output.black):
        lacking[:] = 0
    each = gain.reshape(height, columns, ACROSS)
    more = lacking.reshape(height, columns, ACROSS).any(axis=2)
    inside = np.minimum(width - np.arange(columns) * ACROSS, ACROSS)
    plain = (each == 255).sum(axis=2) == inside
    dark = ~each.any(axis=2) & ~more
    runs = np.where(dark, DARK, np.where(plain & ~more, PLAIN, GAINED)).astype(np.uint8)
    return Gains(gain, lacking, runs)


@quick
def _weight(u: float, v: float, edges: Doubles, i: int, power: float) -> float:
    """The light that output `i` would give to a point of its crop, before all that give some are made to be 1."""
    weight = 1.0
    for side in range(4):
        wide = edges[i, 4 + side]
        if wide > 0.0:
            at = u if side % 2 == 0 else v
            t = (at - edges[i, side] if side < 2 else edges[i, side] - at) / wide
            if t < 1.0:
                t = max(t, 0.0)
                weight *= 0.5 * (2.0 * t) ** power if t < 0.5 else 1.0 - 0.5 * (2.0 - 2.0 * t) ** power
    return weight


@quick
def _place(nodes: Wholes, row: int, column: int, axis: int, way: float, part: float) -> tuple[float, float]:
    """Where on the canvas a pixel lies that is so far past a node, along one axis; and how much of it it covers."""
    a, b = nodes[row, column, axis] / ONE, nodes[row, column + 1, axis] / ONE
    c, d = nodes[row + 1, column, axis] / ONE, nodes[row + 1, column + 1, axis] / ONE
    upper, lower = a + (b - a) * way, c + (d - c) * way
    along = ((b - a) * (1.0 - part) + (d - c) * part) / ACROSS
    return upper + (lower - upper) * part + 0.5, max(abs(along) + abs(lower - upper) / DOWN, 1e-6)


@quick
def _weigh(
    nodes: Wholes, edges: Doubles, own: int, power: float, exponent: float, brightness: float, most: int, width: int,
    mask: Bytes, gain: Bytes, lacking: Bytes,
) -> None:  # fmt: skip
    height = gain.shape[0]
    left, top, right, bottom = edges[own, 0], edges[own, 1], edges[own, 2], edges[own, 3]
    for y in range(height):
        cell, part = y // DOWN, (y % DOWN) / DOWN
        for x in range(width):
            column, way = x // ACROSS, (x % ACROSS) / ACROSS
            u, foot_u = _place(nodes, cell, column, 0, way, part)
            v, foot_v = _place(nodes, cell, column, 1, way, part)
            covered = min(max(min(u - left, right - u) / foot_u + 0.5, 0.0), 1.0)
            covered *= min(max(min(v - top, bottom - v) / foot_v + 0.5, 0.0), 1.0)
            if covered <= 0.0:
                continue
            if covered > _SURE:
                covered = 1.0
            here, total, count = 1.0, 0.0, 1
            u = min(max(u, left + 1e-6), right - 1e-6)
            v = min(max(v, top + 1e-6), bottom - 1e-6)
            for i in range(len(edges)):
                if edges[i, 0] < u < edges[i, 2] and edges[i, 1] < v < edges[i, 3]:
                    weight = _weight(u, v, edges, i, power)
                    total += weight
                    if i == own:
                        here = weight
                    else:
                        count += 1
            share = here / total if total > 0.0 else 1.0
            light = share * covered * brightness
            shade = mask[y * mask.shape[0] // height, x * mask.shape[1] // width] / 255.0
            code = shade * (light**exponent if light < 1.0 else 1.0)
            gain[y, x] = np.uint8(255.0 * code + 0.5)
            lacking[y, x] = np.uint8(most - count) if shade > 0.5 and covered >= 1.0 else np.uint8(0)
