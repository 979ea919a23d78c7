"""How the show is: its state each second for whoever asks, and one line an hour for the log. Goes with the show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import structlog

from installation.live.frame_pacing import Times
from installation.live.painter import Painter
from installation.live.state import StatusReader
from installation.model import ticks
from installation.show import Show
from installation.status import Status
from installation.watch import process_stats

_log = structlog.get_logger("health")

HOUR = 3600 * ticks.RATE
LATE = 1.5
"""Periods of the display from one picture to the next that make it a late one."""

_EDGES = (8, 12, 16, 17.5, 20, 25, 33, 50, 100, 1000)
"""Milliseconds between which the log counts pictures."""

# what the supervisor knows better, and what is of the moment
_NOT_LOGGED = {"scenes", "messages", "work_ms", "watched", "supervisor", "process", "standby", "standing_by", "place"}
_NOT_LOGGED |= {"role", "restarts", "silent_s", "up_s", "log", "at"}


class Telemetry:
    """A follower of the show. `say` takes {"state": a Status as plain values}."""

    def __init__(
        self,
        painter: Painter,
        period_ns: int,
        reader: StatusReader,
        say: Callable[[Mapping[str, Any]], None],
        slipped: Callable[[], int] = lambda: 0,
    ) -> None:
        self._painter, self._period, self._reader = painter, period_ns, reader
        self._say, self._slipped = say, slipped
        self._until = painter.intervals.copy()
        self._guarded = 0.0  # the largest share of a picture in which the flash guard acted in this hour
        self._logged: dict[str, int] = {}  # refusals, by reason
        self.failed = 0  # seconds of which nothing could be told

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped. What can't be measured may not stop it: that is said once, and counted."""
        if show.tick % ticks.RATE:
            return
        try:
            status = self.status(show, level)
            self._guarded = max(self._guarded, status.guard)
            self._say({"state": msgspec.to_builtins(status)})
            if show.tick % HOUR == 0:
                self.hour(show, level)
        except Exception as error:  # no descriptor left to ask the system with, or it says something new
            self.failed += 1
            if self.failed == 1:
                _log.warning("telemetry fails; the show goes on", why=f"{type(error).__name__}: {error}")

    def status(self, show: Show, level: float) -> Status:
        """Everything that can be known now."""
        times = self._painter.intervals
        return msgspec.structs.replace(
            self._reader.read(show, level),
            frame_ms=times.summary(),
            work_ms=self._painter.work.summary(),
            late=times.above(LATE * self._period),
            slipped_ticks=self._slipped(),
            memory_mb=process_stats.memory_mb(),
            threads=process_stats.threads(),
            descriptors=process_stats.descriptors(),
            temperature_c=process_stats.temperature_c(),
        )

    def hour(self, show: Show, level: float) -> None:
        """One line about all since the last one."""
        since = self._painter.intervals.since(self._until)
        self._until = self._painter.intervals.copy()
        status = self.status(show, level)
        fresh = {name: many - self._logged.get(name, 0) for name, many in status.refused.items()}
        self._logged = dict(status.refused)
        _log.info(
            "hour",
            **{
                **{name: value for name, value in msgspec.to_builtins(status).items() if name not in _NOT_LOGGED},
                "frame_ms": since.summary(),
                "histogram_ms": histogram(since),
                "late": since.above(LATE * self._period),
                "guard": round(self._guarded, 4),
                "refused": {name: many for name, many in fresh.items() if many},
            },
        )
        self._guarded = 0.0


def histogram(times: Times, edges: Sequence[float] = _EDGES) -> dict[str, int]:
    """How many lasted up to so many milliseconds, and how many longer; what is empty is left out."""
    above = [len(times), *(times.above(edge * 1e6) for edge in edges)]
    counts = {f"<={edge:g}": above[i] - above[i + 1] for i, edge in enumerate(edges)}
    return {name: many for name, many in {**counts, f">{edges[-1]:g}": above[-1]}.items() if many}
