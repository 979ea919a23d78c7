"""Calibration: bringing outputs into place by hand: which point is held, what it is moved by, and the way back.

Pure: keys, mouse and messages are told to it by whoever hears them, and what it makes of them is a layout. It never
takes a change that would fold a picture over; it says why instead.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from installation.light.mapping.geometry import Geometry
from installation.light.mapping.outputs import OutputLayout
from installation.venue.outputs import SQUARE, Corners, Mesh, OutputSettings, check_corners, check_mesh

UNDONE = 100
"""Changes that can be taken back."""
FINEST = 9
"""Points of a mesh, each way, at most."""
KEPT = ("corners", "mesh", "gamma", "brightness", "black")
"""What calibration moves, of an output's settings."""


@dataclass(frozen=True, slots=True)
class Grip:
    """What is held: an output by its place in the list; a corner 0..3 clockwise, or 4 + a point of its mesh."""

    output: int = 0
    point: int = 0


class Calibration:
    """A layout that is being moved. `changed` counts the changes, so that whoever keeps them knows."""

    def __init__(self, layout: OutputLayout) -> None:
        self.layout = layout
        self.held = Grip()
        self.changed = 0
        self.said = ""  # why the newest change was not taken
        self._before: deque[OutputLayout] = deque(maxlen=UNDONE)

    @property
    def output(self) -> OutputSettings:
        """The one that is held."""
        return self.layout.outputs[self.held.output]

    @property
    def points(self) -> int:
        """How many can be held of it: its corners, and the points of its mesh."""
        return 4 + sum(len(row) for row in self.output.mesh)

    def select(self, name: str) -> None:
        """Hold the output of this name; another name changes nothing."""
        for i, output in enumerate(self.layout.outputs):
            if output.name == name:
                self.held = Grip(i)

    def next_output(self, step: int = 1) -> None:
        """Hold the next one."""
        self.held = Grip((self.held.output + step) % len(self.layout.outputs))

    def hold(self, point: int) -> None:
        """Hold this point, or the nearest to it that there is."""
        self.held = replace(self.held, point=min(max(point, 0), self.points - 1))

    def next_point(self, step: int = 1) -> None:
        """Hold the next one, round and round."""
        self.held = replace(self.held, point=(self.held.point + step) % self.points)

    def place(self) -> tuple[float, float]:
        """Where the held point is, in shares of the raster."""
        output, point = self.output, self.held.point
        if point < 4:
            return _raster(output, output.corners[point])
        geometry, (left, top, width, height) = self._unit(output), self.layout.crop(output)
        row, column = divmod(point - 4, len(output.mesh[0]))
        s, t = column / (len(output.mesh[0]) - 1), row / (len(output.mesh) - 1)
        x, y = geometry.to_raster(np.array([left + s * width]), np.array([top + t * height]))
        return float(x[0]), float(y[0])

    def move(self, dx: float, dy: float) -> None:
        """Move the held point by shares of the raster."""
        x, y = self.place()
        self.move_to(x + dx, y + dy)

    def move_to(self, x: float, y: float) -> None:
        """Move the held point to a place in the raster, shares of its width and height, as far as that goes."""
        output, point = self.output, self.held.point
        x, y = min(max(x, -0.5), 1.5), min(max(y, -0.5), 1.5)
        if point < 4:
            corners = list(output.corners)
            corners[point] = _upright(output, (x, y))
            self._change(corners=tuple(corners))
            return
        plain = msgspec.structs.replace(output, mesh=())
        u, v = self._unit(plain).to_canvas(np.array([x]), np.array([y]))
        left, top, width, height = self.layout.crop(output)
        row, column = divmod(point - 4, len(output.mesh[0]))
        s, t = column / (len(output.mesh[0]) - 1), row / (len(output.mesh) - 1)
        offset = float((u[0] - left) / width - s), float((v[0] - top) / height - t)
        held = min(max(offset[0], -0.5), 0.5), min(max(offset[1], -0.5), 0.5)
        rows = [list(points) for points in output.mesh]
        rows[row][column] = held
        self._change(mesh=tuple(tuple(points) for points in rows))

    def nearest(self, name: str, x: float, y: float) -> None:
        """Hold the point of an output that is nearest to a place in its raster, in shares."""
        self.select(name)
        places = []
        for point in range(self.points):
            self.hold(point)
            places.append(self.place())
        self.hold(min(range(len(places)), key=lambda i: (places[i][0] - x) ** 2 + (places[i][1] - y) ** 2))

    def set(self, **values: Any) -> None:
        """Give the held output another gamma, brightness or black."""
        self._change(**values)

    def refine(self) -> None:
        """Give the held output a mesh of 3 x 3 points, or one twice as fine: the picture stays as it is."""
        output = self.output
        if not output.mesh:
            self._change(mesh=((((0.0, 0.0),) * 3,) * 3))
            return
        rows, columns = (min(2 * n - 1, FINEST) for n in (len(output.mesh), len(output.mesh[0])))
        geometry = Geometry(msgspec.structs.replace(output, corners=SQUARE, rotate=0, flip=""), (0, 0, 1, 1), (1, 1))
        s, t = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
        x, y = geometry.to_raster(s, t)
        moved = np.round(np.stack([x - s, y - t], axis=-1), 6)
        self._change(mesh=tuple(tuple((float(dx), float(dy)) for dx, dy in row) for row in moved))
        self.hold(self.held.point)

    def reset(self) -> None:
        """The held output as if nobody had moved it: corners in the corners, no mesh."""
        self._change(corners=SQUARE, mesh=())
        self.hold(self.held.point)

    def undo(self) -> None:
        """Take back the newest change; so many are remembered."""
        if self._before:
            self.layout = self._before.pop()
            self.changed += 1
            self.hold(self.held.point)

    def _unit(self, output: OutputSettings) -> Geometry:
        return Geometry(output, self.layout.crop(output), (1, 1))

    def _change(self, **values: Any) -> None:
        wanted = msgspec.structs.replace(self.output, **values)
        if wanted == self.output:
            return
        try:
            check_corners("corners", wanted.corners)
            check_mesh("mesh", wanted.mesh)
            self._unit(wanted)
        except ValueError as rule:
            self.said = str(rule)
            return
        self.said = ""
        self._before.append(self.layout)
        outputs = (*self.layout.outputs[: self.held.output], wanted, *self.layout.outputs[self.held.output + 1 :])
        self.layout = replace(self.layout, outputs=outputs)
        self.changed += 1


def _flipped(output: OutputSettings, p: tuple[float, float]) -> tuple[float, float]:
    x = 1.0 - p[0] if output.flip in ("horizontal", "both") else p[0]
    y = 1.0 - p[1] if output.flip in ("vertical", "both") else p[1]
    return x, y


def _raster(output: OutputSettings, p: tuple[float, float]) -> tuple[float, float]:
    """An upright place as one in the raster, both in shares."""
    x, y = p
    for _ in range(output.rotate // 90):
        x, y = 1.0 - y, x
    return _flipped(output, (x, y))


def _upright(output: OutputSettings, p: tuple[float, float]) -> tuple[float, float]:
    x, y = _flipped(output, p)
    for _ in range(output.rotate // 90):
        x, y = y, 1.0 - x
    return x, y


def kept(layout: OutputLayout) -> dict[str, dict[str, Any]]:
    """What calibration has moved, by output."""
    return {output.name: {key: getattr(output, key) for key in KEPT} for output in layout.outputs}


class Drag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of one output."""

    corners: Corners
    mesh: Mesh
    gamma: float
    brightness: float
    black: tuple[float, float, float]


def encoded(layout: OutputLayout) -> bytes:
    """What calibration has moved, as a file."""
    return msgspec.json.format(msgspec.json.encode(kept(layout)), indent=2) + b"\n"


def restored(layout: OutputLayout, data: bytes) -> OutputLayout:
    """The layout with what was kept of its outputs. Raises ValueError where that is nothing that calibration wrote."""
    try:
        moved = msgspec.json.decode(data, type=dict[str, Drag])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None
    changed = replace(layout, outputs=tuple(_moved(output, moved.get(output.name)) for output in layout.outputs))
    changed.check()
    return changed


def _moved(output: OutputSettings, by: Drag | None) -> OutputSettings:
    if by is None:
        return output
    values = {**msgspec.structs.asdict(output), **msgspec.structs.asdict(by)}
    try:
        moved = msgspec.convert(values, OutputSettings)
    except msgspec.ValidationError as error:
        raise ValueError(f'"{output.name}": {error}') from None
    check_corners(f'"{output.name}" corners', moved.corners)
    check_mesh(f'"{output.name}" mesh', moved.mesh)
    return moved
