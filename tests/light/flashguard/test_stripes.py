"""The guard's rule of stripes: what is one is found however it lies, what only looks like it is not, and no edges."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.checker.flashes import Report, analyse
from installation.light.flashguard.guard import FlashGuard
from tests.clips.harmful import rings, stripes
from tests.clips.patterns import PATTERNS
from tests.clips.screen import Clip, Painter, Screen, code, unpacked


def grating(pairs: float, angle: float, low: float, high: float, grain: float) -> Clip:
    """A sine of luminance `low`..`high` with so many pairs across the width, and grain."""

    def clip(s: Screen) -> Painter:
        along = s.u * np.cos(angle) + s.v * s.height / s.width * np.sin(angle)
        wave = low + (high - low) * (0.5 + 0.5 * np.cos(2 * np.pi * along * pairs))
        return lambda i, t: code(wave + np.random.default_rng(i).normal(0.0, grain, s.size))

    return clip


def faint(clip: Clip, low: float, high: float) -> Clip:
    """A clip of black and white in two luminances that are nearer to each other."""

    def paint_on(s: Screen) -> Painter:
        paint = clip(s)
        return lambda i, t: np.where(paint(i, t) > 127, code(high), code(low))

    return paint_on


def threads(chance: int) -> Clip:
    """Cloth: level threads of uneven width and light, one beside the other, and the dark round it."""

    def clip(s: Screen) -> Painter:
        rng = np.random.default_rng(chance)
        edges = np.cumsum(rng.uniform(0.003, 0.020, 400))
        light = 0.16 + rng.uniform(-0.12, 0.12, 401)[np.searchsorted(edges, s.v)]
        cloth = np.where(abs(s.u - 0.5) < 0.15, light, 0.002)
        return lambda i, t: code(cloth * (1.0 + 0.1 * np.sin(t)))

    return clip


def acting(screen: Screen, clip: Clip, seconds: float = 1.0) -> tuple[float, NDArray[np.uint32]]:
    """The guard's activity in the end, and its last picture."""
    guard = FlashGuard(screen.width, screen.height)
    for picture in screen.frames(clip, seconds):
        guard.guard(picture, 1.0 / screen.fps)
    return guard.activity, picture


def broken(report: Report) -> set[str]:
    return {rule.name for rule in report.rules.values() if not rule.passed}


@pytest.mark.parametrize("grain", [0.0, 0.06])
@pytest.mark.parametrize(("pairs", "angle"), [(6.5, 0.0), (7, 2.9), (12, 0.8), (19, 1.3), (28, 2.2), (40, 1.55)])
def test_a_grating_is_dimmed_until_it_passes_however_it_lies(pairs: float, angle: float, grain: float) -> None:
    screen, clip, guard = Screen(288, 162, 30), grating(pairs, angle, 0.1, 0.5, grain), FlashGuard(288, 162)
    assert not analyse((unpacked(picture) for picture in screen.frames(clip, 1.0)), 30).passed
    shown = []
    for picture in screen.frames(clip, 1.2):
        guard.guard(picture, 1 / 30)
        shown.append(unpacked(picture))
    report = analyse(shown, 30)
    assert report.passed, report.verdict()


@pytest.mark.parametrize("size", [(320, 180), (1280, 720), (720, 1280), (400, 400)])
def test_it_finds_stripes_on_screens_of_any_shape(size: tuple[int, int]) -> None:
    for angle in (0.0, 0.7, np.pi / 2, 2.5):
        assert acting(Screen(*size, 30), stripes(24, angle), 0.7)[0] > 0.9, angle


def test_where_it_dims_no_edge_is_seen() -> None:
    """Stripes on the left, grey on the right: the grey darkens towards them, and nowhere by a step."""

    def clip(s: Screen) -> Painter:
        striped = stripes(30, 0.4)(s)
        return lambda i, t: np.where(s.u < 0.5, striped(i, t), 180.0)

    share, picture = acting(Screen(640, 360, 30), clip)
    grey = (picture[:, 325:] & 255).astype(int)
    assert 0.5 < share < 0.85
    assert grey.max() == 180
    assert grey.min() < 120
    assert max(np.abs(np.diff(grey, axis=0)).max(), np.abs(np.diff(grey, axis=1)).max()) <= 3


def test_what_it_dimmed_comes_back_slowly_and_wholly() -> None:
    guard, clip, dark = FlashGuard(288, 162), stripes(20, 0.4), []
    for i, picture in enumerate(Screen(288, 162, 30).frames(clip, 4.0)):
        if i >= 30:
            picture[:] = 0xB4B4B4
        guard.guard(picture, 1 / 30)
        if i >= 30:
            dark.append(int(picture[80, 140] & 255))
    assert dark[0] < 110
    assert np.diff(dark).max() <= 8
    assert (picture == 0xB4B4B4).all()
    assert guard.activity == 0.0


@pytest.mark.parametrize("name", ["spokes, 24", "spokes, 40", "spiral, 20", "fan, 60, from a side", "chirp, 8 to 20"])
@pytest.mark.parametrize(("low", "high"), [(0.05, 0.20), (0.3, 0.55)])
def test_faint_patterns_are_dimmed_too(name: str, low: float, high: float) -> None:
    screen, clip, guard, shown = Screen(288, 162, 30), faint(PATTERNS[name], low, high), FlashGuard(288, 162), []
    for picture in screen.frames(clip, 1.2):
        guard.guard(picture, 1 / 30)
        shown.append(unpacked(picture))
    report = analyse(shown, 30)
    assert report.passed, report.verdict()
    assert guard.activity > 0.5


@pytest.mark.parametrize("chance", [5, 6, 7])
def test_uneven_threads_are_no_stripes(chance: int) -> None:
    """Some of the waves that they are made of are even for a while, and faint: no judge of patterns minds."""
    screen = Screen(640, 360, 10)
    assert analyse((unpacked(picture) for picture in screen.frames(threads(chance), 0.8)), 10).passed
    assert acting(screen, threads(chance), 1.0)[0] == 0.0


@pytest.mark.parametrize("pairs", [3.0, 4.4])
def test_so_few_pairs_are_no_pattern(pairs: float) -> None:
    assert acting(Screen(288, 162, 30), stripes(pairs))[0] == 0.0


def test_stripes_in_a_small_part_are_free() -> None:
    """A tenth of a field of view."""

    def clip(s: Screen) -> Painter:
        striped = stripes(60)(s)
        return lambda i, t: np.where((abs(s.u - 0.5) < 0.06) & (abs(s.v - 0.5) < 0.05), striped(i, t), 40.0)

    assert acting(Screen(640, 360, 30), clip)[0] == 0.0


def test_rings_are_stripes() -> None:
    assert acting(Screen(288, 162, 30), rings(30, 0.0))[0] > 0.9


@pytest.mark.parametrize("fps", [30, *(pytest.param(fps, marks=pytest.mark.whole) for fps in (60, 120))])
@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_spokes_spirals_fans_and_chirps_are_dimmed_until_they_pass(name: str, fps: int) -> None:
    screen, guard, shown = Screen(288, 162, fps), FlashGuard(288, 162), []
    for frame in screen.frames(PATTERNS[name], 1.2):
        guard.guard(frame, 1 / fps)
        shown.append(unpacked(frame))
    report = analyse(shown, fps)
    assert report.passed, report.verdict()


@pytest.mark.parametrize("name", sorted(set(PATTERNS) - {"spokes, 8", "spokes, 12", "spokes, 16"}))
def test_without_the_guard_they_would_harm(name: str) -> None:
    """Where there are fewer spokes, no patch has more than five pairs of one width."""
    frames = [unpacked(frame) for frame in Screen(288, 162, 10).frames(PATTERNS[name], 1.0)]
    assert broken(analyse(frames, 10)) == {"stripes"}
