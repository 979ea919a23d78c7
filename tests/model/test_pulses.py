from __future__ import annotations

import numpy as np
import pytest

from installation.model.community import QUIET
from installation.model.pulses import Pulses
from installation.model.ticks import RATE, ticks


def rate(*seconds: float) -> float:
    """Beats a second that beats at these times come to."""
    pulses = Pulses(3, QUIET)
    for moment in seconds:
        pulses.beat(1, ticks(moment))
    usual = pulses.usual(1)
    return RATE / usual if usual else 0.0


@pytest.mark.parametrize(
    ("beats", "hz"),
    [
        ((), 0.0),
        ((1.0,), 0.0),
        ((1.0, 2.0), 1.0),
        ((0.0, 0.8, 1.6, 2.4), 1.25),
        ((0.0, 0.1, 0.8, 0.9, 1.6, 1.7), 1.25),  # every beat double, 0.1 s apart
        ((0.0, 1.0, 2.0, 2.4, 3.0, 4.0), 1.0),  # one beat too many, well after the last
        ((0.0, 1.0, 2.0, 3.0, 5.0, 6.0), 1.0),  # one beat missed
        ((0.0, 1.0, 2.0, 2.5, 3.0, 3.5, 4.0), 2.0),  # the heart really is twice as quick now
        ((0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0), 0.5),  # and twice as slow
        ((0.0, 6.0, 12.0, 18.0), 1 / 6),  # a breath
        ((0.0, 1.0, 2.0, 3.0, 60.0), 0.0),  # silence: it begins anew
        ((0.0, 1.0, 2.0, 60.0, 60.5), 2.0),
    ],
)
def test_a_rate_is_told_from_beats(beats: tuple[float, ...], hz: float) -> None:
    assert rate(*beats) == pytest.approx(hz)


def test_sleepers_do_not_share_beats() -> None:
    pulses = Pulses(2, QUIET)
    assert pulses.beat(0, 0)
    assert pulses.beat(1, 10)
    assert pulses.beat(0, 120)
    assert (pulses.usual(0), pulses.usual(1)) == (120.0, 0.0)


@pytest.mark.parametrize("known", [(), (70,), (70, 95), (95, 70), (70, 95, 120), (120, 70, 95), (95, 95, 70)])
def test_the_usual_interval_is_the_median_to_the_bit(known: tuple[int, ...]) -> None:
    pulses = Pulses(2, QUIET)
    pulses.intervals[1, : len(known)] = known
    assert pulses.usual(1) == (float(np.median(known)) if known else 0.0)
