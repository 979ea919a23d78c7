"""Chords, how they lead into one another, and who sings them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from installation.model import ticks
from installation.model.chance import Chance
from installation.model.choir import AZIMUTH, Choir
from installation.model.harmony import CHORDS, KEYS, LANDING, TONES, WANDERING, Chords, led

pitches = st.lists(st.floats(0.4, 20.0), min_size=TONES, max_size=TONES, unique=True)


def played(chords: Chords, seconds: float, phase: str, unrest: float = 0.0, arc: int = 0, tick: int = 0) -> list[str]:
    """The chord at every tick."""
    names = []
    for now in range(tick, tick + ticks.ticks(seconds)):
        chords.step(now, arc, phase, unrest)
        names.append(chords.name)
    return names


def changes(names: list[str]) -> list[int]:
    return [i for i in range(1, len(names)) if names[i] != names[i - 1]]


@pytest.mark.parametrize("name", CHORDS)
def test_a_chord_has_eight_tones_in_just_intonation(name: str) -> None:
    chord = CHORDS[name]
    assert len(chord) == TONES
    assert list(chord) == sorted(set(chord))
    assert all(abs(tone * 6 - round(tone * 6)) < 1e-9 for tone in chord), "a ratio of small whole numbers"


@given(pitches, st.sampled_from(sorted(CHORDS)))
def test_voices_lead_by_the_assignment_that_moves_them_least(sounding: list[float], name: str) -> None:
    pitch, chord = np.log2(sounding), np.array(CHORDS[name])
    cost = (pitch[:, None] - np.log2(chord)[None, :]) ** 2
    rows, columns = linear_sum_assignment(cost)
    ours = float(((pitch - np.log2(led(pitch, chord))) ** 2).sum())
    assert sorted(led(pitch, chord)) == pytest.approx(sorted(chord))
    assert ours == pytest.approx(float(cost[rows, columns].sum()), rel=1e-9, abs=1e-12)


def test_harmony_moves_every_20_to_40_seconds() -> None:
    names = played(Chords(Chance(3)), 600.0, "harmony")
    stays = np.diff(changes(names)) / ticks.RATE
    assert len(stays) >= 14
    assert stays.min() >= 20.0
    assert stays.max() <= 40.0 + 1 / ticks.RATE
    assert {"home", *WANDERING} == set(names)


def test_harmony_comes_home_again_and_again() -> None:
    names = played(Chords(Chance(5)), 600.0, "harmony")
    visited = [names[0], *(names[i] for i in changes(names))]
    homes = [i for i, name in enumerate(visited) if name == "home"]
    assert len(homes) >= 5
    assert max(np.diff(homes)) <= 4


def test_every_arc_has_its_own_order_and_key() -> None:
    chords = [Chords(Chance(7)) for _ in range(6)]
    journeys = []
    for arc, one in enumerate(chords):
        names = played(one, 120.0, "harmony", arc=arc)
        journeys.append(tuple(names[i] for i in changes(names)))
    assert len(set(journeys)) >= 4
    keys = [one.root(1.0) for one in chords]
    assert keys[0] == 1.0
    assert all(min(abs(key / known - 1) for known in KEYS) < 1e-6 for key in keys)
    assert all(abs(a / b - 1) > 0.05 for a, b in itertools.pairwise(keys)), "never the key of the arc before"


def test_a_tone_never_jumps() -> None:
    chords = Chords(Chance(11))
    before, far = chords.pitch.copy(), 0.0
    for now in range(ticks.ticks(200.0)):
        chords.step(now, 0, "harmony" if now < ticks.ticks(150) else "glitch", 0.0)
        far = max(far, float(np.abs(chords.pitch - before).max()))
        before = chords.pitch.copy()
    assert 0.0 < far < 0.02, "octaves a tick"


def test_the_resolution_is_suspended_until_the_calm_and_then_falls() -> None:
    chords = Chords(Chance(2))
    played(chords, 30.0, "glitch", 1.0)
    torn = played(chords, 12.0, "resolution", 0.8, tick=3600)
    assert set(torn) == {"sus"}
    names = played(chords, 30.0, "resolution", 0.0, tick=3600 + 1440)
    fell = changes(names)
    assert names[0] == "sus"
    assert names[fell[0]] == "resolved"
    assert fell[0] / ticks.RATE == pytest.approx(LANDING, abs=0.05)
    sus, resolved = np.array(CHORDS["sus"]), np.array(CHORDS["resolved"])
    moved = np.flatnonzero(sus != resolved)
    assert [(sus[i], resolved[i]) for i in moved] == [(16 / 3, 5)], "one tone falls, by a semitone"
    assert np.sort(chords.ratios) == pytest.approx(resolved, rel=1e-4)


def test_unrest_that_comes_back_suspends_again() -> None:
    chords = Chords(Chance(2))
    played(chords, 15.0, "resolution", 0.0)
    assert chords.name == "resolved"
    assert played(chords, 1.0, "resolution", 0.5, tick=1800)[-1] == "sus"


def test_a_snapshot_goes_on_as_if_nothing_had_happened() -> None:
    one, other = Chords(Chance(9)), Chords(Chance(9))
    played(one, 47.0, "harmony", arc=1)
    other.restore(one.snapshot())
    start = ticks.ticks(47.0)
    for chords in (one, other):
        played(chords, 40.0, "harmony", arc=1, tick=start)
        played(chords, 20.0, "resolution", tick=start + 4800)
    assert np.array_equal(one.ratios, other.ratios)
    assert one.snapshot().keys() == other.snapshot().keys()
    assert (one.turn, one.name, one.key) == (other.turn, other.name, other.key)


# who sings


def ring(n: int = 240) -> np.ndarray:
    angle = np.arange(n) * 2.399963
    return np.stack([4.0 * np.sin(angle), 4.0 * np.cos(angle)], axis=1)


def test_a_sleeper_sings_the_tone_of_where_it_lies() -> None:
    choir = Choir(Chance(1))
    for tone, azimuth in enumerate(AZIMUTH):
        place = 5.0 * np.array([[math.sin(2 * math.pi * azimuth), math.cos(2 * math.pi * azimuth)]])
        assert choir.tones(place)[0] == tone
    assert np.bincount(choir.tones(ring())).tolist() == pytest.approx([30] * 8, abs=3)


def test_tones_swell_between_quiet_and_full() -> None:
    choir, place = Choir(Chance(1)), ring()
    draw = np.random.default_rng(1)
    swells = np.array(
        [choir.swells(t, draw.uniform(0, 6.28, 240), np.ones(240), place) for t in range(0, ticks.ticks(60), 12)]
    )
    assert swells.shape[1] == TONES
    assert swells.min() > 0.2
    assert swells.max() <= 1.0
    assert (swells.max(axis=0) / swells.min(axis=0)).min() > 1.8, "every tone moves"


def test_a_community_in_step_breathes_and_a_torn_one_does_not() -> None:
    choir, place, here = Choir(Chance(1)), ring(), np.ones(240)
    spread = np.random.default_rng(2).uniform(0.0, 2.0 * math.pi, 240)
    together = np.array([choir.swells(500, np.full(240, x), here, place) for x in np.linspace(0, 6.28, 24)])
    apart = np.array([choir.swells(500, spread + x, here, place) for x in np.linspace(0, 6.28, 24)])
    assert np.ptp(together, axis=0).min() > 3.0 * np.ptp(apart, axis=0).max()


def test_an_empty_room_is_silent_and_a_lonely_tone_quiet() -> None:
    choir, place = Choir(Chance(1)), ring()
    assert not choir.swells(9, np.zeros(240), np.zeros(240), place).any()
    ahead = np.array([np.sin(2 * np.pi * AZIMUTH[3]), np.cos(2 * np.pi * AZIMUTH[3])])
    left = (place @ ahead < 0.0).astype(float)  # nobody within a quarter turn of tone 3's place
    full = choir.swells(9, np.zeros(240), np.ones(240), place)
    thinned = choir.swells(9, np.zeros(240), left, place)
    assert full[3] > 0.0
    assert thinned[3] == 0.0
    opposite = int(np.argmin(np.abs((AZIMUTH - AZIMUTH[3]) % 1.0 - 0.5)))
    assert thinned[opposite] == pytest.approx(full[opposite])


@pytest.mark.parametrize("phase", ["harmony", "glitch"])
def test_a_section_that_begins_has_another_chord_over_another_bass(phase: str) -> None:
    for seed in range(6):
        chords = Chords(Chance(seed))
        names = played(chords, 12.0, phase)
        chords.move_on()
        names += played(chords, 0.1, phase, tick=12 * ticks.RATE)
        before, after = names[-14], names[-1]
        assert CHORDS[before][0] != CHORDS[after][0]
        assert chords.stays > 0
