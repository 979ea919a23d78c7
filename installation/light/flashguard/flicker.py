"""Flicker: a rate limit on flashes. How often parts of a frame may rise (a token bucket each), and how bright they may
be when they may not.

One `Flicker` follows one quantity (luminance, or how red) in cells that sample the frame, and answers with an
upper bound a cell. It knows nothing of pixels and gains; see `guard`. Bounds only ever lower, so every rule here
holds whatever the others do.
"""

from __future__ import annotations

import numpy as np

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
    summed_area_table,
)

TOKENS = 1.6
"""Rises in store, at most; one is spent by each."""
REFILL = 1.3
"""Rises a second that come back: at most 2 in any second and 8 in any five."""
FLICKERING = 0.16
"""Share of a window that may rise more often than that (a quarter is where harm begins)."""
EVENT = 0.17
"""Share of a window that rises at about one time and so counts as the window's own rise."""
BRIGHT = 0.83
"""Where the darker state is brighter than this, nothing counts as a flash (the definition says 0.80)."""
BURST_S = 0.024
"""Rises this close together are one."""
FALL_S = 0.25
"""Falls this close together are one: a slow fall still arms the next rise."""
SWING, SWING_KEPT = 0.2, 0.18
"""A window's mean rises by the first; held back, by the second. A quarter of its area can do no more than 0.25."""


class _Cells:
    """Which way each of n cells turned last, and since then its peak or valley; a turn is a change by `step`."""

    def __init__(self, n: int, step: float, bright: float) -> None:
        self._step, self._bright = step, bright
        self.extreme = np.zeros(n, dtype=np.float32)
        self.rising = np.zeros(n, dtype=np.uint8)
        self.tokens = np.full(n, TOKENS, dtype=np.float32)
        self.rise = np.zeros(n, dtype=np.uint8)  # who would rise, or just did
        self.fall = np.zeros(n, dtype=np.uint8)
        self.busy = np.zeros(n, dtype=np.uint8)  # who is out of tokens

    def ask(self, level: Floats, dt: float) -> tuple[int, int, int, int]:
        """Mark who would turn; how many are busy, would rise, would fall, and would rise without a token."""
        crowd, rises, falls, hurried = _ask(
            level, self.extreme, self.rising, self.tokens, dt, self._step, self._bright, self.busy, self.rise, self.fall
        )
        return crowd, rises, falls, hurried

    def turn(self, level: Floats, dt: float) -> tuple[int, int]:
        """Follow `level` and mark who turned; how many rose and fell."""
        rises, falls = _turn(
            level, self.extreme, self.rising, self.tokens, dt, self._step, self._bright, self.rise, self.fall
        )
        return rises, falls


class Flicker:
    """The history of one quantity in `windows.rows * windows.columns` cells, and what it allows next.

    `bounds` looks and changes nothing; `follow` is then told what was really shown. A cell's own rises are counted at
    `step`, under the definition's. What rises together is counted at `defined`, just under it: a cell that stops
    between the two would otherwise have risen here before it has by the definition, and in other company.
    """

    def __init__(
        self,
        windows: FieldsOfView,
        step: float,
        kept: float,
        defined: float,
        bright: float = BRIGHT,
        mean: bool = False,
    ) -> None:
        self._windows, self._kept, self._bright, self._mean = windows, kept, bright, mean
        n, w = windows.rows * windows.columns, len(windows)
        self._swing: Floats = np.full(w, SWING, dtype=np.float32)
        self._swing_kept: Floats = np.full(w, SWING_KEPT, dtype=np.float32)
        self._swing[-1], self._swing_kept[-1] = step, kept  # whole-frame analysers look at the frame's mean
        self._sums = np.zeros((windows.rows + 1, windows.columns + 1), dtype=np.float64)
        self._cover = np.zeros((windows.rows + 1, windows.columns + 1), dtype=np.int32)
        self._alone, self._together = _Cells(n, step, bright), _Cells(n, defined, bright)
        self._event = np.zeros((5, w), dtype=np.float32)  # rises, falls, rising?, tokens, falls of the frame
        self._swinging = np.zeros((3, w), dtype=np.float32)  # extreme, rising?, tokens
        self._event[3] = TOKENS
        self._swinging[2] = TOKENS

    def bounds(self, level: Floats, dt: float, bound: Floats) -> bool:
        """Lower `bound` (n,) wherever showing `level` (n,) would flash too often; whether it was lowered anywhere."""
        win, cells = self._windows, self._alone
        lowered = False
        busy, _, _, hurried = cells.ask(level, dt)
        if hurried and busy >= FLICKERING * win.area.min():
            summed_area_table(cells.busy, self._sums)
            lowered = _cap_crowds(
                self._sums, win.edges, win.area, self._cover, cells.extreme, cells.rise, self._kept, bound
            )
        _, rises, falls, _ = self._together.ask(level, dt)
        if rises:
            lowered |= self._bound_events(dt, bound, falls)
        if self._mean:
            summed_area_table(np.minimum(level, bound), self._sums)
            lowered |= _cap_swings(
                self._sums, win.edges, self._swinging, self._swing, self._swing_kept, dt, self._bright, level, bound
            )
        return lowered

    def _bound_events(self, dt: float, bound: Floats, falls: int) -> bool:
        win, event, cells = self._windows, self._event, self._together
        fallen = event[4]
        fallen[:] = event[1] * np.float32(np.exp(-dt / FALL_S))
        if falls:
            summed_area_table(cells.fall, self._sums)
            _add_windows(self._sums, win.edges, win.area, fallen)
        summed_area_table(cells.rise, self._sums)
        return bool(
            _cap_events(
                self._sums, win.edges, win.area, event, dt, self._cover, cells.extreme, cells.rise, self._kept, bound
            )
        )

    def follow(self, level: Floats, dt: float) -> None:
        """Remember that `level` (n,) was shown for the last `dt` seconds."""
        win, event, cells = self._windows, self._event, self._together
        self._alone.turn(level, dt)
        rises, falls = cells.turn(level, dt)
        event[0] *= np.float32(np.exp(-dt / BURST_S))
        event[1] *= np.float32(np.exp(-dt / FALL_S))
        event[4] = 0.0
        if falls:
            summed_area_table(cells.fall, self._sums)
            _add_windows(self._sums, win.edges, win.area, event[4])
            event[1] += event[4]
        if rises:
            summed_area_table(cells.rise, self._sums)
            _add_windows(self._sums, win.edges, win.area, event[0])
        _spend_events(event, dt)
        if self._mean:
            summed_area_table(level, self._sums)
            _follow_swings(self._sums, win.edges, self._swinging, self._swing, dt, self._bright)


# Below: `rising` 0 means the last turn was a fall and `extreme` is the valley since; 1 the mirror image.


@strict
def _ask(
    level: Floats, extreme: Floats, rising: Marks, tokens: Floats, dt: float, step: float, bright: float, busy: Marks,
    rise: Marks, fall: Marks,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Mark who would rise, fall, or keeps its surroundings busy; counts of each, and of rises without a token."""
    crowd, rises, falls, hurried = 0, 0, 0, 0
    for i in range(level.size):
        have = min(tokens[i] + REFILL * dt, TOKENS)
        up, down, late = 0, 0, 0
        if rising[i] == 0:
            if level[i] - extreme[i] >= step and extreme[i] < bright:
                up = 1
                if have < 1.0:
                    late = 1
        elif extreme[i] - level[i] >= step:
            down = 1
        rise[i] = up
        fall[i] = down
        worn = 1 if (late == 1 or have < 0.0) else 0
        busy[i] = worn
        crowd += worn
        rises += up
        falls += down
        hurried += late
    return crowd, rises, falls, hurried


@strict
def _turn(
    level: Floats, extreme: Floats, rising: Marks, tokens: Floats, dt: float, step: float, bright: float, rise: Marks,
    fall: Marks,
) -> tuple[int, int]:  # fmt: skip
    """Follow every cell; mark and count those that turned."""
    rises, falls = 0, 0
    for i in range(level.size):
        tokens[i] = min(tokens[i] + REFILL * dt, TOKENS)
        up, down = 0, 0
        if rising[i] == 0:
            if level[i] < extreme[i]:
                extreme[i] = level[i]
            elif level[i] - extreme[i] >= step:
                if extreme[i] < bright:
                    up = 1
                    tokens[i] = max(-2.0, tokens[i] - 1.0)
                rising[i] = 1
                extreme[i] = level[i]
        elif level[i] > extreme[i]:
            extreme[i] = level[i]
        elif extreme[i] - level[i] >= step:
            down = 1
            rising[i] = 0
            extreme[i] = level[i]
        rise[i] = up
        fall[i] = down
        rises += up
        falls += down
    return rises, falls


@strict
def _add_windows(sums: Sums, edges: Ints, area: Floats, total: Floats) -> None:
    for w in range(edges.shape[0]):
        total[w] += box_sum(sums, edges[w]) / area[w]


@strict
def _cap_covered(cover: Ints, extreme: Floats, rise: Marks, kept: float, bound: Floats) -> bool:
    sum_boxes(cover)
    rows, columns = cover.shape[0] - 1, cover.shape[1] - 1
    lowered = False
    for y in range(rows):
        for x in range(columns):
            i = y * columns + x
            if cover[y, x] > 0 and rise[i] and extreme[i] + kept < bound[i]:
                bound[i] = extreme[i] + kept
                lowered = True
    return lowered


@strict
def _cap_crowds(
    sums: Sums, edges: Ints, area: Floats, cover: Ints, extreme: Floats, rise: Marks, kept: float, bound: Floats,
) -> bool:  # fmt: skip
    """Where too much of a window flickers, nobody in it rises."""
    cover[:] = 0
    hot = 0
    for w in range(edges.shape[0] - 1):
        if box_sum(sums, edges[w]) >= FLICKERING * area[w]:
            mark_box(cover, edges[w])
            hot += 1
    return _cap_covered(cover, extreme, rise, kept, bound) if hot else False


@strict
def _cap_events(
    sums: Sums, edges: Ints, area: Floats, event: Floats, dt: float, cover: Ints, extreme: Floats, rise: Marks,
    kept: float, bound: Floats,
) -> bool:  # fmt: skip
    """Where a window would rise as a whole (anywhere in it, all at about one time) and has no token, nobody rises."""
    cover[:] = 0
    hot = 0
    leak = np.exp(-dt / BURST_S)
    for w in range(edges.shape[0]):
        risen = event[0, w] * leak + box_sum(sums, edges[w]) / area[w]
        armed = event[2, w] == 0.0 or event[4, w] >= EVENT
        if risen >= EVENT and armed and event[3, w] + REFILL * dt < 1.0:
            mark_box(cover, edges[w])
            hot += 1
    return _cap_covered(cover, extreme, rise, kept, bound) if hot else False


@strict
def _spend_events(event: Floats, dt: float) -> None:
    for w in range(event.shape[1]):
        event[3, w] = min(event[3, w] + REFILL * dt, TOKENS)
        if event[2, w] == 1.0 and event[1, w] >= EVENT:
            event[2, w] = 0.0
        if event[2, w] == 0.0 and event[0, w] >= EVENT:
            event[2, w] = 1.0
            event[3, w] = max(-2.0, event[3, w] - 1.0)
            event[0, w] = 0.0
            event[1, w] = event[4, w]  # what fell in the frame of the rise already arms the next


@strict
def _cap_swings(
    sums: Sums, edges: Ints, swinging: Floats, swing: Floats, kept: Floats, dt: float, bright: float, level: Floats,
    bound: Floats,
) -> bool:  # fmt: skip
    """Where a window's mean would rise and has no token, its cells are scaled down together."""
    columns = sums.shape[1] - 1
    lowered = False
    for w in range(edges.shape[0]):
        if swinging[1, w] == 1.0 or swinging[2, w] + REFILL * dt >= 1.0:
            continue
        top, bottom, left, right = edges[w]
        mean = box_sum(sums, edges[w]) / ((bottom - top) * (right - left))
        valley = swinging[0, w]
        if mean - valley < swing[w] or valley >= bright:
            continue
        scale = (valley + kept[w]) / mean
        for y in range(top, bottom):
            for x in range(left, right):
                i = y * columns + x
                bound[i] = min(bound[i], level[i] * scale)
        lowered = True
    return lowered


@strict
def _follow_swings(sums: Sums, edges: Ints, swinging: Floats, swing: Floats, dt: float, bright: float) -> None:
    for w in range(edges.shape[0]):
        top, bottom, left, right = edges[w]
        mean = box_sum(sums, edges[w]) / ((bottom - top) * (right - left))
        swinging[2, w] = min(swinging[2, w] + REFILL * dt, TOKENS)
        extreme = swinging[0, w]
        if swinging[1, w] == 0.0:
            if mean < extreme:
                swinging[0, w] = mean
            elif mean - extreme >= swing[w]:
                if extreme < bright:
                    swinging[2, w] = max(-2.0, swinging[2, w] - 1.0)
                swinging[1, w] = 1.0
                swinging[0, w] = mean
        elif mean > extreme:
            swinging[0, w] = mean
        elif extreme - mean >= swing[w]:
            swinging[1, w] = 0.0
            swinging[0, w] = mean
