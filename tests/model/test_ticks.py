"""Nanoseconds in, ticks out: at any picture rate, without waiting."""

from __future__ import annotations

import pytest

from installation.model.ticks import RATE, SECOND, Ticker, seconds, ticks


@pytest.mark.parametrize("pictures", [1, 24, 30, 59.94, 60, 144, 1000])
def test_every_tick_is_handed_out_once(pictures: float) -> None:
    ticker = Ticker(0)
    due = [ticker.due(round(i * SECOND / pictures)) for i in range(round(pictures) * 10 + 1)]
    assert abs(sum(due) - 10 * RATE) <= 1 + 10 * RATE * abs(pictures - round(pictures)) / pictures
    assert min(due) >= 0
    assert ticker.slipped == 0


def test_a_clock_that_stands_or_turns_back_gives_nothing_and_loses_nothing() -> None:
    ticker = Ticker(5 * SECOND)
    assert ticker.due(6 * SECOND) == RATE
    assert ticker.due(6 * SECOND) == 0
    assert ticker.due(2 * SECOND) == 0
    assert ticker.due(7 * SECOND) == RATE


def test_show_time_slips_after_a_long_sleep() -> None:
    ticker = Ticker(0)
    assert ticker.due(3600 * SECOND) == RATE
    assert ticker.slipped == 3599 * RATE
    assert ticker.due(3600 * SECOND + SECOND // 2) == RATE // 2


def test_an_hour_is_exact() -> None:
    assert ticks(3600.0) == 432_000
    assert seconds(432_000) == 3600.0
