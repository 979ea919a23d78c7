"""The painter: draws on the screen in a thread of its own, while the stage moves the show on.

The stage's Python and the renderer's kernels share the cores that way; a picture is shown one picture's time later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Protocol

import msgspec

from installation.light.picture import Look, Pixels
from installation.light.screen.screen import Screen
from installation.live.frame_pacing import Times
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.status import Status
from installation.venue.settings import Size


class Drawing(Protocol):
    """Pictures of one size: light.picture.Picture."""

    width: int
    height: int
    threads: int

    def draw(self, seen: Look, pixels: Pixels, dt: float, fade: float = 1.0) -> None:
        """A moment into pixels."""

    @property
    def guarded(self) -> float:
        """Share of the newest picture in which the flash guard acts."""

    def close(self) -> None:
        """Never again."""


class Painter:
    """Puts one picture after another on `screen`: `begin` one, do something else, `finish` it.

    `paint` makes the Drawing for a size, again when the window is resized. Between `begin` and `finish` the screen
    must be left alone: what is drawn into may be its own memory.
    """

    def __init__(self, screen: Screen, paint: Callable[[Size], Drawing], clock: Callable[[], int]) -> None:
        self.screen, self._paint, self._clock = screen, paint, clock
        self._drawing = paint(screen.size)
        self._thread = ThreadPoolExecutor(1, "painter")
        self._begun: Future[None] | None = None
        self._canvas: Pixels | None = None
        self._tick = 0
        self._began_at: int | None = None  # when the newest picture was begun, and when it was on the screen
        self._shown_at: int | None = None
        self._keep: Callable[[Pixels, int], None] | None = None
        self._recent: deque[int] = deque(maxlen=ticks.RATE)  # when the newest pictures were shown
        self.watchers: list[Callable[[Pixels], None]] = []  # of every finished picture, in the painter's thread
        self.intervals, self.work = Times(), Times()  # from picture to picture; until one is drawn
        self.first_ns: int | None = None  # when the first picture was on the screen

    @property
    def threads(self) -> int:
        """Threads that draw."""
        return self._drawing.threads

    @property
    def aspect(self) -> float:
        """Width over height of the next picture."""
        width, height = self.screen.size
        return width / height

    @property
    def tick(self) -> int:
        """Of the picture that is drawn, or was drawn last."""
        return self._tick

    def begin(self, seen: Look, now_ns: int, level: float) -> None:
        """Begin to draw a moment, `level` 1 as it is .. 0 black."""
        width, height = self.screen.size
        if (self._drawing.width, self._drawing.height) != (width, height):
            self._drawing.close()
            self._drawing = self._paint((width, height))
        since = 1.0 / ticks.RATE if self._began_at is None else (now_ns - self._began_at) / SECOND
        self._began_at, self._tick = now_ns, seen.now.tick
        self._canvas = self.screen.canvas
        self._begun = self._thread.submit(self._draw, seen, since, level)

    def _draw(self, seen: Look, since: float, level: float) -> None:
        began = self._clock()
        # not an argument: a pool keeps those a little longer than the result, and a canvas that is held is locked
        assert self._canvas is not None
        self._drawing.draw(seen, self._canvas, since, level)
        self.work.add(self._clock() - began)
        for watch in self.watchers:
            watch(self._canvas)

    def drawn(self, within_s: float) -> bool:
        """Whether nothing is being drawn any more; waits for it, but not longer than `within_s`."""
        return self._begun is None or not wait((self._begun,), within_s).not_done

    def finish(self, words: Sequence[str] | None) -> bool:
        """Wait until what was begun is drawn, write `words` over it and show it. False when nothing was begun."""
        if self._begun is None or self._canvas is None:
            return False
        self._begun.result()
        if self._keep is not None:
            self._keep(self._canvas.copy(), self._tick)
        self._begun = self._canvas = self._keep = None  # the canvas must not outlive the window's memory
        if words is not None:
            self.screen.write(words)
        self.screen.show()
        shown = self._clock()
        if self.first_ns is None:
            self.first_ns = shown
        if self._shown_at is not None:
            self.intervals.add(shown - self._shown_at)
        self._shown_at = shown
        self._recent.append(shown)
        return True

    def gauge(self, status: Status) -> Status:
        """With what only the painter knows: the frames of the last second, and what drawing them takes."""
        now = self._clock()
        return msgspec.structs.replace(
            status,
            size=self.screen.size,
            present=self.screen.present,
            fps=float(sum(now - then <= SECOND for then in tuple(self._recent))),
            guard=round(float(self._drawing.guarded), 4),
            drawing_ms=round(self.work.quantile(0.5), 2),
            drawing_threads=self.threads,
        )

    def keep(self, take: Callable[[Pixels, int], None]) -> None:
        """Give `take` a copy of the next picture, without words, and its tick."""
        self._keep = take

    def interrupted(self) -> None:
        """The time until the next picture is somebody else's, such as a window manager's: don't count it."""
        self._shown_at = None

    def close(self) -> None:
        """End the threads."""
        self._thread.shutdown()
        self._drawing.close()
