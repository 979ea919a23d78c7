"""What an audience is exposed to: weighting, LAeq, dose and loudness after the standards, and a level that follows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.ears import integrated
from installation.model.chance import Chance
from installation.sound.biquads import coefficients
from installation.sound.hearing.a_weighting import PINK_A, a_weighted_db, a_weighting, weigh
from installation.sound.hearing.exposure import BOOK, FALL, RISE, SECONDS, Exposure, rest, sane
from installation.sound.hearing.k_weighting import k_weighting
from installation.sound.hearing.pink_noise import pink
from installation.sound.output.process import Playback
from installation.sound.output.shared_memory import CueRing, allocate
from installation.venue.settings import Hearing, Sound
from tests.harness.counter import Counter
from tests.harness.night import RATE

Array = NDArray[np.float32]
READING = 75.0
ROOM = Hearing(cal_dba_at_minus20dbfs_pink=READING)

TABLE = {31.5: -39.4, 63: -26.2, 125: -16.1, 250: -8.6, 500: -3.2, 1000: 0.0, 2000: 1.2, 4000: 1.0, 8000: -1.1}
"""Hz and dB of IEC 61672-1:2013, table 3."""


def exposure(hearing: Hearing = ROOM, channels: int = 1, rate: int = RATE) -> Exposure:
    return Exposure(channels, rate, hearing, np.zeros(BOOK))


def tone(hz: float, rms: float, seconds: float, rate: int = RATE) -> Array:
    turns = hz * np.arange(round(seconds * rate)) / rate
    return (rms * np.sqrt(2.0) * np.sin(2 * np.pi * turns)).astype(np.float32)[:, None]


def hear(one: Exposure, sound: Array, n: int = 400) -> Array:
    """`sound` as it comes out, a quantum at a time."""
    out = sound.copy()
    for start in range(0, len(out), n):
        one.hear(out[start : start + n])
    return out


def powers(sound: Array, rate: int) -> tuple[float, float]:
    """Of all but the first second, in which the filters settle."""
    state = np.zeros((sound.shape[1], 10))
    weigh(sound[:rate], state, coefficients(k_weighting(rate)), coefficients(a_weighting(rate)))
    return weigh(sound[rate:], state, coefficients(k_weighting(rate)), coefficients(a_weighting(rate)))


# weightings


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("hz", TABLE)
def test_the_a_weighting_is_the_standards(hz: float, rate: int) -> None:
    _, a = powers(tone(hz, 0.1, 3.0, rate), rate)
    assert 10.0 * np.log10(a / 0.01) == pytest.approx(TABLE[hz], abs=0.15)
    assert float(a_weighted_db(np.array([hz]))[0]) == pytest.approx(TABLE[hz], abs=0.15)


def test_channels_add_up_and_loudness_comes_from_the_same_pass() -> None:
    one, two = tone(997.0, np.sqrt(0.5), 2.0), tone(997.0, np.sqrt(0.5), 2.0)
    k, a = powers(one, RATE)
    assert -0.691 + 10.0 * np.log10(k) == pytest.approx(-3.01, abs=0.05)
    both = powers(np.ascontiguousarray(np.concatenate([one, two], axis=1)), RATE)
    assert both == pytest.approx((2.0 * k, 2.0 * a), rel=1e-6)


# LAeq


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_what_the_meter_was_held_at_has_the_level_that_it_read(channels: int) -> None:
    """The noise of the calibration is in the room what the meter said, however many loudspeakers there are."""
    chance = Chance(0).of("pink")
    noise = np.stack([0.1 * pink(RATE, chance, c) for c in range(channels)], axis=1).astype(np.float32)
    one = exposure(channels=channels)
    hear(one, np.ascontiguousarray(noise[: 10 * RATE]))
    assert one.laeq == pytest.approx(READING, abs=0.15)


@pytest.mark.parametrize(("hz", "heard"), [(1000.0, 0.0), (100.0, -19.1), (4000.0, 1.0)])
def test_a_known_tone_has_a_known_level(hz: float, heard: float) -> None:
    """-20 dBFS of a kilohertz is louder by ear than as much pink noise, by what the weighting takes from that."""
    one = exposure()
    hear(one, tone(hz, 0.1, 5.0))
    assert one.laeq == pytest.approx(READING - PINK_A + heard, abs=0.15)


def test_half_the_time_is_three_decibels_less() -> None:
    one = exposure()
    sound = tone(1000.0, 0.1, 8.0)
    sound[4 * RATE :] = 0.0
    hear(one, sound)
    assert one.laeq == pytest.approx(READING - PINK_A - 3.01, abs=0.1)


def note(one: Exposure, dba: float, seconds: float) -> None:
    """So much level, without making the sound of it."""
    power = 10.0 ** ((dba - READING + PINK_A - 20.0) / 10.0)
    one.note(seconds, power, power)


def test_laeq_looks_back_on_fifteen_minutes() -> None:
    one = exposure()
    note(one, 90.0, 900)
    assert one.laeq == pytest.approx(90.0, abs=0.01)
    note(one, 70.0, 450)
    assert one.laeq == pytest.approx(10 * np.log10((1e9 + 1e7) / 2), abs=0.01)
    note(one, 70.0, 450)
    assert one.laeq == pytest.approx(70.0, abs=0.01)
    assert SECONDS == 900


@pytest.mark.parametrize("n", [367, 400, 512, 800])
def test_a_second_is_a_second_whatever_is_heard_at_once(n: int) -> None:
    """44.1 kHz has no whole number of samples in a tick."""
    one = exposure()
    hear(one, tone(1000.0, 0.1, 20.0), n)
    assert one._whole_seconds in (19, 20)
    assert one.laeq == pytest.approx(READING - PINK_A, abs=0.1)


# dose


@pytest.mark.parametrize(("dba", "hours"), [(85.0, 8.0), (88.0, 4.0), (94.0, 1.0), (100.0, 0.25)])
def test_an_allowance_is_eight_hours_of_85_or_half_as_long_for_each_3_db(dba: float, hours: float) -> None:
    one = exposure()
    note(one, dba, 3600.0 * hours)
    assert one.dose == pytest.approx(1.0, rel=0.015)


@pytest.mark.whole
def test_a_dose_adds_up_within_a_day_and_is_forgotten_after_it() -> None:
    one = exposure()
    for hour in range(1, 25):
        note(one, 85.0 if hour <= 2 else 0.0, 3600.0)
        if hour in (1, 2, 10):
            assert one.dose == pytest.approx(min(hour, 2) / 8.0, rel=0.01)
    note(one, 0.0, 7200.0)
    assert one.dose == pytest.approx(0.0, abs=1e-6)


# loudness


def test_loudness_in_all_is_gated_as_the_standard_says() -> None:
    parts = [tone(997.0, 0.1, 6.0), np.zeros((6 * RATE, 1), np.float32), tone(440.0, 0.005, 6.0), tone(997.0, 0.2, 2.0)]
    sound = np.concatenate(parts)
    one = exposure(Hearing())
    hear(one, sound)
    assert one.integrated == pytest.approx(integrated(sound), abs=0.1)
    assert one.momentary == pytest.approx(20 * np.log10(0.2), abs=0.05)


# the limit

BLOCK = RATE // 10


def played(one: Exposure, dba: float, seconds: float) -> tuple[Array, list[float]]:
    """Turned down by, dB, and LAeq, each second, of a tone that would have this level."""
    block = tone(1000.0, 10.0 ** ((dba - READING + PINK_A - 20.0) / 20.0), 0.1)
    gains, levels = [], []
    for i in range(round(seconds * 10)):
        one.hear(block.copy())
        if i % 10 == 9:
            gains.append(one.gain_db)
            levels.append(one.laeq or 0.0)
    return np.array(gains, dtype=np.float32), levels


def test_too_loud_is_turned_down_slowly_to_the_limit_and_let_go_again() -> None:
    one = exposure()
    down, levels = played(one, 91.0, 900)
    steps = np.diff(down)
    assert -FALL - 1e-3 <= steps.min() < -0.05
    assert down[-1] == pytest.approx(-6.5, abs=0.3), "the limit, and the margin under it"
    assert max(levels[120:]) <= 85.0
    up, _ = played(one, 70.0, 120)
    assert np.diff(up).max() <= RISE + 1e-3
    assert up[-1] == 0.0


def test_no_fifteen_minutes_pass_the_limit_however_loud() -> None:
    one = exposure()
    _, levels = played(one, 105.0, 1000)
    assert levels[899] <= 85.0
    assert max(levels[899:]) <= 85.0


def test_quiet_time_pays_for_a_loud_one() -> None:
    one = exposure()
    quiet, _ = played(one, 75.0, 600)
    loud, levels = played(one, 90.0, 60)
    assert not quiet.any()
    assert not loud.any(), "a minute's outburst within the fifteen minutes' allowance is left alone"
    assert levels[-1] < 85.0


def test_below_the_limit_and_without_a_calibration_nothing_is_changed_to_the_bit() -> None:
    for hearing, rms in ((ROOM, 0.1), (Hearing(laeq15_limit_dba=50.0), 0.3)):
        one = exposure(hearing)
        sound = tone(1000.0, rms, 30.0)
        assert np.array_equal(hear(one, sound), sound)
    assert one.laeq is None
    assert one.dose is None


def test_turning_down_has_no_steps() -> None:
    one = exposure()
    sound = np.full((40 * RATE, 1), 0.5, np.float32)
    sound[:, 0] *= np.where(np.arange(len(sound)) % 48 < 24, 1, -1)
    gains = np.abs(hear(one, sound)[:, 0]) / 0.5
    assert gains[-1] < 0.5
    assert np.abs(np.diff(20.0 * np.log10(gains))).max() < 2.0 * FALL / RATE + 1e-4


def test_another_process_goes_on_where_one_was_killed() -> None:
    book = np.zeros(BOOK)
    one = Exposure(1, RATE, ROOM, book)
    played(one, 95.0, 60)
    other = Exposure(1, RATE, ROOM, book)
    assert (other.gain_db, other.laeq, other.dose, other.integrated) == (
        one.gain_db,
        one.laeq,
        one.dose,
        one.integrated,
    )
    down, _ = played(other, 95.0, 1)
    assert one.gain_db < -3.0
    assert abs(down[0] - one.gain_db) < FALL + 1e-3


def test_silence_between_two_shows_counts_as_silence() -> None:
    book = np.zeros(BOOK)
    one = Exposure(1, RATE, ROOM, book)
    note(one, 88.0, 1800)
    dose = one.dose
    rest(book, 450.4)
    assert one.laeq == pytest.approx(85.0, abs=0.02)
    assert one.dose == pytest.approx(dose, rel=1e-9)
    assert Exposure(1, RATE, ROOM, book).integrated > -60.0
    rest(book, 3600.0)
    assert one.laeq == 0.0
    assert one.dose == pytest.approx(dose, rel=1e-9)
    assert Exposure(1, RATE, ROOM, book).integrated == -70.0, "another evening"
    note(one, 88.0, 900)
    assert one.laeq == pytest.approx(88.0, abs=0.01)
    rest(book, 86_400.0)
    assert one.dose == pytest.approx(0.0, abs=1e-9)
    assert sane(book)


def test_rest_lets_go_what_was_turned_down() -> None:
    book = np.zeros(BOOK)
    one = Exposure(1, RATE, ROOM, book)
    played(one, 95.0, 60)
    before = one.gain_db
    rest(book, 10.0)
    assert one.gain_db == pytest.approx(before + 10.0 * RISE)
    rest(book, 60.0)
    assert one.gain_db == 0.0


@pytest.mark.parametrize("place", [0, 3, 6, 7, 20, BOOK - 1])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1e9])
def test_what_a_broken_disk_says_is_not_gone_on_with(place: int, bad: float) -> None:
    book = np.zeros(BOOK)
    note(Exposure(1, RATE, ROOM, book), 80.0, 100.0)
    assert sane(book)
    assert not sane(book[:-1])
    book[place] = bad
    assert not sane(book)


def test_what_is_no_number_is_not_counted_and_not_remembered() -> None:
    one = exposure()
    hear(one, tone(1000.0, 0.1, 3.0))
    hear(one, np.full((400, 1), np.nan, np.float32))
    hear(one, tone(1000.0, 0.1, 3.0))
    assert one.laeq == pytest.approx(READING - PINK_A, abs=0.1)
    assert np.isfinite(one._book).all()


# on the line


@pytest.mark.parametrize("hearing", [Hearing(), ROOM])
def test_the_line_carries_it_back(hearing: Hearing) -> None:
    ring = CueRing(allocate())
    assert (ring.heard("", False).laeq, ring.heard("", False).integrated) == (None, -70.0)
    play = Playback(ring, Counter(2, RATE), Sound(), hearing)
    ring.write(0, np.zeros(len(ring.read(0))))
    out = np.empty((RATE, 2), np.float32)
    for second in range(3):
        play.fill(out, RATE, _Moment(second), _Fine())
    heard = ring.heard("playing", True)
    assert heard.momentary < -5.0
    assert heard.integrated > -60.0
    assert (heard.laeq is None, heard.dose is None) == (hearing is not ROOM, hearing is not ROOM)
    if heard.laeq is not None and heard.dose is not None:
        assert 40.0 < heard.laeq < 100.0
        assert heard.dose > 0.0


class _Moment:
    def __init__(self, now: float) -> None:
        self.currentTime = now


class _Fine:
    output_underflow = False
