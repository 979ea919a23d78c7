"""When pictures are due, and how long they took. Reads no clock: times are handed in."""

from __future__ import annotations

import numpy as np

from installation.model import ticks
from installation.model.ticks import SECOND


class FramePacer:
    """The beat of the display: turns the jittery times at which pictures begin into even ones.

    A picture that begins a little early or late belongs to the same refresh of the display; showing it the ticks of
    exactly its own time would make motion stutter. A loop that follows slowly takes the jitter out; after a real
    delay it begins anew.
    """

    def __init__(self, period_ns: int) -> None:
        self.period = period_ns
        self._expected: int | None = None

    def even(self, now_ns: int) -> int:
        """The time that stands for `now_ns`."""
        if self._expected is None or abs(now_ns - self._expected) > self.period * 3 // 4:
            even = now_ns
        else:
            even = self._expected + (now_ns - self._expected) // 10
        self._expected = even + self.period
        return even

    def rest(self, now_ns: int) -> float:
        """Seconds until the next picture should begin."""
        return 0.0 if self._expected is None else max(0, self._expected - now_ns) / SECOND


class Lag:
    """How long after its beginning a picture is shown: as long as the slowest of the last ones took to be drawn.

    Shown as soon as they are drawn, pictures would come as unevenly as they are heavy.
    """

    def __init__(self) -> None:
        self._lag = 0

    def due(self, began_ns: int, drawn_ns: int) -> int:
        """When the picture that was begun and drawn then is to be shown."""
        self._lag = max(drawn_ns - began_ns, self._lag - self._lag // _FORGET)
        return began_ns + self._lag


_FORGET = 256  # pictures after which a slow one hardly counts any more
_BIN = SECOND // 10_000  # 0.1 ms
_BINS = 10_000  # up to 1 s


class Times:
    """Durations, remembered as a histogram of 0.1 ms so that a show of weeks takes no more memory than one picture."""

    def __init__(self) -> None:
        self._bins = np.zeros(_BINS + 1, dtype=np.int64)
        self._worst = 0
        self._sum = 0

    def add(self, duration_ns: int) -> None:
        """One more."""
        self._bins[min(max(duration_ns, 0) // _BIN, _BINS)] += 1
        self._worst = max(self._worst, duration_ns)
        self._sum += duration_ns

    def __len__(self) -> int:
        return int(self._bins.sum())

    def copy(self) -> Times:
        """The same, for later."""
        return self.since(Times())

    def since(self, earlier: Times) -> Times:
        """Those that came after `earlier` was copied from this; its worst is known to 0.1 ms."""
        other = Times()
        other._bins = self._bins - earlier._bins
        other._sum = self._sum - earlier._sum
        (longest,) = np.nonzero(other._bins)
        highest = int(longest[-1] + 1) * _BIN if len(longest) else 0
        other._worst = self._worst if highest > _BINS * _BIN or not earlier._sum else min(highest, self._worst)
        return other

    def above(self, duration_ns: float) -> int:
        """How many lasted longer; to 0.1 ms."""
        return int(self._bins[min(max(int(duration_ns) // _BIN, 0), _BINS) :].sum())

    def quantile(self, share: float) -> float:
        """Milliseconds that `share` of the durations do not exceed; 0 when there are none."""
        n = len(self)
        if n == 0:
            return 0.0
        place = int(np.searchsorted(np.cumsum(self._bins), max(1.0, share * n)))
        return min((place + 0.5) * _BIN, self._worst) / 1e6

    def summary(self) -> dict[str, float]:
        """n, and median, p95, p99 and worst in milliseconds."""
        return {
            "n": len(self),
            "median": round(self.quantile(0.5), 3),
            "p95": round(self.quantile(0.95), 3),
            "p99": round(self.quantile(0.99), 3),
            "worst": round(self._worst / 1e6, 3),
        }

    @property
    def rate(self) -> float:
        """How many of them fit into a second."""
        return len(self) * SECOND / self._sum if self._sum else 0.0


def period(refresh_hz: int, most_fps: int) -> int:
    """Nanoseconds between pictures on a display of `refresh_hz` (0: it doesn't say), at most `most_fps` (0: no limit).

    A display isn't given more pictures than there are ticks to show; its rate is divided so that pictures come evenly.
    """
    refresh = refresh_hz or 60
    most = min(most_fps or ticks.RATE, ticks.RATE)
    every = -(-refresh // most)  # refreshes to a picture, rounded up
    return round(SECOND * every / refresh)
