"""The show's end of the link to the pages: its state goes out as it steps, what visitors do comes in to the desk.

A follower of the show; a thread of its own connects, again and again, and hears. Sending never waits: 40 microseconds
twenty times a second.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from installation import addresses
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.remote.access import TokenBucket
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.osc.patterns import SPECIAL
from installation.remote.web.link import Link
from installation.show import Show
from installation.status import Status

STATE = ticks.RATE // 20
"""Ticks between two states: 20 a second."""

GUESTS, PLACES = 24, 72
"""Ticks between two reports of who is somebody's, and of where everybody is: a millisecond's work."""

RATE, BURST = 2_000.0, 4_000.0
"""Messages a second that the pages may send, and at once: 2,000 phones tap at most 7,000, of which most are seated."""

OURS = frozenset({"guest", "hue", "beat", "rate", "call", "free"})
"""What visitors may do with a sleeper; besides there is the crowd. Everything else is refused, whatever is asked."""

_EASED = SECOND // 1000  # ns a state by which the estimate of a tick's time may grow
_LATE = SECOND // 2  # ns by which ticks must be late for a second to be a slip of the show's time


class NominalTime:
    """When a tick was due, on the machine's own clock, told from when ticks are processed: the least late decide."""

    def __init__(self) -> None:
        self._base: int | None = None  # ns, of tick 0
        self._late = 0

    def of(self, tick: int, now_ns: int) -> int:
        """Nanoseconds at which this tick was due; `now_ns` is when it was processed."""
        base = now_ns - tick * SECOND // ticks.RATE
        if self._base is None or base <= self._base:
            self._base, self._late = base, 0
        else:
            self._late = self._late + 1 if base - self._base > _LATE else 0
            self._base = base if self._late >= 20 else min(self._base + _EASED, base)
        return self._base + tick * SECOND // ticks.RATE


class Bridge:
    """Goes with a show from `start` to `close`; `socket_path` is where the pages listen."""

    def __init__(self, desk: Desk, socket_path: Path, sections: Sequence[str]) -> None:
        self._desk = desk
        hello = {"k": "hello", "sections": list(sections)}
        self._link = Link(socket_path, lambda: hello, self._take, self._forget)
        self._breath: tuple[int, float] | None = None  # tick and radians of the last state
        self._nominal = NominalTime()
        self._known = ""  # which process of pages was spoken to last
        self._bucket = TokenBucket(RATE, BURST, time.monotonic_ns())
        self.told: dict[str, Any] = {}  # what the pages say of themselves

    def start(self) -> None:
        """Begin to look for the pages; returns at once."""
        self._link.start()

    def close(self) -> None:
        """Hang up and end the thread."""
        self._link.close()

    @property
    def connected(self) -> bool:
        """Whether the pages are served."""
        return self._link.connected

    @property
    def trouble(self) -> str:
        """A line for the overlay while nobody serves the pages."""
        return "" if self.connected else "pages: nobody serves them yet"

    def gauge(self, status: Status) -> Status:
        """With who is on."""
        told = self.told if self.connected else {}
        known = {key: value for key, value in told.items() if isinstance(value, (str, int, float))}
        return msgspec.structs.replace(status, pages=known)

    # the live loop

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped: say how it is, now and then."""
        if not self.connected or show.tick % STATE:
            return
        now = show.moment()
        due = self._nominal.of(show.tick, time.monotonic_ns())
        speed = self._speed(show.tick, now.breath)
        state: dict[str, Any] = {
            "k": "state",
            "t": due / 1e6,
            "n": show.tick,
            "b": round(now.breath, 4),
            "w": round(speed, 4),
            "c": round(now.coherence, 3),
            "u": round(now.unrest, 3),
            "p": now.phase,
            "s": now.section,
            "g": round(now.progress, 4),
            "l": round(level * now.presence, 3),
        }
        if show.tick % GUESTS == 0:
            state |= self._guests(show)
        if show.tick % PLACES == 0:
            state["at"] = np.round(show.whereabouts()[0], 3).clip(-9.0, 9.0).tolist()
        self._link.say(state)

    def _speed(self, tick: int, breath: float) -> float:
        """Radians a second of show time by which the breath went on since the last state."""
        before, self._breath = self._breath, (tick, breath)
        if before is None or tick <= before[0]:
            return 2.0 * np.pi * 0.16
        return (breath - before[1]) / (tick - before[0]) * ticks.RATE

    @staticmethod
    def _guests(show: Show) -> dict[str, Any]:
        """Who is somebody's, and whose sensor speaks."""
        community = show.community
        return {"guest": (community.guest_target > 0.0).tolist(), "seated": community.seated.tolist()}

    # the thread

    def _forget(self) -> None:
        self.told = {}

    def _take(self, message: object) -> None:
        """One message of the pages: who they are, how many are on, or what somebody does. Nonsense means nothing."""
        if not isinstance(message, dict):
            return
        if message.get("k") == "hello":
            self._greet(str(message.get("run")))
        elif message.get("k") == "on" and isinstance(message.get("told"), dict):
            self.told = message["told"]
        elif message.get("k") == "do" and isinstance(message.get("do"), list):
            for one in message["do"]:
                self._do(one)

    def _greet(self, run: str) -> None:
        """Another process of pages knows nobody: who was seated by the one before is nobody's again."""
        if run != self._known:
            self._known = run
            for address, value in dict(self._desk.feedback.values).items():
                if address.endswith("/guest") and value is True:
                    self._receive(address.replace("/guest", "/free"), [], "pages")

    def _do(self, one: object) -> None:
        if not (isinstance(one, list) and len(one) == 3 and isinstance(one[0], str) and isinstance(one[1], list)):
            return
        address, arguments, who = one
        of_sleeper = address.startswith(addresses.SLEEPER) and address.rpartition("/")[2] in OURS
        if not (of_sleeper or address == addresses.CROWD) or len(arguments) > 1 or not SPECIAL.isdisjoint(address):
            self._desk.counters.refuse(
                "pages", f"{address[:80]} is not the visitors'", Source("page"), time.monotonic_ns()
            )
            return
        self._receive(address, arguments, str(who)[:40])

    def _receive(self, address: str, arguments: Sequence[object], who: str) -> None:
        now = time.monotonic_ns()
        source = Source("page", who)
        if not self._bucket.has(now):
            self._desk.counters.refuse("pages", "more than the pages may send", source, now)
            return
        self._bucket.take()
        self._desk.receive(address, arguments, source, now)
