"""You are in the picture: who takes a sleeper is where the camera looks, and each of their beats is seen."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from installation import repertoire
from installation.controls import PHASES
from installation.foundation import places
from installation.light.picture import Picture, look
from installation.model.score import Score, Section, parse
from installation.show import Show
from tests.harness.world import run

SCENES = repertoire.found().scenes
FIRST = 24  # guests who are to be inside the picture wherever it is taken from
SIZE = 640, 360
SHARE = 0.003  # of the pixels that one beat changes
CHANGED = 4  # of 255, in any of red, green and blue
FESTIVAL = parse((places.config() / "festival.toml").read_text(encoding="utf-8"), "festival.toml")

Pixels = NDArray[np.uint32]


def playing(scene: str, phase: str, seed: int, seconds: float) -> Show:
    section = Section(phase, phase, 3_600.0)  # type: ignore[arg-type]
    show = Show(Score(phase, (section,), settled=True, scene=scene), seed, {scene: SCENES[scene]})
    run(show, seconds)
    return show


def picture(show: Show) -> Pixels:
    drawn, pixels = Picture(*SIZE, 1, show.seed), np.zeros(SIZE[::-1], np.uint32)
    drawn.draw(look(show), pixels, 1 / 60)
    drawn.close()
    return pixels


def changed(a: Pixels, b: Pixels) -> float:
    """Share of the pixels that differ."""
    apart = [np.abs(((a >> s) & 255).astype(int) - ((b >> s) & 255).astype(int)) for s in (16, 8, 0)]
    return float((np.max(apart, axis=0) >= CHANGED).mean())


@cache
def crowd(scene: str, phase: str) -> tuple[Show, bytes]:
    """A settled phase with FIRST guests, who have come and whose hearts rest."""
    show = playing(scene, phase, 1, 12.0)
    for n in range(1, FIRST + 1):
        show.accept(f"/sleeper/{n}/guest", [1])
    run(show, 8.0)
    return show, show.snapshot()


def beat_of(scene: str, phase: str, sleeper: int) -> float:
    """Share of the pixels that one beat of a sleeper has changed, half a second after it."""
    show, settled = crowd(scene, phase)
    pictures = []
    for beats in (False, True):
        show.restore(settled)
        if beats:
            show.accept(f"/sleeper/{sleeper}/beat")
        run(show, 0.5)
        pictures.append(picture(show))
    return changed(*pictures)


@pytest.mark.whole
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("scene", SCENES)
def test_the_first_guests_are_inside_the_picture(scene: str, phase: str) -> None:
    show, settled = crowd(scene, phase)
    show.restore(settled)
    _, inside = show.whereabouts()
    assert inside[:FIRST].all(), 1 + np.flatnonzero(~inside[:FIRST])
    _, narrow = show.whereabouts(4 / 3)
    assert narrow[:FIRST].all(), 1 + np.flatnonzero(~narrow[:FIRST])


@pytest.mark.whole
@pytest.mark.parametrize("scene", SCENES)
def test_the_first_guests_are_inside_the_picture_with_every_seed(scene: str) -> None:
    for seed in range(1, 51):
        for phase in PHASES:
            _, inside = playing(scene, phase, seed, 1.0).whereabouts()
            assert inside[:FIRST].all(), (seed, phase, 1 + np.flatnonzero(~inside[:FIRST]))


@pytest.mark.whole
@pytest.mark.parametrize("scene", SCENES)
def test_the_first_guests_stay_inside_the_picture_wherever_the_score_has_the_camera(scene: str) -> None:
    show = Show(FESTIVAL.alone(scene), 1, {scene: SCENES[scene]})
    while show.course.arc == 0:
        run(show, 1.0)
        if show.presence > 0.5:  # more there than gone
            _, inside = show.whereabouts()
            assert inside[:FIRST].all(), (show.course.section.name, show.tick, 1 + np.flatnonzero(~inside[:FIRST]))


@pytest.mark.parametrize(("phase", "sleeper"), [("harmony", 1), ("glitch", 13), ("resolution", 24)])
@pytest.mark.parametrize("scene", SCENES)
def test_a_beat_is_seen(scene: str, phase: str, sleeper: int) -> None:
    assert beat_of(scene, phase, sleeper) >= SHARE


@pytest.mark.whole
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("scene", SCENES)
def test_each_guests_beat_is_seen(scene: str, phase: str) -> None:
    seen = {n: beat_of(scene, phase, n) for n in range(1, FIRST + 1)}
    assert min(seen.values()) >= SHARE, {n: round(100 * share, 2) for n, share in seen.items() if share < SHARE}


@pytest.mark.parametrize("scene", SCENES)
def test_who_comes_and_who_goes_is_seen_and_nothing_of_them_stays(scene: str) -> None:
    show = playing(scene, "harmony", 1, 2.0)
    before = show.snapshot()
    run(show, 2.0)
    without = picture(show)
    show.restore(before)
    show.accept("/sleeper/2/guest", [1])
    run(show, 2.0)
    assert changed(picture(show), without) >= SHARE
    run(show, 4.0)
    show.accept("/sleeper/2/free")
    run(show, 1.2)
    lights = show.lights()
    run(show, 6.0)
    assert len(show.lights()) < len(lights)
    assert show.moment().sleepers.guest.max() == 0.0


@pytest.mark.parametrize("scene", SCENES)
def test_a_memento_marks_one_light_in_the_picture_and_moves_nothing(scene: str) -> None:
    show = playing(scene, "harmony", 1, 2.0)
    before, without = show.snapshot(), picture(show)
    show.marked = 16
    with_mark, (place, inside) = picture(show), show.whereabouts()
    x, y = (place[16] * SIZE).astype(int)
    assert inside[16]
    near = np.s_[max(y - 12, 0) : y + 13, max(x - 12, 0) : x + 13]
    assert changed(with_mark[near], without[near]) > 0.3
    assert SHARE < changed(with_mark, without) < 0.25
    assert show.snapshot() == before
    run(show, 1.0)
    marked = show.snapshot()
    show.restore(before)
    show.marked = None
    run(show, 1.0)
    assert show.snapshot() == marked
