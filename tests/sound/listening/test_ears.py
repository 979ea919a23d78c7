"""Ears: level, onsets and pitch of what people do, by sounds of which all is known; nothing of what is no voice."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.sound.listening.ears import SPEAKS, Ears, Heard
from installation.sound.listening.pitch import yin
from installation.sound.listening.spectrum import BINS, HOPS, KEPT, decimated_rate, edges, hop, lane, take
from tests.harness.speech import RATE, spoken, sung

Array = NDArray[np.float64]
BLOCK = RATE // 50
ROOM = 3e-4  # of a quiet room's noise


def noise(seconds: float, level: float = ROOM) -> Array:
    return level * np.random.default_rng(1).standard_normal(int(seconds * RATE))


def after_quiet(sound: Array) -> Array:
    """A second of the room, then `sound` in it."""
    whole = np.concatenate([np.zeros(RATE), sound])
    return whole + noise(len(whole) / RATE)


def heard(sound: Array, played: Array | None = None, block: int = BLOCK) -> list[Heard]:
    """What is heard after each block, while `played`, (n, 2), is played."""
    ears, told = Ears(RATE), []
    for i in range(0, len(sound) - block + 1, block):
        if played is not None:
            ears.played(played[i : i + block].astype(np.float32))
        ears.hear(sound[i : i + block, None].astype(np.float32))
        told.append(ears.heard)
    return told


def cents(hz: float, wanted: float) -> float:
    return 1200.0 * abs(float(np.log2(hz / wanted)))


@pytest.mark.parametrize("hz", [66.0, 110.0, 196.0, 261.63, 440.0, 660.0, 880.0, 990.0])
@pytest.mark.parametrize("partials", [1, 8])
def test_a_note_is_known_within_eight_cents(hz: float, partials: int) -> None:
    t = np.arange(RATE) / RATE
    note = sum(np.sin(2.0 * np.pi * k * hz * t) / k for k in range(1, partials + 1) if k * hz < 7_000.0)
    told = heard(after_quiet(0.1 * np.asarray(note)))[-30:]
    assert max(cents(one.pitch, hz) for one in told) < 8.0
    assert min(one.confidence for one in told) > 0.95


@pytest.mark.parametrize("vowel", "aio")
def test_a_singing_voice_is_heard_as_its_note_and_not_as_an_octave_of_it(vowel: str) -> None:
    told = heard(after_quiet(0.1 * sung(np.full(RATE, 220.0), vowel)))[-30:]
    assert max(cents(one.pitch, 220.0) for one in told) < 15.0
    assert min(one.confidence for one in told) > 0.9


def test_a_glide_is_followed() -> None:
    hz = np.geomspace(110.0, 550.0, 3 * RATE)
    told = heard(after_quiet(0.1 * sung(hz)))
    late = int(0.03 * RATE)  # of the window's middle
    wanted = [hz[i * BLOCK - RATE - late] for i in range(1, len(told) + 1) if i * BLOCK - RATE > 0.2 * RATE]
    found = [one.pitch for one in told[-len(wanted) :]]
    assert max(map(cents, found, wanted)) < 30.0


def test_what_is_no_number_and_an_offset_are_silence_and_leave_nothing_behind() -> None:
    for fault in (np.nan, np.inf, -np.inf, 1e30, 0.4):
        told = heard(np.full(RATE, fault))
        assert all(one[:5] == (0.0, 0, 0.0, 0.0, 0.0) for one in told), fault
    tone = 0.1 * np.sin(2.0 * np.pi * 220.0 * np.arange(RATE) / RATE)
    tone[1_000:1_100] = np.nan
    assert cents(heard(after_quiet(0.3 + tone))[-1].pitch, 220.0) < 8.0


def test_steady_noise_is_no_voice() -> None:
    told = heard(noise(6.0, 0.05))
    assert max(one.level for one in told) < SPEAKS
    assert (told[-1].onsets, max(one.confidence for one in told)) == (0, 0.0)


def test_noise_has_no_pitch_even_where_it_is_as_loud_as_a_voice() -> None:
    draw = np.random.default_rng(4)
    found = [yin(draw.standard_normal(KEPT).astype(np.float32), 16_000.0)[1] for _ in range(200)]
    assert max(found) < 0.5


def test_every_syllable_is_an_onset_and_nothing_else_is() -> None:
    starts = 1.5 + 0.31 * np.arange(12)
    told = heard(noise(6.0) + 0.1 * spoken(6.0, starts.tolist(), np.random.default_rng(2)))
    counts = np.array([one.onsets for one in told])
    found = (1 + np.flatnonzero(np.diff(counts))) * BLOCK / RATE
    assert counts[-1] == len(found) == len(starts)
    late = found - starts
    assert (late.min() > 0.0, late.max() < 0.08) == (True, True), late
    assert min(told[int(at * 50) + 1].strength for at in found) > 0.2


@pytest.mark.parametrize("gain", [0.02, 0.1, 0.5])
def test_level_does_not_depend_on_the_microphones_gain(gain: float) -> None:
    speech = spoken(8.0, (1.0 + 0.3 * np.arange(22)).tolist(), np.random.default_rng(2))
    told = heard(gain * (speech + 0.003 * np.random.default_rng(1).standard_normal(len(speech))))
    loud = np.array([one.level for one in told])[-200:]
    assert 0.85 < loud.max() <= 1.0
    assert np.median(loud) == pytest.approx(np.median(_usual()), abs=0.06)


@cache
def _usual() -> Array:
    speech = spoken(8.0, (1.0 + 0.3 * np.arange(22)).tolist(), np.random.default_rng(2))
    told = heard(0.2 * (speech + 0.003 * np.random.default_rng(1).standard_normal(len(speech))))
    return np.array([one.level for one in told])[-200:]


def test_a_noise_that_begins_and_stays_is_the_room_after_a_while() -> None:
    told = heard(np.concatenate([noise(2.0), noise(44.0, 20.0 * ROOM)]))
    levels = np.array([one.level for one in told])
    assert levels[150:250].mean() > 0.5
    assert levels[-50:].max() < SPEAKS


def test_blocks_of_any_size_are_heard_alike() -> None:
    sound = 0.1 * sung(np.full(RATE // 2, 150.0))
    assert heard(sound, block=960)[-1] == heard(sound, block=480)[-1] == heard(sound, block=1)[-1]


# the show's own sound


def room(sound: Array, gain: float, delay: float) -> Array:
    """(n,) what a microphone hears of (n, 2): directly, and by a reverberation of 0.8 s."""
    n, draw = int(0.8 * RATE), np.random.default_rng(3)
    size = len(sound) + n
    away = np.zeros(size)
    for channel in sound.T:
        answer = 0.05 * draw.standard_normal(n) * 10.0 ** (-3.0 * np.arange(n) / n)
        answer[0] = 1.0
        away += np.fft.irfft(np.fft.rfft(channel, size) * np.fft.rfft(answer, size), size)
    return gain * np.concatenate([np.zeros(int(delay * RATE)), away])[: len(sound)]


@pytest.mark.parametrize(("gain", "delay"), [(1.0, 0.04), (0.3, 0.08), (0.05, 0.25)])
def test_the_show_does_not_hear_itself_and_still_hears_a_voice(
    night: tuple[NDArray[np.float32], object], gain: float, delay: float
) -> None:
    own = night[0][: 40 * RATE].astype(np.float64)
    echo = room(own, gain, delay)
    loud = 10.0**0.5 * echo.std()
    singing = np.zeros(len(own))
    singing[34 * RATE : 37 * RATE] = sung(np.full(3 * RATE, 220.0))
    told = heard(echo + noise(40.0) + loud * singing / singing[34 * RATE : 37 * RATE].std(), own)
    alone, sings = told[200 : 34 * 50], told[int(34.5 * 50) : 37 * 50]
    assert np.mean([one.level > SPEAKS for one in alone]) < 0.02
    assert np.mean([one.confidence > 0.8 for one in alone]) < 0.02
    assert np.mean([one.level for one in sings]) > 0.4
    assert np.median([cents(one.pitch, 220.0) for one in sings]) < 30.0


def test_who_is_not_told_what_is_played_takes_it_for_a_voice() -> None:
    """A bell of the show's own each two seconds: the gate is what makes nobody of it."""
    t = np.arange(16 * RATE) / RATE % 2.0
    bell = 0.1 * np.sin(2.0 * np.pi * 440.0 * t) * np.exp(-3.0 * t)
    own = np.stack([bell, bell], axis=1)
    sound = room(own, 0.3, 0.08) + noise(16.0)
    told, untold = heard(sound, own)[200:], heard(sound)[200:]
    assert np.mean([one.level > SPEAKS for one in told]) < 0.02
    assert np.mean([one.level > SPEAKS for one in untold]) > 0.3
    assert max(one.confidence for one in told) < 0.5 < max(one.confidence for one in untold)


# what it is made of


def test_nothing_of_the_sound_is_kept_for_longer_than_it_is_looked_at() -> None:
    ears = Ears(RATE)
    for i in range(0, RATE, BLOCK):
        ears.hear(0.1 * sung(np.full(RATE, 220.0))[i : i + BLOCK, None].astype(np.float32))
    assert any(np.any(held) for held in ears._mic[:2])
    for _ in range(3):
        ears.hear(np.zeros((BLOCK, 1), np.float32))
    assert not any(np.any(held) for held in ears._mic[:2])
    assert KEPT / decimated_rate(RATE) == 0.04


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_power_in_bins_is_the_power_of_the_sound(rate: int, channels: int) -> None:
    one, t = lane(rate), np.arange(rate // 5) / rate
    sines = [0.2 * np.sin(2.0 * np.pi * (500.0 + 330.0 * c) * t) for c in range(channels)]
    block, at = np.stack(sines, axis=1).astype(np.float32), 0
    for _ in range(len(block) // (rate // HOPS)):
        at, whole = take(block, at, one)
        assert whole
        hop(one, 2)
    shared = {1: 1.0, 2: 1.0, 6: 1.0 / 3.0}[channels]  # three to a side, added as what is not alike
    assert one.powers.sum() == pytest.approx(shared * channels * 0.02, rel=0.03)
    assert (len(one.powers), len(edges())) == (BINS, 25)


def test_what_is_above_the_spectrum_does_not_fold_into_it() -> None:
    one, t = lane(RATE), np.arange(RATE // 10) / RATE
    for hz in (11_000.0, 15_000.0, 20_000.0):
        block, at = np.sin(2.0 * np.pi * hz * t).astype(np.float32)[:, None], 0
        for _ in range(10):
            at, _ = take(block, at, one)
            hop(one, 1)
        assert one.powers.sum() < 0.5e-5
