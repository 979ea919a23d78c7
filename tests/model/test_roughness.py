"""Sethares' roughness, and the detune that reaches a wanted one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from installation.model.harmony import CALM_WEIGHTS, CHORDS, TORN_WEIGHTS
from installation.model.roughness import (
    PARTIALS,
    critical_band,
    detune_for,
    rolloff,
    roughness,
    roughness_of,
    torn,
)

BLEND = np.array([0.66, 0.53, 0.53])


def chord(name: str, unrest: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tones = 55.0 * np.array(CHORDS[name], dtype=float)
    weights = TORN_WEIGHTS if unrest else CALM_WEIGHTS
    bright = 1.0 if unrest else 0.375
    return tones, np.outer(weights, BLEND), np.array([rolloff(hz, bright, unrest) for hz in tones])


def sethares(f: np.ndarray, a: np.ndarray) -> float:
    """The formula, written out."""
    total = 0.0
    for i in range(len(f)):
        for j in range(i + 1, len(f)):
            low, apart = min(f[i], f[j]), abs(f[i] - f[j])
            s = 0.24 / (0.0207 * low + 18.96)
            total += min(a[i], a[j]) * 5.0 * (np.exp(-3.51 * s * apart) - np.exp(-5.75 * s * apart))
    return float(total / a.sum())


def test_it_is_the_published_formula() -> None:
    draw = np.random.default_rng(4)
    f = np.sort(draw.uniform(50.0, 4000.0, 40))
    f = f[np.concatenate([[True], np.diff(f) > 2.5])]
    a = draw.uniform(0.1, 1.0, len(f))
    assert roughness(f, a) == pytest.approx(sethares(f, a), rel=0.02), "pruned and tabulated within 2 %"


def test_the_order_of_partials_and_their_loudness_do_not_count() -> None:
    f, a = np.array([440.0, 220.0, 466.0, 700.0]), np.array([0.4, 1.0, 0.6, 0.3])
    assert roughness(f[::-1].copy(), a[::-1].copy()) == pytest.approx(roughness(f, a))
    assert roughness(f, 0.001 * a) == pytest.approx(roughness(f, a))
    assert roughness(np.empty(0), np.empty(0)) == 0.0


def test_slow_beats_are_heard_as_one_partial() -> None:
    slow = roughness(np.array([400.0, 401.5]), np.ones(2))
    assert slow == 0.0
    assert roughness(np.array([400.0, 430.0]), np.ones(2)) > 0.3
    one = roughness(np.array([400.0, 430.0]), np.array([np.sqrt(2.0), 1.0]))
    assert roughness(np.array([400.0, 400.0, 430.0]), np.ones(3)) == pytest.approx(one)


@pytest.mark.parametrize("name", CHORDS)
def test_chords_are_smooth_in_calm_and_rough_when_torn(name: str) -> None:
    calm = roughness_of(*chord(name, 0.0), 0.0)
    assert 0.2 < calm < 0.6
    steps = [roughness_of(*chord(name, 1.0), x) for x in np.linspace(0.0, 0.2, 9)]
    assert all(b > a - 0.05 for a, b in itertools.pairwise(steps)), "rises with detune"
    assert steps[-1] > 5.0 * calm


@pytest.mark.parametrize("wanted", [0.8, 1.2, 1.8, 2.4])
@pytest.mark.parametrize("name", ["home", "relative", "sus"])
def test_the_solver_reaches_what_is_wanted(name: str, wanted: float) -> None:
    detune = detune_for(wanted, *chord(name, 1.0), 0.0, 0.35, 12)
    assert roughness_of(*chord(name, 1.0), detune) == pytest.approx(wanted, abs=0.06)


def test_the_solver_keeps_within_its_bounds() -> None:
    assert detune_for(0.0, *chord("home", 1.0), 0.03, 0.05, 4) == 0.03
    assert detune_for(9.0, *chord("home", 1.0), 0.03, 0.05, 4) == 0.05


def test_a_tone_at_rest_beats_slowly_and_a_torn_one_leaves_its_place() -> None:
    rest = [torn(220.0, 0.0, 1, s) for s in range(3)]
    assert rest == pytest.approx([220.0, 220.08, 219.87])
    high, low = torn(220.0, 0.2, 0, 1), torn(220.0, 0.2, 0, 2)
    assert high - low == pytest.approx(2 * 0.2 * 0.25 * critical_band(220.0), abs=0.3)
    assert critical_band(100.0) == pytest.approx(101.0, abs=2.0)  # Zwicker's table: 100 Hz below 500 Hz
    assert critical_band(1000.0) == pytest.approx(162.0, abs=3.0)


def test_low_voices_are_almost_sines() -> None:
    low, high = rolloff(55.0, 0.375, 0.0), rolloff(660.0, 0.375, 0.0)
    assert 2.0**-low < 0.1 < 2.0**-high
    assert rolloff(55.0, 1.0, 1.0) < low
    assert PARTIALS % 2 == 0, "partials are computed in pairs"
