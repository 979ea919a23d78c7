"""Metres to pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.light.grade import Grade
from installation.light.pyramid.camera import camera
from installation.light.pyramid.renderer import Renderer
from installation.scene import View
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
        (View((0.0, -1.0, 1.0), (0.0, 0.0, 1.0), 180.0), r"within 1\.\.170 degrees, got 180"),
    ],
)
def test_impossible_views_are_refused(view: View, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        camera(view, 160, 90)


def test_the_kernels_agree_with_the_camera() -> None:
    from installation.scene import Points

    view = View((3.0, -6.0, 2.5), (0.2, 0.1, 1.0), 41.0, 0.2)
    place = (0.7, 1.1, 0.4)
    light = Points(np.array([place], dtype=np.float32), np.full(1, 0.2, dtype=np.float32), colours(1.0, 1))
    spot = Renderer(200, 100).radiance([light], view, Grade())[..., 0].astype(float)
    ys, xs = np.mgrid[0:100, 0:200] + 0.5
    seen = ((xs * spot).sum() / spot.sum(), (ys * spot).sum() / spot.sum())
    assert seen == pytest.approx(project(view, place), abs=0.05)
