"""Stripes: where a frame is a grating that harms by its pattern alone, and how far it must be dimmed.

What harms is regular (ITU-R BT.1702-2, ISO 9241-391): more than five light-dark pairs of one width and direction over
0.006 sr for more than half a second. A sweep of scan lines, a few a frame, finds runs of even pairs; a run counts
only where its surroundings are one wave of that width too, in whatever direction: branches that cross, stems and
texture are none. Acts on nothing itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.light.flashguard.fields_of_view import (
    FieldsOfView,
    Floats,
    Ints,
    Marks,
    Sums,
    box_sum,
    mark_box,
    sum_boxes,
)
from installation.light.flashguard.scanlines import BINS, crossing, drawn, scan
from installation.light.flashguard.sensing import golden_order
from installation.light.flashguard.smoothing import erode_and_blur

SHARE = 0.18
"""Share of a window that may be striped (a quarter is where harm begins)."""
SWEEP_S = 0.12
"""Time in which every scan line comes round once."""
PATIENCE_S = 0.2
"""Time for which stripes stand before they are dimmed: with a sweep and the dimming it stays under half a second."""
DIM_PER_S = 6.0
LIFT_PER_S = 0.7
SOFT = 3
"""Cells over which the dimming fades out round what is striped."""


class Stripes:
    """The scan lines of frames of one size, and the gain (cells,) that stripes leave: 1 where there are none."""

    def __init__(self, width: int, height: int, windows: FieldsOfView) -> None:
        rows, columns = windows.rows, windows.columns
        self._windows = windows
        counts = (min(rows, 27), min(columns, 36), 24, 24)
        self._lines, self._bins = drawn(width, height, counts)
        total = len(self._lines)
        self._asked = np.ones((total, BINS), dtype=np.float32)  # the gain that each line asks for, along it
        self._striped = np.zeros(total, dtype=np.bool_)  # which lines found stripes when they were scanned
        self._crossing = crossing(rows, columns, counts)
        self._order = golden_order(total)
        self._next = 0
        self._due = 0.0
        self._light = np.empty(max(width, height), dtype=np.float32)  # of one line
        self._wanted = np.ones((2, rows, columns), dtype=np.float32)
        self._found = np.zeros(rows * columns, dtype=np.uint8)  # cells that cross stripes
        self._since = np.zeros(len(windows), dtype=np.float32)  # seconds for which a window has been striped
        self.gain: Floats = np.ones(rows * columns, dtype=np.float32)
        self.dimming = False

    def look(self, frame: NDArray[np.uint32], linear: Floats, dt: float) -> None:
        """Scan the lines of `frame` (height, width) that have come due, and move the gain on by `dt` seconds.

        `linear` (256,) is the luminance of a code value.
        """
        total = len(self._lines)
        self._due = min(self._due + total * dt / SWEEP_S, float(total))
        due = int(self._due)
        self._due -= due
        which = self._order[(self._next + np.arange(due)) % total]
        self._next = (self._next + due) % total
        scan(frame, linear, which, self._lines, self._bins, self._light, self._asked, self._striped)
        if not (self.dimming or self._striped.any() or self._since.any()):
            return
        if self._judge(dt) or self.dimming:
            erode_and_blur(self._wanted, 2 * SOFT, SOFT)
            self.dimming = bool(_dim(self._wanted[0].ravel(), self.gain, dt))

    def _judge(self, dt: float) -> bool:
        """Write what is wanted of each cell in a window that has been striped for long enough; whether there is one."""
        fields = self._windows
        _cross(self._asked, self._crossing, self._found, self._wanted[0])
        sums = fields.add(self._found)
        hot = _stand(sums, fields.edges, fields.area, fields.cover, self._since, dt)
        _leave(fields.cover, fields.down, fields.across, self._wanted[0])
        return bool(hot)


@strict
def _cross(asked: Floats, crossing: Ints, found: Marks, wanted: Floats) -> None:
    """The least gain that the lines ask for which cross in each cell, into `wanted` (rows, columns)."""
    rows, columns = wanted.shape
    needs = asked.ravel()
    for y in range(rows):
        for x in range(columns):
            i = y * columns + x
            wanted[y, x] = min(
                needs[crossing[0, i]], needs[crossing[1, i]], needs[crossing[2, i]], needs[crossing[3, i]]
            )
            found[i] = wanted[y, x] < 1.0


@strict
def _stand(sums: Sums, edges: Ints, area: Floats, cover: Ints, since: Floats, dt: float) -> bool:
    """Count for how long each window has been striped, and cover those that have been for too long."""
    cover[:] = 0
    hot = False
    for w in range(edges.shape[0] - 1):
        share = box_sum(sums, edges[w]) / area[w]
        since[w] = min(since[w] + dt, 0.5) if share >= SHARE else max(since[w] - 0.5 * dt, 0.0)
        if since[w] >= PATIENCE_S and share >= SHARE:
            hot = True
            mark_box(cover, edges[w])
    sum_boxes(cover)
    return hot


@strict
def _leave(cover: Ints, down: int, across: int, wanted: Floats) -> None:
    """What lies in no window that is covered keeps its light."""
    rows, columns = wanted.shape
    for y in range(rows):
        for x in range(columns):
            if cover[y // down, x // across] == 0:
                wanted[y, x] = 1.0


@strict
def _dim(wanted: Floats, gain: Floats, dt: float) -> bool:
    """Move every cell's gain towards what is wanted; whether any is below 1."""
    dimming = False
    for i in range(gain.size):
        aim = wanted[i] if wanted[i] < 0.999 else np.float32(1.0)  # a blur of ones is not quite one
        gain[i] = max(aim, gain[i] - DIM_PER_S * dt) if gain[i] > aim else min(aim, gain[i] + LIFT_PER_S * dt)
        dimming = dimming or gain[i] < 1.0
    return dimming
