"""The stage: the live loop. Clock and desk -> show -> window, and whoever else follows the show.

It reads the clock that it is given and nothing else of the machine. When it is late it drops pictures, never ticks.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from installation.light import png
from installation.light.picture import Pixels, Shown
from installation.live.desk import KEYS, Desk
from installation.live.pace import Beat, Times, period
from installation.model import ticks
from installation.model.ticks import SECOND, Ticker
from installation.show import Show

Size = tuple[int, int]

FAREWELL = ticks.RATE
"""Ticks in which the picture fades to black before the end."""

_WORDS = SECOND // 4  # between two updates of the overlay
_SECTIONS = 1000  # kept for the report; a show of weeks plays more


class Follower(Protocol):
    """Something that goes with the show, tick by tick, such as sound. It looks and does not move the show."""

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped; `level` 1 .. 0 is the stage's own fade to black and silence at the end."""


class Screen(Protocol):
    """The window, as far as the stage needs it."""

    display: Any
    present: str
    fullscreen: bool

    @property
    def size(self) -> Size:
        """Width and height of the picture."""

    @property
    def canvas(self) -> Pixels:
        """What to draw into."""

    def show(self) -> None:
        """The canvas goes to the screen."""

    def pressed(self) -> list[str]:
        """What was pressed."""

    def toggle(self) -> None:
        """Fullscreen or window."""

    def write(self, lines: Sequence[str]) -> None:
        """Words over the picture."""


class Drawing(Protocol):
    """Pictures of a size: light.picture.Picture."""

    width: int
    height: int
    threads: int

    def draw(self, show: Shown, pixels: Pixels, dt: float, fade: float = 1.0) -> None:
        """The show's newest tick into pixels."""

    def close(self) -> None:
        """Never again."""


class Stage:
    """Plays one show on one screen until it is told to end.

    `paint` makes the Drawing for a size, again when the window is resized. `clock` gives monotonic nanoseconds.
    Stills go into the folder `stills`; `notice` hears what whoever runs the show may want to read.
    """

    def __init__(
        self,
        show: Show,
        screen: Screen,
        paint: Callable[[Size], Drawing],
        *,
        clock: Callable[[], int],
        sleep: Callable[[float], None],
        desk: Desk,
        followers: Sequence[Follower] = (),
        most_fps: int = 0,
        stills: Path | None = None,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.show, self._screen, self._paint, self._desk, self._followers = show, screen, paint, desk, followers
        self._clock, self._sleep, self._stills = clock, sleep, stills
        self._picture = paint(screen.size)
        self._ticker = Ticker(clock())  # play begins it anew
        self._beat = Beat(period(screen.display.rate, most_fps))
        self._farewell: int | None = None  # ticks left until black
        self._words: tuple[str, ...] | None = None  # the overlay; None: not shown
        self._words_at = 0
        self._began_at: int | None = None  # when the newest picture was begun, and when it was on the screen
        self._shown_at = 0
        self._wants_still = False
        self._saving: list[threading.Thread] = []
        self.intervals, self.work = Times(), Times()  # from picture to picture; until one is drawn
        self.sections: deque[dict[str, Any]] = deque(maxlen=_SECTIONS)
        self.first_picture_ns: int | None = None
        self._say_so = notice

    # the loop

    def play(self, seconds: float | None = None) -> None:
        """Until `end` was called or `seconds` of show have passed, and then a second's fade to black."""
        # half a tick ahead, so that the even times of pictures don't fall on the edge between two ticks
        self._ticker = Ticker(self._clock() - SECOND // ticks.RATE // 2)
        last = None if seconds is None else self.show.tick + max(0, ticks.ticks(seconds) - FAREWELL)
        while self._farewell != 0:
            if last is not None and self.show.tick >= last:
                self.end()
            self._turn()
        for thread in self._saving:
            thread.join()
        self._picture.close()

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
        """1, and on the way to the end down to 0, softly."""
        x = 1.0 if self._farewell is None else self._farewell / FAREWELL
        return x * x * (3.0 - 2.0 * x)

    def _turn(self) -> None:
        """One turn of the loop: keys, ticks, a picture."""
        began = self._clock()
        for key in self._screen.pressed():
            self._press(key)
        due = self._ticker.due(self._beat.even(began))
        for _ in range(due):
            self._step(began)
        if due or self._began_at is None:
            self._draw(began)
        self._rest()

    def _step(self, now: int) -> None:
        self._desk.deliver(self.show, now)
        self.show.step()
        if self._farewell is not None:
            self._farewell = max(0, self._farewell - 1)
        level = self.level
        for follower in self._followers:
            follower.follow(self.show, level)
        here = self.show.course
        if not self.sections or (self.sections[-1]["arc"], self.sections[-1]["name"]) != (here.arc, here.section.name):
            entered = {"name": here.section.name, "phase": here.section.phase, "arc": here.arc, "tick": self.show.tick}
            self.sections.append(entered)

    def _draw(self, began: int) -> None:
        width, height = self._screen.size
        if (self._picture.width, self._picture.height) != (width, height):
            self._picture.close()
            self._picture = self._paint((width, height))
        since = 1.0 / ticks.RATE if self._began_at is None else (began - self._began_at) / SECOND
        canvas = self._screen.canvas
        self._picture.draw(self.show, canvas, since, self.level)
        if self._wants_still:
            self._keep(canvas.copy())
        del canvas  # it must not outlive the window's memory
        if self._words is not None:
            self._screen.write(self._told(began))
        self.work.add(self._clock() - began)
        self._screen.show()
        shown = self._clock()
        if self._began_at is None:
            self.first_picture_ns = shown
        else:
            self.intervals.add(shown - self._shown_at)
        self._began_at, self._shown_at = began, shown

    def _rest(self) -> None:
        """Until the next picture should begin. A display that makes us wait is trusted to do so by itself."""
        rest = self._beat.rest(self._clock())
        if self._screen.present == "gpu":
            rest -= self._beat.period / SECOND / 2
        if rest > 0:
            self._sleep(rest)

    # people

    def _press(self, key: str) -> None:
        now = self.show.moment()
        match key.strip("[]"):  # "[1]" is the 1 beside the cursor keys
            case "escape" | "q" | "close":
                self.end()
            case "f":
                self._screen.toggle()
                self._shown_at = self._clock()  # the time that a window manager takes is no picture's
            case "h":
                self._words = () if self._words is None else None
                self._words_at = 0
            case "s":
                self._wants_still = self._stills is not None
            case "space":
                self._say("/show/hold", not now.controls["/show/hold"])
            case "b":
                self._say("/show/blackout", not now.controls["/show/blackout"])
            case "right":
                self._say("/show/go")
            case "left":
                self._say("/show/back")
            case "1" | "2" | "3" as digit:
                self._say("/show/phase", ("harmony", "glitch", "resolution")[int(digit) - 1])

    def _say(self, address: str, *arguments: object) -> None:
        self._desk.hear(address, arguments, KEYS, self._clock())

    def _keep(self, picture: Pixels) -> None:
        """The newest picture as a PNG; a thread writes it, so that no picture waits for the disk."""
        self._wants_still = False
        assert self._stills is not None
        path = self._stills / f"sleeptree-{self.show.seed}-{self.show.tick:08d}.png"
        self._saving = [thread for thread in self._saving if thread.is_alive()]
        self._saving.append(threading.Thread(target=self._write, args=(path, picture), name="still"))
        self._saving[-1].start()

    def _write(self, path: Path, picture: Pixels) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            png.write(path, picture, f"SleepTree, seed {self.show.seed}, tick {self.show.tick}")
            self._say_so(f"saved {path}")
        except OSError as error:
            self._say_so(f"no still saved: {error.strerror}: {path}")

    def _told(self, now_ns: int) -> tuple[str, ...]:
        """The overlay's lines, new every quarter of a second so that they can be read."""
        if self._words is None or now_ns - self._words_at < _WORDS:
            return self._words or ()
        self._words_at = now_ns
        now = self.show.moment()
        size = f"{self._picture.width}x{self._picture.height}"
        held = ", held" if now.controls["/show/hold"] else ""
        self._words = (
            f"{self.intervals.rate:.1f} fps, {self.work.quantile(0.5):.1f} ms a picture, {size}, "
            f"{self._picture.threads} thread{'s' if self._picture.threads > 1 else ''}",
            f"{now.section} ({now.phase}) {now.progress * 100:.0f} %{held}, arc {now.arc + 1}",
            f"coherence {now.coherence:.2f}, unrest {now.unrest:.2f}, {now.seconds:.0f} s, seed {self.show.seed}",
        )
        return self._words
