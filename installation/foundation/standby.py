"""Hot standby: one process plays, a second waits beside it, loaded, to take its place. Knows no pipe and no clock.

The state machine that the supervisor (over pipes, for whole shows) and the loudspeakers (over a connection, for their
sound) run: a waiting process that dies or falls silent is replaced before it is needed, more slowly each time; when
the active one fails, the waiting one is promoted, or a new one is made where there is none; and where active ones fail
one after the other, the next has to wait.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Peer(Protocol):
    """One process, as its transport sees it."""

    @property
    def gone(self) -> bool:
        """Whether it has ended."""

    @property
    def heard(self) -> float:
        """When it last said anything, in seconds on the clock that is handed to HotStandby."""

    def end(self) -> int:
        """It, and whatever it started, is no more; its exit code."""


P = TypeVar("P", bound=Peer)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 600.0
"""Seconds until a standby that failed is replaced; doubled each time in a row."""
RENEWAL_S = 1.0
"""Seconds until one that is out of date is replaced: another thing may change at once."""


class HotStandby(Generic[P]):
    """`spawn` makes a process that waits (True) or plays as soon as it is told to (False).

    After `haste` active ones that failed in a row, each further one has to wait for `pause_s` seconds.
    """

    def __init__(self, spawn: Callable[[bool], P], haste: float = math.inf, pause_s: float = 0.0) -> None:
        self._spawn, self._haste, self._pause_s = spawn, haste, pause_s
        self._lost, self._next = 0, 0.0  # active ones that failed in a row, and when the next may play
        self.spare: P | None = None
        self._failed = 0  # spares in a row that failed waiting
        self._due = 0.0  # before that, none is made

    def tend(self, now: float, wanted: bool, silence_s: float) -> str:
        """Look after the spare; make one where one is `wanted`. What was wrong with it, in words, or nothing."""
        if self.spare is not None and (why := self._failing(self.spare, now, silence_s)):
            why = f"{why}, exit code {self.spare.end()}"
            self.spare = None
            self._due = now + min(FIRST_PAUSE_S * 2**self._failed, LONGEST_PAUSE_S)
            self._failed += 1
            return why
        if self.spare is None and wanted and now >= self._due:
            self.spare = self._spawn(True)
        return ""

    def lost(self, now: float) -> None:
        """The active one failed."""
        self._lost += 1
        self._next = now + (self._pause_s if self._lost > self._haste else 0.0)

    def settled(self) -> None:
        """The active one does what it is there for: those that failed before it are forgotten."""
        self._lost = 0

    def may_promote(self, now: float) -> bool:
        """Whether the next one need not wait."""
        return now >= self._next

    def retire(self, now: float) -> None:
        """What waits is out of date: it ends, and another one is made once nothing has changed for a while."""
        if self.spare is not None:
            self.spare.end()
            self.spare = None
        self._due = max(self._due, now + RENEWAL_S)

    def promote(self) -> P:
        """Who plays now: the process that waited, or a new one."""
        promoted, self.spare = self.spare or self._spawn(False), None
        self._failed, self._due = 0, 0.0
        return promoted

    @staticmethod
    def _failing(spare: P, now: float, silence_s: float) -> str:
        if spare.gone:
            return "died waiting"
        silent = now - spare.heard
        return f"silent for {silent:.1f} s" if silent > silence_s else ""
