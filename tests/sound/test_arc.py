"""The arc as it is heard: smooth, torn, mended; as loud as it should be; never a click, never too much."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.ears import heard_roughness, integrated, modulation, true_peak
from installation.film.wav import Wav
from installation.scene import Moment
from tests.harness.night import ARC, GLITCH, HARMONY, MENDED, MENDING, RATE, TORN, cut, heard

pytestmark = pytest.mark.whole

Night = tuple[NDArray[np.float32], list[Moment]]


def roughness_in(sound: NDArray[np.float32], span: tuple[float, float]) -> float:
    return float(np.median([heard_roughness(sound, at) for at in np.arange(span[0], span[1] - 1.0, 0.75)]))


def test_glitch_is_rough_and_both_harmonies_are_smooth(night: Night) -> None:
    sound, _ = night
    calm, torn, mended = (roughness_in(sound, span) for span in (HARMONY, GLITCH, MENDED))
    assert torn >= 3.0 * calm
    assert torn >= 3.0 * mended
    assert mended <= 1.3 * calm


def test_glitch_beats_between_20_and_100_times_a_second(night: Night) -> None:
    sound, _ = night
    torn, calm = (modulation(sound, span[0], span[1] - span[0]) for span in (GLITCH, HARMONY))
    assert torn >= 5.0 * calm


def test_the_arc_is_as_loud_as_it_should_be(night: Night) -> None:
    assert integrated(night[0]) == pytest.approx(-20.0, abs=1.5)


def test_ffmpeg_hears_the_same_loudness(night: Night, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed: loudness was measured by pyloudnorm alone")
    path = tmp_path / "night.wav"
    with Wav(path) as file:
        file.write(night[0])
    told = subprocess.run(
        ["ffmpeg", "-nostats", "-i", str(path), "-af", "loudnorm=print_format=json", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    measured = json.loads(told[told.rindex("{") :])
    assert float(measured["input_i"]) == pytest.approx(integrated(night[0]), abs=0.3)
    assert float(measured["input_tp"]) <= -1.0


def test_the_true_peak_stays_under_the_ceiling(night: Night) -> None:
    assert true_peak(night[0]) <= -1.0


def test_no_phase_begins_with_a_click(night: Night) -> None:
    """The largest step between two samples round a change is one of those before or after it, not another kind."""
    sound, _ = night
    step = np.abs(np.diff(sound, axis=0)).max(axis=1)
    for at in (TORN, MENDING):
        here = step[int((at - 0.05) * RATE) : int((at + 0.05) * RATE)].max()
        near = step[int((at - 2.0) * RATE) : int((at - 0.05) * RATE)].max()
        after = step[int((at + 0.05) * RATE) : int((at + 2.0) * RATE)].max()
        assert here <= 1.5 * max(near, after)


def test_the_freeze_and_the_landing_have_no_click(night: Night) -> None:
    """Once the tear has let go, steps are as small as those of a calm chord of this loudness."""
    sound, moments = night
    calm = [m.tick for m in moments if m.phase == "resolution" and m.unrest == 0.0]
    step = np.abs(np.diff(sound, axis=0)).max(axis=1)
    mending = step[(calm[0] + 60) * 400 : MENDED_AT]
    settled = step[MENDED_AT:]
    assert mending.max() <= 3.0 * settled.max()


MENDED_AT = int(MENDED[0] * RATE)


def test_glitch_has_holes_and_harmony_has_none(night: Night) -> None:
    """A hole is a fiftieth of a second far under its phase's own loudness: what rings on in it is the room."""
    sound, _ = night
    window = RATE // 50
    loud = np.array([np.abs(sound[i : i + window]).max() for i in range(0, len(sound) - window, window)])

    def silent(span: tuple[float, float]) -> float:
        here = loud[int(span[0] * 50) : int(span[1] * 50)]
        return float((here < 0.1 * np.median(here)).mean())

    assert silent(HARMONY) == 0.0
    assert silent(MENDED) == 0.0
    assert 0.01 < silent(GLITCH) < 0.5


def test_ear_and_eye_are_torn_in_the_same_tick(night: Night) -> None:
    """The loudness of the glitch jumps at the edges of the clock's slices more than in between, where the bass turns.

    The room rings on over the edges, so that the jump is not one from or to silence.
    """
    sound, moments = night
    first, last = (round(second * 120) for second in GLITCH)
    power = np.square(sound[: len(moments) * 400 - 400]).sum(axis=1)
    ticks = np.log10(power[: len(power) // 400 * 400].reshape(-1, 400).sum(axis=1) + 1e-4)
    jump = np.abs(np.diff(ticks))  # jump[i]: from the tick of moments[i] to that of moments[i + 1]
    edges = np.array([i for i in range(first, last) if moments[i + 1].beat.age == 0])
    inside = np.array([i for i in range(first, last) if moments[i + 1].beat.age >= 3])
    assert len(edges) > 40
    assert jump[edges].mean() > 1.5 * jump[inside].mean()


def test_another_seed_is_another_night() -> None:
    short = ARC.__class__("short", (ARC.section[0].__class__("one", "harmony", 4.0, fade=1.0),), settled=True)
    one, again, other = (heard(seed, short)[0] for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    assert np.corrcoef(one[:, 0], other[:, 0])[0, 1] < 0.9


def test_the_second_harmony_is_not_the_first(night: Night) -> None:
    """More room and more colour: the resolution's tail is wider and brighter than the first harmony."""
    sound, _ = night

    def width(span: tuple[float, float]) -> float:
        part = cut(sound, span)
        return float(np.corrcoef(part[:, 0], part[:, 1])[0, 1])

    assert width(MENDED) < width(HARMONY)
