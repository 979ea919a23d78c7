"""Flicker: a rate limit on flashes. How often parts of a frame may rise (a token bucket each), and how bright they may
be when they may not.

One `Flicker` follows one quantity (luminance, or how red) in a frame's cells, and answers with an upper bound a cell.
It knows nothing of pixels and gains; see `guard`. Bounds only ever lower, so every rule here holds whatever the others
do.
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
from installation.light.flashguard.turns import DEBT, REFILL, TOKENS, TokenBuckets, Turns

FLICKERING = 0.16
"""Share of a window that may rise more often than its tokens come back (a quarter is where harm begins)."""
EVENT = 0.17
"""Share of a window that rises at about one time and so counts as the window's own rise."""
BURST_S = 0.024
"""Rises this close together are one."""
FALL_S = 0.25
"""Falls this close together are one: a slow fall still arms the next rise."""


class CellRate:
    """Where more than a share of a window's cells rise more often than their tokens come back, none of it rises."""

    def __init__(self, fields: FieldsOfView, step: float, kept: float, bright: float, share: float) -> None:
        n = fields.rows * fields.columns
        self._fields, self._kept, self._share = fields, kept, share
        self._turns, self._tokens = Turns(n, step, bright), TokenBuckets(n)

    def bounds(self, level: Floats, dt: float, bound: Floats) -> bool:
        """Lower `bound` (n,) wherever showing `level` (n,) would flash too often; whether it was lowered anywhere."""
        fields, turns = self._fields, self._turns
        turns.look(level)
        if not turns.rises or not self._tokens.ask(turns.rise, dt):
            return False
        if self._tokens.judge(turns.rise, dt) < self._share * fields.area.min():
            return False
        sums = fields.add(self._tokens.busy)
        if not _mark_crowds(sums, fields.edges, fields.area, self._share, fields.cover):
            return False
        return _cap(fields, turns, self._kept, bound)

    def restart(self, which: NDArray[np.intp], level: Floats) -> None:
        """Cells `which` are of other pixels from now on, and those are at `level`; their tokens stay."""
        self._turns.restart(which, level)

    def follow(self, level: Floats, dt: float, seen: bool = False) -> None:
        """Remember that `level` was shown for the last `dt` seconds; `seen` where it is what `bounds` was asked."""
        if not seen:
            self._turns.look(level)
        self._turns.commit()
        self._tokens.pass_time(dt)
        if self._turns.rises:
            self._tokens.spend(self._turns.rise)


class EventRate:
    """Where a window would rise as a whole (anywhere in it, all at about one time) without a token, nobody in it rises.

    Counted at the definition's own step, or just under it: a cell that stops below would otherwise have risen here
    before it has by the definition, and in other company.
    """

    def __init__(self, fields: FieldsOfView, step: float, kept: float, bright: float) -> None:
        self._fields, self._kept = fields, kept
        self._turns = Turns(fields.rows * fields.columns, step, bright)
        self._event = np.zeros((5, len(fields)), dtype=np.float32)  # rises, falls, rising?, tokens, falls of the frame
        self._event[3] = TOKENS

    def bounds(self, level: Floats, dt: float, bound: Floats) -> bool:
        """As CellRate's."""
        fields, event, turns = self._fields, self._event, self._turns
        turns.look(level)
        if not turns.rises:
            return False
        event[4] = event[1] * np.float32(np.exp(-dt / FALL_S))
        if turns.falls:
            _add_windows(fields.add(turns.fall), fields.edges, fields.area, event[4])
        sums = fields.add(turns.rise)
        if not _mark_events(sums, fields.edges, fields.area, event, dt, fields.cover):
            return False
        return _cap(fields, turns, self._kept, bound)

    def follow(self, level: Floats, dt: float, seen: bool = False) -> None:
        """As CellRate's."""
        fields, event, turns = self._fields, self._event, self._turns
        if not seen:
            turns.look(level)
        turns.commit()
        event[0] *= np.float32(np.exp(-dt / BURST_S))
        event[1] *= np.float32(np.exp(-dt / FALL_S))
        event[4] = 0.0
        if turns.falls:
            _add_windows(fields.add(turns.fall), fields.edges, fields.area, event[4])
            event[1] += event[4]
        if turns.rises:
            _add_windows(fields.add(turns.rise), fields.edges, fields.area, event[0])
        _spend_events(event, dt)


class MeanRate:
    """Where a window's mean would swing too often, its cells are scaled down together.

    A quarter of a window can swing its mean by no more than 0.25. The frame's mean is watched at `step`, as analysers
    of whole frames do.
    """

    def __init__(
        self, fields: FieldsOfView, step: float, kept: float, bright: float, swing: float, swing_kept: float
    ) -> None:
        self._fields, self._bright, w = fields, bright, len(fields)
        self._swing: Floats = np.full(w, swing, dtype=np.float32)
        self._kept: Floats = np.full(w, swing_kept, dtype=np.float32)
        self._swing[-1], self._kept[-1] = step, kept
        self._swinging = np.zeros((3, w), dtype=np.float32)  # extreme, rising?, tokens
        self._swinging[2] = TOKENS
        self._scale = np.ones((fields.block_rows, fields.block_columns), dtype=np.float32)
        self._sums = np.zeros_like(fields.sums)  # of the level that `bounds` was asked about

    def bounds(self, level: Floats, dt: float, bound: Floats, bounded: bool) -> bool:
        """As CellRate's; `bounded` where others have lowered `bound`."""
        fields = self._fields
        sums = fields.add(np.minimum(level, bound) if bounded else level, self._sums)
        self._scale[:] = 1.0
        if not _mark_swings(
            sums, fields.edges, fields.summed, self._swinging, self._swing, self._kept, dt, self._bright, self._scale
        ):
            return False
        _cap_swings(self._scale, fields.columns, fields.down, fields.across, level, bound)
        return True

    def follow(self, level: Floats, dt: float, seen: bool) -> None:
        """As CellRate's."""
        fields = self._fields
        sums = self._sums if seen else fields.add(level)  # what was seen had no bounds, and was added up as it is
        _follow_swings(sums, fields.edges, fields.summed, self._swinging, self._swing, dt, self._bright)


class Flicker:
    """The history of one quantity in `fields.rows * fields.columns` cells, and what it allows next.

    `bounds` looks and changes nothing; `follow` is then told what was really shown.
    """

    def __init__(self, cells: CellRate, events: EventRate | None = None, means: MeanRate | None = None) -> None:
        self._cells, self._events, self._means = cells, events, means

    def bounds(self, level: Floats, dt: float, bound: Floats) -> bool:
        """Lower `bound` (n,) wherever showing `level` (n,) would flash too often; whether it was lowered anywhere."""
        lowered = self._cells.bounds(level, dt, bound)
        if self._events is not None:
            lowered |= self._events.bounds(level, dt, bound)
        if self._means is not None:
            lowered |= self._means.bounds(level, dt, bound, lowered)
        return lowered

    def follow(self, level: Floats, dt: float, seen: bool = False) -> None:
        """Remember that `level` (n,) was shown for the last `dt` seconds; `seen` where it is what `bounds` saw."""
        for rate in (self._cells, self._events, self._means):
            if rate is not None:
                rate.follow(level, dt, seen)


def _cap(fields: FieldsOfView, turns: Turns, kept: float, bound: Floats) -> bool:
    """Who rises in a window that is marked may only go `kept` above the valley; whether there is anybody."""
    return bool(
        _cap_covered(
            fields.cover, fields.columns, fields.down, fields.across, turns.extreme, turns.rise, np.float32(kept), bound
        )
    )


@strict
def _cap_covered(
    cover: Ints, columns: int, down: int, across: int, extreme: Floats, rise: Marks, kept: np.float32, bound: Floats
) -> bool:
    sum_boxes(cover)
    lowered = False
    for y in range(rise.size // columns):
        covered = cover[y // down]
        for x in range(columns):
            i = y * columns + x
            if rise[i] and extreme[i] + kept < bound[i] and covered[x // across] > 0:
                bound[i] = extreme[i] + kept
                lowered = True
    return lowered


@strict
def _add_windows(sums: Sums, edges: Ints, area: Floats, total: Floats) -> None:
    for w in range(edges.shape[0]):
        total[w] += box_sum(sums, edges[w]) / area[w]


@strict
def _mark_crowds(sums: Sums, edges: Ints, area: Floats, share: float, cover: Ints) -> bool:
    """Mark the windows of which too much flickers; whether there are any."""
    cover[:] = 0
    hot = False
    for w in range(edges.shape[0] - 1):
        if box_sum(sums, edges[w]) >= share * area[w]:
            mark_box(cover, edges[w])
            hot = True
    return hot


@strict
def _mark_events(sums: Sums, edges: Ints, area: Floats, event: Floats, dt: float, cover: Ints) -> bool:
    """Mark the windows that would rise as a whole and have no token; whether there are any."""
    cover[:] = 0
    hot = False
    leak = np.exp(-dt / BURST_S)
    for w in range(edges.shape[0]):
        risen = event[0, w] * leak + box_sum(sums, edges[w]) / area[w]
        armed = event[2, w] == 0.0 or event[4, w] >= EVENT
        if risen >= EVENT and armed and event[3, w] + REFILL * dt < 1.0:
            mark_box(cover, edges[w])
            hot = True
    return hot


@strict
def _spend_events(event: Floats, dt: float) -> None:
    for w in range(event.shape[1]):
        event[3, w] = min(event[3, w] + REFILL * dt, TOKENS)
        if event[2, w] == 1.0 and event[1, w] >= EVENT:
            event[2, w] = 0.0
        if event[2, w] == 0.0 and event[0, w] >= EVENT:
            event[2, w] = 1.0
            event[3, w] = max(-DEBT, event[3, w] - 1.0)
            event[0, w] = 0.0
            event[1, w] = event[4, w]  # what fell in the frame of the rise already arms the next


@strict
def _mark_swings(
    sums: Sums, edges: Ints, cells: Floats, swinging: Floats, swing: Floats, kept: Floats, dt: float, bright: float,
    scale: Floats,
) -> bool:  # fmt: skip
    """Write into `scale` what each block keeps of its light; whether any loses some."""
    lowered = False
    for w in range(edges.shape[0]):
        if swinging[1, w] == 1.0 or swinging[2, w] + REFILL * dt >= 1.0:
            continue
        mean = box_sum(sums, edges[w]) / cells[w]
        valley = swinging[0, w]
        if mean - valley < swing[w] or valley >= bright:
            continue
        top, bottom, left, right = edges[w]
        least = np.float32((valley + kept[w]) / mean)
        for y in range(top, bottom):
            for x in range(left, right):
                scale[y, x] = min(scale[y, x], least)
        lowered = True
    return lowered


@strict
def _cap_swings(scale: Floats, columns: int, down: int, across: int, level: Floats, bound: Floats) -> None:
    for y in range(level.size // columns):
        scales = scale[y // down]
        for x in range(columns):
            i, least = y * columns + x, scales[x // across]
            if least < np.float32(1.0):
                bound[i] = min(bound[i], level[i] * least)


@strict
def _follow_swings(
    sums: Sums, edges: Ints, cells: Floats, swinging: Floats, swing: Floats, dt: float, bright: float
) -> None:
    for w in range(edges.shape[0]):
        mean = np.float32(box_sum(sums, edges[w]) / cells[w])
        swinging[2, w] = min(swinging[2, w] + REFILL * dt, TOKENS)
        extreme = swinging[0, w]
        if swinging[1, w] == 0.0:
            if mean < extreme:
                swinging[0, w] = mean
            elif mean - extreme >= swing[w]:
                if extreme < bright:
                    swinging[2, w] = max(-DEBT, swinging[2, w] - 1.0)
                swinging[1, w] = 1.0
                swinging[0, w] = mean
        elif mean > extreme:
            swinging[0, w] = mean
        elif extreme - mean >= swing[w]:
            swinging[1, w] = 0.0
            swinging[0, w] = mean
