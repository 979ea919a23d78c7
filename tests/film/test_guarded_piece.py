"""The piece and its flash guard: what the score shows needs no guard, and what a performer makes of it gets one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from installation import repertoire
from installation.checker.flashes import analyse
from installation.controls import SLEEPERS
from installation.film.film import Cut, pictures
from installation.foundation import places
from installation.light.flashguard.guard import FlashGuard
from installation.light.picture import Picture, look
from installation.model.score import parse
from installation.show import Show
from tests.clips.screen import unpacked
from tests.harness.guarding import acting, arc

pytestmark = pytest.mark.whole

SEED, FPS = 1, 30
SMALL = (192, 108)
CALM = (45.0, 130.0, 300.0, 352.5, 370.0)
TORN = 205.0
"""Seconds into the festival."""
RARELY = 0.02
"""Share of the picture in which the guard may act while the score's own glitch plays."""
EXTREMES = {
    "/light/brightness": 2.0,
    "/light/glow": 1.0,
    "/light/glitch": 1.0,
    "/light/saturation": 1.5,
    "/light/trails": 0.0,  # nothing softens what jumps
    "/dream/unrest": 1.0,
}


class Unguarded(FlashGuard):
    """Lets everything through, so that a picture can be seen before the guard."""

    def guard(self, picture: NDArray[np.uint32], dt: float) -> None:
        pass


def bare(width: int, height: int) -> Picture:
    """Pictures as they are before the guard."""
    picture = Picture(width, height, 1, SEED)
    picture.guard = Unguarded(width, height)
    return picture


def playing(name: str) -> Show:
    text = (places.config() / f"{name}.toml").read_text(encoding="utf-8")
    return Show(parse(text, name), SEED, repertoire.found().scenes)


@pytest.fixture(scope="module")
def festival() -> dict[float, bytes]:
    """The festival's show by second, three seconds before something is looked at."""
    show, snapshots = playing("festival"), {}
    for seconds in sorted((*CALM, TORN)):
        while show.tick < round((seconds - 3.0) * 120):
            show.step()
        snapshots[seconds] = show.snapshot()
    return snapshots


@pytest.mark.parametrize("seconds", CALM)
def test_calm_phases_of_the_festival_come_through_to_the_bit(festival: dict[float, bytes], seconds: float) -> None:
    show, picture, guard = playing("festival"), bare(1280, 720), FlashGuard(1280, 720)
    show.restore(festival[seconds])
    for seen in pictures(show, picture, Cut.between(seconds, 1.0, FPS)):
        shown = seen.copy()
        guard.guard(shown, 1 / FPS)
        assert guard.activity == 0.0
        assert np.array_equal(shown, seen)
    assert show.moment().phase == ("harmony" if seconds < 200 else "resolution")
    assert len(np.unique(seen)) > 5000  # there was something to judge
    picture.close()


def test_a_whole_arc_needs_its_guard_only_when_it_is_torn_and_rarely_then() -> None:
    show, picture, guard = playing("abridged"), bare(640, 360), FlashGuard(640, 360)
    acting: dict[str, list[float]] = {"harmony": [], "glitch": [], "resolution": []}
    for seen in pictures(show, picture, Cut.between(0.0, show.score.seconds, FPS)):
        shown = seen.copy()
        guard.guard(shown, 1 / FPS)
        acting[show.moment().phase].append(guard.activity)
        assert np.array_equal(shown, seen) == (guard.activity == 0.0)
    assert max(acting["harmony"] + acting["resolution"]) == 0.0
    assert max(acting["glitch"]) <= RARELY
    picture.close()


def test_the_scores_own_glitch_passes_before_the_guard(festival: dict[float, bytes]) -> None:
    """The festival's rupture, at its height, for longer than any rule looks back."""
    show, picture, guard = playing("festival"), bare(*SMALL), FlashGuard(*SMALL)
    show.restore(festival[TORN])
    acting = []

    def seen() -> Iterator[NDArray[np.uint8]]:
        for pixels in pictures(show, picture, Cut.between(TORN, 21.0, FPS)):
            assert show.moment().unrest > 0.9
            yield unpacked(pixels)
            guard.guard(pixels, 1 / FPS)
            acting.append(guard.activity)

    report = analyse(seen(), FPS)
    assert report.seconds == 21.0
    assert report.passed, report.verdict()
    assert max(acting) <= RARELY
    picture.close()


def test_the_camera_comes_out_of_the_torn_crown_without_a_flash() -> None:
    """Boughs right before the eye, and of two registers: quicker, they would cross each place too often."""
    assert acting(arc("festival", "sleeptree"), 3, (640, 360), FPS, ((266.0, 268.0),)) == []


def performed(show: Show, tick: int, chance: np.random.Generator) -> None:
    """A performer at every extreme at once, and worse every two or three seconds."""
    if tick == 0:
        for address, value in EXTREMES.items():
            show.accept(address, [value])
        for sleeper in range(1, SLEEPERS + 1):
            show.accept(f"/sleeper/{sleeper}/glow", [2.0])
    if tick % 40 == 0:  # 3 Hz
        for sleeper in range(1, SLEEPERS + 1):
            show.accept(f"/sleeper/{sleeper}/beat")
    if tick % 30 == 0:
        show.accept("/show/blackout", [240 <= tick < 600 and tick // 30 % 2 == 1])
    if tick % 70 == 0 and tick > 600:
        show.accept("/show/phase", [("glitch", "harmony", "resolution")[chance.integers(3)]])
    if tick % 20 == 0 and tick > 720:
        show.accept("/light/brightness", [2.0 * (tick // 20 % 2)])
    if tick % 15 == 0 and tick > 1080:
        show.accept("/light/hue", [tick // 15 % 2 - 0.5])


def test_with_every_control_at_its_extremes_it_passes_after_the_guard() -> None:
    show, picture, guard = playing("abridged"), bare(*SMALL), FlashGuard(*SMALL)
    chance, pixels = np.random.default_rng(1), np.zeros(SMALL[::-1], np.uint32)
    after, acting = [], []
    for tick in range(14 * 120):
        performed(show, tick, chance)
        show.step()
        if tick % (120 // FPS) == 0:
            picture.draw(look(show), pixels, 1 / FPS)
            guard.guard(pixels, 1 / FPS)
            acting.append(guard.activity)
            after.append(unpacked(pixels))
    report = analyse(after, FPS)
    assert report.passed, report.verdict()
    assert max(acting) > 0.25  # there was something to hold down
    picture.close()
