"""Who rings: the nearest of those whose breath peaks, never more than six a second; a driven sleeper always."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.model.bells import AGAIN, APART, MOST, BellQueue
from installation.model.chance import Chance

N = 240


def rung(
    bells: BellQueue, seconds: float, rates: NDArray[np.float64], driven: NDArray[np.float64]
) -> list[tuple[int, int]]:
    """(tick, sleeper) of all that ring, for breaths of `rates` Hz and sleepers 1, 2, 3 ... metres away."""
    start, found = np.random.default_rng(1).uniform(0.0, 2 * np.pi, N), []
    for tick in range(round(120 * seconds)):
        phase = np.mod(start + 2 * np.pi * rates * tick / 120, 2 * np.pi)
        bells.step(tick, phase, np.ones(N), driven, lambda: np.arange(N) + 1.0)
        found += [(tick, int(i)) for i in np.flatnonzero(bells.struck)]
    return found


def test_at_most_six_ring_in_a_second_the_nearest_first() -> None:
    found = rung(BellQueue(Chance(1), N), 60.0, np.full(N, 0.16), np.zeros(N))
    ticks = np.array([tick for tick, _ in found])
    assert 100 < len(found) < 360
    assert np.diff(ticks).min() >= APART[0]
    assert np.median([sleeper for _, sleeper in found]) < 0.3 * N, "of those who peak, the near ones"
    assert len(set(np.diff(ticks).tolist())) > 10, "no beat of their own"


def test_a_driven_sleeper_rings_with_every_one_of_its_breaths() -> None:
    driven, rates = np.zeros(N), np.full(N, 0.16)
    driven[N - 1], rates[N - 1] = 1.0, 1.25
    found = rung(BellQueue(Chance(1), N), 20.0, rates, driven)
    own = np.array([tick for tick, sleeper in found if sleeper == N - 1])
    assert len(own) == 25
    assert set(np.diff(own).tolist()) == {96}


def test_a_breath_that_trembles_over_its_peak_rings_once() -> None:
    bells, phase = BellQueue(Chance(1), 1), np.array([6.2])
    struck = 0
    for tick in range(AGAIN, 2 * AGAIN):
        phase = np.array([0.05 if tick % 2 else 6.25])
        bells.step(tick, phase, np.ones(1), np.ones(1), lambda: np.ones(1))
        struck += int(bells.struck[0] > 0.0)
    assert struck == 1


def test_who_is_near_is_struck_harder_and_who_is_absent_never() -> None:
    bells = BellQueue(Chance(1), 3)
    bells.step(1000, np.full(3, 6.2), np.array([1.0, 1.0, 0.0]), np.ones(3), lambda: np.array([5.0, 15.0, 1.0]))
    bells.step(1001, np.full(3, 0.1), np.array([1.0, 1.0, 0.0]), np.ones(3), lambda: np.array([5.0, 15.0, 1.0]))
    near, far, absent = bells.struck.tolist()
    assert near > far > 0.0 == absent


def test_where_more_beat_at_once_than_can_ring_the_others_ring_in_the_next_ticks() -> None:
    bells, rung = BellQueue(Chance(1), 20), np.zeros(20, dtype=int)
    everybody, far = np.ones(20), np.arange(20) + 1.0
    for tick in range(1000, 1006):
        bells.step(tick, np.full(20, 6.2 if tick == 1000 else 0.1), everybody, everybody, lambda: far)
        assert np.count_nonzero(bells.struck) <= MOST
        rung += bells.struck > 0.0
    assert rung.tolist() == [1] * 20
