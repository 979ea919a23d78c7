"""The inbox: messages since the last tick, coalesced to the newest of every address, bounded; and a queue for later.

Filled by the threads that listen, emptied by the live loop. Reads no clock: the time of now is handed in.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import count
from threading import Lock
from typing import NamedTuple

from installation.controls import Accepted
from installation.model.ticks import SECOND

LATER = 4096
"""Messages with a timetag in the future that wait."""

FURTHEST = 10 * SECOND
"""Nanoseconds ahead that a message may be meant for."""


class Source(NamedTuple):
    """Who sent a message."""

    link: str  # udp, tcp, or the name of what isn't a network: keys, preset, replay
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.host else self.link


KEYS = Source("keys")  # of the stage's keyboard
STAFF = Source("staff")  # who decides about visitors' lines
PRESET = Source("preset")  # a look that somebody loaded


class Received(NamedTuple):
    """A checked message and who sent it."""

    accepted: Accepted
    source: Source


class Inbox:
    """Thread-safe. `put` from any thread, `drain` from the live loop."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, Received] = {}  # no more than the table has addresses
        self._later: list[tuple[int, int, Received]] = []  # a heap of (due in ns, order of arrival, what)
        self._serial = count()
        self.merged = 0  # messages that a newer one of the same address replaced before any tick saw them

    def put(self, messages: Iterable[Received]) -> None:
        """Keep messages for the next tick, all in the same one."""
        with self._lock:
            for message in messages:
                self._keep(message)

    def put_later(self, messages: Iterable[Received], due_ns: int, now_ns: int) -> int:
        """Keep messages until `due_ns`, on the clock of `now_ns`. Returns how many are too far ahead or too many."""
        with self._lock:
            lost = 0
            for message in messages:
                if due_ns - now_ns > FURTHEST or len(self._later) >= LATER:
                    lost += 1
                else:
                    heapq.heappush(self._later, (due_ns, next(self._serial), message))
            return lost

    def drain(self, now_ns: int) -> list[Received]:
        """Everything that waits, oldest first, and what was meant for later and is due by now."""
        with self._lock:
            while self._later and self._later[0][0] <= now_ns:
                self._keep(heapq.heappop(self._later)[2])
            waiting, self._waiting = self._waiting, {}
        return list(waiting.values())

    def __len__(self) -> int:
        """Messages that wait, now or for later."""
        return len(self._waiting) + len(self._later)

    def _keep(self, message: Received) -> None:
        address = message.accepted.address
        if self._waiting.pop(address, None) is not None:
            self.merged += 1
        self._waiting[address] = message  # at the end: what was sent last acts last
