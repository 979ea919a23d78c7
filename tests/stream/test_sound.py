"""The sound of a stream: every tick once, in order, and no gap whatever was held up."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.film.soundtrack import QUANTUM
from installation.sound.cue import ROW
from installation.sound.output.shared_memory import SLOTS, CueRing, allocate
from installation.stream.sound import BATCH, LATE, StreamSound

LATENCY = 120


class Counting:
    """A studio in which the sound of a tick is the number in its cue."""

    latency = LATENCY

    def submit(self, rows: NDArray[np.float64]) -> Future[NDArray[np.float32]]:
        done: Future[NDArray[np.float32]] = Future()
        done.set_result(np.repeat(rows[:, :1], QUANTUM, axis=0).astype(np.float32) * np.ones(2, np.float32))
        return done


class Booth:
    """A show's end of the ring, and what is heard at the other."""

    def __init__(self, first: int = 0) -> None:
        shared = allocate()
        self.ring, self.tick = CueRing(shared), first
        self.tell()
        self.sound = StreamSound(CueRing(shared), Counting())  # type: ignore[arg-type]
        self.heard: list[NDArray[np.float32]] = []

    def tell(self, many: int = 1) -> None:
        for _ in range(many):
            self.ring.write(self.tick, np.full(ROW, float(self.tick)))
            self.tick += 1

    def ticks(self) -> list[int]:
        """The cues that were heard, in order."""
        return np.concatenate(self.heard)[:, 0].astype(int)[::QUANTUM].tolist()


@pytest.fixture
def booth() -> Booth:
    return Booth(first=500)


def test_every_tick_is_heard_once_from_the_beginning_but_for_the_look_ahead(booth: Booth) -> None:
    booth.sound.begin(500)
    for many in (1, 2, 7, 1, 1, 30):
        booth.tell(many)
        booth.heard.append(booth.sound.due())
    whole = np.concatenate(booth.heard)
    assert len(whole) == 43 * QUANTUM - LATENCY
    assert np.array_equal(np.unique(whole), np.arange(500, 543))
    assert np.all(np.diff(whole[:, 0]) >= 0)


def test_a_few_ticks_wait_for_more(booth: Booth) -> None:
    booth.sound.begin(500)
    booth.tell(BATCH - 2)
    assert len(booth.sound.due()) == 0
    booth.tell()
    assert len(booth.sound.due()) == BATCH * QUANTUM - LATENCY


def test_cues_that_are_gone_hold_the_one_before(booth: Booth) -> None:
    booth.sound.begin(500)
    booth.tell(BATCH - 1)
    booth.sound.due()
    booth.tell(SLOTS + 20)
    booth.heard.append(booth.sound.due())
    assert booth.ticks() == [503] * 20 + list(range(524, 504 + SLOTS + 20))


def test_who_was_held_up_for_long_is_silent_up_to_now_and_stays_in_step(booth: Booth) -> None:
    booth.sound.begin(500)
    booth.tell(BATCH - 1)
    booth.sound.due()
    booth.tell(LATE + 1)
    late = booth.sound.due()
    assert late.shape == ((LATE + 1) * QUANTUM, 2)
    assert not late.any()
    booth.tell(BATCH)
    booth.heard.append(booth.sound.due())
    assert booth.ticks() == list(range(booth.tick - BATCH, booth.tick))


def test_another_call_begins_where_it_is_told(booth: Booth) -> None:
    booth.sound.begin(500)
    booth.tell(400)
    booth.sound.begin(900)
    booth.tell(BATCH)
    booth.heard.append(booth.sound.due())
    assert booth.ticks()[0] == 900
