"""The checker: answers that are known beforehand, from the definitions alone. No guard takes part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.checker.flashes import Report, analyse, analyse_film
from tests.clips.harmful import HARMFUL, colours, stripes
from tests.clips.harmless import HARMLESS, drifting
from tests.clips.screen import Screen, code, unpacked
from tests.harness.command import Command

FLASHES = {"general flashes", "red (older) flashes", "red (2.2) flashes", "flashes of a field", "flashes of the frame"}


def blink(
    hz: float,
    low: float,
    high: float,
    *,
    seconds: float = 3.0,
    fps: float = 60,
    part: tuple[float, float] = (1.0, 1.0),
    at: tuple[float, float] = (0.0, 0.0),
    size: tuple[int, int] = (108, 192),
) -> Iterator[NDArray[np.uint8]]:
    """A part of the frame (shares of height and width, at shares) blinks between two luminances, in whole pixels."""
    height, width = size
    top, left = round(at[0] * height), round(at[1] * width)
    for i in range(round(seconds * fps)):
        frame = np.full((height, width, 3), np.ceil(code(low)), np.uint8)
        if (i * hz / fps + 1e-9) % 1.0 >= 0.5:
            frame[top : top + round(part[0] * height), left : left + round(part[1] * width)] = np.ceil(code(high))
        yield frame


def broken(report: Report) -> set[str]:
    return {rule.name for rule in report.rules.values() if not rule.passed}


@pytest.mark.parametrize("fps", [24, 30, 60, 120])
def test_three_and_a_half_flashes_a_second_fail_and_under_three_pass(fps: float) -> None:
    assert broken(analyse(blink(3.5, 0.1, 0.3, fps=fps), fps)) & FLASHES == {
        "general flashes",
        "flashes of the frame",
        "flashes of a field",
    }
    assert analyse(blink(2.9, 0.1, 0.3, fps=fps), fps).passed


@pytest.mark.parametrize(("high", "fails"), [(0.31, True), (0.28, False)])
def test_a_flash_is_a_tenth_of_the_light(high: float, fails: bool) -> None:
    assert (not analyse(blink(8, 0.2, high), 60).passed) == fails


@pytest.mark.parametrize(("low", "fails"), [(0.78, True), (0.82, False)])
def test_above_four_fifths_of_the_light_nothing_is_a_flash(low: float, fails: bool) -> None:
    assert (not analyse(blink(8, low, 1.0), 60).passed) == fails


@pytest.mark.parametrize(
    ("part", "fails"),
    [((18 / 108, 31 / 192), False), ((18 / 108, 32 / 192), True), ((9 / 108, 64 / 192), True), ((9 / 108, 1), True),
     ((1 / 108, 1), False), ((1, 8 / 192), False), ((1, 16 / 192), True)],
)  # fmt: skip
@pytest.mark.parametrize("at", [(0.0, 0.0), (0.37, 0.41)])
def test_a_quarter_of_a_field_is_an_area_and_less_is_not(
    part: tuple[float, float], at: tuple[float, float], fails: bool
) -> None:
    """A field is 36 x 64 of 108 x 192: 576 cells are a quarter."""
    if max(part) == 1:
        at = (at[0] if part[0] < 1 else 0, at[1] if part[1] < 1 else 0)
    assert (not analyse(blink(6, 0.0, 1.0, part=part, at=at, seconds=1.5), 60).passed) == fails


def test_a_large_frame_is_judged_as_a_small_one() -> None:
    for size in ((108, 192), (540, 960)):
        assert not analyse(blink(6, 0, 1, part=(0.17, 0.17), at=(0.3, 0.6), size=size, seconds=1), 60).passed
        assert analyse(blink(6, 0, 1, part=(0.15, 0.15), at=(0.3, 0.6), size=size, seconds=1), 60).passed


def test_a_run_of_five_changes_a_second_may_not_go_on_for_four_seconds() -> None:
    assert analyse(blink(2.5, 0.0, 0.5, seconds=4.8), 60).passed
    assert broken(analyse(blink(2.5, 0.0, 0.5, seconds=7), 60)) == {"long run"}
    assert analyse(blink(2.0, 0.0, 0.5, seconds=9), 60).passed


@pytest.mark.parametrize(
    ("wheel", "older", "newer"),
    [
        (((255, 0, 0), (0, 0, 0)), True, True),
        (((100, 0, 0), (0, 0, 0)), True, True),
        (((255, 0, 0), (0, 139, 0)), True, True),
        (((255, 0, 0), (127, 127, 127)), True, True),
        (((255, 0, 0), (255, 100, 100)), True, False),
        (((255, 0, 0), (200, 0, 0)), True, False),
        (((255, 0, 0), (250, 0, 0)), False, False),
        (((255, 140, 140), (128, 128, 128)), False, False),
        (((0, 0, 255), (0, 80, 0)), False, False),
        (((12, 0, 0), (0, 0, 0)), False, False),
    ],
)
def test_a_red_flash_by_either_definition(wheel: tuple[tuple[int, int, int], ...], older: bool, newer: bool) -> None:
    frames = [unpacked(picture) for picture in Screen(96, 54, 60).frames(colours(6, *wheel), 2.0)]
    found = broken(analyse(frames, 60))
    assert ("red (older) flashes" in found, "red (2.2) flashes" in found) == (older, newer)


@pytest.mark.parametrize("name", ["halves, 5 Hz", "checker, coarse", "spots jump, 8 Hz", "patch"])
def test_what_leaves_the_mean_of_the_frame_alone_is_found(name: str) -> None:
    report = analyse((unpacked(p) for p in Screen(192, 108, 60).frames(HARMFUL[name], 2.0)), 60)
    assert {"general flashes", "flashes of a field"} & broken(report)
    assert "flashes of the frame" not in broken(report)


def test_it_says_where_and_when() -> None:
    dark = [np.zeros((108, 192, 3), np.uint8)] * 120
    report = analyse([*dark, *blink(8, 0, 1, part=(0.3, 0.3), at=(0.6, 0.65), seconds=2)], 60)
    rule = report.rules["general flashes"]
    assert rule.failed_at is not None
    assert 2.3 < rule.failed_at < 2.7
    assert rule.where is not None
    assert rule.where == pytest.approx((0.8, 0.75), abs=0.12)
    assert rule.worst == pytest.approx(8.0, abs=0.5)
    assert 2.9 < report.worst_second <= 4.0
    before = [general for second, general, _ in report.timeline if second < 2.0]
    after = [general for second, general, _ in report.timeline if second > 3.2]
    assert max(before) == 0.0
    assert min(after) >= 7.5


@pytest.mark.parametrize(("pairs", "fails"), [(4, False), (6.5, True), (12, True), (30, True)])
@pytest.mark.parametrize("angle", [0.0, 0.5, np.pi / 4, np.pi / 2])
def test_more_than_five_pairs_of_stripes_may_not_stand(pairs: float, angle: float, fails: bool) -> None:
    """From corner to corner."""
    wave = stripes(pairs / (np.cos(angle) + np.sin(angle) * 162 / 288), angle)
    frames = [unpacked(p) for p in Screen(288, 162, 30).frames(wave, 1.2)]
    assert (broken(analyse(frames, 30)) == {"stripes"}) == fails
    assert analyse(frames[:12], 30).passed


def test_faint_stripes_and_texture_are_no_pattern() -> None:
    rng = np.random.default_rng(5)
    texture = np.kron(rng.integers(0, 2, (27, 48)), np.ones((6, 6)))[..., None] * np.ones(3) * 255
    assert analyse([texture.astype(np.uint8)] * 40, 30).passed
    faint = [unpacked(p) for p in Screen(288, 162, 30).frames(stripes(20, low=245), 1.2)]
    assert analyse(faint, 30).passed


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_what_is_harmless_passes(name: str) -> None:
    report = analyse((unpacked(p) for p in Screen(192, 108, 30).frames(HARMLESS[name], 2.0)), 30)
    assert report.passed, report.verdict()


def test_drifting_particles_pass() -> None:
    frames = (unpacked(p) for p in Screen(960, 540, 30).frames(drifting(2000, 2.0, 60.0), 2.0))
    assert analyse(frames, 30).passed


def test_the_picture_shows_where_it_flashed_and_when() -> None:
    dark = [np.zeros((108, 192, 3), np.uint8)] * 120
    report = analyse([*dark, *blink(8, 0, 1, part=(0.3, 0.3), at=(0.6, 0.65), seconds=2)], 60)
    picture = report.picture()
    assert picture.dtype == np.uint8
    assert picture.shape == (540 + 135, 960, 3)
    red = (picture[:540, :, 0] > 240) & (picture[:540, :, 1] < 60)
    y, x = np.nonzero(red)
    assert (y.min() / 540, y.max() / 540) == pytest.approx((0.6, 0.9), abs=0.02)
    assert (x.min() / 960, x.max() / 960) == pytest.approx((0.65, 0.95), abs=0.02)
    bars = picture[540:].max(axis=2).mean(axis=0)
    assert bars[:450].max() < bars[800:].min()


def test_a_still_film_has_a_picture_too() -> None:
    report = analyse([np.full((20, 30, 3), 90, np.uint8)], 25)
    assert report.passed
    assert report.picture().shape[2] == 3


def test_frames_that_are_none_are_named() -> None:
    good = np.zeros((20, 30, 3), np.uint8)
    with pytest.raises(ValueError, match="at least one frame"):
        analyse([], 30)
    with pytest.raises(ValueError, match=r"all of one size.*\(20, 31, 3\)"):
        analyse([good, np.zeros((20, 31, 3), np.uint8)], 30)
    with pytest.raises(ValueError, match="float64"):
        analyse([good.astype(float)], 30)  # type: ignore[list-item]
    with pytest.raises(ValueError, match="frames a second"):
        analyse([good], 0)


def filmed(path: Path, frames: Iterator[NDArray[np.uint8]], fps: int) -> Path:
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for frame in frames:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        film.mux(stream.encode())
    return path


def test_a_film_is_read_to_its_end(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    path = filmed(tmp_path / "bad.mp4", blink(5, 0, 1, seconds=2, fps=30), 30)
    report = analyse_film(path, lambda done, of: heard.append((done, of)))
    assert report.frames == 60
    assert report.fps == pytest.approx(30)
    assert "general flashes" in broken(report)
    assert [done for done, _ in heard] == list(range(1, 61))
    assert heard[-1] == (60, 60)


def test_what_is_no_film_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.mp4: no such film"):
        analyse_film(tmp_path / "none.mp4")
    (tmp_path / "text.mp4").write_text("not a film at all")
    with pytest.raises(ValueError, match=r"text\.mp4: not a film"):
        analyse_film(tmp_path / "text.mp4")


@pytest.mark.whole
def test_the_command_says_so_in_a_line_and_by_its_exit_code(tmp_path: Path, command: Command) -> None:
    filmed(tmp_path / "bad.mp4", blink(5, 0, 1, seconds=1.5, fps=30), 30)
    filmed(tmp_path / "good.mp4", blink(1, 0, 1, seconds=1.5, fps=30), 30)
    bad = command.run("guard", "bad.mp4", "--out", "worst.png")
    assert bad.returncode == 1, bad.stderr
    assert bad.stdout.splitlines()[0].startswith("bad.mp4 fails: general flashes")
    assert (tmp_path / "worst.png").read_bytes().startswith(b"\x89PNG")
    good = command.run("guard", "good.mp4")
    assert good.returncode == 0, good.stderr
    assert good.stdout.startswith("good.mp4 passes")
    nothing = command.run("guard", "none.mp4")
    assert nothing.returncode == 2
    assert nothing.stderr.strip().endswith("none.mp4: no such film")
