"""Who draws the segments of a film: this process, or a process a core. A worker that dies costs its segment alone."""

from __future__ import annotations

import multiprocessing
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Protocol

from installation.film.child import serve_quietly
from installation.film.segments import Task
from installation.foundation.errors import Mistake
from installation.light.flashguard.held import Held

ATTEMPTS = 3
"""Times that a segment is tried before the film is given up."""

Progress = Callable[[int, int], None]
"""Told the index of a segment and how many of its pictures are done."""

Made = tuple[Task, Held]


class Runner(Protocol):
    """Draws segments, in whatever order."""

    def run(self, tasks: Iterable[Task], progress: Progress) -> Iterator[Made]:
        """Each task as soon as it is done. What `progress` raises ends the work; so does closing the iterator."""


class Here:
    """This process, one segment after another, each by `threads` threads."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    def run(self, tasks: Iterable[Task], progress: Progress) -> Iterator[Made]:
        """As Runner does, in order."""
        for task in tasks:
            yield task, task.make(self._threads, partial(progress, task.segment.index))


class Cores:
    """So many processes of one thread each, that end with the work, however it ends."""

    def __init__(self, count: int) -> None:
        self._count = count

    def run(self, tasks: Iterable[Task], progress: Progress) -> Iterator[Made]:
        """As Runner does."""
        feed, again, lost = iter(tasks), deque[Task](), Counter[int]()
        idle, busy = [_Worker() for _ in range(self._count)], dict[object, _Worker]()
        try:
            while True:
                # one at a time, for who plans the next one takes a while, and somebody may have something to say
                task = None
                if idle and (task := again.popleft() if again else next(feed, None)) is not None:
                    worker = idle.pop()
                    worker.begin(task)
                    busy[worker.line] = worker
                elif not busy:
                    return
                for line in wait([worker.line for worker in busy.values()], 0 if idle and task else None):
                    worker = busy[line]
                    try:
                        done, held = worker.heard()
                    except OSError:  # it died
                        del busy[line]
                        worker.end()
                        idle.append(_Worker())
                        again.append(_once_more(worker.task, lost))
                        continue
                    progress(worker.task.segment.index, done)
                    if held is not None:
                        idle.append(busy.pop(line))
                        yield worker.task, held
        finally:
            for worker in (*idle, *busy.values()):
                worker.end()


def _once_more(task: Task, lost: Counter[int]) -> Task:
    """A task whose worker died. Raises Mistake after so many attempts."""
    index = task.segment.index
    lost[index] += 1
    if lost[index] >= ATTEMPTS:
        raise Mistake(f"film: segment {index + 1}: its process died {ATTEMPTS} times; the others are kept")
    return task


class _Worker:
    """A process that draws one task after another, and what is on the line from it."""

    def __init__(self) -> None:
        spawned = multiprocessing.get_context("spawn")
        self.line, far = spawned.Pipe()
        self._process = spawned.Process(target=_work, args=(far,), name="film-worker", daemon=True)
        self._process.start()
        far.close()
        self.task: Task

    def begin(self, task: Task) -> None:
        """Draw this; only when idle. A line that is cut is noticed when it is read."""
        self.task = task
        with suppress(OSError):
            self.line.send(task)

    def heard(self) -> tuple[int, Held | None]:
        """How many pictures are done, and when all are, what the guard held down.

        Raises OSError when the process died, Mistake when it met something.
        """
        try:
            done, held, failure = self.line.recv()
        except EOFError as error:
            raise ConnectionError from error
        if failure:
            raise Mistake(f"film: segment {self.task.segment.index + 1}: {failure}")
        return done, held

    def end(self) -> None:
        """At once, in the middle of a picture if need be."""
        self._process.kill()
        self._process.join()
        self.line.close()


def _work(line: Connection) -> None:
    """The life of a worker: tasks in, (pictures done, what the guard held or None, failure or "") out."""
    serve_quietly()
    while True:
        try:
            task: Task = line.recv()
        except EOFError:
            return
        try:
            held = task.make(1, lambda done: line.send((done, None, "")))
            line.send((task.segment.cut.frames, held, ""))
        except Exception as error:
            line.send((0, None, f"{type(error).__name__}: {error}"))
