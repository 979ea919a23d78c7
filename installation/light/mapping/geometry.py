"""Where each point of the canvas is in an output's raster, and back: crop, mesh, corner pin, rotation, flip.

    canvas pixels -> (s, t), shares of the crop -> + the mesh's offset -> the corner pin, a homography -> rotate, flip

The pixel i of a raster or a canvas covers i .. i + 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.venue.outputs import SQUARE, OutputSettings
from installation.venue.settings import Size

Doubles = NDArray[np.float64]

ROUNDS, CLOSE = 30, 1e-7
"""Of Newton's method, at most, for the way back through a mesh; and the share of the crop at which it is done."""
LEAST = 0.05
"""What a mesh leaves of any area, at least: less is a fold, or will be one when the next point is moved."""
_SAMPLES = 33


class Geometry:
    """The way between a canvas and the raster, `size` pixels, of one output that shows `crop` of it.

    Raises ValueError, naming the output and the rule, where its mesh folds over.
    """

    def __init__(self, output: OutputSettings, crop: tuple[int, int, int, int], size: Size) -> None:
        self.output, self.crop, self.size = output, crop, size
        self._pin = homography(np.array(SQUARE), np.array(output.corners))
        self._back = np.asarray(np.linalg.inv(self._pin), dtype=np.float64)
        self._offsets = np.array(output.mesh, dtype=np.float64) if output.mesh else None
        if self._offsets is not None:
            self._check_folds()

    def to_raster(self, u: Doubles, v: Doubles) -> tuple[Doubles, Doubles]:
        """Pixels of the raster at which points of the canvas are seen."""
        x, y, width, height = self.crop
        s, t = (u - x) / width, (v - y) / height
        if self._offsets is not None:
            ds, dt = self._offset(s, t)
            s, t = s + ds, t + dt
        p, q, _ = _project(self._pin, s, t)
        return self._turned(p, q)

    def to_canvas(self, x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
        """Points of the canvas that are seen at pixels of the raster; outside of the picture, where they would be."""
        p, q = self._upright(x, y)
        s, t, _ = _project(self._back, p, q)
        if self._offsets is not None:
            s, t = self._unmeshed(s, t)
        left, top, width, height = self.crop
        return left + s * width, top + t * height

    def ahead(self, x: Doubles, y: Doubles) -> NDArray[np.bool_]:
        """Which pixels lie on this side of the corner pin's horizon: no other shows anything."""
        return np.asarray(_project(self._back, *self._upright(x, y))[2] > 1e-6)

    def stretch(self) -> Doubles:
        """(33, 33, 2, 2) how many pixels of the raster, x and y, a pixel of the canvas takes along u and along v."""
        left, top, width, height = self.crop
        ways = np.linspace(0.0, 1.0, _SAMPLES)
        s, t = np.meshgrid(ways, ways)
        u, v, step = left + s * width, top + t * height, 0.25
        across = np.subtract(self.to_raster(u + step, v), self.to_raster(u - step, v)) / (2 * step)
        down = np.subtract(self.to_raster(u, v + step), self.to_raster(u, v - step)) / (2 * step)
        return np.moveaxis(np.stack([across, down]), (0, 1), (3, 2))

    def _upright(self, x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
        """Shares of the raster, as the picture stands before it is rotated and flipped."""
        a, b = x / self.size[0], y / self.size[1]
        if self.output.flip in ("horizontal", "both"):
            a = 1.0 - a
        if self.output.flip in ("vertical", "both"):
            b = 1.0 - b
        match self.output.rotate:
            case 90:
                return b, 1.0 - a
            case 180:
                return 1.0 - a, 1.0 - b
            case 270:
                return 1.0 - b, a
        return a, b

    def _turned(self, p: Doubles, q: Doubles) -> tuple[Doubles, Doubles]:
        match self.output.rotate:
            case 90:
                p, q = 1.0 - q, p
            case 180:
                p, q = 1.0 - p, 1.0 - q
            case 270:
                p, q = q, 1.0 - p
        if self.output.flip in ("horizontal", "both"):
            p = 1.0 - p
        if self.output.flip in ("vertical", "both"):
            q = 1.0 - q
        return p * self.size[0], q * self.size[1]

    # the mesh

    def _offset(self, s: Doubles, t: Doubles) -> tuple[Doubles, Doubles]:
        """By how much the mesh moves points, in shares of the crop; beyond its edge as much as there."""
        assert self._offsets is not None
        rows, columns, _ = self._offsets.shape
        linear = self.output.curve == "linear"
        across, down = _weights(s, columns, linear), _weights(t, rows, linear)
        moved = np.einsum("...r,...c,rck->...k", down, across, self._offsets, optimize=True)
        return moved[..., 0], moved[..., 1]

    def _unmeshed(self, p: Doubles, q: Doubles) -> tuple[Doubles, Doubles]:
        """(s, t) that the mesh moves to (p, q): Newton's method."""
        s, t, h = p.copy(), q.copy(), 1e-5
        for _ in range(ROUNDS):
            ds, dt = self._offset(s, t)
            away_s, away_t = s + ds - p, t + dt - q
            if max(np.abs(away_s).max(), np.abs(away_t).max()) < CLOSE:
                break
            (ss, ts), (st, tt) = self._slopes(s, t, h)
            det = np.maximum(ss * tt - st * ts, LEAST)
            s = s - np.clip((tt * away_s - st * away_t) / det, -0.2, 0.2)
            t = t - np.clip((ss * away_t - ts * away_s) / det, -0.2, 0.2)
        return s, t

    def _slopes(self, s: Doubles, t: Doubles, h: float) -> tuple[tuple[Doubles, Doubles], tuple[Doubles, Doubles]]:
        """How s and t, moved by the mesh, change along s, and along t."""
        a, b = self._offset(s + h, t), self._offset(s - h, t)
        c, d = self._offset(s, t + h), self._offset(s, t - h)
        along_s = 1.0 + (a[0] - b[0]) / (2 * h), (a[1] - b[1]) / (2 * h)
        return along_s, ((c[0] - d[0]) / (2 * h), 1.0 + (c[1] - d[1]) / (2 * h))

    def _check_folds(self) -> None:
        assert self._offsets is not None
        rows, columns, _ = self._offsets.shape
        ways = [(np.arange(6 * (n - 1)) + 0.5) / (6 * (n - 1)) for n in (columns, rows)]
        s, t = np.meshgrid(*ways)
        (ss, ts), (st, tt) = self._slopes(s, t, 1e-4)
        area = ss * tt - st * ts
        if area.min() < LEAST:
            row, column = np.unravel_index(int(area.argmin()), area.shape)
            at = f"row {row // 6 + 1}, point {column // 6 + 1}"
            raise ValueError(f'[[output]] "{self.output.name}" mesh takes points in their order, got a fold at {at}')


def homography(before: Doubles, after: Doubles) -> Doubles:
    """(3, 3) the projective map that takes four points, (4, 2), to four others.

    Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), 2.2.3.
    """
    rows = []
    for (s, t), (x, y) in zip(before, after, strict=True):
        rows += [[s, t, 1, 0, 0, 0, -s * x, -t * x], [0, 0, 0, s, t, 1, -s * y, -t * y]]
    solved = np.append(np.linalg.solve(np.array(rows), after.ravel()), 1.0)
    return solved.reshape(3, 3).astype(np.float64)


def _project(matrix: Doubles, s: Doubles, t: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Where a homography takes points; and their third coordinate, which is above 0 before its horizon."""
    x, y, w = (row[0] * s + row[1] * t + row[2] for row in matrix)
    held = np.maximum(w, 1e-6)
    return x / held, y / held, w


def _weights(way: Doubles, count: int, linear: bool) -> Doubles:
    """(..., count) what each of so many points has to say at shares 0..1 of the way past all of them.

    Bezier patches of the third degree through all points, their handles as Catmull and Rom (1974) set them; at either
    end as if the line went straight on.
    """
    place = np.clip(way, 0.0, 1.0) * (count - 1)
    cell = np.minimum(place.astype(np.int64), count - 2)
    f = (place - cell)[..., None]
    points = np.eye(count)
    if linear:
        return np.asarray((1.0 - f) * points[cell] + f * points[cell + 1])
    padded = np.vstack([2.0 * points[0] - points[1], points, 2.0 * points[-1] - points[-2]])
    a, b, c, d = (padded[cell + i] for i in range(4))
    first, second = b + (c - a) / 6.0, c - (d - b) / 6.0
    g = 1.0 - f
    return np.asarray(g**3 * b + 3.0 * g**2 * f * first + 3.0 * g * f**2 * second + f**3 * c)
