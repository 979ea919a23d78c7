"""The optimiser's way to paint: every stroke re-traced on an isometric lattice, its bristles as mitred lanes.

Done once, before the show. Who is on top is a field over the wall, `swap`, on the clock that tears the sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Moment, eased
from scenes.mural.brush import BRISTLES
from scenes.mural.palette import Doubles
from scenes.mural.wind import VERTICES, Grown

GRID = 0.24  # metres
EAST = GRID * math.cos(math.pi / 6.0)  # metres from one column of nodes to the next
KNOTS = 6  # of a stroke that are snapped to nodes
LANES = 0.062  # metres to either side, in which the lanes of a stroke lie
MITRE = 1.6  # of a lane's distance, at most, at a corner
TILE = 0.72  # metres, a rhombic tile that changes hands as one
RUN = 3  # slices for which tiles stay with whom they are
TAKEN = 0.72  # of swap, from which the organic bristles are pulled in, too

Node = tuple[int, int]


@dataclass(frozen=True)
class Lattice:
    """The second shape of every stroke."""

    place: Array  # (2, n, BRISTLES, VERTICES) metres, x and z
    weight: Array  # (n,) how much light it is given: even lanes on hexagonal turns would be a grating


def node(x: float, z: float) -> Node:
    """The nearest node of the lattice."""
    a = round(x / EAST)
    return a, round((z - 0.5 * GRID * a) / GRID)


def at(a: float, b: float) -> tuple[float, float]:
    """Metres, x and z, of a node."""
    return EAST * a, GRID * (b + 0.5 * a)


def traced(grown: Grown, chance: Chance) -> Lattice:
    """Every stroke on the lattice."""
    draw, n = chance.at(), len(grown.way)
    corners = [_corners(grown.place[:, i].T.astype(np.float64), draw) for i in range(n)]
    even = draw.uniform(size=n) < 1.0 / 3.0
    loose = draw.uniform(-LANES, LANES, (n, BRISTLES))
    lanes = np.where(even[:, None], 0.026 * (np.arange(BRISTLES) - 2.0), loose)
    place = np.stack([_lanes(line, lane) for line, lane in zip(corners, lanes, strict=True)], axis=1)
    weight = 0.12 + 1.5 * draw.uniform(size=n) ** 2.2
    return Lattice(np.ascontiguousarray(place, dtype=np.float32), weight.astype(np.float32))


def _corners(line: Doubles, draw: np.random.Generator) -> Doubles:
    """(k, 2) metres: nodes near a stroke, joined along the lattice's three directions."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    some = np.linspace(0.0, length[-1], KNOTS)
    nodes = [node(x, z) for x, z in np.stack([np.interp(some, length, line[:, k]) for k in (0, 1)], axis=1).tolist()]
    way = [nodes[0]]
    for aim in nodes[1:]:
        for step in _legs(way[-1], aim, bool(draw.integers(2))):
            way.append((way[-1][0] + step[0], way[-1][1] + step[1]))
    if len(way) == 1:
        way.append((way[0][0], way[0][1] + 2))
    return np.array([at(*step) for step in way])


def _legs(here: Node, there: Node, first: bool) -> list[Node]:
    """The one or two straight legs from node to node; `first` says which comes first."""
    a, b = there[0] - here[0], there[1] - here[1]
    if a * b < 0:  # the third direction goes one column on and one row down
        slant = math.copysign(min(abs(a), abs(b)), a)
        legs = [(int(slant), -int(slant)), (a - int(slant), b + int(slant))]
    else:
        legs = [(a, 0), (0, b)]
    legs = [leg for leg in legs if leg != (0, 0)]
    return legs if first else legs[::-1]


def _lanes(line: Doubles, lane: Doubles) -> Doubles:
    """(2, BRISTLES, VERTICES) metres: parallel lanes beside a line of corners, each corner on a vertex."""
    step = np.diff(line, axis=0)
    long = np.hypot(*step.T)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1) / long[:, None]
    before, after = np.concatenate([normal[:1], normal]), np.concatenate([normal, normal[-1:]])
    both = before + after
    mitre = 2.0 * both / np.maximum((both**2).sum(axis=1, keepdims=True), 1e-9)
    mitre /= np.maximum(np.hypot(*mitre.T)[:, None] / MITRE, 1.0)
    length = np.concatenate([[0.0], np.cumsum(long)])
    index = _spread(length / length[-1])
    lanes = line[:, None, :] + mitre[:, None, :] * lane[None, :, None]  # (k, BRISTLES, 2)
    each = np.arange(VERTICES)
    return np.array([[np.interp(each, index, lanes[:, b, k]) for b in range(len(lane))] for k in (0, 1)])


def _spread(share: Doubles) -> Doubles:
    """The vertex that each corner falls on, from its share of the way; ascending, from the first to the last."""
    index = np.rint(share * (VERTICES - 1))
    for i in range(1, len(index)):
        index[i] = max(index[i], index[i - 1] + 1)
    for i in range(len(index) - 1, -1, -1):
        index[i] = min(index[i], VERTICES - len(index) + i)
    return index


class Swap:
    """0 the brush .. 1 the optimiser at places (2, ...) of the wall: a slow front, and tiles that go over singly."""

    def __init__(self, chance: Chance, place: Array) -> None:
        self._x, self._z = place
        self._tiles = chance.of("tiles")
        a = np.floor(self._x * np.float32(1.0 / (3.0 * EAST))).astype(np.int64)
        b = np.floor((self._z - self._x * np.float32(0.5 * GRID / EAST)) * np.float32(1.0 / TILE)).astype(np.int64)
        self._cell, back = np.unique(a * 64 + b + 4096, return_inverse=True)
        self._back = back.reshape(self._x.shape)

    def at(self, now: Moment) -> Array:
        """Of each place; 0.5 of /mural/grid leaves the front where it is."""
        t, x, z = now.seconds, self._x, self._z
        front = np.sin(np.float32(0.42) * x - np.float32(0.21 * t) + 0.5 * np.sin(0.6 * z + np.float32(0.13 * t)))
        taken = np.float32(0.5 + 1.3 * (now.number("/mural/grid") - 0.5)) + np.float32(0.62) * front
        share: Array = np.clip(taken + self._tile(now)[self._back], 0.0, 1.0)
        return share

    def _tile(self, now: Moment) -> Array:
        """-0.3..0.3: each tile goes over softly, within its run of slices, at a time of its own."""
        own = now.beat.index + self._cell % RUN
        within = (own % RUN + now.beat.age / max(now.beat.length, 1)) / RUN
        old, new = self._tiles.hashed(self._cell, own // RUN), self._tiles.hashed(self._cell, own // RUN + 1)
        tile: Array = (0.6 * (old + (new - old) * eased((within - 0.4) / 0.6)) - 0.3).astype(np.float32)
        return tile


def pulled(swap: Array) -> Array:
    """0..1: how far the organic bristles are pulled onto the lattice."""
    return eased((swap - np.float32(TAKEN)) * np.float32(1.0 / 0.22))


def nodes(reach: float, tall: float) -> NDArray[np.float64]:
    """(k, 2) every node on the wall."""
    found = []
    for a in range(-int(reach / EAST), int(reach / EAST) + 1):
        low = math.ceil(-0.5 * a)
        found += [at(a, b) for b in range(low, low + int(tall / GRID))]
    return np.array(found)
