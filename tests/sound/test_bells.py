"""Bells, bowl, drop, high partials and splinters: in tune, where they belong, without a click, and gone in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.model.chance import Chance
from installation.scene import Strike
from installation.sound.bells import BELLS, Bells, Bowl, Drop
from installation.sound.glitch import WHOLE
from installation.sound.high_partials import HighPartials
from installation.sound.splinters import PULSES_HZ, SINES_HZ, Splinters
from tests.harness.night import CALM, QUANTUM, RATE, WILD, dark_show

Array = NDArray[np.float32]


def empty(channels: int = 2) -> Array:
    return np.zeros((channels, QUANTUM), dtype=np.float32)


def ringing(*strikes: Strike, seconds: float = 1.0, channels: int = 2) -> Array:
    """(n, channels) of bells that are struck in the first tick."""
    bells, out = Bells(channels, RATE, QUANTUM), []
    for tick in range(round(seconds * 120)):
        bus = empty(channels)
        bells.render(tick, strikes if tick == 0 else (), bus)
        out.append(bus)
    return np.concatenate(out, axis=1).T


def peak_hz(sound: Array) -> float:
    spectrum = np.abs(np.fft.rfft(sound.sum(axis=1) * np.hanning(len(sound)), 4 * len(sound)))
    return float(np.fft.rfftfreq(4 * len(sound), 1 / RATE)[spectrum.argmax()])


def test_a_bell_rings_at_its_pitch_and_dies_away() -> None:
    sound = ringing(Strike(880.0, 0.8), seconds=7.0)
    assert peak_hz(sound[:RATE]) == pytest.approx(880.0, abs=3.0)
    loud = [float(np.abs(sound[int(s * RATE) : int((s + 0.4) * RATE)]).max()) for s in (0.0, 2.0, 4.0, 6.0)]
    assert loud[0] > 2 * loud[1] > 4 * loud[2] > 8 * loud[3]
    assert np.abs(sound[:24]).max() < 0.05 * loud[0], "it rises out of nothing"


def test_a_hard_stroke_is_louder_and_brighter() -> None:
    soft, hard = (ringing(Strike(700.0, gain)).sum(axis=1) for gain in (0.1, 1.0))

    def share(sound: Array) -> float:
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float(power[2000:].sum() / power.sum())

    assert np.abs(hard).max() > 1.5 * np.abs(soft).max()
    assert share(hard) > 1.5 * share(soft)


def test_a_bell_sounds_from_where_its_sleeper_lies() -> None:
    for azimuth, louder in ((0.25, 1), (0.75, 0)):
        power = np.square(ringing(Strike(880.0, 1.0, azimuth))).sum(axis=0)
        assert power[louder] > 2.0 * power[1 - louder]


def test_a_cue_that_is_played_twice_strikes_once() -> None:
    """A show that is late has its last cue played again."""
    bells, once = Bells(1, RATE, QUANTUM), Bells(1, RATE, QUANTUM)
    strike = (Strike(880.0, 1.0),)
    for i in range(4):
        twice, single = empty(1), empty(1)
        bells.render(7, strike, twice)
        once.render(7 + i, strike if i == 0 else (), single)
        assert np.array_equal(twice, single)


def test_more_strikes_than_bells_take_the_place_of_the_faintest() -> None:
    bells = Bells(1, RATE, QUANTUM)
    for tick in range(3 * BELLS):
        bus = empty(1)
        bells.render(tick, (Strike(600.0 + tick, 0.5),), bus)
        assert np.isfinite(bus).all()
    assert np.abs(bus).max() < BELLS * 0.03


def test_every_scene_rings_and_a_snapshot_rings_on() -> None:
    show = dark_show()
    for _ in range(600):
        show.step()
    remembered, struck = show.snapshot(), []
    for _ in range(2):
        show.restore(remembered)
        rings = []
        for _ in range(480):
            show.step()
            rings.append(show.moment().sleepers.struck)
        struck.append(np.array(rings))
    assert np.array_equal(*struck)
    assert 4 <= np.count_nonzero(struck[0]) <= 24


def test_the_bowl_swells_before_a_section_and_dies_away_after_it() -> None:
    bowl, loud = Bowl(2, RATE), []
    for tick in range(120 * 12):
        bus = empty()
        seconds = tick / 120
        bowl.render(6.0 - seconds if seconds < 6.0 else 90.0, 55.0, bus)
        loud.append(float(np.abs(bus).max()))
    second = np.array(loud).reshape(-1, 120).max(axis=1)
    assert not second[:2].any()
    assert second[2] < second[3] < second[4] < second[5]
    assert second[6] > second[8] > second[11]
    assert np.abs(np.diff(loud)).max() < 0.2 * max(loud)


def test_a_drop_falls_with_every_ring_of_calm_water() -> None:
    for unrest, drops in ((0.0, 3), (1.0, 0)):
        drop, loud = Drop(2, RATE), []
        for tick in range(120 * 19):
            bus = empty()
            drop.render(2 * np.pi * (0.5 + 0.16 * tick / 120), unrest, bus)
            loud.append(bool(bus.any()))
        begun = np.flatnonzero(np.diff(np.array(loud, dtype=int)) == 1)
        assert len(begun) == drops


def test_high_partials_open_with_the_bloom_by_ten_decibels_and_close_when_torn() -> None:
    voices = np.array([[110.0 * k, 0.5, 0.1 * k, 1.0, 0.5] for k in (1, 2, 3, 4)])

    def level(bloom: float, unrest: float) -> float:
        choir, power = HighPartials(5, 2, RATE), 0.0
        for _ in range(60):
            bus = empty()
            choir.render(voices, bloom, unrest, bus)
            power += float(np.square(bus).sum())
        return 10.0 * float(np.log10(power + 1e-20))

    assert level(1.0, 0.0) - level(0.0, 0.0) == pytest.approx(10.0, abs=0.5)
    assert level(1.0, 1.0) < -100.0


def test_splinters_are_as_long_as_their_slice_and_at_the_edges_of_pitch() -> None:
    splinters, sines, pulses = Splinters(Chance(3), 2, RATE), 0, 0
    for beat in range(200):
        sound = []
        for age in range(20):
            bus = empty()
            splinters.render(replace(WILD, beat=beat, age=age, length=20), WHOLE, bus)
            sound.append(bus)
        whole = np.concatenate(sound, axis=1)
        now = splinters._now
        sines, pulses = sines + (now.sine > 0.0), pulses + (now.pulses > 0.0)
        assert now.sine == 0.0 or SINES_HZ[0] <= now.sine <= SINES_HZ[1]
        assert now.pulses == 0.0 or PULSES_HZ[0] <= now.pulses <= PULSES_HZ[1]
        assert whole.any() == (now.gain > 0.0)
        assert np.abs(whole[:, [0, -1]]).max() < 1e-4, "it begins and ends with its slice, without a click"
    assert 30 < sines < 100
    assert 25 < pulses < 90
    bus = empty()
    splinters.render(replace(CALM, beat=999), WHOLE, bus)
    assert not bus.any()
