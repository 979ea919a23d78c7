"""How far a long piece of work has come: a bar on a terminal, a line every tenth of the way elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

PATIENCE_S = 1.0
"""Work that is over sooner shows nothing."""


class Bar:
    """Call it with (done, of). It shows itself on stderr once the work has lasted PATIENCE_S."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task = self._progress.add_task(what, total=None)
        self._shown = False
        self._tenths = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def __call__(self, done: int, of: int) -> None:
        """`done` of `of` is done."""
        self._progress.update(self._task, completed=done, total=of)
        task = self._progress.tasks[0]
        if (task.elapsed or 0.0) < PATIENCE_S:
            return
        if self._console.is_terminal:
            if not self._shown:
                self._shown = True
                self._progress.start()
        elif (tenths := done * 10 // max(of, 1)) > self._tenths:
            self._tenths = tenths
            left = task.time_remaining
            estimate = f", about {left:.0f} s left" if left and done < of else ""
            print(f"{self._what}: {tenths * 10} %{estimate}", file=sys.stderr, flush=True)
