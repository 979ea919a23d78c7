"""Warp: an output's raster from the canvas, by a grid of places and a gain for each pixel. Bilinear, in fixed point.

Weights are convex and gains at most 1, so nothing in a raster is brighter than the canvas beside it: what the flash
guard found fit stays so. Where neither place nor gain change anything, pixels are copied, and stay what they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.foundation.vectors import LANES, sample, weigh
from installation.light.mapping.geometry import Geometry
from installation.light.pyramid.thread_pool import WorkerPool

Pixels = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
Wholes = NDArray[np.int64]

ACROSS, DOWN = 32, 16
"""Pixels of a raster from node to node."""
ONE = 1 << 16
"""A pixel of the canvas, in the numbers of the grid."""
DARK, PLAIN, GAINED = 0, 1, 2
"""What a run of ACROSS pixels is: black, the canvas as it is, or that times a gain."""
_BAND = 32  # rows that one job makes
_FARTHEST = 32_000.0  # pixels of the canvas that a node may lie at
_TILE = 64


def grid(geometry: Geometry, origin: tuple[int, int] = (0, 0)) -> Wholes:
    """(rows, columns, 2) where the canvas is sampled for the nodes of a raster, in 65536ths of its pixels.

    `origin` is the canvas's upper left corner in the array that is sampled.
    """
    width, height = geometry.size
    down, across = np.indices((-(-height // DOWN) + 1, -(-width // ACROSS) + 1)).astype(np.float64)
    u, v = geometry.to_canvas(across * ACROSS + 0.5, down * DOWN + 0.5)
    at = np.stack([u - origin[0], v - origin[1]], axis=-1) - 0.5
    return np.round(np.clip(at, -_FARTHEST, _FARTHEST) * ONE).astype(np.int64)


def noise() -> Bytes:
    """(64 * (64 + 8),) the dither: interleaved gradient noise (Jimenez, 2014), made even, a tile row by row."""
    y, x = np.mgrid[:_TILE, :_TILE]
    raw = np.mod(52.9829189 * np.mod(0.06711056 * x + 0.00583715 * y, 1.0), 1.0).ravel()
    even = np.empty(raw.size)
    even[np.argsort(raw, kind="stable")] = np.arange(raw.size) * 256 // raw.size
    tile = even.reshape(_TILE, _TILE)
    return np.hstack([tile, tile[:, :LANES]]).astype(np.uint8).ravel()


class Warp:
    """Makes one raster after another of `width` x `height` pixels. What it makes them by may be replaced at any time.

    `nodes` is a grid; `gain` and `lacking`, (height, columns of the grid * ACROSS), are a gain of 255 for each pixel
    and how many outputs fewer than elsewhere shine there; `lifts`, (17, 3), what is added for so many, of white;
    `runs`, (height, columns), what each run of pixels is.
    """

    def __init__(
        self, width: int, height: int, nodes: Wholes, gain: Bytes, lacking: Bytes, runs: Bytes,
        lifts: NDArray[np.float64],
    ) -> None:  # fmt: skip
        self.width, self.height = width, height
        self._nodes, self._gain, self._lacking, self._runs = nodes, gain, lacking, runs
        self._noise = noise()
        channels = np.zeros((len(lifts), 4), np.uint16)
        channels[:, :3] = np.round(lifts[:, ::-1] * 255.0 * 256.0)  # blue is the lowest
        self._lifts = channels.view(np.uint64).ravel()

    def draw(self, canvas: Pixels, out: Pixels, pool: WorkerPool, level: int = 256) -> None:
        """`canvas` as this output shows it into `out`, (height, width), whose rows may be padded; times `level`/256."""
        if out.shape != (self.height, self.width):
            raise ValueError(f"a raster of {self.width}x{self.height} is wanted, got {out.shape[1]}x{out.shape[0]}")
        source, pitch = _rows(canvas)
        pixels, stride = _rows(out)

        def job(number: int, worker: int) -> None:
            first = number * _BAND
            last = min(first + _BAND, self.height)
            _draw(
                source, pitch, canvas.shape[1] - 1, canvas.shape[0] - 1, self._nodes, self._gain.ravel(),
                self._lacking.ravel(), self._runs, self._lifts, self._noise, level, first, last, self.width, pixels,
                stride, np.zeros(LANES, np.uint32),
            )  # fmt: skip

        pool.run(job, -(-self.height // _BAND))


def _rows(picture: Pixels) -> tuple[Pixels, int]:
    """All of a picture's memory in one row, without the padding of its last, and the pixels from row to row."""
    height, width = picture.shape
    pitch = picture.strides[0] // 4
    if picture.dtype != np.uint32 or picture.strides != (4 * pitch, 4) or pitch < width:
        raise ValueError("pixels are 32 bit wide, row by row")
    return np.lib.stride_tricks.as_strided(picture, ((height - 1) * pitch + width,), (4,)), pitch


@strict
def _draw(  # noqa: PLR0912 (a kernel that reads from top to bottom)
    canvas: Pixels, pitch: int, right: int, bottom: int, nodes: Wholes, gain: Bytes, lacking: Bytes, runs: Bytes,
    lifts: NDArray[np.uint64], noise: Bytes, level: int, first: int, last: int, width: int, out: Pixels, stride: int,
    spare: Pixels,
) -> None:  # fmt: skip
    columns = runs.shape[1]
    for y in range(first, last):
        cell, part = y // DOWN, y % DOWN
        for column in range(columns):
            x = column * ACROSS
            end = min(x + ACROSS, width)
            o, at = y * stride, (y * columns + column) * ACROSS
            run = runs[y, column]
            if run == DARK:
                for i in range(x, end):
                    out[o + i] = 0
                continue
            a, b = nodes[cell, column, 0], nodes[cell + 1, column, 0]
            c, d = nodes[cell, column + 1, 0], nodes[cell + 1, column + 1, 0]
            u = a + ((b - a) * part >> 4)
            du = (c + ((d - c) * part >> 4) - u) >> 5
            a, b = nodes[cell, column, 1], nodes[cell + 1, column, 1]
            c, d = nodes[cell, column + 1, 1], nodes[cell + 1, column + 1, 1]
            v = a + ((b - a) * part >> 4)
            dv = (c + ((d - c) * part >> 4) - v) >> 5
            plain = run == PLAIN and level == 256
            if plain and du == ONE and dv == 0 and (u & 0xFFFF) == 0 and (v & 0xFFFF) == 0:
                i0, row = u >> 16, v >> 16
                if i0 >= 0 and i0 + (end - x) - 1 <= right and 0 <= row <= bottom:
                    begin = row * pitch + i0
                    for i in range(end - x):
                        out[o + x + i] = canvas[begin + i]
                    continue
            seed = (y % 64) * 72
            for i in range(x, end, LANES):
                whole = i + LANES <= end
                k = i - x
                if plain:
                    if whole:
                        sample(canvas, pitch, right, bottom, u + k * du, du, v + k * dv, dv, out, o + i)
                    else:
                        sample(canvas, pitch, right, bottom, u + k * du, du, v + k * dv, dv, spare, 0)
                elif whole:
                    weigh(
                        canvas, pitch, right, bottom, u + k * du, du, v + k * dv, dv, out, o + i,
                        gain, lacking, at + k, lifts, noise, seed + i % 64, level,
                    )  # fmt: skip
                else:
                    weigh(
                        canvas, pitch, right, bottom, u + k * du, du, v + k * dv, dv, spare, 0,
                        gain, lacking, at + k, lifts, noise, seed + i % 64, level,
                    )  # fmt: skip
                if not whole:
                    for j in range(end - i):
                        out[o + i + j] = spare[j]
