"""Outputs: all that show parts of one canvas, each with its raster; how large the canvas is, and how it is magnified.

Picture (tear, flash guard) -> canvas -> Outputs -> a raster each -> windows, or a film
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from installation.light.flashguard.guard import Field
from installation.light.mapping import blend
from installation.light.mapping.geometry import Geometry
from installation.light.mapping.warp import Bytes, Pixels, Warp, grid
from installation.light.pyramid.thread_pool import WorkerPool
from installation.venue.outputs import CanvasSettings, OutputSettings, canvas_size
from installation.venue.settings import Size


@dataclass(frozen=True, slots=True)
class Mask:
    """Where an output may shine: row by row, 255 all of it .. 0 nothing. In bytes, as a film's segment wants it."""

    width: int
    height: int
    data: bytes

    @classmethod
    def of(cls, grey: Bytes) -> Mask:
        """The mask of a picture, (height, width)."""
        return cls(grey.shape[1], grey.shape[0], grey.tobytes())

    @property
    def grey(self) -> Bytes:
        """(height, width)."""
        return np.frombuffer(self.data, np.uint8).reshape(self.height, self.width)


@dataclass(frozen=True)
class OutputLayout:
    """Which outputs share which canvas; a value that a film's segments and a show's restart keep."""

    canvas: CanvasSettings
    outputs: tuple[OutputSettings, ...]
    masks: Mapping[str, Mask] = field(default_factory=dict)  # by the output's name

    @property
    def size(self) -> Size:
        """Of the canvas."""
        return canvas_size(self.canvas, self.outputs)

    def __getitem__(self, name: str) -> OutputSettings:
        """The output of this name. Raises KeyError."""
        return next((output for output in self.outputs if output.name == name), None) or _nobody(name)

    def crop(self, output: OutputSettings) -> blend.Crop:
        """The part of the canvas that an output shows."""
        return output.crop or (0, 0, *self.size)

    def raster(self, output: OutputSettings) -> Size:
        """An output's raster where no display gives it."""
        wide, high = self.crop(output)[2:]
        return output.raster or ((high, wide) if output.rotate in (90, 270) else (wide, high))

    def geometry(self, output: OutputSettings, size: Size | None = None) -> Geometry:
        """The way between the canvas and an output's raster. Raises ValueError where it folds over."""
        return Geometry(output, self.crop(output), size or self.raster(output))

    def check(self) -> None:
        """Raises ValueError where any output folds over."""
        for output in self.outputs:
            self.geometry(output)

    def unbent(self) -> OutputLayout:
        """The same outputs without their meshes: no corner pin alone folds over."""
        return replace(self, outputs=tuple(msgspec.structs.replace(output, mesh=()) for output in self.outputs))

    def warp(self, name: str, size: Size | None = None) -> Warp:
        """What makes the raster of an output. Raises ValueError where it folds over."""
        own = next(i for i, output in enumerate(self.outputs) if output.name == name)
        output, crops = self.outputs[own], [self.crop(output) for output in self.outputs]
        geometry, most = self.geometry(output, size), blend.most_overlaps(crops)
        nodes = grid(geometry)
        edges, power = blend.ramps(crops), self.canvas.blend
        mask = self.masks.get(name)
        made = blend.gains(geometry, nodes, edges, own, power, most, None if mask is None else mask.grey)
        lifts = np.outer(np.arange(17), output.black)
        return Warp(*geometry.size, nodes, made.gain, made.lacking, made.runs, lifts)

    def field(self, room: Field) -> Field:
        """What the nearest visitor sees of the canvas, where this `room` says what they see of a wall."""
        if not self.outputs:
            return room
        screens, bent = self.magnified()
        return Field(room.screen_width_m, room.nearest_viewer_m, bent, (float(screens[0]), float(screens[1])))

    def magnified(self) -> tuple[NDArray[np.float64], float]:
        """(2,) how many screens the canvas is wide and high, where it is stretched most; and by how much that is."""
        screens, bent = np.ones(2), 1.0
        for output in self.outputs:
            # by convention a screen is 30 degrees wide, and each output may be somebody's screen
            crop, size = self.crop(output), self.raster(output)
            sides = size if output.rotate in (0, 180) else size[::-1]
            nominal = np.array(sides) / crop[2:]
            stretch = _largest(self.geometry(output, size).stretch(), nominal)
            screens = np.maximum(screens, stretch * np.array(self.size) / crop[2:])
            bent = max(bent, stretch)
        return screens, bent


def _nobody(name: str) -> OutputSettings:
    raise KeyError(name)


def _largest(stretch: NDArray[np.float64], nominal: NDArray[np.float64]) -> float:
    """By how much more than all of it some part of a picture is magnified, 1 or more."""
    even = stretch / nominal  # along u by the width's scale, along v by the height's
    return max(1.0, float(np.linalg.norm(even, ord=2, axis=(2, 3)).max()))


class Rasters:
    """Every output's raster of a canvas; `sizes` are those of displays, for the others it is as the settings say."""

    def __init__(self, layout: OutputLayout, threads: int, sizes: Mapping[str, Size] | None = None) -> None:
        self.layout, self._pool = layout, WorkerPool(threads)
        names = [output.name for output in layout.outputs] if sizes is None else list(sizes)
        self._warps = {name: layout.warp(name, (sizes or {}).get(name)) for name in names}

    @property
    def sizes(self) -> dict[str, Size]:
        """The outputs that are made, and their rasters' sizes."""
        return {name: (warp.width, warp.height) for name, warp in self._warps.items()}

    def draw(self, name: str, canvas: Pixels, out: Pixels, level: int = 256) -> None:
        """An output's raster of `canvas` into `out`, `level`/256 as bright."""
        self._warps[name].draw(canvas, out, self._pool, level)

    def follow(self, layout: OutputLayout, sizes: Mapping[str, Size]) -> None:
        """These are the outputs now, and their displays' sizes; nothing is made anew that need not be."""
        before, self.layout = self.layout, layout
        crops = [[each.crop(output) for output in each.outputs] for each in (before, layout)]
        shared = before.canvas == layout.canvas and crops[0] == crops[1]  # what decides how others share their light
        for name, size in sizes.items():
            warp = self._warps.get(name)
            same = shared and before[name] == layout[name]
            if warp is None or not same or (warp.width, warp.height) != size:
                self._warps[name] = layout.warp(name, size)
        for name in [name for name in self._warps if name not in sizes]:
            del self._warps[name]

    def close(self) -> None:
        """End the threads."""
        self._pool.close()


class Projection:
    """What one output alone shows of a canvas, frame after frame: what its film has."""

    def __init__(self, layout: OutputLayout, name: str, threads: int) -> None:
        self.size = layout.raster(layout[name])
        self._name, self._rasters = name, Rasters(layout, threads, {name: self.size})
        self._out = np.zeros(self.size[::-1], np.uint32)

    def of(self, canvas: Pixels) -> Pixels:
        """The output's raster of `canvas`, which the next one is drawn over."""
        self._rasters.draw(self._name, canvas, self._out)
        return self._out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rasters.close()


def prepare() -> None:
    """Compile what warps, or load it from the cache."""
    small = OutputSettings(
        name="left", crop=(0, 0, 48, 32), corners=((0.1, 0.1), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), size="48x32"
    )
    rasters = Rasters(OutputLayout(CanvasSettings(), (small,)), 1)
    rasters.draw(small.name, np.zeros((32, 48), np.uint32), np.zeros((32, 48), np.uint32))
    rasters.close()
