"""What the beats of sensors say of a rate: double beats are told from quick ones, missed beats from slow ones."""

from __future__ import annotations

import numpy as np

from installation.model import ticks

DOUBLE = ticks.ticks(0.3)
"""Ticks: two beats closer than this are one."""

EARLY = 0.6
"""A beat after less than this share of the usual interval is doubted until the next one."""

EVEN = 0.25
"""Two intervals that differ by less than this share are a new rate and no double beat."""

_KEPT = 3  # intervals, whose median is the rate: one that is far out changes nothing


class Pulses:
    """The beats of `count` sleepers' sensors. Intervals longer than `quiet` ticks begin anew."""

    moving = ("last", "doubted", "intervals")

    def __init__(self, count: int, quiet: int) -> None:
        self._quiet = quiet
        self.last = np.full(count, -1, dtype=np.int64)  # tick of the last beat, -1 for none
        self.doubted = np.full(count, -1, dtype=np.int64)  # tick of a beat that may have been a double, -1 for none
        self.intervals = np.zeros((count, _KEPT), dtype=np.int64)  # ticks, the newest first; 0 for none yet

    def doubles(self, sleeper: int, tick: int) -> bool:
        """Whether what a sensor feels at `tick` is the last beat, or the last that was doubted, once more."""
        last, doubted = int(self.last[sleeper]), int(self.doubted[sleeper])
        if last < 0 or tick - last > self._quiet:
            return False
        return tick - last < DOUBLE or (doubted >= 0 and tick - doubted < DOUBLE)

    def beat(self, sleeper: int, tick: int) -> bool:
        """A sensor felt something at `tick`. Whether it was a beat."""
        last, doubted = int(self.last[sleeper]), int(self.doubted[sleeper])
        interval = tick - last
        if self.doubles(sleeper, tick):
            return False
        if last < 0 or interval > self._quiet:
            self.intervals[sleeper] = 0
        elif doubted >= 0 and abs((tick - doubted) - (doubted - last)) < EVEN * (doubted - last):
            self.intervals[sleeper] = (tick - doubted, doubted - last, 0)  # it was no double: the heart is quicker now
        elif doubted < 0 and interval < EARLY * self.usual(sleeper):
            self.doubted[sleeper] = tick
            return False
        else:
            self.intervals[sleeper] = (interval, *self.intervals[sleeper, :-1])
        self.last[sleeper], self.doubted[sleeper] = tick, -1
        return True

    def forget(self, sleeper: int) -> None:
        """As if its sensor had never said anything."""
        self.last[sleeper] = self.doubted[sleeper] = -1
        self.intervals[sleeper] = 0

    def usual(self, sleeper: int) -> float:
        """The median of the last intervals in ticks; 0 before there are two beats."""
        known = sorted(interval for interval in self.intervals[sleeper].tolist() if interval > 0)
        middle = len(known) // 2  # not numpy's median: a room of phones asks for eight hundred a second
        if len(known) % 2 == 0:
            return (known[middle - 1] + known[middle]) / 2.0 if known else 0.0
        return float(known[middle])
