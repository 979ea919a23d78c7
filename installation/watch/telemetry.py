"""How the show is: its state each second for whoever asks, and one line an hour for the log. Goes with the show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from installation.live.frame_pacing import Times
from installation.live.painter import Painter
from installation.model import ticks
from installation.remote.counters import Counters
from installation.show import Show
from installation.watch import process_stats

_log = structlog.get_logger("health")

HOUR = 3600 * ticks.RATE
LATE = 1.5
"""Periods of the display from one picture to the next that make it a late one."""

_EDGES = (8, 12, 16, 17.5, 20, 25, 33, 50, 100, 1000)
"""Milliseconds between which the log counts pictures."""


class Telemetry:
    """A follower of the show. `say` takes {"state": ...}; `more` is asked for what others know, by name."""

    def __init__(
        self,
        painter: Painter,
        period_ns: int,
        counters: Counters | None,
        say: Callable[[Mapping[str, Any]], None],
        slipped: Callable[[], int] = lambda: 0,
    ) -> None:
        self._painter, self._period, self._counters = painter, period_ns, counters
        self._say, self._slipped = say, slipped
        self.more: list[Callable[[], Mapping[str, Any]]] = []
        self._until = painter.intervals.copy()
        self._guarded = 0.0  # the largest share of a picture in which the flash guard acted in this hour
        self._told: dict[str, int] = {}

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if show.tick % ticks.RATE == 0:
            self._guarded = max(self._guarded, self._painter.measures()["/state/guard"])
            self._say({"state": self.state(show, level)})
        if show.tick % HOUR == 0:
            self.hour(show, level)

    def state(self, show: Show, level: float) -> dict[str, Any]:
        """Everything that can be known now."""
        now, painter = show.moment(), self._painter
        times = painter.intervals
        said: dict[str, Any] = {
            "score": show.score.name,
            "seed": show.seed,
            "tick": show.tick,
            "section": now.section,
            "phase": now.phase,
            "scenes": list(show.playing),
            "coherence": round(now.coherence, 3),
            "unrest": round(now.unrest, 3),
            "level": round(level, 3),
            "size": list(painter.screen.size),
            "present": painter.screen.present,
            "fps": painter.measures()["/state/fps"],
            "frame_ms": times.summary(),
            "work_ms": painter.work.summary(),
            "late": times.above(LATE * self._period),
            "slipped_ticks": self._slipped(),
            "guard": round(painter.measures()["/state/guard"], 4),
            "refused": {} if self._counters is None else dict(self._counters.refused),
            "heard": {} if self._counters is None else dict(self._counters.counted),
            "memory_mb": process_stats.memory_mb(),
            "threads": process_stats.threads(),
            "descriptors": process_stats.descriptors(),
            "temperature_c": process_stats.temperature_c(),
        }
        for more in self.more:
            said |= more()
        return said

    def hour(self, show: Show, level: float) -> None:
        """One line about all since the last one."""
        since = self._painter.intervals.since(self._until)
        self._until = self._painter.intervals.copy()
        state = self.state(show, level)
        fresh = {name: many - self._told.get(name, 0) for name, many in state["refused"].items()}
        self._told = dict(state["refused"])
        _log.info(
            "hour",
            **{
                **{name: value for name, value in state.items() if name not in ("scenes", "heard", "work_ms")},
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
