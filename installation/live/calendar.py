"""The evening's date, told to a show as it begins and at each noon: from there on it is in its journal."""

from __future__ import annotations

from collections.abc import Callable

from installation import addresses
from installation.model import ticks
from installation.recording.nights import night
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.show import Show

CALENDAR = Source("calendar")


class Calendar:
    """Says the date of the night that `wall` (Unix seconds) belongs to, unless somebody said another one tonight."""

    def __init__(self, desk: Desk, show: Show, wall: Callable[[], float]) -> None:
        self._desk, self._wall = desk, wall
        self._said = night(wall()) if show.date else ""
        self._look()

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped: a look at the clock each second."""
        if show.tick % ticks.RATE == 0:
            self._look()

    def _look(self) -> None:
        today = night(self._wall())
        if today != self._said:
            self._said = today
            self._desk.receive(addresses.DATE, (today,), CALENDAR, 0)
