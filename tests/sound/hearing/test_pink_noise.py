"""Pink noise for a meter: -3 dB an octave, from 20 Hz to 20 kHz, as loud as it says, and not touched by the guard."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.model.chance import Chance
from installation.sound.biquads import coefficients
from installation.sound.hearing.a_weighting import PINK_A, a_weighting, pink_k, weigh
from installation.sound.hearing.exposure import CALIBRATED_AT
from installation.sound.hearing.k_weighting import k_weighting
from installation.sound.hearing.pink_noise import CREST_DB, PERIOD, RISE_S, level_dbfs, noise, pink
from installation.venue.settings import Hearing, Sound
from tests.harness.night import RATE

RATES = (44_100, 48_000, 96_000)


def drawn(rate: int = RATE, channel: int = 0) -> NDArray[np.float64]:
    return pink(rate, Chance(0).of("pink"), channel)


def band(sound: NDArray[np.float64], rate: int, low: float, high: float) -> float:
    """dB of the power in a band."""
    power = 2.0 * np.square(np.abs(np.fft.rfft(sound))) / len(sound) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / rate)
    return 10.0 * float(np.log10(power[(hz >= low) & (hz < high)].sum() + 1e-20))


@pytest.mark.parametrize("rate", RATES)
def test_every_octave_has_the_same_power(rate: int) -> None:
    """So the spectrum falls by 3 dB an octave: between the octaves' densities, and from end to end."""
    sound = drawn(rate)
    edges = 22.1 * 2.0 ** np.arange(10)
    octaves = np.array([band(sound, rate, low, 2 * low) for low in edges[:-1]])
    assert np.ptp(octaves) < 0.05
    density = octaves - 10.0 * np.log10(edges[:-1])
    assert np.diff(density) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("rate", RATES)
def test_it_has_nothing_below_20_hertz_and_above_20_kilohertz(rate: int) -> None:
    sound = drawn(rate)
    assert band(sound, rate, 0.0, 19.9) < -100.0
    assert band(sound, rate, 20_001.0, rate) < -100.0


@pytest.mark.parametrize("rate", RATES)
def test_its_crest_is_low_and_its_mean_square_one(rate: int) -> None:
    sound = drawn(rate)
    assert np.square(sound).mean() == pytest.approx(1.0, abs=1e-9)
    assert 8.0 < 20.0 * np.log10(np.abs(sound).max()) <= CREST_DB, "lower than chance has it, and still noise"


def test_it_is_the_same_every_time_and_another_in_every_loudspeaker() -> None:
    assert np.array_equal(drawn(), drawn())
    assert abs(float(np.mean(drawn() * drawn(channel=1)))) < 0.03


def test_its_weighted_levels_are_what_the_calibration_reckons_with() -> None:
    sound = drawn().astype(np.float32)[:, None]
    k, a = weigh(sound, np.zeros((1, 10)), coefficients(k_weighting(RATE)), coefficients(a_weighting(RATE)))
    assert 10.0 * np.log10(a) == pytest.approx(PINK_A, abs=0.05)
    assert -0.691 + 10.0 * np.log10(k) == pytest.approx(pink_k(RATE), abs=0.05)


STRICT = Hearing(ceiling_dbtp=-15.0, momentary_max_lufs=-25.0)


@pytest.mark.parametrize(
    ("channels", "hearing"), [(1, Hearing()), (2, Hearing()), (8, Hearing()), (2, STRICT), (1, Hearing(-20.0))]
)
def test_a_whole_turn_comes_through_the_guard_untouched(channels: int, hearing: Hearing) -> None:
    level = level_dbfs(hearing, channels, RATE)
    source = noise(0, Sound(channels=channels), hearing)
    row, made = np.zeros(1), []
    for quantum in range(int(RISE_S * 120) + PERIOD // 400 + 1):
        made.append(source.render_row(row, source.quantum))
        assert quantum < RISE_S * 120 or source.levels.held_db <= 0.0
    sound = np.concatenate(made)[-PERIOD:]
    assert 10.0 * np.log10(np.square(sound).mean(axis=0)) == pytest.approx(level, abs=0.01)
    assert (level == CALIBRATED_AT) is (hearing == Hearing() and channels <= 2)


def test_it_rises_so_slowly_that_the_guard_need_not_hold_it() -> None:
    source = noise(0, Sound(), Hearing(onset_db_per_s=30.0))
    held = []
    for _ in range(480):
        source.render_row(np.zeros(1), source.quantum)
        held.append(source.levels.held_db)
    assert max(held) <= 0.0
