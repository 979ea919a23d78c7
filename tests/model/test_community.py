"""Coherence is what the model does: art.md's table of phases, the stabiliser, communion and sensors, measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.model.chance import Chance
from installation.model.community import Climate, Community
from installation.model.ticks import RATE

CALM = Climate(unrest=0.0, bloom=0.0)
TORN = Climate(unrest=1.0, bloom=0.0)


def lived(community: Community, climate: Climate, seconds: float, start: int = 0) -> list[float]:
    """Coherence after each second."""
    seen = []
    for tick in range(start, start + round(seconds * RATE)):
        community.step(tick, climate)
        if (tick + 1) % RATE == 0:
            seen.append(community.coherence)
    return seen


@pytest.fixture
def community() -> Community:
    return Community(Chance(3), 240)


def test_harmony_gathers_and_glitch_collapses(community: Community) -> None:
    gathering = lived(community, CALM, 25)
    assert gathering[0] < 0.35
    assert gathering[-1] > 0.97
    rupture = lived(community, TORN, 20, 25 * RATE)
    assert max(rupture[6:]) < 0.35
    assert float(np.mean(rupture[6:])) < 0.15


def test_resolution_turns_over_without_making_everyone_alike(community: Community) -> None:
    lived(community, TORN, 10)
    mended = lived(community, Climate(unrest=0.0, bloom=1.0), 40, 10 * RATE)
    assert 0.80 < mended[-1] < 0.93
    assert np.corrcoef(np.angle(np.exp(1j * (community.phase - community.breath))), community.character)[0, 1] > 0.8


def test_mend_holds_the_community_through_a_glitch(community: Community) -> None:
    mended = lived(community, Climate(unrest=1.0, bloom=0.0, mend=True), 30)
    assert mended[-1] > 0.85
    assert lived(community, TORN, 20, 30 * RATE)[-1] < 0.4


@pytest.mark.parametrize(("communion", "least", "most"), [(0.0, 0.0, 0.6), (0.5, 0.97, 1.0), (1.0, 0.985, 1.0)])
def test_communion_runs_from_each_alone_to_all_one(
    community: Community, communion: float, least: float, most: float
) -> None:
    seen = lived(community, Climate(0.0, 0.0, communion=communion), 30)
    assert least <= seen[-1] <= most


def test_the_common_breath_only_moves_on(community: Community) -> None:
    before = community.breath
    for tick in range(20 * RATE):
        community.step(tick, TORN if (tick // RATE) % 4 == 0 else CALM)
        assert community.breath > before
        before = community.breath


def test_a_heart_takes_over_a_sleeper_and_lets_go(community: Community) -> None:
    period = round(RATE / 1.2)  # 72 a minute
    for tick in range(40 * RATE):
        if tick % period == 0:
            community.beat(5, tick)
        if tick % period == 7:
            community.beat(5, tick)  # a double beat, 58 ms after the first, changes nothing
        community.step(tick, CALM)
    assert community.rate[5] == pytest.approx(1.2, rel=0.03)
    assert community.driven[5] > 0.95
    assert community.driven[4] == pytest.approx(0.0, abs=1e-9)
    lived(community, CALM, 55, 40 * RATE)
    assert community.driven[5] < 0.01


def test_a_sleeper_who_leaves_is_not_counted(community: Community) -> None:
    for sleeper in range(239):
        community.welcome(sleeper, False)
    lived(community, TORN, 15)
    assert community.coherence == pytest.approx(1.0, abs=1e-3)  # one sleeper agrees with himself
    community.welcome(239, False)
    lived(community, TORN, 15, 15 * RATE)
    assert community.coherence == 0.0 or math.isfinite(community.coherence)
    community.welcome(7, True)
    assert community.arrived[7] == 0.0
    lived(community, CALM, 5, 30 * RATE)
    assert community.arrived[7] == pytest.approx(5.0)


def test_at_the_first_dusk_they_come_in_one_after_the_other() -> None:
    community = Community(Chance(3), 240, gathering=20.0)
    came = []
    for tick in range(25 * RATE):
        community.step(tick, CALM)
        if tick % RATE == RATE - 1:
            came.append(int((community.arrived > 0.0).sum()))
    assert came[0] < 30
    assert max(np.diff(came)) < 30  # a dozen a second, and never a crowd at once
    assert (came[18], came[20], came[24]) == (pytest.approx(228, abs=10), 240, 240)
    assert community.arrived.min() > 4.9
    assert community.present.min() > 0.99


def test_places_change_with_the_arc_and_nobody_jumps(community: Community) -> None:
    before = community.place.copy()
    community.settle_elsewhere(1)
    furthest = 0.0
    for tick in range(13 * RATE):
        last = community.place.copy()
        community.step(tick, CALM)
        furthest = max(furthest, float(np.abs(community.place - last).max()))
    assert furthest < 0.03  # metres a tick
    assert float(np.abs(community.place - before).max()) > 1.0
    community.settle_elsewhere(0)
    lived(community, CALM, 13, 13 * RATE)
    assert community.place == pytest.approx(before)


def hearts(community: Community, rate: float, people: int, seconds: float, climate: Climate = CALM) -> float:
    """So many guests with hearts of this rate, each out of step with the others; coherence at the end."""
    first = np.random.default_rng(4).uniform(0.0, 1.0 / rate, people)
    due = np.rint(first * RATE)
    for tick in range(round(seconds * RATE)):
        for sleeper in np.flatnonzero(due <= tick).tolist():
            community.beat(sleeper, tick)
            due[sleeper] += RATE / rate
        community.step(tick, climate)
    return community.coherence


@pytest.mark.parametrize("rate", [0.95, 1.3])
def test_a_heart_joins_the_breath_so_many_beats_to_one(rate: float) -> None:
    """Of 60 hearts none leaves the common breath, though none beats at its rate."""
    community = Community(Chance(3), 240, settled=True)
    assert hearts(community, rate, 60, 30.0) > 0.95
    assert community.rate[:60] == pytest.approx(rate, rel=0.03)
    assert community.hearts[:60] == pytest.approx(round(rate / CALM.breath))
    assert community.accord[:60].min() > 0.6


def test_breathing_along_brings_all_together() -> None:
    """Forty guests tap with the common breath while everyone would rather be for themselves."""
    alone = Climate(0.15, 0.0, communion=0.3)
    seen = []
    for along in (False, True):
        community = Community(Chance(3), 240, settled=True)
        tapped = 0.0
        for tick in range(60 * RATE):
            if along and community.breath // (2.0 * math.pi) > tapped:
                tapped = community.breath // (2.0 * math.pi)
                for sleeper in range(40):
                    community.beat(sleeper, tick)
            community.step(tick, alone)
        seen.append(float(np.mean(lived(community, alone, 10, 60 * RATE))))
    assert seen[1] > seen[0] + 0.1


def test_a_guest_comes_stays_without_a_beat_and_is_freed_of_everything() -> None:
    community = Community(Chance(3), 240, settled=True)
    community.seat(7, True)
    community.tint(7, 0.9)
    community.light(7, 2.0)
    community.beat(7, 0)
    lived(community, CALM, 60)
    assert community.guest[7] == 1.0  # a visitor who only lies there stays
    assert community.joined[7] == pytest.approx(60.0, abs=0.1)
    community.release()
    assert community.hue_target[7] == 0.9  # calm takes nobody's light away
    community.free(7)
    lived(community, CALM, 30, 60 * RATE)
    assert community.guest[7] == 0.0
    assert community.left[7] == pytest.approx(30.0, abs=0.1)
    assert (community.hue[7], community.glow[7]) == (pytest.approx(community.own_hue[7], abs=1e-3), pytest.approx(1.0))
    assert community.pulses.last[7] == -1
    assert community.beats[7].max() < 0


def test_who_plays_no_guest_changes_nothing_for_others() -> None:
    """What is asked of one sleeper moves that one alone, as long as it is no beat."""
    one, other = (Community(Chance(3), 240) for _ in range(2))
    one.seat(3, True)
    one.call(3, 0)
    lived(one, CALM, 3)
    lived(other, CALM, 3)
    assert one.phase == pytest.approx(other.phase, abs=0.05)
    assert one.guest[3] == 1.0
    assert not one.guest[4:].any()
