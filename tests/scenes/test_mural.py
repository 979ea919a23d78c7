"""Mural: how each phase looks, what its controls do to eye and ear, and that the flash guard has nothing to do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.controls import Control
from installation.model.chance import Chance
from installation.model.score import PHASES, Phase
from installation.scene import Strokes
from installation.show import Show
from scenes.mural import Mural
from scenes.mural.lattice import EAST, GRID, KNOTS, _corners, node
from scenes.mural.palette import GOLD
from scenes.mural.wind import VERTICES, grown
from tests.harness.guarding import acting, arc
from tests.harness.world import SEEN, SIZE, World, run

WORLD = World("mural", Mural, {"harmony": 4.0, "glitch": 10.5, "resolution": 18.5})
played, scene = WORLD.played, WORLD.on_stage


@pytest.mark.parametrize("phase", PHASES)
def test_each_phase_looks_as_it_was_found_right(phase: Phase, pytestconfig: pytest.Config) -> None:
    WORLD.hold(phase, pytestconfig)


@pytest.mark.whole
def test_the_flash_guard_has_nothing_to_do() -> None:
    assert acting(arc("abridged", "mural"), 1, SIZE, 15) == []


@pytest.mark.whole
def test_nor_has_it_while_strokes_fly_to_the_rose_in_a_large_picture() -> None:
    assert acting(arc("abridged", "mural"), 1, (640, 360), 30, ((14.2, 15.5),)) == []


@pytest.mark.parametrize(("row", "end"), WORLD.ends())
def test_each_end_of_a_control_is_seen_where_the_table_says(row: Control, end: float) -> None:
    """The same tick without it is another picture."""
    changed = {phase: WORLD.changed(phase, row.address, end) for phase in row.seen}
    assert all(share > SEEN for share in changed.values()), changed


def hum(show: Show) -> float:
    return sum(voice.gain for voice in show.voices()[:6])


@pytest.mark.parametrize("phase", ["harmony", "resolution"])
def test_paint_that_stays_wet_hums_on(phase: Phase) -> None:
    wet, usual, dry = (hum(played(phase, "/mural/wet", value)) for value in (1.0, 0.5, 0.0))
    assert dry < 0.8 * usual
    assert usual < 0.9 * wet


def off(hz: float) -> float:
    """Cents from equal temperament."""
    semitones = 12.0 * math.log2(hz / 440.0)
    return 100.0 * abs(semitones - round(semitones))


def test_the_optimisers_pitch_is_equally_tempered_where_it_has_the_wall() -> None:
    just = [off(voice.frequency) for voice in played("harmony").voices()[:6]]
    little = [off(voice.frequency) for voice in played("glitch", "/mural/grid", 0.0).voices()[:6]]
    whole = [off(voice.frequency) for voice in played("glitch", "/mural/grid", 1.0).voices()[:6]]
    assert sum(whole) < 0.6 * sum(little)
    assert sum(just) > 10.0


def test_the_rose_sounds_a_fifth() -> None:
    assert played("harmony").voices()[6].gain == 0.0
    assert played("resolution").voices()[6].gain > 0.05
    assert played("resolution", "/mural/rose", 0.0, 18.0).voices()[6].gain < 0.01


def test_strokes_keep_their_distance_and_end_in_a_curl_the_way_they_bent() -> None:
    strokes = grown(Chance(3).of("wind"), 240)
    assert strokes.place.shape == (2, 240, VERTICES)
    heading = np.unwrap(np.arctan2(*np.diff(strokes.place, axis=2)[::-1]), axis=1)
    curled = np.abs(heading[:, -1] - heading[:, VERTICES // 3])
    assert (curled > 0.8 * 2.0 * np.pi * 0.9).mean() > 0.9
    start = strokes.place[:, :, 0]
    apart = np.hypot(*(start[:, :, None] - start[:, None, :])) + 9.0 * np.eye(240)
    assert apart.min() > 0.03


def test_the_same_chance_paints_the_same_wall_and_another_one_another() -> None:
    once, again, other = (grown(Chance(seed).of("wind"), 60).place for seed in (3, 3, 4))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_what_the_optimiser_traces_goes_from_node_to_node_of_its_lattice() -> None:
    line = grown(Chance(5).of("wind"), 12).place[:, 7].T.astype(np.float64)
    corners = _corners(line, np.random.default_rng(1))
    assert len(corners) >= KNOTS - 3
    for x, z in corners:
        a, b = node(x, z)
        assert (x, z) == pytest.approx((EAST * a, GRID * (b + 0.5 * a)), abs=1e-9)
    step = np.diff(corners, axis=0)
    slope = np.degrees(np.arctan2(step[:, 1], step[:, 0])) % 180.0
    assert np.abs(slope[:, None] - np.array([30.0, 90.0, 150.0])).min(axis=1).max() < 1e-6


def strokes(show: Show) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    found = [light for light in show.lights() if isinstance(light, Strokes)]
    return np.concatenate([s.position for s in found]), np.concatenate([s.colour for s in found])


def test_the_rose_casts_its_colours_on_the_street() -> None:
    def cast(show: Show) -> float:
        place, colour = strokes(show)
        ground = (np.abs(place[:, 2]) < 0.02) & (place[:, 1] < -0.3)
        return float(colour[ground].sum())

    assert cast(played("resolution")) > 20.0
    assert cast(played("harmony")) < 0.5
    assert cast(played("resolution", "/mural/rose", 0.0, 18.0)) < 0.5


def test_a_ghost_of_the_first_painting_stays_where_the_rose_was_drawn_from() -> None:
    def behind(show: Show) -> float:
        place, colour = strokes(show)
        return float(colour[np.abs(place[:, 1] - 0.04) < 1e-5].sum())

    assert behind(played("harmony")) == 0.0
    assert behind(played("resolution")) > 10.0


def test_the_heart_of_the_rose_is_gold_and_nobody_is_alike() -> None:
    show = played("resolution")
    colours = scene(show)._wall.paint(show.moment()).colour
    ring = scene(show)._wall.rose.ring
    assert np.abs(colours[ring == 0].mean(axis=0) - GOLD).max() < 0.3
    assert len(np.unique(colours.round(4), axis=0)) == 240


def test_whoever_comes_in_paints_their_stroke() -> None:
    show = played("harmony")
    show.accept("/sleeper/40/present", [0])
    run(show, 8.0)
    show.accept("/sleeper/40/present", [1])
    share = []
    for _ in range(4):
        run(show, 2.0)
        lit = scene(show)._wall.paint(show.moment()).light[:, 39].max(axis=(0, 1))
        share.append(float((lit > 1e-4).mean()))
    assert share[0] < 0.5 < share[-1]


def test_a_driven_sleeper_is_painted_at_the_rate_of_their_own() -> None:
    """The brush of who is driven by a sensor is elsewhere than it would have been; all others are where they were."""
    usual, driven = played("harmony"), None
    there = scene(usual)._wall.paint(usual.moment()).wet
    driven = played("harmony", "/sleeper/7/rate", 0.9)
    wet = scene(driven)._wall.paint(driven.moment()).wet
    apart = np.abs(wet - there).mean(axis=1)
    assert apart[6] > 0.05
    assert np.median(apart) < 0.1 * apart[6]


def test_everybody_is_heard_from_where_their_stroke_is() -> None:
    show = played("harmony")
    x, y = show.moment().sleepers.place.T
    turn = np.arctan2(x, y)
    middle = scene(show)._wall.grown.place[0].mean(axis=1)
    assert (np.argsort(turn) == np.argsort(middle, kind="stable")).mean() > 0.9
    assert np.hypot(x, y).min() > 2.5


def test_the_camera_draws_back_and_narrows_while_torn() -> None:
    calm, torn = played("harmony").view(), played("glitch").view()
    assert torn.eye[1] < 1.8 * calm.eye[1]
    assert torn.height_deg < 0.6 * calm.height_deg
