"""Shows are the same as far as anybody could see, or they are not; and the beat finds another's clock."""

from __future__ import annotations

import random

import numpy as np
import pytest

from installation.cloud.agreement import agree, figures
from installation.cloud.beat import SAMPLES, Beat
from installation.cloud.messages import Figures
from installation.model.ticks import SECOND
from tests.harness.rehearsal import rehearsal


def angle(radians: float) -> Figures:
    return Figures(1, (1,), np.array([radians], "<f4").tobytes())


def test_the_last_bit_is_no_difference_and_what_can_be_seen_is() -> None:
    show, other, third = rehearsal(), rehearsal(), rehearsal()
    third.accept("/dream/unrest", [1.0])
    for _ in range(240):
        for each in (show, other, third):
            each.step()
    other.community.phase = other.community.phase * (1.0 + 1e-12)
    assert agree(figures(show), figures(other))
    assert not agree(figures(show), figures(third))
    other.community.phase = other.community.phase + 0.01
    assert not agree(figures(show), figures(other))
    assert agree(
        Figures(1, (1,), np.array([1e-6], "<f4").tobytes()), Figures(1, (1,), np.array([6.283185], "<f4").tobytes())
    )
    assert len(figures(show).values) < 2000


def test_figures_that_are_no_numbers_are_no_agreement() -> None:
    ours = Figures(1, (0,), np.zeros(4, "<f4").tobytes())
    assert not agree(ours, Figures(1, (0,), np.full(4, np.nan, "<f4").tobytes()))
    assert not agree(ours, Figures(1, (0,), b"1234"))
    assert not agree(angle(0.0), angle(np.inf))
    assert not agree(angle(0.0), angle(np.nan))
    assert not agree(ours, Figures(1, (2,), ours.values))


@pytest.mark.parametrize("seed", range(3))
def test_another_clock_is_known_better_than_the_way_is_long(seed: int) -> None:
    chance, beat, offset = random.Random(seed), Beat(), 777 * SECOND
    now, zero = 5 * SECOND, 1000 * SECOND
    beat.said(zero, now)
    for _ in range(40):
        there, back = (int(chance.expovariate(1.0) * 2e6 + 2e5) for _ in "ab")
        beat.answered(now, now + there + offset, now + there + back)
        now += SECOND // 30
    assert beat.zero_ns is not None
    assert abs(beat.zero_ns - (zero - offset)) < 1_000_000


def test_the_old_beat_holds_until_the_new_clock_is_known_and_time_that_slipped_is_taken_at_once() -> None:
    beat, now = Beat(), SECOND
    beat.lead(0)
    beat.follow()
    beat.said(500_000, now)
    for i in range(SAMPLES - 1):
        beat.answered(now + i, now + i, now + i)
        assert beat.zero_ns == 0
    beat.answered(now + 9, now + 9, now + 9)
    assert 0 < (beat.zero_ns or 0) <= 1_000_000
    before = beat.zero_ns
    beat.said(500_000 + SECOND, now + SECOND)
    assert beat.zero_ns == 500_000 + SECOND != before
    beat.answered(now, 0, now - 1)
    beat.answered(now, 0, now + 2 * SECOND)
    assert beat.zero_ns == 500_000 + SECOND
