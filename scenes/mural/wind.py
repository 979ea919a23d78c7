"""How the wall was painted: strokes that grow along a wind, keep their distance, and curl up where they end.

The wind is combed to the right and drawn into two whorls. Strokes start and stop by the room that others leave them, as
in B. Jobard, W. Lefer, "Creating evenly-spaced streamlines of arbitrary density" (1997). Done once, before the show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance
from scenes.mural.palette import Doubles

VERTICES = 30
WIDE, TALL = 7.0, 6.3  # metres: the wall reaches so far to both sides, and up
MOON, COUNTER = (1.75, 3.95), (-3.3, 2.7)  # metres, x and z: the two whorls
STEP, SHORTEST, LONGEST = 0.05, 20, 88  # metres of a step, and steps of a stroke
STREET = 150  # strokes until which one in four begins at the street
CURL = 26  # steps of a fiddlehead
CELL = 0.25  # metres, of the grid in which neighbours are looked up
TRIES = 1200  # until strokes may lie closer

Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Grown:
    """The middle of every stroke."""

    place: Array  # (2, n, VERTICES) metres, x and z
    normal: Array  # (2, n, VERTICES) across
    way: Array  # (n, VERTICES) 0..1 of its length


def grown(chance: Chance, count: int) -> Grown:
    """`count` strokes; vertices lie closer where a stroke bends."""
    draw, wall = chance.at(), _Wall(float(chance.of("wind").at().uniform(0.0, 2.0 * math.pi)))
    lines: list[Doubles] = []
    crowding, tries = 1.0, 0
    while len(lines) < count:
        tries += 1
        if tries % TRIES == 0:
            crowding *= 0.8
        loose = crowding * draw.uniform(0.55, 2.0)  # uneven on purpose: evenly spaced strokes would be a grating
        longest = SHORTEST + round((LONGEST - SHORTEST) * draw.beta(1.1, 1.3))
        line = wall.stroke(wall.seed(draw, len(lines)), loose, longest, 0.10 + 0.9 * draw.uniform() ** 2)
        if line is None:
            continue
        wall.keep(line)
        lines.append(_curled(np.array(line), draw))
    return _even(lines)


class _Wall:
    """The wind, and who lies where."""

    def __init__(self, phase: float) -> None:
        self._phase = phase
        self._cells: dict[tuple[int, int], Line] = {}

    def seed(self, draw: np.random.Generator, found: int) -> tuple[float, float]:
        """Where a stroke might begin."""
        where, x, z = draw.uniform(size=3).tolist()
        if where < 0.25 and found < STREET:
            return (2.0 * x - 1.0) * WIDE, 0.03
        if where < 0.40:
            away, turn = 1.9 * math.sqrt(x), 2.0 * math.pi * z
            return MOON[0] + away * math.cos(turn), MOON[1] + away * math.sin(turn)
        return (2.0 * x - 1.0) * WIDE, 0.1 + (TALL - 0.2) * z

    def blown(self, x: float, z: float) -> tuple[float, float]:
        """Which way the wind goes here, of length 1."""
        p = self._phase
        u = 0.72 + 0.35 * math.sin(0.9 * z + p) - 0.25 * math.sin(0.7 * x + p)
        v = 0.75 + 0.5 * math.sin(0.8 * x + p) + 0.3 * math.sin(1.3 * z - 0.6 * x + p)
        v += 0.9 * max(0.0, min(1.0, (1.2 - z) / 1.2)) - 1.2 * max(0.0, z - 4.6)
        pull, first, second = 0.0, (0.0, 0.0), (0.0, 0.0)
        for whorl, reach, turn, inwards in ((MOON, 1.9, 1.0, 0.32), (COUNTER, 1.05, -1.0, 0.30)):
            dx, dz = x - whorl[0], z - whorl[1]
            away = math.hypot(dx, dz) + 1e-6
            near = math.exp(-((away / reach) ** 2))
            spiral = (-turn * dz - inwards * dx) / away * near, (turn * dx - inwards * dz) / away * near
            first, second, pull = (
                (spiral, first, max(pull, near)) if whorl is MOON else (first, spiral, max(pull, near))
            )
        base = 0.8 * (1.0 - pull)
        u = base * u + 1.7 * first[0] + 1.4 * second[0]
        v = base * v + 1.7 * first[1] + 1.4 * second[1]
        length = math.hypot(u, v) + 1e-9
        return u / length, v / length

    def stroke(self, start: tuple[float, float], crowding: float, longest: int, eye: float) -> Line | None:
        """The way of a brush that is set down here, until there is no room, or it is so near to a whorl's eye.

        None where it would be too short.
        """
        x, z = start
        if not self._free(x, z, 0.62 * crowding * room(x, z)):
            return None
        line = [(x, z)]
        while len(line) < longest:
            u, v = self.blown(x, z)
            x, z = x + STEP * u, z + STEP * v
            if abs(x) > WIDE or not -0.01 < z < TALL or not self._free(x, z, 0.36 * crowding * room(x, z)):
                break
            if min(math.dist((x, z), MOON), math.dist((x, z), COUNTER)) < eye:
                break
            line.append((x, z))
        return line if len(line) >= SHORTEST else None

    def keep(self, line: Line) -> None:
        """From now on others keep their distance from it."""
        for x, z in line[::2]:
            self._cells.setdefault((int(x // CELL), int(z // CELL)), []).append((x, z))

    def _free(self, x: float, z: float, distance: float) -> bool:
        i, j, square = int(x // CELL), int(z // CELL), distance * distance
        for a in (i - 1, i, i + 1):
            for b in (j - 1, j, j + 1):
                for px, pz in self._cells.get((a, b), ()):
                    if (x - px) ** 2 + (z - pz) ** 2 < square:
                        return False
        return True


def room(x: float, z: float) -> float:
    """Metres that strokes leave each other."""
    moon = math.exp(-(((x - MOON[0]) ** 2 + (z - MOON[1]) ** 2) / 1.9**2))
    counter = math.exp(-(((x - COUNTER[0]) ** 2 + (z - COUNTER[1]) ** 2) / 1.05**2))
    return 0.26 - 0.13 * moon - 0.10 * counter


def _curled(line: Doubles, draw: np.random.Generator) -> Doubles:
    """The same, with a fiddlehead in the direction in which it was bending already: the other way looks broken."""
    step = np.diff(line, axis=0)
    heading = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    bent = heading[-1] - heading[max(0, len(heading) - 16)]
    turn = math.copysign(2.0 * math.pi * draw.uniform(0.9, 1.7), bent if abs(bent) > 0.02 else draw.uniform(-1.0, 1.0))
    radius = min(draw.uniform(0.09, 0.23), 0.14 * STEP * len(line))
    shrinking = 0.07 ** (np.arange(CURL) / (CURL - 1))
    angle = heading[-1] + turn * (np.arange(CURL) + 0.5) / CURL
    length = abs(turn) / CURL * radius * shrinking
    curl = line[-1] + np.cumsum(np.stack([np.cos(angle), np.sin(angle)], axis=1) * length[:, None], axis=0)
    return np.concatenate([line, curl])


def _even(lines: list[Doubles]) -> Grown:
    place = np.zeros((2, len(lines), VERTICES))
    way = np.zeros((len(lines), VERTICES))
    for i, line in enumerate(lines):
        step = np.diff(line, axis=0)
        length = np.hypot(step[:, 0], step[:, 1])
        heading = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
        bend = np.abs(np.gradient(heading)) / np.maximum(length, 1e-4)
        needed = np.concatenate([[0.0], np.cumsum(length * (0.35 + np.sqrt(bend)))])  # sagitta: the root of the bend
        whole = np.concatenate([[0.0], np.cumsum(length)])
        at = np.linspace(0.0, needed[-1], VERTICES)
        place[:, i] = [np.interp(at, needed, line[:, k]) for k in (0, 1)]
        way[i] = np.interp(at, needed, whole / whole[-1])
    return Grown(place.astype(np.float32), across(place).astype(np.float32), way.astype(np.float32))


def across(place: NDArray[np.floating]) -> NDArray[np.floating]:
    """(2, n, v) of length 1, at right angles to polylines (2, n, v)."""
    along = np.gradient(place, axis=2)
    along /= np.maximum(np.sqrt((along**2).sum(axis=0)), 1e-9)
    normal: NDArray[np.floating] = np.stack([-along[1], along[0]])
    return normal
