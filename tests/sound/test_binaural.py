"""What a head in the middle of the ring hears: delays after Woodworth, a shadow up high, no more than is allowed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.ears import true_peak
from installation.model.chance import Chance
from installation.scene import Voice
from installation.sound.binaural import RADIUS, SOUND, SPEAKERS, Head, ears
from installation.sound.synth import Synth
from tests.harness.night import CALM, QUANTUM, RATE


@pytest.mark.parametrize("degrees", [0.0, 20.0, 45.0, 70.0, 90.0])
def test_the_far_ear_is_late_as_woodworth_says(degrees: float) -> None:
    (left, _), (right, _) = ears(degrees / 360.0)
    angle = np.radians(degrees)
    assert left - right == pytest.approx(RADIUS / SOUND * (angle + np.sin(angle)), abs=1e-9)


def test_left_and_right_mirror_each_other() -> None:
    for turn in (0.05, 0.2, 0.4):
        assert ears(turn)[::-1] == pytest.approx(ears(1.0 - turn))


def test_the_far_ear_lies_in_the_shadow_at_high_frequencies_only() -> None:
    levels = {}
    for hz in (150.0, 6_000.0):
        head = Head(RATE)
        ring = np.zeros((SPEAKERS, 4_800), dtype=np.float32)
        ring[2] = 0.1 * np.sin(2 * np.pi * hz * np.arange(4_800) / RATE)  # the third stands to the right
        power = np.square(head.render(ring)[:, 1_000:]).mean(axis=1)
        levels[hz] = 10.0 * float(np.log10(power[1] / power[0]))
    assert abs(levels[150.0]) < 1.5
    assert levels[6_000.0] > 8.0


def test_blocks_of_any_size_are_heard_alike() -> None:
    ring = np.random.default_rng(1).normal(0.0, 0.1, (SPEAKERS, 1_200)).astype(np.float32)
    whole, one = Head(RATE).render(ring), Head(RATE)
    parts = np.concatenate([one.render(ring[:, i : i + QUANTUM]) for i in range(0, 1_200, QUANTUM)], axis=1)
    assert np.allclose(whole, parts, atol=1e-7)


def test_a_binaural_synth_has_two_channels_and_the_same_guard() -> None:
    synth = Synth(Chance(1).of("sound"), 2, binaural=True)
    right = (Voice(900.0, 1.0, 0.25, 0.0, 0.8),)
    made = [synth.render(replace(CALM, tick=t, space=0.0), right, QUANTUM) for t in range(240)]
    sound = np.concatenate(made)
    power = np.square(sound[RATE:]).mean(axis=0)
    assert sound.shape[1] == 2
    assert power[1] > 1.5 * power[0]
    assert true_peak(sound) <= -1.0
    with pytest.raises(ValueError, match="binaural sound has 2 channels, got 6"):
        Synth(Chance(1), 6, binaural=True)
