"""Every clip that would harm, through the guard, before the independent checker; and those that wouldn't, untouched.

Small pictures, where the size doesn't matter: the guard then sees every pixel, as it sees every cell of a large one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.checker.flashes import STANDING_S, Report, analyse
from installation.checker.transitions import LONG_S
from installation.light.flashguard.guard import FlashGuard
from tests.clips.harmful import HARMFUL, length, patch, strobe
from tests.clips.harmless import HARMLESS, drifting, stars
from tests.clips.screen import Clip, Screen, packed, unpacked

pytestmark = pytest.mark.whole

# what the checker passes as it is: the guard may still lower it, being stricter
ALLOWED = {"strobe of 1 Hz", "strobe of 2 Hz", "glitch, 6 Hz"}
STANDING = {name for name in HARMFUL if name.startswith(("stripes", "rays", "rings"))}
SLOW = {"strobe of 3 Hz", "sine of 3 Hz", "long run of 2.5 Hz", "long run of 2.9 Hz, faint", "bursts of five"}
STILL = {"stripes, upright", "stripes, flat, fine", "stripes, faint", "rays, still"}
THIN = {"stems in a wind"}  # one pixel wide: 192 pixels across, over a quarter of the picture would be stems
SMALL, STRIPED = (64, 36), (288, 162)


RATES = (30, 60, 120)


def shown(names: Iterable[str]) -> list[tuple[str, int]]:
    """Every clip at every rate; each for its whole length."""
    return [(name, fps) for name in sorted(names) for fps in RATES]


def guarded(screen: Screen, clip: Clip, seconds: float) -> Iterator[NDArray[np.uint8]]:
    guard = FlashGuard(screen.width, screen.height)
    for picture in screen.frames(clip, seconds):
        assert picture.shape == (screen.height, screen.width)
        assert picture.dtype == np.uint32
        guard.guard(picture, 1.0 / screen.fps)
        yield unpacked(picture)


def raw(screen: Screen, clip: Clip, seconds: float) -> Report:
    return analyse((unpacked(picture) for picture in screen.frames(clip, seconds)), screen.fps)


def test_there_are_as_many_clips_as_promised_and_each_is_long_enough_for_the_longest_rule() -> None:
    assert len(HARMFUL) >= 60
    assert len(HARMLESS) >= 15
    assert all(length(name) > 1.0 + LONG_S for name in {*HARMFUL, *HARMLESS} - STILL)
    assert all(length(name) > 2 * STANDING_S for name in STILL)
    for name in STILL:
        first, *others = Screen(*STRIPED, 10).frames(HARMFUL[name], length(name))
        assert all(np.array_equal(picture, first) for picture in others)


@pytest.mark.parametrize(("name", "fps"), shown(HARMFUL))
def test_after_the_guard_no_clip_harms(name: str, fps: int) -> None:
    screen = Screen(*(STRIPED if name in STANDING else SMALL), fps)
    report = analyse(guarded(screen, HARMFUL[name], length(name)), fps)
    assert report.frames == length(name) * fps
    assert report.passed, report.verdict()


@pytest.mark.parametrize("name", sorted(HARMFUL.keys() - ALLOWED))
def test_without_the_guard_it_would_harm(name: str) -> None:
    standing = name in STANDING
    screen = Screen(*STRIPED, 30) if standing else Screen(*SMALL, 60)
    seconds = 1.0 if standing else 6.0 if name in SLOW else 2.5
    assert not raw(screen, HARMFUL[name], seconds).passed


LONG = ("strobe of 3 Hz", "long run of 2.5 Hz", "red, 3.5 Hz", "noise, coarse, 5 Hz", "groups, three", "glitch, 12 Hz")


@pytest.mark.parametrize("name", LONG)
def test_nor_does_it_when_it_goes_on(name: str) -> None:
    screen = Screen(96, 54, 30)
    report = analyse(guarded(screen, HARMFUL[name], 14.0), 30)
    assert report.frames == 14 * 30
    assert report.passed, report.verdict()


@pytest.mark.parametrize("name", ["spots jump, 8 Hz", "patch, in the corner", "checker, fine", "groups, five"])
def test_nor_does_it_on_a_large_screen_that_is_only_sampled(name: str) -> None:
    report = analyse(guarded(Screen(960, 540, 60), HARMFUL[name], 1.6), 60)
    assert report.passed, report.verdict()


def most_changed(screen: Screen, clip: Clip, seconds: float) -> int:
    guard, most = FlashGuard(screen.width, screen.height), 0
    for picture in screen.frames(clip, seconds):
        before = picture.copy()
        guard.guard(picture, 1.0 / screen.fps)
        if not np.array_equal(picture, before):
            most = max(most, int(np.abs(unpacked(picture).astype(int) - unpacked(before)).max()))
    return most


@pytest.mark.parametrize(("name", "fps"), shown(HARMLESS))
def test_what_is_harmless_comes_through_to_the_bit(name: str, fps: int) -> None:
    screen = Screen(640, 360, fps) if name in THIN else Screen(192, 108, fps)
    assert most_changed(screen, HARMLESS[name], length(name)) == 0


@pytest.mark.parametrize(("radius", "speed"), [(3.0, 60.0), (5.0, 120.0), (2.0, 400.0)])
def test_two_thousand_bright_particles_drift_through_a_large_screen_untouched(radius: float, speed: float) -> None:
    assert most_changed(Screen(1920, 1080, 60), drifting(2000, radius, speed), 1.5) == 0


def test_a_camera_that_pans_over_stars_is_left_alone_on_a_large_screen() -> None:
    assert most_changed(Screen(1920, 1080, 60), stars(0.08), 1.5) == 0


@pytest.mark.parametrize("area", [0.01, 0.05])
def test_what_flashes_is_held_down_where_it_flashes_and_nowhere_else(area: float) -> None:
    screen = Screen(288, 162, 60)
    guard = FlashGuard(288, 162)
    lit, far = [], []
    for picture in screen.frames(patch(8, area, (0.2, 0.2), base=90), 4.0):
        guard.guard(picture, 1 / 60)
        lit.append(int(picture[40, 70] & 255))
        far.append(int(picture[140, 250] & 255))
    assert set(far) == {90}
    assert (max(lit[120:]) == 255) == (area < 0.02)


def test_time_that_comes_unevenly_defeats_it_no_more_than_time_that_doesn_t() -> None:
    """Pictures between 4 and 70 ms long, put back on a grid of 240 a second for the checker."""
    rng = np.random.default_rng(3)
    guard, shown, light = FlashGuard(96, 54), [], False
    clip = strobe(6)(Screen(96, 54, 240))
    t = 0.0
    while t < 8.0:
        dt = float(rng.choice([1 / 240, 1 / 60, 1 / 30, 0.07]))
        light = not light
        picture = packed(np.clip(clip(0, t), 0, 255)) if rng.random() < 0.5 else packed(np.full((54, 96), 255 * light))
        guard.guard(picture, dt)
        shown.extend([unpacked(picture)] * round(dt * 240))
        t += dt
    report = analyse(shown, 240)
    assert report.passed, report.verdict()
