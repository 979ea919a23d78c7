"""The Link service: a thread that hears the tempo of whoever makes music in the same network, and tells it the desk.

It only follows: nobody's tempo is set from here. A session that ends is begun again; the show goes on in its tempo.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing

import msgspec
import structlog

from installation.foundation.refusal import plain
from installation.model.ticks import SECOND
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.link.process import Gone, LinkProcess, Session, Told
from installation.remote.tempo import TempoFollower
from installation.status import Status
from installation.venue.settings import LinkSettings

_log = structlog.get_logger("link")

CHANGED = 0.0005
"""A tempo that is off by this share is another one."""
TURN_S = 0.25
SILENT_NS = 5 * SECOND
"""Nanoseconds after which a session that says nothing is given up: it speaks once a second."""
AGAIN_S = 5.0
"""Between two sessions."""

SOURCE = Source("clock", "Ableton Link")


class LinkService:
    """Goes with a desk from `start` to `close`. `open_session` gives a place in a session, or raises Gone."""

    def __init__(
        self,
        desk: Desk,
        asked: LinkSettings,
        open_session: Callable[[], Session] = LinkProcess,
        again_s: float = AGAIN_S,
    ) -> None:
        self._desk, self._open, self._again_s = desk, open_session, again_s
        self._follower = TempoFollower(asked.beats, desk.table, CHANGED)
        self._session: Session | None = None
        self._told: Told | None = None  # None: there is no session
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self.turns = 0
        self.trouble = ""

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    @property
    def words(self) -> str:
        """Who is there, in a line."""
        told = self._told
        if told is None:
            return "not in a session"
        if told.peers == 0:
            return "nobody else is there"
        return f"{told.peers} other{'s' if told.peers > 1 else ''}, {told.tempo:g} beats a minute"

    def gauge(self, status: Status) -> Status:
        """With who is there."""
        return msgspec.structs.replace(status, link=self.words)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def abandon(self) -> None:
        """Forget a thread that may never come back, and leave the session."""
        self._ending.set()
        if self._session is not None:
            self._session.close()

    def close(self) -> None:
        """Leave the session."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                self._session = self._open()
                with closing(self._session):
                    self._listen(self._session)
            except Gone as gone:
                self._lose(str(gone))
            due = time.monotonic() + self._again_s
            while not self._ending.wait(TURN_S) and time.monotonic() < due:
                self.turns += 1

    def _listen(self, session: Session) -> None:
        """Until it ends, or the show does. Raises Gone."""
        spoke = time.monotonic_ns()
        while not self._ending.is_set():
            self.turns += 1
            told = session.read(TURN_S)
            now = time.monotonic_ns()
            if told is not None:
                spoke = now
                self._take(told, now)
            elif now - spoke > SILENT_NS:
                raise Gone("it says nothing any more")

    def _take(self, told: Told, now_ns: int) -> None:
        before, self._told = self._told, told
        self.trouble = ""
        if before is None or told.peers != before.peers:
            _log.info(f"Ableton Link: {self.words}")
        if told.peers == 0:
            self._follower.forget()
            return
        for address, value in self._follower.take(told.tempo):
            self._desk.receive(address, [value], SOURCE, now_ns)

    def _lose(self, why: str) -> None:
        self._told = None
        self._follower.forget()
        trouble = f"Ableton Link: {plain(why)}"
        if trouble != self.trouble:
            _log.warning(trouble)
        self.trouble = trouble
