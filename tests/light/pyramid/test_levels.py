"""The light pyramid: energy, roundness, calm while moving, even strokes, smooth mist."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from installation.light.grade import Grade
from installation.light.pyramid import levels, splat
from installation.light.pyramid.renderer import Renderer
from installation.scene import Light, Mist, Points, Strokes, View
from tests.harness.easel import VIEW, colours, place, points, scale, stroke

SIDE = 256
SIZES = [1.0, 1.8, 2.4, 3.0, 3.6, 4.4, 5.5, 7.0, 9.0, 12.0, 16.0, 24.0, 35.0]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(SIDE, SIDE)


def shine(renderer: Renderer, *lights: Light, glow: float = 0.5) -> np.ndarray:
    return renderer.radiance(lights, VIEW, Grade(glow=glow)).astype(np.float64)


@pytest.mark.parametrize("halo", [0.0, 0.3])
def test_energy_stays_while_a_light_moves_and_grows(renderer: Renderer, halo: float) -> None:
    rng = np.random.default_rng(3)
    for radius in np.geomspace(0.5, 14.0, 25):
        x, y = SIDE / 2 + rng.uniform(-8, 8, 2)
        total = shine(renderer, points(x, y, radius, SIDE, SIDE, (0.5, 1.0, 2.0), halo), glow=0.0).sum(axis=(0, 1))
        wanted = np.array([0.5, 1.0, 2.0]) * 2 * math.pi * (radius / 2) ** 2
        faint = 0.003 if radius > 1.5 else 0.01  # what is nearly invisible is dimmed a little
        assert total == pytest.approx(wanted, rel=0.007 + faint), radius


@pytest.mark.parametrize("radius", SIZES)
def test_a_light_is_round(renderer: Renderer, radius: float) -> None:
    rng = np.random.default_rng(5)
    angles = np.arange(24) * 2 * math.pi / 24
    worst = 0.0
    for _ in range(8):
        x, y = SIDE / 2 + rng.uniform(-8, 8, 2)
        spot = shine(renderer, points(x, y, radius, SIDE, SIDE))[..., 1]
        for far in (0.8, 1.5, 2.2):
            ring = far * max(radius / 2, 0.85)
            around = map_coordinates(spot, [y - 0.5 + ring * np.sin(angles), x - 0.5 + ring * np.cos(angles)], order=3)
            worst = max(worst, (around.max() - around.min()) / spot.max())
    assert worst < (0.075 if radius < 2.4 else 0.045)  # the smallest are hardly more than pixels


@pytest.mark.parametrize("radius", [r for r in SIZES if r >= 4.0])
def test_a_halo_is_round(renderer: Renderer, radius: float) -> None:
    angles = np.arange(24) * 2 * math.pi / 24
    rng = np.random.default_rng(6)
    for _ in range(4):
        x, y = SIDE / 2 + rng.uniform(-8, 8, 2)
        glow = shine(renderer, points(x, y, radius / 8, SIDE, SIDE, halo=0.45), glow=1.0)[..., 0]
        for ring in (1.5 * radius, 3.0 * radius):
            around = map_coordinates(glow, [y - 0.5 + ring * np.sin(angles), x - 0.5 + ring * np.cos(angles)], order=3)
            assert around.max() - around.min() < 0.03 * map_coordinates(glow, [[y - 0.5], [x - 0.5]], order=3)[0]


@pytest.mark.parametrize("radius", [r for r in SIZES if r >= 4.0])
def test_a_moving_light_does_not_breathe(renderer: Renderer, radius: float) -> None:
    rng = np.random.default_rng(7)
    peaks = []
    for _ in range(24):
        x, y = SIDE / 2 + rng.uniform(-16, 16, 2)
        peaks.append(shine(renderer, points(x, y, radius, SIDE, SIDE)).max())
    assert max(peaks) / min(peaks) < 1.0 + 0.45 / radius + 0.02  # a Gaussian's own share, seen through pixels, and 2 %
    assert np.mean(peaks) == pytest.approx(1.0, abs=0.03)


def test_small_lights_dim_instead_of_twinkling(renderer: Renderer) -> None:
    peaks, sums = [], []
    for d in np.linspace(0, 1, 17):
        spot = shine(renderer, points(SIDE / 2 + d, SIDE / 2 + d, 0.5, SIDE, SIDE))
        peaks.append(spot.max())
        sums.append(spot[..., 0].sum())
    assert max(peaks) / min(peaks) < 1.5  # 2.2 with spots of half a pixel
    assert max(sums) / min(sums) < 1.002
    assert max(peaks) < 0.12  # a thirteenth of the smallest light that keeps its brightness


@pytest.mark.parametrize("radius", [0.4, 1.0, 1.6, 2.0, 2.6, 3.4, 4.5, 6.0, 9.0, 14.0])
@pytest.mark.parametrize("turn", [0.0, 17.0, 45.0, 71.0])
def test_a_stroke_is_even(renderer: Renderer, radius: float, turn: float) -> None:
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    along = np.linspace(-100, 100, 2)
    line = shine(renderer, stroke(128.3 + along * c, 128.7 + along * s, radius, SIDE, SIDE))[..., 0]
    at = np.linspace(-60, 60, 2000)
    axis = map_coordinates(line, [128.7 - 0.5 + at * s, 128.3 - 0.5 + at * c], order=3)
    wide = 12  # pixels across the line, summed: what the eye sees of a thin line, whatever pixels it falls on
    across = np.arange(-wide * 2, wide * 2 + 1) / 2
    band = sum(
        map_coordinates(line, [128.2 + at * s + a * c, 127.8 + at * c - a * s], order=3) for a in across if radius < 6
    )
    if radius < 6:
        assert band.max() / band.min() < 1.03
    if radius >= 2.6:
        assert axis.max() / axis.min() < 1.04
    expected = 1.0 if radius > 1.9 else radius / 2 / (1 / math.sqrt(2 * math.pi) / levels.gauge(5)[0])
    assert axis.mean() == pytest.approx(expected, rel=0.06 if radius > 1.9 else 0.08)


def test_the_number_of_vertices_does_not_matter(renderer: Renderer) -> None:
    t2, t900 = np.linspace(30, 220, 2), np.linspace(30, 220, 900)
    few = shine(renderer, stroke(t2, 0.5 * t2 + 40, 2.2, SIDE, SIDE))
    cost = renderer.splats
    many = shine(renderer, stroke(t900, 0.5 * t900 + 40, 2.2, SIDE, SIDE))
    assert max(cost, renderer.splats) <= 2 + 2 * math.hypot(190, 95) / splat.SHORTEST  # the length decides
    assert np.abs(few - many).max() < 0.02


@pytest.mark.parametrize("radius", [1.2, 2.5, 5.0])
def test_joints_are_neither_bright_nor_dark(renderer: Renderer, radius: float) -> None:
    rng = np.random.default_rng(2)
    cuts = np.sort(np.concatenate([[-100, 100], rng.uniform(-100, 100, 37)]))
    line = shine(renderer, stroke(128.3 + 0.8 * cuts, 128.7 + 0.6 * cuts, radius, SIDE, SIDE))[..., 0]
    at = np.linspace(-60, 60, 1000)
    across = np.arange(-24, 25) / 2
    band = sum(map_coordinates(line, [128.2 + at * 0.6 + a * 0.8, 127.8 + at * 0.8 - a * 0.6], order=3) for a in across)
    assert band.max() / band.min() < 1.03


def test_polylines_that_meet_continue_each_other(renderer: Renderer) -> None:
    position = place([40, 128.2, 128.2, 220], [128.4] * 4, SIDE, SIDE)
    size = np.full(4, 3.0 * scale(SIDE), dtype=np.float32)
    light = Strokes(position, size, colours(1.0, 4), np.array([0, 2], dtype=np.int32))
    band = shine(renderer, light)[..., 0].sum(axis=0)[60:200]
    assert band.max() / band.min() < 1.06


def test_perspective_narrows_a_stroke(renderer: Renderer) -> None:
    """Half way along the picture isn't half way in space: the colour there is the nearer end's."""
    position = np.array([[-1.0, -7.0, 0.0], [3.0, 20.0, 0.0]], dtype=np.float32)
    colour = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], dtype=np.float32)
    light = Strokes(position, np.full(2, 0.1, dtype=np.float32), colour, np.zeros(1, dtype=np.int32))
    picture = shine(renderer, light)
    focal = SIDE / 2 / math.tan(math.radians(17))
    for t in (0.05, 0.3, 0.7):
        p = position[0] + t * (position[1] - position[0])
        x = SIDE / 2 + focal * p[0] / (p[1] + 10)
        column = picture[:, int(x) - 1 : int(x) + 2].sum(axis=(0, 1))
        assert column[0] / column[:2].sum() == pytest.approx(t, abs=0.03)


def test_strokes_through_the_eye_are_cut(renderer: Renderer) -> None:
    position = np.array([[0.1, -30.0, -0.1], [0.1, 50.0, -0.1], [2.0, -11.0, 0.0], [5.0, -12.0, 0.0]], dtype=np.float32)
    light = Strokes(
        position, np.full(4, 0.02, dtype=np.float32), colours(0.5, 4), np.array([0, 2], dtype=np.int32), halo=0.3
    )
    picture = shine(renderer, light)
    assert np.isfinite(picture).all()
    assert picture.max() < 2.0
    assert 0 < renderer.splats < 2000


def test_far_ends_outside_the_picture_cost_nothing(renderer: Renderer) -> None:
    shine(renderer, stroke([-1e5, 1e5], [100, 140], 1.5, SIDE, SIDE))
    assert renderer.splats < 400
    shine(renderer, stroke([-1e5, 1e5], [-300, -300], 1.5, SIDE, SIDE))
    assert renderer.splats == 0


def test_light_comes_in_from_outside_without_popping(renderer: Renderer) -> None:
    last = None
    for x in np.arange(-60.0, 10.0, 0.5):
        total = shine(renderer, points(x, 100, 20.0, SIDE, SIDE, halo=0.3)).sum()
        if last is not None:
            assert total - last > -0.01
            assert total - last < 0.05 * (2 * math.pi * 100) * 3
        last = total


def test_what_is_not_finite_is_left_out_and_not_spread(renderer: Renderer) -> None:
    good = points([60, 180], [60, 180], 6.0, SIDE, SIDE, halo=0.2)
    alone = shine(renderer, good, stroke([20, 90], [200, 210], 2.0, SIDE, SIDE))
    bad_places = place([100] * 6, [100] * 6, SIDE, SIDE)
    bad_places[0, 0], bad_places[1, 2], bad_places[2, 1] = np.nan, np.inf, -np.inf
    size = np.full(6, 5 * scale(SIDE), dtype=np.float32)
    size[3] = np.nan
    colour = colours(1.0, 6).copy()
    colour[4, 1], colour[5, 2] = np.nan, np.inf
    bad = Points(bad_places, size, colour, halo=0.2)
    x = np.array([20.0, 90.0, 90.0, 20.0])
    y = np.array([200.0, 210.0, 30.0, 30.0])
    lines = Strokes(
        place(x, y, SIDE, SIDE),
        np.full(4, 2 * scale(SIDE), np.float32),
        colours(1.0, 4).copy(),
        np.array([0, 2], np.int32),
    )
    lines.position[3, 0] = np.nan
    field = Mist(np.full((4, 4, 3), np.nan, dtype=np.float32))
    assert np.array_equal(shine(renderer, good, bad, lines, field), alone)


def test_mist_is_smooth_and_as_bright_as_it_says(renderer: Renderer) -> None:
    even = shine(renderer, Mist(np.full((3, 5, 3), 0.25, dtype=np.float32)))
    assert even == pytest.approx(0.25, rel=1e-3)
    ramp = np.zeros((8, 8, 3), dtype=np.float32)
    ramp[..., 0] = np.arange(8) / 8
    row = shine(renderer, Mist(ramp))[SIDE // 2, :, 0]
    step = np.diff(row)
    assert step.min() > -1e-6
    assert step.max() < 1.35 * (7 / 8) / (SIDE * 7 / 8)
    assert np.abs(np.diff(step)).max() < 0.12 * step.max()


def test_levels_halve_until_they_are_tiny() -> None:
    for size in ((1920, 1080), (1279, 719), (2, 2), (160, 90), (3840, 2160)):
        table = levels.levels(*size)
        assert tuple(table[0, :2]) == size[::-1]
        assert all((table[1:, 0] == (table[:-1, 0] + 1) // 2) & (table[1:, 1] == (table[:-1, 1] + 1) // 2))
        assert table[-1, :2].min() <= 6


def test_the_spots_sum_to_one() -> None:
    spots = levels.spots().astype(np.float64)
    assert spots[:, :8].sum(axis=1) == pytest.approx(1.0, abs=1e-6)
    assert spots[:, 8:].sum(axis=1) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("view", [View((0.0, -10.0, 0.0), (0.0, 0.0, 0.0), 34.0, roll=0.7), VIEW])
def test_odd_sizes_are_drawn_to_their_edges(view: View) -> None:
    renderer = Renderer(77, 53)
    light = renderer.radiance([Mist(np.full((2, 2, 3), 0.5, dtype=np.float32))], view, Grade())
    assert light == pytest.approx(0.5, rel=1e-3)
