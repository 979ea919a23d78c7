"""The sound of a film: a show heard tick by tick, in sync with its pictures to the sample. Reads no clock."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.film.child import serve_quietly
from installation.model import ticks
from installation.model.chance import Chance
from installation.show import Show
from installation.sound.cue import Cue, encode, rehearsal
from installation.sound.synth import Synth
from installation.venue.settings import Hearing

Samples = NDArray[np.float32]
Rows = NDArray[np.float64]

RATE = 48_000  # samples a second
QUANTUM = RATE // ticks.RATE  # samples a tick
ROLL = ticks.ticks(20.0)
"""Ticks before the first one that the room, the loudness and the hearing guard are given to settle."""

BATCH = ticks.RATE  # ticks that are rendered at once
AHEAD = 4  # batches that may wait for a process


class Studio:
    """Renders rows of cues, batch after batch, here and now."""

    def __init__(self, seed: int, hearing: Hearing, channels: int, binaural: bool = False) -> None:
        self._synth = Synth(Chance(seed).of("sound"), channels, RATE, hearing, binaural)
        self.latency = self._synth.latency  # samples by which sound is late

    def submit(self, rows: Rows) -> Future[Samples]:
        """(n, channels) samples of (t, ROW) ticks that follow the ones before."""
        done: Future[Samples] = Future()
        done.set_result(np.concatenate([self._synth.render_row(row, QUANTUM) for row in rows]))
        return done


def prepare(hearing: Hearing, channels: int, binaural: bool = False) -> None:
    """Compile what sounds, or load it from the cache: no second of a film waits for a compiler."""
    Studio(0, hearing, channels, binaural).submit(np.stack(rehearsal()))


class FarStudio(Studio):
    """The same in a process of its own, so that the show steps on meanwhile."""

    def __init__(self, executor: Executor, seed: int, hearing: Hearing, channels: int, binaural: bool) -> None:
        super().__init__(seed, hearing, channels, binaural)
        self._executor = executor

    def submit(self, rows: Rows) -> Future[Samples]:
        """As Studio does, later."""
        return self._executor.submit(_render, rows)


@contextmanager
def far_studio(seed: int, hearing: Hearing, channels: int, binaural: bool = False) -> Iterator[Studio]:
    """A studio in a process that ends with the `with` block; in this one where processes can share nothing."""
    spawned = multiprocessing.get_context("spawn")
    try:
        pool = ProcessPoolExecutor(1, spawned, _open_studio, (seed, hearing, channels, binaural))
    except OSError:  # no semaphores: a sandbox without /dev/shm
        yield Studio(seed, hearing, channels, binaural)
        return
    with pool as executor:
        try:
            yield FarStudio(executor, seed, hearing, channels, binaural)
        finally:
            executor.shutdown(cancel_futures=True)


_studios: list[Studio] = []  # the process's own; it is made for one soundtrack


def _open_studio(*given: Any) -> None:
    serve_quietly()
    _studios[:] = [Studio(*given)]


def _render(rows: Rows) -> Samples:
    return _studios[0].submit(rows).result()


class Soundtrack:
    """Hands the sound of ticks first .. last - 1 of a show to `take`, (n, channels) samples at a time.

    Sound is late by the limiter's look-ahead: as many samples are dropped at the start and made at the end.
    """

    def __init__(self, studio: Studio, first: int, last: int, take: Callable[[Samples], object]) -> None:
        self._studio, self._first, self._last, self._take = studio, first, last, take
        self._rows: list[Rows] = []  # of ticks that are not rendered yet
        self._made: deque[Future[Samples]] = deque()
        self._drop: int | None = None  # samples before the first that is wanted; None before the first tick
        self._wanted = (last - first) * QUANTUM  # samples still to be given
        self._due = 0  # samples still to be rendered

    def follow(self, show: Show, level: float = 1.0) -> None:
        """The show is at a tick; call it once for every tick, in order."""
        if not self._first - ROLL <= show.tick < self._last:
            return
        if self._drop is None:
            self._drop = max(self._first - show.tick, 0) * QUANTUM + self._studio.latency
            self._due = self._drop + self._wanted
        self._rows.append(encode(Cue.of(show.moment()), show.voices()))
        if len(self._rows) == BATCH:
            self._render(keep=1)

    def finish(self) -> None:
        """What is still owed: the last moment holds."""
        if self._drop is None:
            return
        self._rows += self._rows[-1:] * (-(-self._due // QUANTUM) - len(self._rows))
        self._render(keep=0)
        while self._made:
            self._give(self._made.popleft().result())

    def _render(self, keep: int) -> None:
        """All rows but the newest `keep`, which `finish` may have to hold."""
        rows, self._rows = self._rows[: len(self._rows) - keep], self._rows[len(self._rows) - keep :]
        if rows:
            self._made.append(self._studio.submit(np.stack(rows)))
            self._due -= len(rows) * QUANTUM
        while self._made and (len(self._made) > AHEAD or self._made[0].done()):
            self._give(self._made.popleft().result())

    def _give(self, heard: Samples) -> None:
        assert self._drop is not None
        kept = heard[self._drop :][: self._wanted]
        self._drop = max(0, self._drop - len(heard))
        self._wanted -= len(kept)
        if len(kept):
            self._take(kept)
