"""What the show says of itself: its state ten times a second to whoever listens, and a mark a second in the journal.

Goes with the show, tick by tick; looks and moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from installation.controls import Value
from installation.model import ticks
from installation.recording.journal import Journal
from installation.remote.desk import Desk
from installation.show import Show

EVERY = ticks.RATE // 10
"""Ticks between two states."""

Measures = Callable[[], Mapping[str, Value]]
"""What only the stage knows, by address: /state/fps, /state/guard, /state/level, /state/roughness."""


class StatePublisher:
    """A follower of the show. `wall` gives the wall clock in Unix seconds."""

    def __init__(self, desk: Desk, journal: Journal | None, wall: Callable[[], float]) -> None:
        self._desk, self._journal, self._wall = desk, journal, wall
        self.measures: list[Measures] = []

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if self._journal is not None:
            self._journal.mark(show, self._wall())
        if show.tick % EVERY == 0:
            self._desk.feedback.publish_state(self.state(show))

    def state(self, show: Show) -> dict[str, Value]:
        """Every /state/... of the table that can be known now."""
        now = show.moment()
        said: dict[str, Value] = {
            "/state/phase": now.phase,
            "/state/section": now.section,
            "/state/progress": now.progress,
            "/state/coherence": now.coherence,
            "/state/refused": float(self._desk.counters.total),
        }
        for measure in self.measures:
            said |= measure()
        return said
