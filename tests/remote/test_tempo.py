"""Somebody else's tempo as the show's own: what is told, when, and what follows from it in the show."""

from __future__ import annotations

import math

import pytest

from installation.controls import TABLE
from installation.model import tempo
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.tempo import TempoFollower
from installation.show import Show
from tests.harness.rehearsal import settled

BREATH, TEMPO = "/dream/breath", "/show/tempo"


def follower(beats: float = 0.0, changed: float = 0.01) -> TempoFollower:
    return TempoFollower(beats, TABLE, changed)


def test_without_beats_it_is_told_as_a_tap_would() -> None:
    assert follower().take(98.0) == [(TEMPO, 98.0)]


@pytest.mark.parametrize(("bpm", "beats"), [(98.0, 8.0), (60.0, 4.0), (174.0, 16.0)])
def test_so_many_beats_are_a_breath(bpm: float, beats: float) -> None:
    assert follower(beats).take(bpm) == [(TEMPO, bpm), (BREATH, pytest.approx(bpm / 60 / beats))]


def test_a_breath_stays_one_that_can_be_breathed() -> None:
    assert dict(follower(1.0).take(300.0))[BREATH] == TABLE[BREATH].high
    assert dict(follower(64.0).take(20.0))[BREATH] == TABLE[BREATH].low


def test_what_is_faster_than_the_table_has_is_halved_and_breathes_the_same() -> None:
    ((_, told),) = follower().take(999.0)
    assert told == 999.0 / 4
    assert tempo.breath(told) == tempo.breath(999.0)
    assert tempo.slices(told) == tempo.slices(999.0)


def test_only_another_tempo_is_told_and_whoever_comes_next_leads() -> None:
    one = follower(changed=0.01)
    assert [bool(one.take(bpm)) for bpm in (98.0, 98.0, 98.5, 99.5, 99.6)] == [True, False, False, True, False]
    one.forget()
    assert one.take(99.6)


@pytest.mark.parametrize("nonsense", [0.0, -5.0, math.nan, math.inf, -math.inf])
def test_what_is_no_tempo_says_nothing(nonsense: float) -> None:
    assert follower(4.0).take(nonsense) == []


def test_breath_and_slices_follow_and_a_lock_holds(show: Show, desk: Desk) -> None:
    clock = Source("clock", "somebody")
    for address, value in follower(8.0).take(98.0):
        desk.receive(address, [value], clock, 0)
    settled(show, desk)
    assert show.glides.aims()[BREATH] == pytest.approx(98.0 / 60 / 8)
    assert show.glides.aims()[TEMPO] == 98.0
    assert not show.hand.history.past  # it is no hand
    desk.receive("/lock/control", [BREATH, 1], Source("udp", "there"), 0)
    settled(show, desk)
    for address, value in follower(8.0).take(120.0):
        desk.receive(address, [value], clock, 0)
    settled(show, desk)
    assert show.glides.aims()[BREATH] == pytest.approx(98.0 / 60 / 8)
    assert "locked" in desk.counters.refused
