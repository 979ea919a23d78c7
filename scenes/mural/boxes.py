"""What the optimiser keeps of the dream: copies of the whorl on the faces of cubes on its lattice. Pure."""

from __future__ import annotations

import math

import numpy as np

from installation import Array, Chance, Moment, Points, Strokes, ease, eased, mix, polylines, shone, spatial
from scenes.mural.lattice import GRID, at, node, nodes
from scenes.mural.palette import ICE, ROSE, WHITE, Doubles
from scenes.mural.wind import MOON, TALL, VERTICES, WIDE, Grown

EDGE = 3.6 * GRID  # metres, of a great cube
GREAT = ((-2.05, 4.35), (-4.0, 2.65), (-0.95, 1.45), (4.35, 1.75))  # metres, x and z
SHADES = 0.75, 0.38, 0.55  # of the upper, left and right face
COPIED, KEPT, REACH = 46, 14, 1.75  # strokes of the whorl in a copy, vertices of each, metres round its middle
SMALL = 48  # faint cubes
OUTLINE = 7  # vertices
NEAR = -0.22  # metres: the cubes stand before the wall

_UP, _LEFT, _RIGHT = np.array([0.0, 1.0]), np.array([-math.sqrt(0.75), 0.5]), np.array([math.sqrt(0.75), 0.5])
_FACES = (_LEFT, _RIGHT), (_LEFT, -_UP), (_RIGHT, -_UP)  # how each face is spanned from the corner in front


class Boxes:
    """Great cubes, small ones, and the nodes of the lattice."""

    def __init__(self, grown: Grown, chance: Chance) -> None:
        draw = chance.at()
        self._great = np.array([at(*node(x, z)) for x, z in GREAT])
        self._copy(grown, draw)
        self._edges, self._edge_starts = _outlines(self._great, np.full(len(GREAT), EDGE))
        few = np.stack([draw.uniform(-WIDE, WIDE, SMALL), draw.uniform(0.5, TALL - 0.4, SMALL)], axis=1)
        few = np.array([at(*node(x, z)) for x, z in few.tolist()])
        self._small_size = draw.integers(1, 4, SMALL).astype(np.float64)
        self._small, self._small_starts = _outlines(few, GRID * self._small_size)
        self._small_late = draw.uniform(size=SMALL)
        self._small_light = 0.05 + 0.30 * draw.uniform(size=SMALL) ** 2.0
        self._nodes = nodes(WIDE, TALL)
        self._node_light = 0.25 + 0.9 * draw.uniform(size=len(self._nodes)) ** 2

    def _copy(self, grown: Grown, draw: np.random.Generator) -> None:
        """The strokes nearest to the whorl, two bristles of each, within -1..1."""
        place = grown.place - np.array(MOON, dtype=np.float32)[:, None, None]
        far = np.hypot(*place).mean(axis=1)
        self._who = np.argsort(far, kind="stable")[:COPIED]
        some = np.linspace(0, VERTICES - 1, KEPT).round().astype(int)
        line = place[:, self._who][:, :, some] / REACH
        beside = grown.normal[:, self._who][:, :, some] * (
            0.045 * draw.uniform(-1.0, 1.0, (2, COPIED))[:, None, :, None]
        )
        both = np.concatenate([line + beside[:, 0], line + beside[:, 1]], axis=1)
        self._dream: Doubles = both.astype(np.float64)  # (2, 2 * COPIED, KEPT)
        inside = eased((1.02 - np.abs(self._dream).max(axis=0)) / 0.12)
        self._ink = inside * (0.25 + 1.1 * draw.uniform(size=(2 * COPIED, 1)) ** 1.5)
        self._way = grown.way[self._who][:, some]

    def light(self, now: Moment, wet: Array) -> list[Points | Strokes]:
        """`wet` is (n, v), how wet each sleeper's stroke is: the copies are lit by the same breath. None while calm."""
        torn = now.unrest
        if torn <= 0.02:
            return []
        come = np.array([ease((torn - 0.30 - 0.10 * k) / 0.28) for k in range(len(GREAT))])
        come = come * min(0.35 + 1.3 * now.number("/mural/grid"), 1.4)
        lights: list[Points | Strokes] = [self._cubes(come), self._few(now), self._lattice(now)]
        if come.max() > 0.0:
            lights.append(self._dreams(now, wet, come))
        return lights

    def _cubes(self, come: Doubles) -> Strokes:
        """Their edges."""
        light = np.concatenate([np.repeat(come, OUTLINE), np.repeat(come, 6)]) * 0.62
        place = spatial(self._edges[:, 0], np.full(len(self._edges), NEAR), self._edges[:, 1])
        return Strokes(place, np.full(len(light), 0.015, np.float32), shone(ICE, light), self._edge_starts, halo=0.25)

    def _few(self, now: Moment) -> Strokes:
        come = eased((now.unrest - 0.15 - 0.55 * self._small_late) / 0.25) * self._small_light
        come = come * (0.75 + 0.25 * np.sin(0.7 * now.seconds + 6.3 * self._small_late))
        light = np.concatenate([np.repeat(come, OUTLINE), np.repeat(come, 6)])
        place = spatial(self._small[:, 0], np.full(len(self._small), -0.02), self._small[:, 1])
        radius = np.full(len(light), 0.010, np.float32)
        return Strokes(place, radius, shone(ICE, light), self._small_starts)

    def _lattice(self, now: Moment) -> Points:
        """Nodes, as a wave scans them."""
        x, z = self._nodes.T
        scan = (0.5 + 0.5 * np.cos(0.9 * x + 0.55 * z - 1.1 * now.seconds)) ** 8
        light = ease(1.4 * now.unrest) * self._node_light * (0.10 + 0.75 * scan)
        place = spatial(x, np.zeros_like(x), z)
        return Points(place, np.full(len(x), 0.014, np.float32), shone(mix(ICE, WHITE, 0.15), light))

    def _dreams(self, now: Moment, wet: Array, come: Doubles) -> Strokes:
        """The copies: each turns in its own time within its face."""
        some = np.linspace(0, VERTICES - 1, KEPT).round().astype(int)
        own = (now.sleepers.present * now.sleepers.glow)[self._who, None] * (0.30 + 1.1 * wet[self._who][:, some])
        lit = np.tile(own, (2, 1)) * self._ink
        places, lights = [], []
        for cube, corner in enumerate(self._great):
            for face, (u, v) in enumerate(_FACES):
                angle = 0.05 * now.seconds * (1.0 + 0.3 * face) + 2.1 * face + cube
                c, s = math.cos(angle), math.sin(angle)
                p, q = (
                    0.94 * (c * self._dream[0] - s * self._dream[1]),
                    0.94 * (s * self._dream[0] + c * self._dream[1]),
                )
                inside = np.clip((1.0 - np.maximum(np.abs(p), np.abs(q))) / 0.08, 0.0, 1.0)
                p, q = 0.5 * EDGE * (1.0 + np.clip(p, -1.0, 1.0)), 0.5 * EDGE * (1.0 + np.clip(q, -1.0, 1.0))
                places.append(np.stack([corner[0] + p * u[0] + q * v[0], corner[1] + p * u[1] + q * v[1]]))
                lights.append(lit * inside * (SHADES[face] * come[cube]))
        place = np.stack(places, axis=1).reshape(2, -1)
        light = np.stack(lights).ravel()
        position = spatial(place[0], np.full(len(light), NEAR), place[1])
        radius = np.full(len(light), 0.0085, np.float32)
        return Strokes(position, radius, shone(ROSE, light), polylines(len(light) // KEPT, KEPT))


def _outlines(corner: Doubles, edge: Doubles) -> tuple[Doubles, np.ndarray]:
    """Cubes by the corner in front, (k, 2), and edge (k,): (k * 13, 2) vertices, hexagons first, and their starts."""
    ring = np.array([_LEFT, _LEFT + _RIGHT, _RIGHT, _RIGHT - _UP, -_UP, _LEFT - _UP, _LEFT])
    spokes = np.array([0.0 * _UP, _LEFT, 0.0 * _UP, _RIGHT, 0.0 * _UP, -_UP])
    k = len(corner)
    round_ = (corner[:, None] + edge[:, None, None] * ring).reshape(-1, 2)
    inner = (corner[:, None] + edge[:, None, None] * spokes).reshape(-1, 2)
    starts = np.concatenate([polylines(k, OUTLINE), k * OUTLINE + polylines(3 * k, 2)]).astype(np.int32)
    return np.concatenate([round_, inner]), starts
