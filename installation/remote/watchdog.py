"""The watchdog of the network: threads that listen must live and go round; one that doesn't is said, and begun again.

The live loop looks after them, once a second of show: the supervisor watches that loop, and this what stands beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import structlog

from installation.model import ticks
from installation.show import Show

_log = structlog.get_logger("network")

PATIENCE = 10
"""Looks in a row, a second apart, at which a thread may be found where it was."""

SLOWEST = 30
"""Looks between two beginnings of what ends again and again."""


class Service(Protocol):
    """Something that listens in a thread of its own."""

    turns: int  # grows while it goes round

    @property
    def trouble(self) -> str:
        """One line for the overlay, or none."""

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""

    def start(self) -> None:
        """Begin; returns at once."""

    def abandon(self) -> None:
        """Give its port free and forget it, without waiting for a thread that may never come back."""

    def close(self) -> None:
        """End, in order."""


S = TypeVar("S", bound=Service)


class WatchedService(Generic[S]):
    """One service, whichever of it listens now. `make` gives another one."""

    def __init__(self, name: str, make: Callable[[], S]) -> None:
        self.name, self._make = name, make
        self.restarts = 0
        self._turns, self._still = -1, 0
        self._pause, self._rest = 1, 0  # looks until the next beginning, and what is left of them
        self._beginning: threading.Thread | None = None
        self._closed = False
        self.service = make()
        self.service.start()

    def look(self) -> None:
        """Begin it again where it has ended or stands still. Never waits."""
        if self._closed or (self._beginning is not None and self._beginning.is_alive()):
            return
        service = self.service
        self._still = self._still + 1 if service.turns == self._turns else 0
        self._turns = service.turns
        if service.alive and self._still < PATIENCE:
            self._rest -= 1
            if self._rest < -SLOWEST:
                self._pause = 1  # it has lived for a while
            return
        if self._rest > 0:
            self._rest -= 1
            return
        self.restarts += 1
        _log.error(f"{self.name} {'stands still' if service.alive else 'has ended'}; it begins again")
        self._rest, self._still, self._pause = self._pause, 0, min(2 * self._pause, SLOWEST)
        self._beginning = threading.Thread(target=self._begin_again, name="begin again", daemon=True)
        self._beginning.start()

    def _begin_again(self) -> None:
        self.service.abandon()
        self.service = self._make()
        self.service.start()

    def close(self) -> None:
        """It ends, and is not begun again."""
        self._closed = True
        if self._beginning is not None:
            self._beginning.join()
        self.service.close()


class ServiceWatchdog:
    """A follower of the show."""

    def __init__(self) -> None:
        self._watched: list[WatchedService[Any]] = []

    def watch(self, name: str, make: Callable[[], S]) -> WatchedService[S]:
        """Begin a service, and look after it from now on. From any thread."""
        watched = WatchedService(name, make)
        self._watched.append(watched)
        return watched

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if show.tick % ticks.RATE == 0:
            for watched in self._watched:
                watched.look()

    @property
    def trouble(self) -> str:
        """What had to be begun again, in a line; empty while nothing had to."""
        again = [f"{one.name} had to be begun again, {one.restarts} times" for one in self._watched if one.restarts]
        return "; ".join(again)
