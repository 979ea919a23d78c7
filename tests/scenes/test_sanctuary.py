"""Sanctuary: how each phase looks, what is written and heard, and that the flash guard has nothing to do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from installation import repertoire
from installation.brushes.lettering import legible, lettered
from installation.controls import Control
from installation.model.chance import Chance
from installation.model.score import PHASES, Phase
from installation.show import Show
from scenes.sanctuary import Sanctuary, pages
from scenes.sanctuary.cloth import DEPTH, HALF, MIDDLE, TALL, half_width
from scenes.sanctuary.fibres import VERTICES
from scenes.sanctuary.palette import Lines
from scenes.sanctuary.rift import Rift, levels
from tests.harness.guarding import acting, arc
from tests.harness.world import SEEN, SIZE, World, picture, positions, run

WORLD = World("sanctuary", Sanctuary, {"harmony": 5.0, "glitch": 10.5, "resolution": 18.5})
played, scene = WORLD.played, WORLD.on_stage


@pytest.mark.parametrize("phase", PHASES)
def test_each_phase_looks_as_it_was_found_right(phase: Phase, pytestconfig: pytest.Config) -> None:
    WORLD.hold(phase, pytestconfig)


@pytest.mark.whole
def test_the_flash_guard_has_nothing_to_do() -> None:
    assert acting(arc("abridged", "sanctuary"), 1, SIZE, 15) == []


@pytest.mark.whole
def test_nothing_flashes_while_rings_become_a_cloth_in_a_large_picture() -> None:
    held = acting(arc("abridged", "sanctuary"), 3, (640, 360), 30, ((14.0, 16.5),))
    assert not [line for line in held if "flashes" in line]


@pytest.mark.parametrize(("row", "end"), WORLD.ends())
def test_each_end_of_a_control_is_seen_where_the_table_says(row: Control, end: float) -> None:
    """The same tick without it is another picture."""
    changed = {phase: WORLD.changed(phase, row.address, end) for phase in row.seen}
    assert all(share > SEEN for share in changed.values()), changed


def test_every_two_rings_are_linked_exactly_once() -> None:
    """Gauss' linking number of what is really drawn, for some pairs."""
    show = played("harmony")
    ring = scene(show)._fibres.woven(show.moment(), 7.0).lines.place.reshape(3, 240, VERTICES).astype(np.float64)
    for a, b in ((0, 1), (5, 200), (17, 90), (33, 34)):
        assert abs(abs(linking(finer(ring[:, a]), finer(ring[:, b]))) - 1.0) < 0.02, (a, b)


def finer(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, 3) eight times as many points of a closed line (3, n), by its Fourier series."""
    n = ring.shape[1] - 1
    points = 8.0 * np.fft.irfft(np.fft.rfft(ring[:, :-1], axis=1), 8 * n, axis=1)
    return np.concatenate([points, points[:, :1]], axis=1).T


def linking(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    p, q = 0.5 * (one[1:] + one[:-1]), 0.5 * (other[1:] + other[:-1])
    dp, dq = np.diff(one, axis=0), np.diff(other, axis=0)
    apart = p[:, None] - q[None]
    crossed = np.cross(dp[:, None], dq[None])
    return float(((apart * crossed).sum(axis=2) / np.linalg.norm(apart, axis=2) ** 3).sum() / (4.0 * np.pi))


def test_the_rifts_level_lines_are_what_backward_iteration_promises() -> None:
    """Every point of a line goes to the line before it."""
    c = complex(-1.45, 0.03)
    lines = levels(c)
    for before, line in pairwise(lines):
        image = line.astype(np.complex128) ** 2 + c
        gap = np.abs(image[:, None] - before[None, :]).min(axis=1)
        assert gap.max() < 2e-3
    steps = np.abs(np.diff(lines[3]))
    assert steps.max() < 0.5, "one closed line"


def test_the_rift_pulls_left_and_right_apart_and_leaves_calm_alone() -> None:
    torn, calm = played("glitch"), played("harmony")
    apart = np.array([[-1.0, 1.0], [1.0, 1.0], [3.0, 3.0]], np.float32)

    def moved(show: Show) -> NDArray[np.float32]:
        lines = Lines(apart, np.ones((3, 2), np.float32), np.ones(2, np.float32), np.zeros(1, np.int32))
        return Rift(Chance(2).of("rift")).torn(lines, show.moment(), 1.0).place[0] - apart[0]

    assert moved(torn)[0] < -0.08
    assert moved(torn)[1] > 0.08
    assert np.abs(moved(calm)).max() < 1e-6


def test_rings_become_threads_of_one_cloth() -> None:
    show = played("resolution")
    woven = scene(show)._fibres.woven(show.moment(), scene(show).turned)
    assert float(woven.opened.min()) > 0.95
    place = woven.lines.place
    height = (place[2] - MIDDLE) / TALL
    inside = np.abs(place[0]) <= HALF * half_width(np.clip(height, -1, 1)) + 0.06
    assert inside.mean() > 0.98
    assert np.abs(place[1] - DEPTH).max() < 0.4


def test_the_cloth_carries_colour() -> None:
    """Its pixels are of many hues, and more vivid than grey: the mean of (most - least) / most."""
    seen = picture(played("resolution"))[55:125, 135:185].reshape(-1, 3)
    bright = seen[seen.max(axis=1) > 60.0]
    vivid = (bright.max(axis=1) - bright.min(axis=1)) / bright.max(axis=1)
    assert len(bright) > 500
    assert vivid.mean() > 0.35


def test_what_is_meant_to_be_read_can_be() -> None:
    """An x-height of 14 pixels at 720 rows; a line that has too little room may be a fifth smaller."""
    for phase in PHASES:
        show = played(phase, seconds=9.0)
        view = scene(show).view(show.moment())
        verses, finished = scene(show)._written(show.moment(), view, pages.sizes(view))
        assert verses or finished, phase
        for verse in verses:
            assert len(lettered(verse).radius) or verse.written <= 0.0
            assert verse.em >= 0.8 * legible(view, verse.at)


def writing(show: Show) -> int:
    """Vertices of all that is written."""
    return sum(
        len(light.radius)
        for light in pages.lit(*scene(show)._written(show.moment(), show.view(), pages.sizes(show.view())))
    )


def test_lines_are_written_as_time_goes_on_and_an_anthology_stays() -> None:
    show, counts = played("harmony"), []
    for _ in range(60):
        counts.append(writing(show))
        run(show, 0.5)
    grows = np.diff(counts)
    assert max(counts) > 500
    assert (grows > 0).sum() > 8
    mended = played("resolution", seconds=16.0)
    full = writing(mended)
    run(mended, 8.0)
    assert writing(mended) == full > 3000


def test_nothing_is_written_where_nobody_wants_it() -> None:
    for phase in PHASES:
        assert writing(played(phase, "/sanctuary/verses", 0.0)) == 0


def test_the_pen_is_heard_while_it_writes_and_only_then() -> None:
    show, heard, written = played("harmony"), [], []
    for _ in range(160):
        verses, _ = scene(show)._written(show.moment(), show.view(), pages.Sizes())
        written.append(any(0.0 < verse.written < 1.0 for verse in verses))
        heard.append(show.voices()[6].gain)
        run(show, 0.2)
    loud, writes = np.array(heard), np.array(written)
    assert 0.1 < writes.mean() < 0.9
    assert loud[writes].mean() > 0.05
    assert loud[~writes].max() == 0.0


def test_a_quicker_pace_writes_more_lines() -> None:
    before = scene(played("harmony", seconds=0.0)).said
    slow, quick = (scene(played("harmony", "/sanctuary/pace", pace, 12.0)).said - before for pace in (40.0, 8.0))
    assert quick > 4.0 * slow > 0.0


def test_what_is_right_of_the_rift_sounds_higher_than_what_is_left() -> None:
    calm, torn = (np.array([v.frequency for v in played(phase).voices()[:6]]) for phase in ("harmony", "glitch"))
    azimuth = np.array([v.azimuth for v in played("glitch").voices()[:6]])
    root = played("glitch").moment().root / played("harmony").moment().root
    cents = 1200.0 * np.log2(torn / calm / root)
    assert cents[azimuth < 0.5].mean() > cents[azimuth > 0.5].mean() + 50.0


def test_turning_stops_without_a_jump_and_is_remembered() -> None:
    show = played("harmony", "/sanctuary/turn", 0.0, 14.0)
    stands = scene(show).turned
    run(show, 2.0)
    assert scene(show).turned - stands < 0.05
    kept, other = show.snapshot(), Show(show.score, show.seed, repertoire.found().scenes)
    other.restore(kept)
    for each in (show, other):
        run(each, 1.0)
    assert np.array_equal(positions(show), positions(other))


def test_whoever_comes_in_closes_a_ring_of_their_own() -> None:
    show = played("harmony")
    show.accept("/sleeper/40/present", [0])
    run(show, 8.0)
    show.accept("/sleeper/40/present", [1])
    lit = []
    for _ in range(4):
        run(show, 1.6)
        light = scene(show)._fibres.woven(show.moment(), 3.0).lines.light.reshape(3, 240, VERTICES)
        lit.append(float((light[:, 39].max(axis=0) > 1e-4).mean()))
    assert lit[0] < 0.6 < lit[-1]


def shining(show: Show) -> NDArray[np.float32]:
    """(240, VERTICES) the light of every ring."""
    light: NDArray[np.float32] = (
        scene(show)._fibres.woven(show.moment(), 3.0).lines.light.reshape(3, 240, -1).sum(axis=0)
    )
    return light


def test_a_driven_sleepers_bead_runs_at_a_rate_of_its_own() -> None:
    a, b = (shining(played("harmony", *move)) for move in ((), ("/sleeper/7/rate", 0.9)))
    apart = np.abs(a - b).mean(axis=1)
    assert apart[6] > 5.0 * np.median(apart)


def test_everybody_sits_round_and_is_heard_from_there() -> None:
    place = played("harmony").moment().sleepers.place
    turn = np.sort(np.arctan2(*place.T))
    assert np.hypot(*place.T).min() > 2.5
    assert np.diff(turn).max() < 0.2
