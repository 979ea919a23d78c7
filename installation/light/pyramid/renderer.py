"""The Renderer: lights in, a frame out. Reads no clock and opens no window; all state it keeps is the trails.

    lights, in jobs -> vertices (projection.py) -> splats (splat.py)
    -> whole levels of the pyramid (levels.py) -> bands of the frame (resolve.py)

Jobs are cut by what there is to draw, never by how many threads there are, and each sums in the order of the lights:
one thread or many give the same bytes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.light.grade import GRID, Grade, bloom, decay, matrix
from installation.light.pyramid import bands, levels, projection, resolve, splat
from installation.light.pyramid.camera import camera
from installation.light.pyramid.thread_pool import WorkerPool
from installation.scene import Light, Mist, Points, Strokes, View, gathered

_PORTION = 4096  # vertices that one job projects, about
_GOLDEN = (math.sqrt(5) - 1) / 2  # what the dither shifts by each tick


@dataclass(frozen=True, slots=True)
class _Piece:
    """One job's share: points or polylines first..last-1 of lights of a kind, in arrays of the types compiled for."""

    round: bool  # points, not polylines
    position: NDArray[np.float32]  # (3, n)
    radius: NDArray[np.float32]  # (n,)
    colour: NDArray[np.float32]  # (3, n)
    starts: NDArray[np.int32]
    halo: float
    least: float
    first: int
    last: int

    @property
    def vertices(self) -> tuple[int, int]:
        """The first vertex of its polylines, and the one after their last."""
        starts = self.starts
        first = int(starts[self.first]) if self.first < self.last else 0
        return first, int(starts[self.last]) if self.last < len(starts) else max(len(self.radius), first)


class Renderer:
    """Draws frames of one size. `splats` is how many splats the last frame took."""

    def __init__(self, width: int, height: int, threads: int = 1) -> None:
        if width < 2 or height < 2:
            raise ValueError(f"a frame is at least 2 x 2 pixels, got {width} x {height}")
        self.width, self.height, self.threads, self.splats = width, height, threads, 0
        self._pool = WorkerPool(threads)
        self._table = levels.levels(width, height)
        self._spots = levels.spots().ravel()
        self._ridges = levels.gauge(len(self._table))
        self._peaks = self._ridges**2
        self._steps = levels.spacing(self._ridges)
        self._light = np.zeros(levels.length(self._table), dtype=np.float32)
        self._rows = 32
        self._bands = -(-height // self._rows)
        self._away, self._across = resolve.ramps(width, height)
        self._splats = np.zeros((0, splat.FIELDS), dtype=np.float32)
        self._order = np.zeros(0, dtype=np.int32)
        self._no_light = self._linear = np.zeros((0, 3, 0), dtype=np.float32)
        self._room: list[int] = []  # splats that each piece may take
        self._seen = [np.zeros((projection.ROWS, _PORTION), dtype=np.float32) for _ in range(threads)]
        stride = [int(s) for s in self._table[:, levels.STRIDE]]
        per_band = (self._rows // 2 + 4) * 3 * stride[1]
        self._one = [np.zeros(per_band, dtype=np.float32) for _ in range(threads)]
        self._also = [np.zeros(3 * stride[1], dtype=np.float32) for _ in range(threads)]
        self._fine = [np.zeros((self._rows + 9) * 3 * stride[0], dtype=np.float32) for _ in range(threads)]
        self._mixed = [np.zeros(3 * stride[1], dtype=np.float32) for _ in range(threads)]
        self._nothing = np.zeros(1, dtype=np.int32)
        self._noted: int | None = None  # tick of the last entry in the history
        self._coarse_history = self._old = self._new = np.zeros(0, dtype=np.float32)

    def draw(
        self,
        lights: Iterable[Light],
        view: View,
        grade: Grade,
        tick: int,
        frame: NDArray[np.uint32] | None,
        deep: NDArray[np.uint32] | None = None,
    ) -> None:
        """Draw `lights` into `frame`, (height, width) uint32 0x00RRGGBB with contiguous rows; the pitch may be wider.

        With frame=None only the trails take note of this tick. `deep`, of the frame's shape and without a wider pitch,
        gets the same pixels with ten bits a channel, red highest. Lights that aren't finite are left out. Raises
        ValueError for a frame of another shape or with rows that aren't contiguous.
        """
        trails = grade.trails > 0.0
        note, fade = self._history(grade.trails, tick)
        if frame is None and not note:
            return
        pixels, pitch = self._nothing, 0
        if frame is not None:
            pixels, pitch = self._memory(frame)
        finer = self._nothing[:0]
        if deep is not None:
            if not deep.flags.c_contiguous:
                raise ValueError("the deep frame must be contiguous")
            finer, _ = self._memory(deep)
        lights = list(lights)
        edges = self._scatter(lights, view, grade)
        self._splat_levels(lights, edges, trails, note, fade, grade.glow)
        if frame is not None:
            self._collapse()
        self._resolve(edges, grade, tick, (trails, note, fade), frame is not None, pixels, pitch, finer)
        if note:
            self._old, self._new = self._new, self._old
            self._noted = tick

    def radiance(self, lights: Iterable[Light], view: View, grade: Grade) -> NDArray[np.float32]:
        """The light itself before exposure, vignette and tone curve, (height, width, 3) linear RGB; without trails."""
        linear = np.zeros((self.height, 3, self.width), dtype=np.float32)
        self._linear = linear
        noted, frame = self._noted, np.zeros((self.height, self.width), dtype=np.uint32)
        try:
            self.draw(lights, view, replace(grade, trails=0.0), 0, frame)
        finally:
            self._linear, self._noted = self._no_light, noted
        return np.ascontiguousarray(linear.transpose(0, 2, 1))

    def close(self) -> None:
        """End the threads. The renderer can't draw with several afterwards."""
        self._pool.close()

    def _history(self, trails: float, tick: int) -> tuple[bool, float]:
        """Whether this tick is to be noted, and how much of the history is left by now."""
        if trails <= 0.0:
            self._noted = None
            return False, 0.0
        if len(self._old) == 0:
            run = 3 * int(self._table[1, levels.STRIDE]) * (int(self._table[1, levels.ROWS]) + 4)
            self._old, self._new = np.zeros(run, dtype=np.float32), np.zeros(run, dtype=np.float32)
            self._coarse_history = np.zeros_like(self._light)
        if self._noted is None or tick < self._noted:
            return True, 0.0
        return tick // GRID * GRID > self._noted, decay(trails, tick - self._noted)

    def _memory(self, frame: NDArray[np.uint32]) -> tuple[NDArray[np.int32], int]:
        """The frame's memory as one run of int32, and the pixels from one row to the next."""
        if frame.shape != (self.height, self.width) or frame.dtype != np.uint32:
            raise ValueError(f"the frame must be ({self.height}, {self.width}) uint32, got {frame.shape} {frame.dtype}")
        down, along = frame.strides
        if along != 4 or down < 4 * self.width or down % 4:
            raise ValueError(f"the frame's rows must be contiguous, got strides {frame.strides}")
        run = (self.height - 1) * (down // 4) + self.width
        flat = np.lib.stride_tricks.as_strided(frame, shape=(run,), strides=(4,))
        return flat.view(np.int32), down // 4

    def _scatter(self, lights: list[Light], view: View, grade: Grade) -> NDArray[np.int64]:
        """Make the splats and sort them: `edges` (pieces, bands + 2) of the bins in self._order."""
        pieces = _pieces(lights)
        eye = camera(view, self.width, self.height)
        counts, trails = [0] * len(pieces), grade.trails > 0.0
        half = (self._rows // 2).bit_length() - 1
        edges = np.zeros((len(pieces), self._bands + 2), dtype=np.int64)
        self._room += [256] * (len(pieces) - len(self._room))
        while True:
            begins = [0, *itertools.accumulate(self._room[: len(pieces)])]
            if begins[-1] > len(self._splats):
                self._splats = np.zeros((begins[-1], splat.FIELDS), dtype=np.float32)
                self._order = np.zeros(begins[-1] * 3, dtype=np.int32)

            def project(number: int, worker: int, begins: list[int] = begins) -> None:
                begin, end = begins[number], begins[number + 1]
                reached = self._project(pieces[number], eye, grade, begin, end, worker)
                counts[number] = reached - begin
                if reached <= end:
                    bands.bin_bands(self._splats, begin, reached, half, trails, edges[number], self._order, 3 * begin)

            self._pool.run(project, len(pieces))
            short = [i for i, count in enumerate(counts) if count > self._room[i]]
            if not short:
                break
            for i in short:
                self._room[i] = counts[i] * 3 // 2 + 64
        self.splats = sum(counts)
        return edges

    def _project(self, piece: _Piece, eye: NDArray[np.float64], grade: Grade, at: int, end: int, worker: int) -> int:
        halo = min(max(piece.halo, 0.0) * 2.0 * grade.glow, 0.9)
        draw = np.array(
            [
                self.width,
                self.height,
                max(grade.exposure, 1e-9),
                halo,
                3.0 + 5.0 * grade.glow,
                (0.002 + 0.004 * grade.glow) * self.height,
                1.0 / (math.sqrt(2 * math.pi) * self._ridges[0]),
                0.5 * max(piece.least, 0.0) * self.height / 1080,
            ]
        )
        first, last = (piece.first, piece.last) if piece.round else piece.vertices
        if self._seen[worker].shape[1] < last - first:
            self._seen[worker] = np.zeros((projection.ROWS, last - first), dtype=np.float32)
        seen = self._seen[worker]
        projection.project(
            piece.position, piece.radius, piece.colour, first, last, eye, float(draw[splat.SIGMA_LEAST]), seen
        )
        if piece.round:
            return int(splat.points(seen, last - first, draw, self._peaks, self._splats, at, end))
        for skirt in (False, True) if halo > 0.0 else (False,):
            at = splat.strokes(
                seen, piece.starts, piece.first, piece.last, len(piece.radius), eye, draw, skirt,
                self._peaks, self._ridges, self._steps, self._splats, at, end,
            )  # fmt: skip
        return int(at)

    def _splat_levels(
        self, lights: list[Light], edges: NDArray[np.int64], trails: bool, note: bool, fade: float, glow: float
    ) -> None:
        """Fill the whole levels with new light, and with old light that outshines it."""
        self._light[:] = 0.0

        shares = self._pool.size
        mists = [
            (_own(light.colour, np.float32), self._mist_level(light)) for light in lights if isinstance(light, Mist)
        ]

        def splat_share(share: int, worker: int) -> None:
            levels.splat_levels(self._splats, edges, self._order, self._spots, self._table, self._light, share, shares)

        def mist_share(share: int, worker: int) -> None:
            for colour, level in mists:
                levels.mist(colour, self._table, level, self._light, share, shares)

        self._pool.run(splat_share, shares)
        if bloom(glow) > 0.0:
            levels.bloom(self._table, self._light, np.float32(bloom(glow)))
        if mists:
            self._pool.run(mist_share, shares)
        if trails:
            levels.hold_trails(self._light, self._coarse_history, np.float32(fade), note)

    def _collapse(self) -> None:
        levels.collapse(self._table, self._light, self._mixed[0])

    def _resolve(
        self, edges: NDArray[np.int64], grade: Grade, tick: int, history: tuple[bool, bool, float],
        shown: bool, pixels: NDArray[np.int32], pitch: int, deep: NDArray[np.int32],
    ) -> None:  # fmt: skip
        """Make levels 1 and 0 and the pixels, band by band."""
        trails, note, fade = history
        light = matrix(grade).ravel()
        shift = (tick % 64) * _GOLDEN % 1.0
        parts = 1 if self._pool.size == 1 else min(self._bands, 8 * self._pool.size)

        def resolve_part(part: int, worker: int) -> None:
            resolve.resolve_bands(
                self._splats, edges, self._order, self._spots, self._table, self._light,
                part * self._bands // parts, (part + 1) * self._bands // parts, self._rows,
                trails, note, np.float32(fade), self._old, self._new,
                self._one[worker], self._also[worker], self._fine[worker], self._mixed[worker],
                self._linear, shown, pixels, pitch, light, grade.vignette, shift,
                self._away, self._across, deep,
            )  # fmt: skip

        self._pool.run(resolve_part, parts)

    def _mist_level(self, light: Mist) -> int:
        """The coarsest whole level that is at least twice as fine as the field."""
        rows, columns = light.colour.shape[:2]
        fine = (self._table[:, levels.ROWS] >= 2 * rows) & (self._table[:, levels.COLUMNS] >= 2 * columns)
        return max(2, int(fine.sum()) - 1)


def _pieces(lights: Iterable[Light]) -> list[_Piece]:
    """Points and strokes cut into portions of about the same work."""
    pieces = []
    for light in gathered(lights):
        if isinstance(light, Mist):
            continue
        position, radius, colour = (_own(a, np.float32) for a in (light.position.T, light.radius, light.colour.T))
        starts = np.zeros(0, dtype=np.int32)
        cuts = [*range(0, len(radius), _PORTION), len(radius)]
        if isinstance(light, Strokes):
            starts = _own(light.starts, np.int32)
            cuts = sorted({*np.searchsorted(starts, cuts[:-1]).tolist(), len(starts)})
        arrays = position, radius, colour, starts
        pieces += [
            _Piece(isinstance(light, Points), *arrays, light.halo, light.least, a, b)
            for a, b in itertools.pairwise(cuts)
        ]
    return pieces


def _own(array: NDArray[Any], dtype: type[np.generic]) -> NDArray[Any]:
    """The array as kernels are compiled for: C-contiguous, of `dtype`, writeable; a copy only where it must be."""
    plain = np.ascontiguousarray(array, dtype=dtype)
    return plain if plain.flags.writeable else plain.copy()


def warm(progress: Callable[[str], None] | None = None) -> None:
    """Compile every kernel, or load it from the cache; `progress` hears a word for each stage."""
    say = progress or (lambda _: None)
    view = View((0.0, -3.0, 0.0), (0.0, 0.0, 0.0))
    one = np.ones(1, dtype=np.float32)
    place, colour = np.zeros((2, 3), dtype=np.float32), np.ones((2, 3), dtype=np.float32)
    place[1, 0] = 1.0
    frame = np.zeros((32, 32), dtype=np.uint32)
    renderer = Renderer(32, 32)
    for word, light in (
        ("points", Points(place[:1], one, colour[:1], halo=0.5)),
        ("strokes", Strokes(place, np.ones(2, dtype=np.float32), colour, np.zeros(1, dtype=np.int32), halo=0.5)),
        ("mist", Mist(np.ones((2, 2, 3), dtype=np.float32))),
    ):
        say(word)
        renderer.draw((light,), view, Grade(glow=1.0, trails=0.5), 0, frame)
    renderer.close()
