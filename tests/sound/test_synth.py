"""Synth: the same sound whatever is asked for at once, from any number of loudspeakers, and no fault that stays."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.ears import integrated, true_peak
from installation.model.chance import Chance
from installation.model.roughness import HIGHEST
from installation.scene import Voice
from installation.sound.cue import ROW, VOICES, Cue, decode, encode
from installation.sound.glitch import PHRASE, WHOLE, Tear, drawn, phrase
from installation.sound.synth import Synth
from tests.harness.night import CALM, CHORD, QUANTUM, RATE, WILD, steady


def played(sizes: list[int], cues: list[Cue]) -> np.ndarray:
    """Every cue for a tick, asked for in pieces of these sizes, round and round."""
    synth, made, piece = Synth(Chance(5).of("sound")), [], 0
    for cue in cues:
        left = QUANTUM
        while left:
            n = min(sizes[piece % len(sizes)], left)
            made.append(synth.render(cue, CHORD, n))
            left, piece = left - n, piece + 1
    return np.concatenate(made)


def torn_and_mended() -> list[Cue]:
    unrest = np.concatenate([np.zeros(60), np.linspace(0, 1, 60), np.ones(240), np.linspace(1, 0, 60), np.zeros(60)])
    return [replace(CALM, tick=t, unrest=float(u), beat=t // 20, age=t % 20, glitch=0.8) for t, u in enumerate(unrest)]


@pytest.mark.parametrize("sizes", [[400], [64], [1], [512], [37, 113], [399, 1]])
def test_the_size_of_a_block_changes_nothing(sizes: list[int]) -> None:
    cues = torn_and_mended()
    if sizes == [1]:
        cues = cues[:40]
    apart = np.abs(played(sizes, cues) - played([400], cues)).max()
    assert 20.0 * np.log10(apart + 1e-12) < -90.0


def test_blocks_larger_than_a_tick_are_the_same_ticks() -> None:
    one, other = Synth(Chance(5)), Synth(Chance(5))
    large = np.concatenate([one.render(CALM, CHORD, n) for n in (1024, 4096, 1, 48_000)])
    small = np.concatenate([other.render(CALM, CHORD, 400) for _ in range(133)])
    assert np.array_equal(large, small[: len(large)])


def test_the_same_seed_is_the_same_sound_and_another_is_not() -> None:
    cues = torn_and_mended()
    assert np.array_equal(played([400], cues), played([400], cues))
    other = Synth(Chance(6).of("sound"))
    assert not np.array_equal(np.concatenate([other.render(cue, CHORD, 400) for cue in cues]), played([400], cues))


@pytest.mark.parametrize("channels", [1, 2, 4, 6, 8])
def test_any_number_of_loudspeakers_sounds(channels: int) -> None:
    sound = steady(CALM, 4.0, channels=channels)
    assert sound.shape == (4 * RATE, channels)
    assert sound.dtype == np.float32
    assert (np.square(sound).mean(axis=0) > 1e-7).all()


def test_a_sleeper_is_heard_from_where_it_lies() -> None:
    for channels in (4, 6, 8):
        for channel in range(channels):
            azimuth = (
                channel - 0.5
            ) / channels  # where that loudspeaker stands: clockwise, the first ahead on the left
            one = (Voice(220.0, 0.8, azimuth, 0.0, 0.4),)
            dry = steady(replace(CALM, space=0.0), 1.5, one, channels)
            assert int(np.square(dry).mean(axis=0).argmax()) == channel


def test_in_stereo_left_is_left() -> None:
    for azimuth, louder in ((0.25, 1), (0.75, 0)):
        dry = steady(replace(CALM, space=0.0), 2.0, (Voice(220.0, 0.8, azimuth, 0.5, 0.4),))
        power = np.square(dry).mean(axis=0)
        assert power[louder] > 1.2 * power[1 - louder]


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_other_sample_rates_have_the_same_pitch(rate: int) -> None:
    synth = Synth(Chance(1).of("sound"), 2, rate)
    tone = (Voice(440.0, 0.8, 0.0, 0.0, 0.3),)
    sound = np.concatenate([synth.render(replace(CALM, tick=t), tone, synth.quantum) for t in range(240)])[
        rate // 2 :, 0
    ]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert np.fft.rfftfreq(len(sound), 1 / rate)[spectrum.argmax()] == pytest.approx(440.0, abs=1.5)
    assert np.isfinite(sound).all()


def test_a_synth_takes_one_to_eight_channels() -> None:
    for channels in (0, 9):
        with pytest.raises(ValueError, match=r"1\.\.8 channels"):
            Synth(Chance(1), channels)


def test_silence_is_asked_for_by_presence_and_by_level() -> None:
    loud = steady(CALM, 3.0)
    assert not steady(replace(CALM, presence=0.0), 3.0).any()
    quiet = steady(replace(CALM, level=-20.0), 3.0)
    ratio = np.sqrt(np.square(quiet[RATE:]).mean() / np.square(loud[RATE:]).mean())
    assert 20.0 * np.log10(ratio) == pytest.approx(-20.0, abs=1.5)


def test_no_voices_leave_the_breath_of_the_room() -> None:
    empty = steady(CALM, 2.0, ())
    assert np.isfinite(empty).all()
    assert 0.0 < np.abs(empty).max() < 0.05


def test_a_voice_that_comes_or_goes_does_not_click() -> None:
    synth = Synth(Chance(2).of("sound"))
    made = [synth.render(CALM, CHORD[: 8 - 3 * (t // 40 % 2)], 400) for t in range(240)]
    step = np.abs(np.diff(np.concatenate(made), axis=0)).max()
    still = np.abs(np.diff(steady(CALM, 2.0), axis=0)).max()
    assert step <= 2.0 * still


def test_nothing_sounds_above_nine_kilohertz() -> None:
    bright = tuple(replace(voice, brightness=1.0, frequency=voice.frequency * 4) for voice in CHORD)
    spectrum = np.abs(np.fft.rfft(steady(CALM, 3.0, bright)[RATE:, 0] * np.hanning(2 * RATE)))
    hz = np.fft.rfftfreq(2 * RATE, 1 / RATE)
    assert 20 * np.log10(spectrum[hz > HIGHEST + 200].max() / spectrum.max()) < -70.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_that_are_none_are_silenced_and_recovered_from(bad: float) -> None:
    synth = Synth(Chance(3).of("sound"))
    spoilt = (replace(CHORD[0], frequency=bad, gain=bad), *CHORD[1:])
    wrong = replace(CALM, unrest=bad, breath=bad, level=bad)
    before = np.concatenate([synth.render(CALM, CHORD, 400) for _ in range(240)])
    during = np.concatenate([synth.render(wrong, spoilt, 400) for _ in range(60)])
    after = np.concatenate([synth.render(CALM, CHORD, 400) for _ in range(480)])
    for sound in (during, after):
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() <= 0.71
    assert np.square(after[-RATE:]).mean() > 0.2 * np.square(before[-RATE // 2 :]).mean(), "it sounds again"


def test_a_room_that_was_spoilt_is_made_anew() -> None:
    synth = Synth(Chance(3).of("sound"))
    for _ in range(240):
        synth.render(CALM, CHORD, 400)
    synth._reverb._ring[:] = np.nan  # what no input can do any more, a cosmic ray can
    struck = np.concatenate([synth.render(CALM, CHORD, 400) for _ in range(20)])
    later = np.concatenate([synth.render(CALM, CHORD, 400) for _ in range(240)])
    assert not struck[2 * QUANTUM :].any()
    assert np.isfinite(later).all()
    assert np.square(later[-RATE:]).mean() > 1e-5
    assert synth.levels.faults > 0


def test_the_loudness_is_steered_to_its_target() -> None:
    quiet = tuple(replace(voice, gain=0.3 * voice.gain) for voice in CHORD)
    assert integrated(steady(CALM, 40.0, quiet)[-10 * RATE :]) == pytest.approx(-20.5, abs=1.5)


def test_the_wildest_glitch_stays_under_the_ceiling() -> None:
    sound = steady(WILD, 10.0, tuple(replace(voice, gain=1.0, brightness=1.0) for voice in CHORD))
    assert true_peak(sound) <= -1.0


def test_levels_say_what_was_put_out() -> None:
    synth = Synth(Chance(3).of("sound"))
    sound = np.concatenate([synth.render(CALM, CHORD, 400) for _ in range(240)])
    levels = synth.levels
    assert levels.rms == pytest.approx(float(np.sqrt(np.square(sound[-400:]).mean())), rel=1e-5)
    assert levels.momentary == pytest.approx(integrated(sound[-RATE // 2 :]), abs=1.5)
    assert levels.peak >= np.abs(sound[-400:]).max() - 1e-6
    assert 0.2 < levels.roughness < 0.6


# cues


def test_a_row_carries_a_cue_and_its_voices() -> None:
    cue = replace(WILD, tick=432_000_000, beat=123_456, age=3, length=40, level=-12.5)
    row = encode(cue, CHORD)
    assert row.shape == (ROW,)
    back, voices = decode(row)
    assert back == cue
    assert [Voice(*voice) for voice in voices.tolist()] == list(CHORD)
    assert len(decode(encode(cue, CHORD * 4))[1]) == VOICES
    assert len(decode(encode(cue, ()))[1]) == 0


# the tear


def test_a_slice_is_addressed_by_its_number() -> None:
    source = Chance(4).of("tear")
    one, other = (drawn(source, replace(WILD, beat=77), WHOLE, QUANTUM) for _ in range(2))
    assert one.loop == other.loop
    assert np.array_equal(one.gate, other.gate)
    assert drawn(source, replace(CALM, beat=77), WHOLE, QUANTUM) is WHOLE
    assert drawn(source, replace(WILD, beat=77, glitch=0.0), WHOLE, QUANTUM) is WHOLE


def test_phrases_have_every_character_and_last_a_few_slices() -> None:
    source = Chance(4).of("tear")
    characters = [phrase(source, beat)[0] for beat in range(600 * PHRASE // 12)]
    runs = np.diff(np.flatnonzero([a is not b for a, b in itertools.pairwise(characters)]))
    assert len({id(character) for character in characters}) == 5
    assert runs.min() >= PHRASE // 2 - 2


def test_a_stutter_says_its_first_samples_again() -> None:
    tear = Tear(Chance(1), 1, RATE, QUANTUM)
    tear.slice = replace(WHOLE, loop=1000)
    tear._beat = 0
    noise = np.random.default_rng(1).normal(0.0, 0.1, (1, 4000)).astype(np.float32)
    out = []
    for start in range(0, 4000, QUANTUM):
        bus = noise[:, start : start + QUANTUM].copy()
        tear.render(bus)
        out.append(bus)
    heard = np.concatenate(out, axis=1)[0]
    edge = round(0.003 * RATE)
    for turn in range(4):
        assert np.array_equal(heard[turn * 1000 + edge : (turn + 1) * 1000], noise[0, edge:1000])


def test_only_what_is_torn_is_changed() -> None:
    tear = Tear(Chance(1), 2, RATE, QUANTUM)
    bus = np.random.default_rng(1).normal(0.0, 0.1, (2, QUANTUM)).astype(np.float32)
    for beat in range(8):
        tear.listen(replace(CALM, beat=beat))
        out = bus + np.float32(beat)
        tear.render(out)
        assert np.array_equal(out, bus + np.float32(beat)), "no click where a slice begins"


def test_a_stutter_is_let_go_without_a_step() -> None:
    """Where a cut is mended, sound goes on from where it was, and with the slope that it comes to."""
    tear, out = Tear(Chance(1), 1, RATE, QUANTUM), []
    wave = (0.3 * np.sin(2 * np.pi * 110.0 * np.arange(40 * QUANTUM) / RATE)).astype(np.float32)[None]
    for i in range(40):
        tear.listen(replace(CALM, beat=i // 10))
        tear.slice = replace(WHOLE, loop=1111) if i // 10 in (1, 2) else WHOLE
        bus = wave[:, i * QUANTUM : (i + 1) * QUANTUM].copy()
        tear.render(bus)
        out.append(bus)
    step = np.abs(np.diff(np.concatenate(out, axis=1)[0]))
    assert step.max() <= 2.0 * np.abs(np.diff(wave[0])).max()


def test_holes_let_the_room_ring_on_and_are_short() -> None:
    synth, silent, lasting, longest = Synth(Chance(1).of("sound")), [], 0, 0
    for t in range(120 * 30):
        sound = synth.render(replace(WILD, tick=t, beat=t // 20, age=t % 20), CHORD, QUANTUM)
        hole = synth._tear.slice.hole
        lasting = lasting + 1 if hole else 0
        longest = max(longest, lasting)
        if lasting > 4 and t > 240:  # there is a room to ring on
            silent.append(float(np.abs(sound).max()))
    assert len(silent) > 100
    assert min(silent) > 1e-5, "the tail, however far it has died away"
    assert np.median(silent) < 0.03
    assert longest < 0.7 * 120
