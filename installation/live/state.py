"""The show's Status, gathered from who measures it; published ten times a second, and a mark a second for the journal.

Goes with the show, tick by tick; looks and moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from installation import addresses
from installation.model import ticks
from installation.recording.journal import Journal
from installation.recording.nights import night
from installation.remote.desk import Desk
from installation.show import Show
from installation.status import Status, state_messages

EVERY = ticks.RATE // 10
"""Ticks between two states."""

Gauge = Callable[[Status], Status]
"""Fills in what only it can measure: pictures, sound, messages, checkpoints."""


class StatusReader:
    """Reads the Status of a show; what the show itself doesn't know is read from `gauges`."""

    def __init__(self, *gauges: Gauge) -> None:
        self.gauges = list(gauges)

    def read(self, show: Show, level: float = 1.0) -> Status:
        """How it is now; `level` is the stage's own fade."""
        now = show.moment()
        status = Status(
            score=show.score.name,
            seed=show.seed,
            tick=show.tick,
            arc=now.arc,
            section=now.section,
            phase=now.phase,
            progress=round(now.progress, 6),
            note=show.course.section.note,
            waiting=show.cues.waiting,
            stands_by=show.score.section[show.cues.next].name,
            held=bool(now.controls[addresses.HOLD]),
            scenes=tuple(show.playing),
            coherence=round(now.coherence, 6),
            unrest=round(now.unrest, 6),
            level=round(level, 3),
        )
        for gauge in self.gauges:
            status = gauge(status)
        return status


class StatePublisher:
    """A follower of the show. `wall` gives the wall clock in Unix seconds."""

    def __init__(
        self, desk: Desk, journal: Journal | None, wall: Callable[[], float], reader: StatusReader | None = None
    ) -> None:
        self._desk, self._journal, self._wall = desk, journal, wall
        self.reader = reader or StatusReader(desk.gauge)

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if self._journal is not None:
            self._journal.mark(show, self._wall())
        if show.tick % EVERY == 0:
            if self._desk.lines is not None:
                self._desk.lines.refresh(night(self._wall()))
            self._desk.feedback.publish_state(state_messages(self.reader.read(show, level)))
