"""Hot standby: one process plays, a second waits beside it, loaded, to take its place. Knows no pipe and no clock.

The state machine that the supervisor (over pipes, for whole shows) and the loudspeakers (over a connection, for their
sound) run: a waiting process that dies or falls silent is replaced before it is needed, more slowly each time; when
the active one fails, the waiting one is promoted, or a new one is made where there is none.
"""

from __future__ import annotations

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


class HotStandby(Generic[P]):
    """`spawn` makes a process that waits (True) or plays as soon as it is told to (False)."""

    def __init__(self, spawn: Callable[[bool], P]) -> None:
        self._spawn = spawn
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
