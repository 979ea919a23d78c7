"""Projectors that go with the house: on before it opens, off after it has closed, shut in a long blackout.

Each has a thread of its own, which asks, obeys and may wait: the show only says what it wants. What is wanted is said
once, when it changes, until the projector has it; whoever switches it by hand afterwards is left alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from installation.model import ticks
from installation.outputs import pjlink
from installation.outputs.pjlink import ProjectorRefused, Unanswered
from installation.show import Show
from installation.status import Status
from installation.venue import opening_hours
from installation.venue.opening_hours import DAY, Span
from installation.venue.settings import ProjectorSettings

ROUND_S, SOON_S = 30.0, 5.0  # between two conversations; while something is wanted
SHUT_AFTER = 60 * ticks.RATE
"""Ticks of blackout after which the shutter closes: what a lamp shows of black is not dark."""

STATES = {"0": "off", "1": "on", "2": "cooling down", "3": "warming up"}
SHUT = {"11": True, "30": False, "31": True, "10": False, "20": False, "21": False}


@dataclass(frozen=True)
class Aim:
    """What is wanted of a projector; None: nothing, it stays as it is."""

    lit: bool | None = None
    shut: bool | None = None


class Projector:
    """One projector, and the thread that speaks to it."""

    def __init__(self, settings: ProjectorSettings, notice: Callable[[str], None], pause_s: float = SOON_S) -> None:
        self.settings, self._notice, self._pause = settings, notice, pause_s
        self.words, self.trouble = "not asked yet", ""
        self._lock = threading.Lock()
        self._aim = Aim()
        self._woken, self._ending = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._talk, name=f"projector {settings.host}", daemon=True)
        self._thread.start()

    def aim(self, aim: Aim) -> None:
        """Want this from now on. Returns at once."""
        with self._lock:
            self._aim = Aim(
                self._aim.lit if aim.lit is None else aim.lit, self._aim.shut if aim.shut is None else aim.shut
            )
        self._woken.set()

    def close(self) -> None:
        """Say no more; a conversation that waits is not waited for."""
        self._ending.set()
        self._woken.set()

    def _talk(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            with self._lock:
                aim = self._aim
            try:
                self._note(self._converse(aim), "")
            except Unanswered as error:
                self._note("unknown", f"projector {self.settings.host} {error}")
            wanted = self._aim != Aim()
            self._woken.wait(self._pause if wanted else ROUND_S)

    def _converse(self, aim: Aim) -> str:
        """Ask how it is, and say what is wanted and not so; how it is, in words."""
        power = self._ask(pjlink.POWER)
        if aim.lit is not None:
            if power == ("0" if aim.lit else "1"):
                self._ask(pjlink.ON if aim.lit else pjlink.OFF)
            elif power in (("1", "3") if aim.lit else ("0", "2")):
                self._reached(Aim(lit=aim.lit))
        words = STATES.get(power, "unknown")
        if power != "1":
            return words
        shut = self._shutter()
        if aim.shut is not None and shut is not None:
            if shut != aim.shut:
                self._ask(pjlink.SHUT if aim.shut else pjlink.OPEN)
            self._reached(Aim(shut=aim.shut))
            shut = aim.shut
        return f"{words}, shut" if shut else words

    def _shutter(self) -> bool | None:
        """Whether nothing comes out of it; None where it has no shutter."""
        try:
            return SHUT.get(self._ask(pjlink.SHUTTER))
        except ProjectorRefused:
            self._reached(Aim(shut=self._aim.shut))
            return None

    def _ask(self, command: str) -> str:
        s = self.settings
        return pjlink.ask(s.host, [command], s.password, s.port)[0]

    def _reached(self, aim: Aim) -> None:
        """This is so, and wanted no longer, unless something else is by now."""
        with self._lock:
            lit = None if self._aim.lit == aim.lit else self._aim.lit
            shut = None if self._aim.shut == aim.shut else self._aim.shut
            self._aim = Aim(self._aim.lit if aim.lit is None else lit, self._aim.shut if aim.shut is None else shut)

    def _note(self, words: str, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            self._notice(trouble)
        elif self.trouble and not trouble:
            self._notice(f"projector {self.settings.host} answers: {words}")
        self.words, self.trouble = words, trouble


class Projectors:
    """A follower: says to each what is wanted, as the house opens and closes and the show goes dark."""

    def __init__(
        self,
        projectors: Sequence[Projector],
        hours: Sequence[Span],
        weekday_minute: Callable[[], tuple[int, int]],
    ) -> None:
        self.projectors, self._hours, self._weekday_minute = projectors, hours, weekday_minute
        self._lit: list[bool | None] = [None] * len(projectors)
        self._dark, self._shut = 0, False

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped. Never waits for anybody."""
        self._dark = self._dark + 1 if show.darkness >= 1.0 else 0
        shut = self._dark >= SHUT_AFTER
        if shut != self._shut:
            self._shut = shut
            for one in self.projectors:
                one.aim(Aim(shut=shut))
        if show.tick % ticks.RATE == 0 or None in self._lit:
            self._light()

    def _light(self) -> None:
        day, minute = self._weekday_minute()
        for i, one in enumerate(self.projectors):
            lit = any(self._open(day, minute + ahead) for ahead in (0, one.settings.on_before))
            if lit != self._lit[i]:
                self._lit[i] = lit
                one.aim(Aim(lit=lit))

    def _open(self, day: int, minute: int) -> bool:
        return opening_hours.is_open(self._hours, (day + minute // DAY) % 7, minute % DAY)

    def gauge(self, status: Status) -> Status:
        """With how each of them is."""
        troubles = [one.trouble for one in self.projectors if one.trouble]
        said = tuple(f"{one.settings.host} {one.words}" for one in self.projectors)
        return msgspec.structs.replace(status, projectors=said, troubles=(*status.troubles, *troubles))

    def close(self) -> None:
        """They stay as they are."""
        for one in self.projectors:
            one.close()
