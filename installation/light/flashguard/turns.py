"""Turns: where a level that went down goes up again, and the other way round; and a token bucket for each cell's rises.

Peak and valley detection with hysteresis. Knows nothing of frames, windows and gains.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.light.flashguard.fields_of_view import Floats, Marks

TOKENS = 1.6
"""Rises in store, at most; one is spent by each."""
REFILL = 1.3
"""Rises a second that come back: at most 2 in any second and 8 in any five."""
DEBT = 2.0
"""Tokens that can be owed, at most."""


class Turns:
    """Which way each of n cells turned last, and since then its peak or valley; a turn is a change by `step`.

    `look` says who would turn and changes nothing; `commit` makes what was looked at the state.
    """

    def __init__(self, n: int, step: float, bright: float) -> None:
        self._step, self._bright = np.float32(step), np.float32(bright)
        self._extremes, self._ways = np.zeros((2, n), np.float32), np.ones((2, n), np.float32)
        self._now = 0
        self.rise: Marks = np.zeros(n, dtype=np.uint8)  # who would rise, or just did, where there are any `rises`
        self.fall: Marks = np.zeros(n, dtype=np.uint8)  # the same of `falls`
        self.rises = self.falls = 0

    @property
    def extreme(self) -> Floats:
        """(n,) the peak since the last rise, or the valley since the last fall."""
        held: Floats = self._extremes[self._now]
        return held

    def look(self, level: Floats) -> None:
        """Mark and count who would rise and fall at `level` (n,)."""
        a, b = self._now, 1 - self._now
        extreme, way = self._extremes[a], self._ways[a]
        if _look(level, extreme, way, self._step, self._extremes[b], self._ways[b]):
            self.rises, self.falls = _mark(level, extreme, way, self._step, self._bright, self.rise, self.fall)
        else:
            self.rises = self.falls = 0

    def restart(self, which: NDArray[np.intp], level: Floats) -> None:
        """Forget where cells `which` came from: they are at `level` (n,), as if they had fallen there."""
        self._extremes[self._now, which] = level[which]
        self._ways[self._now, which] = 1.0

    def commit(self) -> None:
        """What was looked at last is so."""
        self._now = 1 - self._now


class TokenBuckets:
    """A token bucket for each of n cells, kept as the moment at which it will be full again (the generic cell rate
    algorithm of ATM's traffic policing): time that passes costs nothing."""

    def __init__(self, n: int) -> None:
        self._now = 0.0  # in tokens that have come back since the beginning
        self._full = np.zeros(n, dtype=np.float64)
        self.busy: Marks = np.zeros(n, dtype=np.uint8)  # who is out of tokens

    def ask(self, rise: Marks, dt: float) -> int:
        """How many of those that would rise after `dt` seconds have no token left."""
        return int(_count_late(rise, self._full, self._now + REFILL * dt))

    def judge(self, rise: Marks, dt: float) -> int:
        """Mark and count who is busy: would rise without a token, or owes one."""
        return int(_mark_busy(rise, self._full, self._now + REFILL * dt, self.busy))

    def pass_time(self, dt: float) -> None:
        """Tokens come back."""
        self._now += REFILL * dt

    def spend(self, rise: Marks) -> None:
        """A token of everybody who rose."""
        _spend(rise, self._full, self._now)


@strict
def _look(
    level: Floats, extreme: Floats, way: Floats, step: np.float32, next_extreme: Floats, next_way: Floats
) -> bool:
    """`way` is 1 after a fall, when `extreme` is the valley since, and -1 after a rise, the mirror image. No branches
    and two arrays to write: hardly anybody turns, and vectors see to all. Whether anybody does."""
    turns = np.uint32(0)
    for i in range(level.size):
        y, e, w = level[i], extreme[i], way[i]
        beyond = w * (y - e)
        turned = beyond >= step
        next_extreme[i] = y if (turned | (beyond < np.float32(0.0))) else e
        next_way[i] = -w if turned else w
        turns |= np.uint32(turned)
    return bool(turns)


@strict
def _mark(
    level: Floats, extreme: Floats, way: Floats, step: np.float32, bright: np.float32, rise: Marks, fall: Marks
) -> tuple[int, int]:
    """Mark and count who turns up and down; from above `bright`, up counts for nothing."""
    rises, falls = np.uint32(0), np.uint32(0)
    for i in range(level.size):
        e, w = extreme[i], way[i]
        turned = w * (level[i] - e) >= step
        up, down = turned & (w > np.float32(0.0)) & (e < bright), turned & (w < np.float32(0.0))
        rise[i], fall[i] = np.uint8(up), np.uint8(down)
        rises += np.uint32(up)
        falls += np.uint32(down)
    return int(rises), int(falls)


@strict
def _count_late(rise: Marks, full: NDArray[np.float64], now: float) -> int:
    late = 0
    for i in range(rise.size):
        if rise[i] and full[i] - now > TOKENS - 1.0:
            late += 1
    return late


@strict
def _mark_busy(rise: Marks, full: NDArray[np.float64], now: float, busy: Marks) -> int:
    crowd = 0
    for i in range(rise.size):
        owed = full[i] - now
        worn = owed > TOKENS or (rise[i] == 1 and owed > TOKENS - 1.0)
        busy[i] = worn
        crowd += worn
    return crowd


@strict
def _spend(rise: Marks, full: NDArray[np.float64], now: float) -> None:
    for i in range(rise.size):
        if rise[i]:
            full[i] = min(max(full[i], now) + 1.0, now + TOKENS + DEBT)
