"""Time as a count of ticks: nanoseconds in, ticks out. Reads no clock itself.

120 ticks a second divide 24, 30, 40 and 60 pictures a second and 48 kHz (400 samples a tick). Seconds are
derived from the count and never accumulated, so an hour of show is exactly 432,000 ticks.
"""

from __future__ import annotations

RATE = 120
"""Ticks in a second."""

SECOND = 1_000_000_000
"""Nanoseconds in a second."""


def ticks(seconds: float) -> int:
    """The tick nearest to `seconds`."""
    return round(seconds * RATE)


def seconds(tick: int) -> float:
    """Seconds from the first tick to `tick`."""
    return tick / RATE


def clock(seconds: float) -> str:
    """So many seconds as hours, minutes and seconds: 1:02:03."""
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"


def towards(value: float, goal: float, seconds: float) -> float:
    """One tick of a straight way from `value` to `goal` that crosses 0..1 in `seconds`, or at once in none."""
    step = 1.0 / max(RATE * seconds, 1.0)
    return min(value + step, goal) if value < goal else max(value - step, goal)


class Ticker:
    """Turns readings of a monotonic clock into ticks that are due.

    A backlog longer than `patience_s` (a suspended laptop, a stalled process) is not caught up: show time
    slips instead, and `slipped` counts the ticks that were given up.
    """

    def __init__(self, now_ns: int, patience_s: float = 1.0) -> None:
        self._origin = now_ns
        self._given = 0
        self._patience = ticks(patience_s)
        self.slipped = 0

    def due(self, now_ns: int) -> int:
        """Ticks that have become due at `now_ns` and were not handed out yet."""
        reached = max(0, now_ns - self._origin) * RATE // SECOND
        due = reached - self._given
        if due > self._patience:
            self.slipped += due - self._patience
            self._given += due - self._patience
            due = self._patience
        self._given = max(self._given, self._given + due)
        return max(0, due)
