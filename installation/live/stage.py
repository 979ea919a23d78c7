"""The stage: the live loop. Clock and desk -> show -> window, and whoever else follows the show.

It reads the clock that it is given and nothing else of the machine. When it is late it drops pictures, never ticks.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from installation import addresses
from installation.foundation import png
from installation.foundation.easing import ease
from installation.light.picture import Look, Pixels, look
from installation.live.frame_pacing import FramePacer, Lag, period
from installation.live.painter import Painter
from installation.live.state import StatusReader
from installation.model import ticks
from installation.model.score import PHASES
from installation.model.ticks import SECOND, Ticker
from installation.remote.inbox import KEYS, Source
from installation.show import ControlSource, Follower, Show, advance
from installation.status import Status, overlay

FAREWELL = ticks.RATE
"""Ticks in which the picture fades to black before the end."""

NIGHTFALL = 10 * ticks.RATE
"""Ticks in which light and sound go when the house closes, and come when it opens."""

HELD = SECOND
"""Nanoseconds for which Escape or Q must be held to end a show that fills the screen: nobody ends it by a touch."""

UNLIT = 0.5
"""Level of the picture under which no words lie on it: in a dark room they would be the brightest thing."""

READ = 60 * SECOND
"""Nanoseconds after which the overlay goes by itself from a picture that fills the screen: people came for that."""

_ASKED = "held for a second, it ends the show"
_ELSEWHERE = 'H: nothing lies on the audience\'s picture; [screen] overlay = "here" or a display of its own shows it'
_WORDS = SECOND // 4  # between two updates of the overlay
_SECTIONS = 1000  # kept for the report; a show of weeks plays more


class LiveSource(ControlSource, Protocol):
    """Where controls come from live: remote.desk.Desk, or a performance that is replayed."""

    def receive(self, address: str, arguments: Sequence[object], source: Source, now_ns: int) -> int:
        """A key was pressed that says this."""

    def gauge(self, status: Status) -> Status:
        """The Status with what is known of it here."""


class Beats(Protocol):
    """When ticks are due: model.ticks.Ticker, or a beat that several machines share."""

    slipped: int

    def due(self, now_ns: int) -> int:
        """Ticks that are due at `now_ns`; the show may have been put elsewhere just before."""


class Stage:
    """Plays one show on one screen until it is told to end.

    `clock` gives monotonic nanoseconds. Stills go into the folder `stills`; `notice` hears what whoever runs the show
    may want to read, `pulse` the show's tick each time a picture was shown. While the house isn't `awake` the show
    goes on, dark and silent. Words lie on a picture that fills the screen where they are wanted `here`.
    """

    def __init__(
        self,
        show: Show,
        painter: Painter,
        desk: LiveSource,
        *,
        clock: Callable[[], int],
        sleep: Callable[[float], None],
        followers: Sequence[Follower] = (),
        most_fps: int = 0,
        stills: Path | None = None,
        notice: Callable[[str], None] = lambda _: None,
        pulse: Callable[[int], None] = lambda _: None,
        awake: Callable[[], bool] = lambda: True,
        reader: StatusReader | None = None,
        over: Callable[[Look, float], Look] = lambda seen, _: seen,
        here: bool = False,
        beats: Beats | None = None,
    ) -> None:
        self.show, self.painter, self._desk, self._followers = show, painter, desk, followers
        self._screen = painter.screen
        self._clock, self._sleep, self._stills, self._notice = clock, sleep, stills, notice
        self._pulse, self._awake, self._over, self._here = pulse, awake, over, here
        self._reader = reader or StatusReader(painter.gauge, desk.gauge)
        self._open = float(awake())  # 0 dark and silent .. 1; on the way between them when the house opens or closes
        self._day = self._open
        self._ticker: Beats = beats or Ticker(clock())  # play begins it anew
        self._shared = beats is not None
        self._beat = FramePacer(period(self._screen.display.rate, most_fps))
        self._lag = Lag()
        self._last: int | None = None  # tick at which the end begins by itself
        self._farewell: int | None = None  # ticks left until black
        self._parting: int | None = None  # since when no tick of the farewell is due
        self._words: tuple[str, ...] | None = None  # the overlay; None: not shown
        self._words_at = self._words_since = 0
        self._asked: tuple[str, int] | None = None  # Escape or Q, which is held, and since when
        self._saving: list[threading.Thread] = []
        self.sections: deque[dict[str, Any]] = deque(maxlen=_SECTIONS)

    # the loop

    def play(self, seconds: float | None = None) -> None:
        """Until `end` was called or `seconds` of show have passed, and then a second's fade to black."""
        # half a tick ahead, so that the even times of pictures don't fall on the edge between two ticks
        if not self._shared:
            self._ticker = Ticker(self._clock() - SECOND // ticks.RATE // 2)
        self._last = None if seconds is None else self.show.tick + max(0, ticks.ticks(seconds) - FAREWELL)
        self._enter()
        self._looked = self.show.tick  # of the newest picture
        self.painter.begin(self._look(), self._clock(), self.level)
        while self._farewell != 0:
            self._turn()
        self.painter.finish(None)
        for thread in self._saving:
            thread.join()

    def end(self) -> None:
        """Begin the end: a fade to black. May be called from a signal handler, and again."""
        if self._farewell is None:
            self._farewell = FAREWELL

    @property
    def slipped(self) -> int:
        """Ticks that were given up because the machine stood still for more than a second."""
        return self._ticker.slipped

    @property
    def level(self) -> float:
        """1, and on the way to the end, or while the house is closed, down to 0, softly."""
        x = 1.0 if self._farewell is None else self._farewell / FAREWELL
        return ease(x) * ease(self._open)

    def _turn(self) -> None:
        """One turn of the loop: while a picture is drawn the show moves on; then keys, and the next one is begun.

        However long the picture takes, a tick is never later than the next one: what a performer does acts at once.
        Keys wait for the picture because a window may move its memory while it listens.
        """
        now = self._clock()
        begun = self._beat.even(now)
        self._advance(now, begun)
        seen = self._look() if self.show.tick != self._looked else None
        self._looked = self.show.tick
        while not self.painter.drawn(1.0 / ticks.RATE):
            late = self._clock()
            self._advance(late, late)
        self._hold(begun)
        if self.painter.finish(self._told(now)) or self._shared:  # who waits for others is not hung
            self._pulse(self.show.tick)
        for key in self._screen.pressed():
            self._press(key)
        self._hear_out()
        self._rest()
        if seen is not None:
            self.painter.begin(seen, self._clock(), self.level)

    def _look(self) -> Look:
        """What is drawn next: the show, and what is shown over it to whoever stands in the room."""
        aspect = self.painter.aspect
        return self._over(look(self.show, aspect), aspect)

    def _advance(self, now: int, until: int) -> None:
        """Every tick that is due at the time `until`; none after the last, however long its picture takes."""
        before = self.show.tick
        due = self._ticker.due(until)
        if self._last is not None:
            self._last += self.show.tick - before
        self._part(due, until)
        for _ in range(due):
            if self._last is not None and self.show.tick >= self._last:
                self.end()
            if self._farewell != 0:
                self._step(now)

    def _part(self, due: int, now: int) -> None:
        """Whoever waits for others ends without them."""
        if self._farewell is None or due:
            self._parting = None
        elif self._parting is None:
            self._parting = now
        elif now - self._parting > SECOND:
            self._farewell = 0

    def _step(self, now: int) -> None:
        if self._farewell is not None:
            self._farewell = max(0, self._farewell - 1)
        self._turn_day()
        advance(self.show, self._desk, self._followers, now, self.level)
        self._enter()

    def _turn_day(self) -> None:
        """Open and close with the house, slowly."""
        if self.show.tick % ticks.RATE == 0:
            self._day = float(self._awake())
        step = 1.0 / NIGHTFALL
        self._open = min(self._open + step, self._day) if self._open < self._day else max(self._open - step, self._day)

    def _enter(self) -> None:
        """Remember which section is playing."""
        arc, section = self.show.course.arc, self.show.course.section
        if not self.sections or (self.sections[-1]["arc"], self.sections[-1]["name"]) != (arc, section.name):
            self.sections.append({"name": section.name, "phase": section.phase, "arc": arc, "tick": self.show.tick})

    def _hold(self, begun: int) -> None:
        """Until the picture that is drawn should be shown, where the display itself keeps no time."""
        now = self._clock()
        due = self._lag.due(begun, now)
        if self._screen.present != "gpu":
            self._wait(min((due - now) / SECOND, self._beat.rest(now)))

    def _rest(self) -> None:
        """Until the next picture should begin. A display that makes us wait is trusted to do so by itself."""
        early = self._beat.period / SECOND / 2 if self._screen.present == "gpu" else 0.0
        self._wait(self._beat.rest(self._clock()) - early)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)

    # people

    def _press(self, key: str) -> None:
        controls = self.show.moment().controls
        match key.strip("[]"):  # "[1]" is the 1 beside the cursor keys
            case "escape" | "q" if self._screen.fullscreen:
                self._asked = self._asked or (key, self._clock())
            case "escape" | "q" | "close":
                self.end()
            case "f":
                self._screen.toggle()
                self.painter.interrupted()
            case "h" if not self._welcome:
                self._notice(_ELSEWHERE)
            case "h":
                self._words = () if self._words is None else None
                self._words_at, self._words_since = 0, self._clock()
            case "s" if self._stills is not None:
                self.painter.keep(self._save)
            case "space":
                self._say(addresses.HOLD, not controls[addresses.HOLD])
            case "b":
                self._say(addresses.BLACKOUT, not controls[addresses.BLACKOUT])
            case "right":
                self._say(addresses.GO)
            case "left":
                self._say(addresses.BACK)
            case "1" | "2" | "3" as digit:
                self._say(addresses.PHASE, PHASES[int(digit) - 1])

    def _hear_out(self) -> None:
        """End the show where somebody means that: the key is still down. In a window, a rehearsal, a press does."""
        if self._asked is None:
            return
        key, since = self._asked
        if key not in self._screen.held():
            self._asked = None
        elif self._clock() - since >= HELD:
            self._asked = None
            self.end()

    def _say(self, address: str, *arguments: object) -> None:
        self._desk.receive(address, arguments, KEYS, self._clock())

    def _save(self, picture: Pixels, tick: int) -> None:
        """A picture as a PNG; a thread writes it, so that the show does not wait for the disk."""
        assert self._stills is not None
        path = self._stills / f"sleeptree-{self.show.seed}-{tick:08d}.png"
        self._saving = [thread for thread in self._saving if thread.is_alive()]
        self._saving.append(threading.Thread(target=self._write, args=(path, picture), name="still"))
        self._saving[-1].start()

    def _write(self, path: Path, picture: Pixels) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            png.write(path, picture, f"SleepTree, seed {self.show.seed}, score {self.show.score.name}")
            self._notice(f"saved {path}")
        except OSError as error:
            self._notice(f"no still saved: {error.strerror}: {path}")

    def _told(self, now_ns: int) -> tuple[str, ...] | None:
        """The lines that lie on the picture; None: none."""
        if not (self._welcome and self._lit):
            return None
        asked, words = (_ASKED,) if self._asked is not None else (), self._overlay(now_ns)
        return (*asked, *(words or ())) if asked or words is not None else None

    @property
    def _welcome(self) -> bool:
        """Whether words may stand there at all: on no picture that an audience sees, but where that was asked for."""
        return self._here or self._screen.apart or not self._screen.fullscreen

    @property
    def _lit(self) -> bool:
        """Whether words may shine: in their own window, or where neither blackout nor night nor end is darkening."""
        return self._screen.apart or self.level * (1.0 - self.show.darkness) > UNLIT

    def _overlay(self, now_ns: int) -> tuple[str, ...] | None:
        """New every quarter of a second so that it can be read; None while it is off."""
        if self._screen.fullscreen and not self._screen.apart and now_ns - self._words_since > READ:
            self._words = None
        if self._words is None or (self._words and now_ns - self._words_at < _WORDS):
            return self._words
        self._words_at = now_ns
        self._words = overlay(self._reader.read(self.show, self.level))
        return self._words
