"""Taps: a tempo from a hand that is not even; breath and slices follow it by doubling."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.acceptance import accept
from installation.controls import TABLE, Refused
from installation.model import ticks
from installation.model.chance import Chance
from installation.model.glitchclock import LENGTHS, GlitchClock
from installation.model.tempo import KEPT, LONGEST, MOST, SLICE, Taps, breath, slices
from installation.show import Show
from tests.harness.rehearsal import rehearsal


def tapped(*at: int) -> list[float]:
    taps = Taps()
    return [taps.tap(tick) for tick in at]


def test_the_second_tap_gives_a_tempo_and_uneven_ones_their_median() -> None:
    assert tapped(0, 60) == [0.0, 120.0]
    assert tapped(0, 60, 118, 181, 240, 302)[-1] == pytest.approx(120.0)


def test_a_bounce_is_no_tap_and_a_long_rest_begins_anew() -> None:
    assert tapped(0, 3, 60)[-1] == 120.0
    assert tapped(0, 60, 60 + LONGEST + 1)[-1] == 0.0
    assert tapped(0, LONGEST) == [0.0, 3.0]


def test_another_tempo_is_taken_at_once() -> None:
    assert tapped(0, 60, 120, 180, 300, 420)[-2:] == [60.0, 60.0]


@given(st.lists(st.integers(0, 3000), max_size=40))
def test_whatever_is_tapped_a_tempo_is_within_bounds(gaps: list[int]) -> None:
    taps, now = Taps(), 0
    for gap in gaps:
        now += gap
        assert 0.0 <= taps.tap(now) <= MOST
        assert len(taps.intervals) <= KEPT


@given(st.floats(0.01, MOST))
def test_breath_and_slices_are_beats_doubled_or_halved_and_within_the_controls_range(tempo: float) -> None:
    row = TABLE["/dream/breath"]
    assert row.low <= breath(tempo) <= row.high
    assert 14.0 <= slices(tempo) <= 29.0
    beats = tempo / 60.0 / breath(tempo)
    assert beats == pytest.approx(2.0 ** round(math.log2(beats)))


def drawn(unit: float, count: int) -> list[int]:
    clock, lengths = GlitchClock(Chance(1)), []
    for _ in range(count):
        clock.step(unit)
        if clock.age == 0:
            lengths.append(clock.length)
    return lengths


def test_without_a_tempo_slices_are_what_they_were() -> None:
    chance = Chance(1)
    was = [LENGTHS[int(chance.at(i).integers(len(LENGTHS)))] for i in range(1, 20)]
    assert drawn(SLICE, 1000)[:19] == was


def test_slices_keep_to_the_beat_for_hours_and_add_up_to_it() -> None:
    unit = slices(133.0)
    lengths = drawn(unit, 120 * 600)
    parts = [round(4.0 * length / unit) / 4.0 for length in lengths]
    assert set(parts) <= {0.25, 0.5, 1.0, 2.0}
    assert sum(lengths) == pytest.approx(sum(parts) * unit, abs=1.0)


def tap(show: Show, *at: int) -> None:
    for tick in at:
        while show.tick < tick:
            show.step()
        show.accept("/show/tap")


def test_a_hand_taps_the_breath_and_takes_it_back() -> None:
    show = rehearsal()
    tap(show, 0, 60, 121, 180)
    aims = show.glides.aims()
    assert aims["/show/tempo"] == pytest.approx(120.0)
    assert aims["/dream/breath"] == pytest.approx(0.125)
    show.accept("/undo")
    assert (show.glides.aims()["/show/tempo"], show.glides.aims()["/dream/breath"]) == (0.0, 0.16)
    with pytest.raises(Refused):
        show.accept("/undo")
    tap(show, 240)
    assert show.glides.aims()["/show/tempo"] == 0.0, "after an undo the next tap is the first"


def test_a_tempo_that_is_said_is_one_change_with_its_breath() -> None:
    show = rehearsal()
    show.accept("/hand/change", [1, "/show/tempo"])
    show.accept("/show/tempo", [90.0])
    assert show.glides.aims()["/dream/breath"] == pytest.approx(0.1875)
    show.accept("/undo")
    assert show.glides.aims()["/dream/breath"] == 0.16


def test_no_tempo_leaves_the_breath_and_calm_ends_it() -> None:
    show = rehearsal()
    show.accept("/show/tempo", [90.0])
    show.accept("/show/tempo", [0.0])
    assert show.glides.aims()["/dream/breath"] == pytest.approx(0.1875)
    tap(show, 0, 60)
    show.accept("/show/calm")
    assert (show.glides.aims()["/show/tempo"], show.glides.aims()["/dream/breath"]) == (0.0, 0.16)
    tap(show, 120)
    assert show.glides.aims()["/show/tempo"] == 0.0


def test_a_locked_breath_is_not_tapped() -> None:
    show = rehearsal()
    show.accept("/lock/dream", [1])
    for address, arguments in (("/show/tap", []), ("/show/tempo", [90.0])):
        with pytest.raises(Refused, match=f"{address}: /dream/breath is locked by /lock/dream"):
            show.accept(address, arguments)


def test_taps_outlive_a_crash_and_the_tick_stands_still() -> None:
    show, again = rehearsal(), rehearsal()
    tap(show, 0, 60)
    again.restore(show.snapshot())
    tap(show, 118), tap(again, 118)
    for _ in range(ticks.ticks(3.0)):
        show.step(), again.step()
    assert show.snapshot() == again.snapshot()
    assert show.tick == 118 + ticks.ticks(3.0)
    assert accept(show.table, "/show/tempo", [1e9]).value == MOST
