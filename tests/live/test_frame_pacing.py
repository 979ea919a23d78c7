"""When pictures are due, and what is said about how long they took."""

from __future__ import annotations

import numpy as np
import pytest

from installation.live.frame_pacing import FramePacer, Lag, Times, period
from installation.model import ticks
from installation.model.ticks import SECOND, Ticker

PERIOD = SECOND // 60


def test_jittery_pictures_get_even_ticks() -> None:
    beat, jitter = FramePacer(PERIOD), np.random.Generator(np.random.PCG64(1)).normal(0.0, 3e6, 600)
    ticker = Ticker(-SECOND // ticks.RATE // 2)
    due = [ticker.due(beat.even(round(i * SECOND / 60 + jitter[i]))) for i in range(600)]
    assert due[0] == 0
    assert set(due[1:]) <= {1, 2, 3}
    assert due[1:].count(2) > 560
    assert sum(due) == pytest.approx(599 * 2, abs=2)
    plain = Ticker(-SECOND // ticks.RATE // 2)
    untreated = [plain.due(round(i * SECOND / 60 + jitter[i])) for i in range(600)]
    assert untreated.count(2) < 520


def test_a_display_a_little_off_its_nominal_rate_is_followed() -> None:
    beat, ticker, sum_ = FramePacer(PERIOD), Ticker(0), 0
    for i in range(6000):
        sum_ += ticker.due(beat.even(round(i * SECOND / 59.94)))
    assert sum_ == pytest.approx(5999 / 59.94 * ticks.RATE, abs=2)


def test_after_a_real_delay_the_beat_begins_anew() -> None:
    beat = FramePacer(PERIOD)
    beat.even(0)
    assert beat.even(10 * PERIOD) == 10 * PERIOD
    assert beat.rest(10 * PERIOD) == pytest.approx(PERIOD / SECOND)
    assert beat.rest(12 * PERIOD) == 0.0


def test_a_slow_picture_makes_those_after_it_wait_for_a_while_and_not_for_ever() -> None:
    lag = Lag()
    assert [lag.due(at, at + 4_000_000) - at for at in (0, PERIOD)] == [4_000_000, 4_000_000]
    assert lag.due(2 * PERIOD, 2 * PERIOD + 12_000_000) == 2 * PERIOD + 12_000_000
    lags = [lag.due(at, at + 4_000_000) - at for at in range(3 * PERIOD, 603 * PERIOD, PERIOD)]
    assert lags[0] == pytest.approx(12_000_000, rel=0.01)
    assert lags[-1] == 4_000_000
    assert -np.diff(lags).min() <= 12_000_000 / 250


@pytest.mark.parametrize(
    ("refresh", "most", "fps"),
    [(60, 0, 60), (0, 0, 60), (144, 0, 72), (240, 0, 120), (60, 30, 30), (50, 0, 50), (75, 60, 37.5), (60, 24, 20)],
)
def test_a_display_gets_an_even_share_of_its_rate(refresh: int, most: int, fps: float) -> None:
    assert SECOND / period(refresh, most) == pytest.approx(fps, rel=1e-6)


def test_times_are_those_of_numpy_to_a_tenth_of_a_millisecond() -> None:
    drawn = np.random.Generator(np.random.PCG64(2)).gamma(20.0, 0.8e6, 5000).astype(np.int64)
    times = Times()
    for duration in drawn.tolist():
        times.add(duration)
    said = times.summary()
    assert said["n"] == 5000
    for name, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99)):
        assert said[name] == pytest.approx(np.quantile(drawn, share) / 1e6, abs=0.11)
    assert said["worst"] == pytest.approx(drawn.max() / 1e6, abs=1e-3)
    assert times.rate == pytest.approx(SECOND / drawn.mean())


def test_nothing_measured_is_zero_and_hours_are_the_longest_bin() -> None:
    times = Times()
    assert (times.summary()["n"], times.summary()["p99"], times.rate) == (0, 0.0, 0.0)
    times.add(3 * 3600 * SECOND)
    assert times.summary()["worst"] == 3 * 3600 * 1000.0
