"""Transitions: where and when parts of a film turn from darker to lighter and back, counted after the definitions.

Independent of the flash guard: shares no code and no figures with it, looks at averaged areas instead of sampled
pixels, and judges what was shown without changing it. Knows nothing of files.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Signs = NDArray[np.int8]
Sums = NDArray[np.float64]

KINDS = ("general", "red (older)", "red (2.2)")
"""What a pixel may do: WCAG 2.3.1's general flash, its red flash of 2.0/2.1, and that of 2.2 (ISO 9241-391)."""
RECENT = 16
"""Transitions that are remembered; no rule asks for more."""
TOO_MANY = 7
"""Transitions within one second that are more than three flashes."""
STEADY = 5
"""Transitions within one second that may not go on: more than four."""
CONCURRENT_S = 1.0 / 30.0
"""What turns within this time turns together."""
LONG_S = 4.0
"""How long more than four transitions a second may last (ITU-R BT.1702)."""


class Pixels:
    """The history of every pixel of averaged frames (height, width, 3) of linear light, for each of `KINDS`."""

    def __init__(self, height: int, width: int, fps: float) -> None:
        self.shape, self.fps = (height, width), fps
        self._state = np.zeros((height, width, 3, 5), dtype=np.float32)
        self._direction = np.zeros((3, height, width), dtype=np.int8)  # 1 rose last, -1 fell last, 0 neither yet
        self._times = np.full((3, height, width, RECENT), -(10**9), dtype=np.int32)  # frames of the latest turns
        self._newest = np.zeros((3, height, width), dtype=np.int32)
        # when the fifth and the seventh turn before now was, beside each other: hardly any pixel turns in a frame
        self._before = np.full((2, 3, height, width), -(10**9), dtype=np.int32)
        self._steady = np.zeros((3, height, width), dtype=np.int32)  # frames for which more than four a second went on
        self.turned = np.zeros((3, height, width), dtype=np.int8)  # what each pixel did in the newest frame
        self.many = np.zeros((3, height, width), dtype=np.bool_)  # more than three flashes in the second that ends now
        self.long = np.zeros((3, height, width), dtype=np.bool_)  # more than four turns a second for too long
        self._frame = -1

    def see(self, light: Floats) -> None:
        """Take the next frame."""
        self._frame += 1
        _see(
            light, self._frame == 0, self._frame, self.fps, self._state, self._direction,
            self.turned, self._times, self._newest, self._before, self._steady, self.many, self.long,
        )  # fmt: skip

    def counts(self, kind: int) -> NDArray[np.uint8]:
        """(height, width): turns in the second that ends now, up to `RECENT`."""
        out = np.empty(self.shape, dtype=np.uint8)
        _count(self._times[kind], self._frame, self.fps, out)
        return out


class Fields:
    """The history of every 10 degree field of view, at steps of a ninth of it, as one observer each.

    A field turns when a quarter of it turns together, whichever pixels they are (staggered groups, jumping spots), or
    when its mean swings by a quarter, which no smaller area can do. The whole frame's mean is watched at 0.10, as
    analysers of whole frames do.
    """

    def __init__(self, height: int, width: int, window: tuple[int, int], fps: float) -> None:
        rows, columns = window
        tops, lefts = _steps(height, rows), _steps(width, columns)
        top, left = (a.ravel() for a in np.meshgrid(tops, lefts, indexing="ij"))
        self.edges: Ints = np.stack([top, top + rows, left, left + columns], 1).astype(np.int32)
        self.fps = fps
        n = len(self.edges)
        depth = max(1, round(CONCURRENT_S * fps))
        self._shares = np.zeros((2, depth, n), dtype=np.float32)  # what rose and what fell, newest frames
        self._sums = np.zeros((height + 1, width + 1), dtype=np.float64)
        self._together = _Turns(n)
        self._means = _Turns(n)
        self._whole = _Turns(1)
        self._extremes = np.zeros((2, n), dtype=np.float32)
        self._whole_extremes = np.zeros((2, 1), dtype=np.float32)
        self._frame = -1

    def see(self, turned: NDArray[np.int8], luminance: Floats) -> None:
        """Take what the pixels (height, width) did in the next frame, and their luminance."""
        self._frame += 1
        slot = self._frame % self._shares.shape[1]
        for which, sign in enumerate((1, -1)):
            marks = turned == sign
            if marks.any():
                _table(marks.astype(np.float32), self._sums)
                _average(self._sums, self.edges, self._shares[which, slot])
            else:
                self._shares[which, slot] = 0.0
        _turn_together(self._shares, self._frame, self._together.direction, self._together.times, self._together.newest)
        _table(luminance, self._sums)
        means = np.empty(len(self.edges), dtype=np.float32)
        _average(self._sums, self.edges, means)
        whole = np.array([luminance.mean(dtype=np.float64)], dtype=np.float32)
        for level, extremes, turns, swing in (
            (means, self._extremes, self._means, 0.25),
            (whole, self._whole_extremes, self._whole, 0.10),
        ):
            if self._frame == 0:
                extremes[:] = level
            _turn_means(level, extremes, np.float32(swing), self._frame, turns.direction, turns.times, turns.newest)
        for turns in (self._together, self._means, self._whole):
            turns.keep(self._frame, self.fps)

    def turns(self) -> tuple[_Turns, _Turns, _Turns]:
        """Of the fields' areas, the fields' means, and the whole frame's mean."""
        return self._together, self._means, self._whole


class _Turns:
    """When each of n observers turned."""

    def __init__(self, n: int) -> None:
        self.direction = np.zeros(n, dtype=np.int8)
        self.times = np.full((n, RECENT), -(10**9), dtype=np.int32)
        self.newest = np.zeros(n, dtype=np.int32)
        self.count = np.zeros(n, dtype=np.int64)  # in the second that ends now
        self.steady = np.zeros(n, dtype=np.int64)  # frames for which more than four a second went on

    def keep(self, frame: int, fps: float) -> None:
        """Count what lies within the second that ends with `frame`."""
        _keep(self.times, frame, fps, self.count, self.steady)


def densest(marks: NDArray[np.bool_], window: tuple[int, int]) -> tuple[float, int, int]:
    """The largest share of `marks` (height, width) that a window (rows, columns) can hold, and its top and left."""
    if not marks.any():
        return 0.0, 0, 0
    rows, columns = window
    sums = np.zeros((marks.shape[0] + 1, marks.shape[1] + 1), dtype=np.float64)
    _table(marks.astype(np.float32), sums)
    inside = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    top, left = np.unravel_index(int(inside.argmax()), inside.shape)
    return float(inside[top, left]) / (rows * columns), int(top), int(left)


def averaged(frame: NDArray[np.uint8], height: int, width: int) -> Floats:
    """`frame` (h, w, 3) of sRGB as (height, width, 3) of linear light, each the mean of an area (IEC 61966-2-1)."""
    out = np.empty((height, width, 3), dtype=np.float32)
    _reduce(np.ascontiguousarray(frame), _LINEAR, out)
    return out


_CODES = np.arange(256) / 255.0
_LINEAR: Floats = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _steps(length: int, window: int) -> NDArray[np.intp]:
    last = length - window
    return np.unique(np.append(np.arange(0, last + 1, max(1, window // 9)), last))


@strict
def _reduce(frame: Bytes, linear: Floats, out: Floats) -> None:
    height, width = out.shape[0], out.shape[1]
    for y in range(height):
        top, bottom = y * frame.shape[0] // height, (y + 1) * frame.shape[0] // height
        for x in range(width):
            left, right = x * frame.shape[1] // width, (x + 1) * frame.shape[1] // width
            r, g, b = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for v in range(top, bottom):
                for u in range(left, right):
                    r += linear[frame[v, u, 0]]
                    g += linear[frame[v, u, 1]]
                    b += linear[frame[v, u, 2]]
            area = np.float32((bottom - top) * (right - left))
            out[y, x, 0], out[y, x, 1], out[y, x, 2] = r / area, g / area, b / area


@strict
def _table(values: Floats, sums: Sums) -> None:
    for y in range(values.shape[0]):
        line = 0.0
        for x in range(values.shape[1]):
            line += values[y, x]
            sums[y + 1, x + 1] = sums[y, x + 1] + line


@strict
def _average(sums: Sums, edges: Ints, out: Floats) -> None:
    for w in range(edges.shape[0]):
        top, bottom, left, right = edges[w]
        total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        out[w] = total / ((bottom - top) * (right - left))


@strict
def _see(
    light: Floats, first: bool, frame: int, fps: float, state: Floats, direction: Signs, turned: Signs, times: Ints,
    newest: Ints, before: Ints, steady: Ints, many: NDArray[np.bool_], long: NDArray[np.bool_],
) -> None:  # fmt: skip
    """One frame for every pixel; `state` holds peak, valley and what else a kind must know of them."""
    for y in range(light.shape[0]):
        for x in range(light.shape[1]):
            r, g, b = light[y, x, 0], light[y, x, 1], light[y, x, 2]
            total = r + g + b
            # under 1 % of white's light a pixel has no hue to speak of
            saturated = total >= 0.03 and r >= 0.8 * total
            turned[0, y, x] = _turn_general(
                0.2126 * r + 0.7152 * g + 0.0722 * b, first, direction[0, y, x], state[y, x, 0]
            )
            turned[1, y, x] = _turn_red(
                320.0 * max(0.0, r - g - b), saturated, first, direction[1, y, x], state[y, x, 1]
            )
            turned[2, y, x] = _turn_hue(r, g, b, saturated, first, direction[2, y, x], state[y, x, 2])
            for kind in range(3):
                turn = turned[kind, y, x]
                if turn != 0:
                    direction[kind, y, x] = turn
                    times[kind, y, x, newest[kind, y, x] % RECENT] = frame
                    newest[kind, y, x] += 1
                    before[0, kind, y, x] = times[kind, y, x, (newest[kind, y, x] - STEADY) % RECENT]
                    before[1, kind, y, x] = times[kind, y, x, (newest[kind, y, x] - TOO_MANY) % RECENT]
                steady[kind, y, x] = steady[kind, y, x] + 1 if frame - before[0, kind, y, x] < fps else 0
                many[kind, y, x] = frame - before[1, kind, y, x] < fps
                long[kind, y, x] = steady[kind, y, x] > LONG_S * fps


@strict
def _count(times: Ints, frame: int, fps: float, out: Bytes) -> None:
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            turns = 0
            for k in range(RECENT):
                if frame - times[y, x, k] < fps:
                    turns += 1
            out[y, x] = turns


@strict
def _keep(times: Ints, frame: int, fps: float, count: NDArray[np.int64], steady: NDArray[np.int64]) -> None:
    for w in range(count.size):
        count[w] = 0
        for k in range(RECENT):
            if frame - times[w, k] < fps:
                count[w] += 1
        steady[w] = steady[w] + 1 if count[w] >= STEADY else 0


@strict
def _turn_general(level: float, first: bool, direction: int, state: Floats) -> int:
    """A change of luminance by 0.10 or more, the darker state under 0.80, against the last turn."""
    if first:
        state[0] = state[1] = level
    state[0], state[1] = max(state[0], level), min(state[1], level)
    turn = 0
    if direction <= 0 and level - state[1] >= 0.1 - 1e-6 and state[1] < 0.8:
        turn = 1
    elif direction >= 0 and state[0] - level >= 0.1 - 1e-6 and level < 0.8:
        turn = -1
    if turn != 0:
        state[0] = state[1] = level
    return turn


@strict
def _turn_red(value: float, saturated: bool, first: bool, direction: int, state: Floats) -> int:
    """WCAG 2.0: (R - G - B) x 320 changes by more than 20, either state saturated (R at least 0.8 of the light)."""
    if first or value > state[0]:
        state[0], state[2] = value, saturated
    if first or value < state[1]:
        state[1], state[3] = value, saturated
    turn = 0
    if direction <= 0 and value - state[1] > 20.0 and (saturated or state[3] > 0.0):
        turn = 1
    elif direction >= 0 and state[0] - value > 20.0 and (saturated or state[2] > 0.0):
        turn = -1
    if turn != 0:
        state[0] = state[1] = value
        state[2] = state[3] = saturated
    return turn


@strict
def _turn_hue(r: float, g: float, b: float, saturated: bool, first: bool, direction: int, state: Floats) -> int:
    """WCAG 2.2: u'v' (CIE 1976) moves by more than 0.2 to or from saturated red."""
    x = 0.4124 * r + 0.3576 * g + 0.1805 * b
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = 0.0193 * r + 0.1192 * g + 0.9505 * b
    u, v = 0.1978, 0.4683  # of white, where it is too dark for a hue
    if r + g + b >= 0.03:
        u, v = 4.0 * x / (x + 15.0 * y + 3.0 * z), 9.0 * y / (x + 15.0 * y + 3.0 * z)
    if first:  # state: the reddest hue while it was red, the least red one while it was not, whether it is red
        state[0], state[1], state[2], state[3], state[4] = u, v, u, v, saturated
        return 0
    if state[4] > 0.0:
        if (u - state[0]) ** 2 + (v - state[1]) ** 2 > 0.04:
            state[2], state[3], state[4] = u, v, 0.0
            return -1
        if saturated and u > state[0]:
            state[0], state[1] = u, v
        return 0
    if saturated and (u - state[2]) ** 2 + (v - state[3]) ** 2 > 0.04:
        state[0], state[1], state[4] = u, v, 1.0
        return 1
    if u < state[2]:
        state[2], state[3] = u, v
    return 0


@strict
def _turn_together(shares: Floats, frame: int, direction: Signs, times: Ints, newest: Ints) -> None:
    """A field turns when a quarter of it turned within the frames kept, none of them spent on its turn before."""
    depth = shares.shape[1]
    for w in range(shares.shape[2]):
        for which in range(2):
            sign = 1 - 2 * which
            if direction[w] == sign:
                continue
            total = 0.0
            for k in range(depth):
                total += shares[which, k, w]
            if total >= 0.25:
                direction[w] = sign
                times[w, newest[w] % RECENT] = frame
                newest[w] += 1
                for k in range(depth):
                    shares[which, k, w] = 0.0


@strict
def _turn_means(
    level: Floats, extremes: Floats, swing: np.float32, frame: int, direction: Signs, times: Ints, newest: Ints,
) -> None:  # fmt: skip
    for w in range(level.size):
        extremes[0, w] = max(extremes[0, w], level[w])
        extremes[1, w] = min(extremes[1, w], level[w])
        turn = 0
        if direction[w] <= 0 and level[w] - extremes[1, w] >= swing and extremes[1, w] < 0.8:
            turn = 1
        elif direction[w] >= 0 and extremes[0, w] - level[w] >= swing and level[w] < 0.8:
            turn = -1
        if turn != 0:
            direction[w] = turn
            times[w, newest[w] % RECENT] = frame
            newest[w] += 1
            extremes[0, w] = extremes[1, w] = level[w]
