"""The hearing guard: whatever comes in, what goes out is under ceiling and cap, slow out of quiet, and finite."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.ears import loudness_over_time, true_peak
from installation.sound.biquads import coefficients
from installation.sound.hearing.guard import HABIT, QUIET, HearingGuard
from installation.sound.hearing.k_weighting import k_weighting, weigh_k
from installation.sound.hearing.limiter import Limiter
from installation.sound.hearing.loudness import loudness
from installation.venue.settings import Hearing
from tests.harness.night import QUANTUM, RATE

Array = NDArray[np.float32]
HEARING = Hearing()


def guarded(sound: Array, hearing: Hearing = HEARING) -> Array:
    """(n, channels) through a guard, late as it is."""
    guard = HearingGuard(sound.shape[1], RATE, QUANTUM, hearing)
    whole = sound[: len(sound) // QUANTUM * QUANTUM].reshape(-1, QUANTUM, sound.shape[1])
    out = [guard.render(np.ascontiguousarray(block.T))[0].T for block in whole]
    return np.concatenate(out)


def both(mono: NDArray[np.float64]) -> Array:
    return np.repeat(mono.astype(np.float32)[:, None], 2, axis=1)


T = np.arange(6 * RATE) / RATE
NOISE = np.random.default_rng(3).normal(0.0, 1.0, len(T))
SPECTRUM = np.fft.rfft(NOISE)
AUDIBLE = np.fft.irfft(np.where(np.fft.rfftfreq(len(NOISE), 1 / RATE) < 20_000.0, SPECTRUM, 0.0), len(NOISE))
"""The same up to 20 kHz: between the samples of what is higher, nobody can look with as few taps as a limiter has."""
STRESS: dict[str, Callable[[], NDArray[np.float64]]] = {
    "drones 24 dB too loud": lambda: 4.0 * sum(np.sin(2 * np.pi * 55 * k * T + k) / k for k in range(1, 9)),
    "square": lambda: 3.0 * np.sign(np.sin(2 * np.pi * 997 * T)),
    "a quarter of the sample rate": lambda: 2.0 * np.sin(2 * np.pi * RATE / 4 * T + np.pi / 4),
    "just under half of it": lambda: 2.0 * np.sin(2 * np.pi * 0.49 * RATE * T + 0.3),
    "noise": lambda: 4.0 * NOISE,
    "bursts": lambda: 8.0 * NOISE * (np.sin(2 * np.pi * 3.1 * T) > 0.9),
    "single samples": lambda: np.where(np.arange(len(T)) % 9001 == 0, 30.0, 0.0),
    "a step": lambda: np.where(T > 2.0, 1.0, 0.0),
    "silence, then everything": lambda: np.where(T > 3.0, 10.0 * NOISE, 0.0),
}


@pytest.mark.parametrize("name", STRESS)
def test_no_stress_passes_ceiling_or_cap(name: str) -> None:
    out = guarded(both(STRESS[name]()))
    assert np.isfinite(out).all()
    assert true_peak(out) <= -1.0
    assert 20.0 * np.log10(np.abs(out).max()) <= HEARING.ceiling_dbtp + 0.01
    assert loudness_over_time(out, 0.4).max() <= HEARING.momentary_max_lufs + 0.3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e9])
def test_what_is_no_sound_is_silence_and_then_sound_again(bad: float) -> None:
    sound = both(0.1 * np.sin(2 * np.pi * 220 * T))
    sound[2 * RATE : 2 * RATE + 7, 0] = bad
    out = guarded(sound)
    assert np.isfinite(out).all()
    assert not out[2 * RATE + RATE // 20 : 2 * RATE + RATE // 5].any(), "silent while nobody knows what it was"
    assert np.abs(out[-RATE:]).max() == pytest.approx(0.1, rel=0.02)


def test_what_is_harmless_comes_through_to_the_bit() -> None:
    sound = both(0.08 * np.sin(2 * np.pi * 110 * T) * np.minimum(T / 2.0, 1.0))
    guard = HearingGuard(2, RATE, QUANTUM, HEARING)
    out = guarded(sound)
    late = guard.latency
    assert np.array_equal(out[late:], sound[: len(out) - late])


def test_sound_out_of_quiet_rises_slowly() -> None:
    sound = both(np.where(T > 1.0, 0.2, 0.0) * np.sin(2 * np.pi * 440 * T))
    line = loudness_over_time(guarded(sound), 0.1)
    start = 10
    for i in range(start, start + 12):
        allowed = QUIET + HABIT + HEARING.onset_db_per_s * ((i - start) / 10 + 0.12)
        assert line[i] <= allowed + 1.0
    assert line[-1] > -17.0, "and arrives"


def test_a_hole_in_a_loud_passage_is_no_quiet() -> None:
    """Real silences of the glitch end as abruptly as they begin."""
    open_ = (T % 1.0) < 0.6
    sound = both(0.1 * np.sin(2 * np.pi * 440 * T) * np.minimum(T / 2.0, 1.0) * open_)
    out = guarded(sound)
    late = HearingGuard(2, RATE, QUANTUM, HEARING).latency
    again = slice(int(4.0 * RATE), int(4.5 * RATE))
    assert np.allclose(out[again.start + late : again.stop + late], sound[again], atol=1e-6)


def test_a_stricter_room_is_quieter() -> None:
    loud = both(0.8 * NOISE)
    assert loudness_over_time(guarded(loud, Hearing(momentary_max_lufs=-30.0)), 0.4).max() <= -29.7
    low = guarded(both(0.8 * AUDIBLE), Hearing(ceiling_dbtp=-20.0))
    assert true_peak(low) <= -19.6
    assert loudness_over_time(low, 0.4).max() > -28.0, "by the ceiling, not by the cap"


@pytest.mark.parametrize("onset", [20.0, 60.0, 120.0])
def test_a_room_chooses_how_fast_sound_may_rise(onset: float) -> None:
    """From QUIET and HABIT to the sound's own loudness, at so many dB a second."""
    sound = both(np.where(T > 1.0, 0.2, 0.0) * np.sin(2 * np.pi * 440 * T))
    line = loudness_over_time(guarded(sound, Hearing(onset_db_per_s=onset)), 0.1)
    there = int(np.flatnonzero(line > line[-1] - 1.0)[0])
    assert (there - 9) / 10 == pytest.approx((line[-1] - QUIET - HABIT) / onset, abs=0.15)


@pytest.mark.parametrize("ceiling", [-3.0, -12.0])
@pytest.mark.parametrize("hz", [RATE / 4, RATE / 6, 0.4 * RATE, 11_000.0, 997.0])
def test_what_peaks_between_the_samples_is_held_down_too(hz: float, ceiling: float) -> None:
    """At a quarter of the rate and an eighth of a turn, samples say 3 dB less than the wave."""
    limiter = Limiter(1, RATE, ceiling)
    swell = np.clip(np.minimum(T[:RATE], 0.95 - T[:RATE]) / 0.2, 0.0, 1.0)
    sound = (2.0 * swell**2 * np.sin(2 * np.pi * hz * T[:RATE] + np.pi / 4)).astype(np.float32)[None, :]
    out = np.concatenate([limiter.render(sound[:, i : i + QUANTUM]) for i in range(0, RATE, QUANTUM)], axis=1)
    assert ceiling - 0.5 <= true_peak(out.T) <= ceiling + 0.2


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([55.0, 440.0, 3_000.0, 11_000.0]), st.floats(0.0, 40.0), st.integers(1, 40)),
        min_size=1,
        max_size=12,
    )
)
def test_nothing_that_is_played_defeats_the_guard(pieces: list[tuple[float, float, int]]) -> None:
    """Tones of any loudness and length, cut hard: no sample over the ceiling, no 0.4 s over the cap."""
    sound = np.concatenate([gain * np.sin(2 * np.pi * hz * T[: n * 1200]) for hz, gain, n in pieces])
    sound = np.concatenate([sound, np.zeros(RATE // 2)])
    out = guarded(both(sound))
    assert 20.0 * np.log10(np.abs(out).max() + 1e-9) <= HEARING.ceiling_dbtp + 0.01
    assert loudness_over_time(out, 0.4).max(initial=-120.0) <= HEARING.momentary_max_lufs + 0.3


def test_the_k_weighting_is_the_standards() -> None:
    shelf, high = k_weighting(RATE)
    assert shelf[:3] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285], abs=1e-6)
    assert shelf[3:] == pytest.approx([-1.69065929318241, 0.73248077421585], abs=1e-6)
    assert high[3:] == pytest.approx([-1.99004745483398, 0.99007225036621], abs=1e-6)


def test_a_kilohertz_at_full_scale_is_minus_three_lufs() -> None:
    sine = np.sin(2 * np.pi * 997 * T).astype(np.float32)[None, :]
    assert loudness(weigh_k(sine, np.zeros((1, 4)), coefficients(k_weighting(RATE)))) == pytest.approx(-3.01, abs=0.05)


def test_the_limiter_is_late_by_what_it_says_and_changes_nothing_below() -> None:
    limiter = Limiter(1, RATE, -3.0)
    x = np.zeros((1, 2000), dtype=np.float32)
    x[0, 100] = 0.25
    out = np.concatenate([limiter.render(x[:, i : i + 400]) for i in range(0, 2000, 400)], axis=1)
    assert int(np.abs(out).argmax()) == 100 + limiter.latency
    assert out[0, 100 + limiter.latency] == np.float32(0.25)
