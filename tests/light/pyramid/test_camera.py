"""Metres to pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.light.grade import Grade
from installation.light.pyramid.camera import camera
from installation.light.pyramid.renderer import Renderer
from installation.scene import Light, Points, Strokes, View
from tests.harness.easel import colours


def project(view: View, place: tuple[float, float, float], width: int = 200, height: int = 100) -> tuple[float, float]:
    eye = camera(view, width, height)
    p = np.array(place) - eye[:3]
    x, y, z = eye[3:6] @ p, eye[6:9] @ p, eye[9:12] @ p
    return eye[13] + eye[12] * x / z, eye[14] - eye[12] * y / z


def test_the_target_is_in_the_middle_and_up_is_up() -> None:
    view = View((1.0, -5.0, 2.0), (1.5, 3.0, 1.0))
    assert project(view, (1.5, 3.0, 1.0)) == pytest.approx((100.0, 50.0))
    x, y = project(view, (1.5, 3.0, 1.5))
    assert x == pytest.approx(100.0)
    assert y < 50.0
    assert project(View((0.0, -5.0, 0.0), (0.0, 0.0, 0.0)), (1.0, 0.0, 0.0))[0] > 100.0


def test_the_angle_of_view_is_the_pictures_height() -> None:
    view = View((0.0, -10.0, 0.0), (0.0, 0.0, 0.0), 34.0)
    top = 10.0 * math.tan(math.radians(17.0))
    for width, height in ((200, 100), (50, 100), (3840, 2160)):
        assert project(view, (0.0, 0.0, top), width, height)[1] == pytest.approx(0.0, abs=1e-9)


def test_roll_turns_the_picture() -> None:
    view = View((0.0, -10.0, 0.0), (0.0, 0.0, 0.0), 34.0, roll=math.pi / 2)
    x, y = project(view, (1.0, 0.0, 0.0))
    assert x == pytest.approx(100.0)
    assert abs(y - 50.0) > 5.0


def test_axes_are_at_right_angles_even_straight_down() -> None:
    for view in (View((0.0, 0.0, 9.0), (0.0, 0.0, 0.0)), View((1.0, 2.0, 3.0), (-4.0, 0.5, 0.0), 40.0, 0.3)):
        axes = camera(view, 160, 90)[3:12].reshape(3, 3)
        assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (View((0.0, 0.0, 1.0), (0.0, 0.0, 1.0)), "must be two places"),
        (View((0.0, math.nan, 1.0), (0.0, 0.0, 1.0)), "must be two places"),
        (View((0.0, -1.0, 1.0), (0.0, 0.0, 1.0), haze=0.0), r"haze must be at least 0\.001 m"),
        (View((0.0, -1.0, 1.0), (0.0, 0.0, 1.0), haze=math.nan), "haze must be"),
        (View((0.0, -1.0, 1.0), (0.0, 0.0, 1.0), 180.0), r"within 1\.\.170 degrees, got 180"),
    ],
)
def test_impossible_views_are_refused(view: View, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        camera(view, 160, 90)


def test_the_kernels_agree_with_the_camera() -> None:
    view = View((3.0, -6.0, 2.5), (0.2, 0.1, 1.0), 41.0, 0.2)
    place = (0.7, 1.1, 0.4)
    light = Points(np.array([place], dtype=np.float32), np.full(1, 0.2, dtype=np.float32), colours(1.0, 1))
    spot = Renderer(200, 100).radiance([light], view, Grade())[..., 0].astype(float)
    ys, xs = np.mgrid[0:100, 0:200] + 0.5
    seen = ((xs * spot).sum() / spot.sum(), (ys * spot).sum() / spot.sum())
    assert seen == pytest.approx(project(view, place), abs=0.05)


@pytest.mark.parametrize(("width", "height"), [(200, 100), (160, 120), (60, 100), (320, 90)])
def test_a_scene_is_told_where_a_place_is_seen_on_a_picture_of_any_shape(width: int, height: int) -> None:
    view = View((3.0, -6.0, 2.5), (0.2, 0.1, 1.0), 41.0, 0.2)
    places = np.array([(0.7, 1.1, 0.4), (-2.0, 3.0, 0.0), (0.2, 0.1, 1.0), (3.0, -9.0, 2.5)], dtype=np.float32)
    u, v, depth = view.seen(places, width / height)
    for i, place in enumerate(places[:3].tolist()):
        assert (u[i] * width, v[i] * height) == pytest.approx(project(view, tuple(place), width, height), abs=1e-3)
    assert (u[2], v[2]) == pytest.approx((0.5, 0.5), abs=1e-6)
    assert depth[2] == pytest.approx(math.dist(view.eye, view.target), abs=1e-5)
    assert depth[3] < 0.0


def brightest(view: View, light: Light, size: tuple[int, int] = (200, 100)) -> float:
    renderer = Renderer(*size)
    linear = renderer.radiance([light], view, Grade(glow=0.0))
    renderer.close()
    return float(linear.max())


def test_haze_takes_all_but_an_eth_in_its_distance_from_points_and_from_strokes() -> None:
    place = np.array([[-0.5, 0.0, 0.0], [0.5, 0.0, 0.0]], dtype=np.float32)
    radius = np.full(2, 0.3, dtype=np.float32)
    strokes = Strokes(place, radius, colours(1.0, 2), np.zeros(1, dtype=np.int32))
    for light in (Points(place[:1], radius[:1], colours(1.0, 1)), strokes):
        clear = View((0.0, -8.0, 0.0), (0.0, 0.0, 0.0))
        hazy = View((0.0, -8.0, 0.0), (0.0, 0.0, 0.0), haze=8.0)
        assert brightest(hazy, light) / brightest(clear, light) == pytest.approx(math.exp(-1.0), rel=0.01)


def test_what_is_far_is_not_thinner_than_asked_and_keeps_its_brightness() -> None:
    view = View((0.0, -40.0, 0.0), (0.0, 0.0, 0.0))
    place = np.array([[-3.0, 0.0, 0.0], [3.0, 0.0, 0.0]], dtype=np.float32)
    hair = np.full(2, 0.0005, dtype=np.float32)  # a fiftieth of a pixel at 1080 rows
    for least, low, high in ((0.0, 0.0, 0.1), (1.6, 0.5, 1.1)):
        for light in (
            Points(place[:1], hair[:1], colours(1.0, 1), least=least),
            Strokes(place, hair, colours(1.0, 2), np.zeros(1, dtype=np.int32), least=least),
        ):
            assert low <= brightest(view, light, (1920, 1080)) <= high
    nothing = Points(place[:1], np.zeros(1, dtype=np.float32), colours(1.0, 1), least=1.6)
    assert brightest(view, nothing) == 0.0
