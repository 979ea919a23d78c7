"""The show's end of the operator's page: how the show is goes out, what hands do comes in to the desk and is answered.

A follower of the show. While no tablet is on it says nothing and costs a comparison a tick.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from installation import addresses
from installation.acceptance import accept
from installation.arguments import Argument
from installation.controls import Accepted, Control, Refused
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.remote.access import TokenBucket
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.web.link import Link
from installation.remote.web.operator.roles import PLACED, ROLES, allowed, may
from installation.show import Show
from installation.status import Status, rows
from installation.words.visitors import VisitorLine

STATE = ticks.RATE // 10
"""Ticks between two states of the show."""

HEALTH = ticks.RATE // 2
"""Ticks between two reports of its health, and of visitors' lines where they have changed."""

OLD = 3 * SECOND // 2
"""Nanoseconds after which what a hand did is too old to act: who pressed has looked elsewhere."""

RATE, BURST = 400.0, 800.0
"""Messages a second from all tablets, and at once."""

DECIDED = 60
"""Lines that are told of, besides all that wait: the newest that were decided about."""


class OperatorConsole:
    """Goes with `show` from `start` to `close`; `door` is where the page listens, `status` says how it is."""

    def __init__(self, desk: Desk, door: Path, show: Show, status: Callable[[Show, float], Status]) -> None:
        self._desk, self._show, self._status = desk, show, status
        self._score = _score(desk, show)
        self._link = Link(door, lambda: self._score, self._take, self._lost)
        self._bucket = TokenBucket(RATE, BURST, time.monotonic_ns())
        self._asked: deque[dict[str, Any]] = deque(maxlen=1_000)  # by hands, for the next tick
        self._lock = Lock()  # of the next
        self._open: dict[tuple[Source, str], list[int]] = {}  # questions that wait for what the desk says of them
        self._told: tuple[VisitorLine, ...] | None = None
        self.tablets = 0
        self.watching: Callable[[float], None] = lambda hz: None  # told how many pictures a second are looked at
        desk.outcome = self._came_of_it

    def start(self) -> None:
        """Begin to look for the page; returns at once."""
        self._link.start()

    def close(self) -> None:
        """Hang up and end the thread."""
        self._link.close()

    # the live loop

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped: what hands did since acts in the next step, and how it is is said."""
        while self._asked:
            self._ask(self._asked.popleft())
        if not self.tablets or not self._link.connected:
            return
        if show.tick % STATE == 0:
            self._link.say(self._state(show, level))
        if show.tick % HEALTH == 0:
            self._link.say(self._health(show, level))

    def _state(self, show: Show, level: float) -> dict[str, Any]:
        now, course, said = show.moment(), show.course, self._desk.feedback.state
        values = {a: v for a, v in self._desk.feedback.values.items() if not a.startswith(addresses.SLEEPER)}
        return {
            "k": "state",
            "t": time.monotonic_ns() / 1e6,
            "n": show.tick,
            "arc": course.arc,
            "at": course.place,
            "s": now.section,
            "p": now.phase,
            "g": round(course.progress, 5),
            "left": round(course.left, 2),
            "c": round(now.coherence, 3),
            "u": round(now.unrest, 3),
            "dark": round(show.darkness, 3),
            "l": round(level, 3),
            "scenes": list(show.playing),
            "next": said.get(addresses.STATE_STANDBY, ""),
            "note": said.get(addresses.STATE_NOTE, ""),
            "waiting": bool(said.get(addresses.STATE_WAITING, False)),
            "v": values,
        }

    def _health(self, show: Show, level: float) -> dict[str, Any]:
        status = self._status(show, level)
        said: dict[str, Any] = {
            "k": "health",
            "rows": [row for row in rows(status) if row[1]],
            "fps": round(status.fps, 1),
            "guard": round(status.guard, 4),
            "lufs": round(status.lufs, 1) if status.sound_playing else None,
            "refused": sum(status.refused.values()),
            "pages": status.pages,
        }
        if self._desk.lines is not None and (lines := self._desk.lines.listed()) != self._told:
            self._told = lines
            said["lines"] = _lines(lines)
        return said

    def _ask(self, ask: dict[str, Any]) -> None:
        """One message of a hand to the desk; what is refused at once is answered at once."""
        now, number = time.monotonic_ns(), ask["n"]
        source = Source("tablet", str(ask.get("who"))[:40])
        try:
            accepted = self._checked(ask, now)
        except Refused as refused:
            self._desk.counters.refuse(refused.reason, str(refused), source, now)
            self._answer(number, str(refused))
            return
        self._bucket.take()
        self._desk.counters.count("messages")
        with self._lock:
            self._open.setdefault((source, accepted.address), []).append(number)
        self._desk.take(accepted, source, now)

    def _checked(self, ask: dict[str, Any], now: int) -> Accepted:
        if not self._bucket.has(now):
            raise Refused("pages", "more than the operator's page may send")
        if not 0 <= now - ask["t"] < OLD:
            raise Refused("late", f"{ask['a'][:80]} was held up on its way")
        accepted = accept(self._desk.table, ask["a"], ask["v"])
        if ask["role"] not in ROLES or not allowed(ask["role"], accepted.control):
            raise Refused("role", f"{ask['a'][:80]} is not for a {str(ask['role'])[:20]}")
        here = self._show.course.section.name
        if accepted.address in PLACED and ask.get("from") != here:
            raise Refused("place", f"another hand was first: {here} plays")
        return accepted

    # any thread

    def _came_of_it(self, accepted: Accepted, source: Source, why: str) -> None:
        """The desk says what became of a message. One that another replaced before the tick came to the same."""
        with self._lock:
            found = self._open.pop((source, accepted.address), [])
            others = [key for key in self._open if key[1] == accepted.address and accepted.control.role == "input"]
            merged = [number for key in others for number in self._open.pop(key)]
        for number in found:
            self._answer(number, why)
        for number in merged:
            self._answer(number, "another hand was first")

    def _answer(self, number: int, why: str) -> None:
        self._link.say({"k": "did", "n": number, "why": why})

    # the thread that hears

    def _take(self, message: object) -> None:
        """One message of the page's process; nonsense means nothing."""
        if not isinstance(message, dict):
            return
        if message.get("k") == "on" and isinstance(message.get("tablets"), int):
            if message["tablets"] and not self.tablets:
                self._told = None  # whoever comes is told of all lines
            self.tablets = message["tablets"]
            hz = message.get("hz")
            self.watching(float(hz) if isinstance(hz, (int, float)) and 0 <= hz <= 10 else 0.0)
        elif message.get("k") == "ask" and _whole(message):
            row = self._desk.table.get(message["a"])
            if row is not None and row.role == "request":
                self._ask(message)  # it may read a file: no tick waits for that
            else:
                self._asked.append(message)

    def _lost(self) -> None:
        self.tablets = 0
        self.watching(0.0)
        self._asked.clear()
        with self._lock:
            self._open.clear()


def _whole(ask: dict[str, Any]) -> bool:
    types = {"n": int, "a": str, "v": list, "who": str, "role": str, "t": int}
    return all(isinstance(ask.get(key), kind) for key, kind in types.items())


def _score(desk: Desk, show: Show) -> dict[str, Any]:
    """What does not change: every row that a hand may move, and the sections."""
    sections = [section.name for section in show.score.section]
    words = {addresses.SECTION: sections, addresses.STANDBY: sections, addresses.SCENE: list(show.scenes)}
    words |= {"section": sections, "address": [row.address for row in desk.table.values() if row.timed]}
    return {
        "k": "score",
        "score": show.score.name,
        "sections": [[s.name, s.phase, s.seconds] for s in show.score.section],
        "rows": [_row(row, words) for row in desk.table.values() if may(row)],
    }


def _row(row: Control, words: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "a": row.address,
        "kind": row.kind,
        "low": row.low,
        "high": row.high,
        "unit": row.unit,
        "m": row.meaning,
        "d": row.default,
        "choices": list(row.choices) or words.get(row.address, []),
        "args": [_argument(one, words) for one in row.arguments],
        "may": may(row),
    }


def _argument(one: Argument, words: dict[str, list[str]]) -> dict[str, Any]:
    """One of several things that a row is told."""
    bounds = {"low": one.low, "high": one.high, "unit": one.unit} if one.numeric else {}
    choices = list(one.choices) or words.get(one.name, [])
    return {"name": one.name, **bounds, "choices": choices, "needed": one.default is None}


def _lines(lines: tuple[VisitorLine, ...]) -> list[dict[str, Any]]:
    """Those that wait, and the newest that were decided about, the oldest first."""
    decided = [line.id for line in lines if line.state != "held"][-DECIDED:]
    return [
        {"id": one.id, "text": one.text, "sleeper": one.sleeper + 1, "marked": one.marked, "state": one.state}
        for one in lines
        if one.state == "held" or one.id in decided
    ]
