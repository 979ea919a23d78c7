"""The desk of a replay: a recorded performance plays, and whoever connects may watch it.

Controllers follow what was set then, consoles of light and sound the show's state; nobody can set anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from installation import addresses
from installation.controls import Accepted
from installation.model import ticks
from installation.remote.desk import Desk
from installation.remote.inbox import KEYS, Source
from installation.show import ControlSource, Show
from installation.status import Status

TAKEN: Final = frozenset((addresses.SYNC, addresses.LIST))
"""What a spectator may ask for."""

_EVERY = ticks.RATE // 30  # ticks between two looks at what was set for single sleepers


class ReplayedControls(ControlSource, Protocol):
    """What is replayed."""

    def gauge(self, status: Status) -> Status:
        """With what is known of it."""


class SpectatorDesk(Desk):
    """A desk at which `performance` plays. What is said to it is refused and counted, but for questions."""

    def __init__(
        self, show: Show, presets: Path, performance: ReplayedControls, targets: Iterable[Source] = ()
    ) -> None:
        super().__init__(show, presets, targets)
        self._performance = performance
        self._news = False  # something was set that may be of a single sleeper

    def take(self, accepted: Accepted, source: Source, now_ns: int, due_ns: int | None = None) -> None:
        """A question is answered; who would set something is refused."""
        if accepted.address in TAKEN:
            super().take(accepted, source, now_ns, due_ns)
        elif source != KEYS:
            self.counters.refuse("replayed", f"{accepted.address}: a replay can't be played", source, now_ns)

    def deliver(self, show: Show, now_ns: int) -> int:
        """Hand the show what acted at this tick, and tell whoever listens."""
        asking = list(self._asking)
        taken = self._performance.deliver(show, now_ns)
        self._publish_changes(show, now_ns)
        self._news |= taken > 0
        if self._news and show.tick % _EVERY == 0:
            self._news = False
            self._publish_sleepers(show, now_ns)
        self._reply_syncs(asking, show, now_ns)
        return taken

    def gauge(self, status: Status) -> Status:
        """With what is known of messages here, and of the performance."""
        return self._performance.gauge(super().gauge(status))
