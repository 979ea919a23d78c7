"""How far a long piece of work has come: a bar on a terminal, a line every tenth of the way elsewhere.

Whoever asks for its end is heard between two steps of the work, where every file is either whole or known to be open.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

_ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
TIMEOUT_S = 1.0
"""Work that is over sooner shows nothing."""

PICTURE = ("points", "strokes", "mist", "guard")
"""What has to be compiled, once, before there is a picture."""

COSTS = {"points": 9.0, "strokes": 1.3, "mist": 1.0, "guard": 14.0, "sound": 18.0}
"""Seconds that a compiler takes for each. What an estimate begins with; then it goes by the pace that is seen."""


class Bar:
    """Call it with (done, of). It shows itself on stderr once the work has lasted TIMEOUT_S.

    While it is entered, Ctrl-C and a polite kill raise KeyboardInterrupt from the next call, or where the block ends;
    the second time at once, wherever the work is. To be entered from the main thread, before any file is opened.
    """

    def __init__(self, what: str, then: Sequence[str] = ()) -> None:
        """`then`: what has to be compiled after PICTURE."""
        self._what = what
        self._stages = [*PICTURE, *then]
        self._stage, self._since = "", 0.0  # what is compiled now, and since when
        self._took = self._cost = 0.0  # seconds of what was compiled so far, and what COSTS says of it
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task = self._progress.add_task(what, total=None)
        self._shown = False
        self._tenths = 0
        self._asked = False  # to end
        self._late: threading.Timer | None = None  # says what is made ready, once that lasts

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._heed) for number in _ENDS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._in_time()
        if self._shown:
            self._progress.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if kind is None:
            self._interrupt()

    def __call__(self, done: int, of: int) -> None:
        """`done` of `of` is done."""
        self._interrupt()
        self._in_time()
        self._progress.update(self._task, description=self._what, completed=done, total=of)
        task = self._progress.tasks[0]
        if (task.elapsed or 0.0) < TIMEOUT_S:
            return
        if self._console.is_terminal:
            self._show()
        elif (tenths := done * 10 // max(of, 1)) > self._tenths:
            self._tenths = tenths
            left = task.time_remaining
            estimate = f", about {left:.0f} s left" if left and done < of else ""
            print(f"{self._what}: {tenths * 10} %{estimate}", file=sys.stderr, flush=True)

    def prepare(self, word: str) -> None:
        """One of the stages is made ready before the work itself: compiled the first time, later only loaded."""
        self._interrupt()
        self._in_time()
        self._stage, self._since = word, self._progress.get_time()
        line = f"{self._what}: compiling the {word} once: {self._left(word)}"
        if self._console.is_terminal:
            self._progress.update(self._task, description=line)
            self._show()
            return
        self._late = threading.Timer(max(0.0, TIMEOUT_S), lambda: print(line, file=sys.stderr, flush=True))
        self._late.daemon = True
        self._late.start()

    def _left(self, word: str) -> str:
        """How long it lasts until everything is compiled, at the pace of what was."""
        ahead = self._stages[self._stages.index(word) :] if word in self._stages else [word]
        pace = self._took / self._cost if self._cost else 1.0
        seconds = pace * sum(COSTS.get(stage, 1.0) for stage in ahead)
        return f"about {max(5 * round(seconds / 5), 5)} s left"

    def _in_time(self) -> None:
        """What was made ready is ready."""
        took = self._progress.get_time() - self._since
        if self._stage and took > TIMEOUT_S:
            self._took, self._cost = self._took + took, self._cost + COSTS.get(self._stage, took)
        self._stage = ""
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _show(self) -> None:
        if not self._shown:
            self._shown = True
            self._progress.start()

    def _heed(self, number: int, frame: FrameType | None) -> None:
        again, self._asked = self._asked, True
        if again:
            raise KeyboardInterrupt

    def _interrupt(self) -> None:
        if self._asked:
            raise KeyboardInterrupt
