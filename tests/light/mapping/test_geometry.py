"""The way between canvas and raster: there and back is where one began, whatever is bent, turned and flipped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.light.mapping.geometry import Geometry, homography
from installation.venue.outputs import SQUARE, Corners, OutputSettings, check_corners

CROP, SIZE = (300, 40, 800, 600), (640, 360)
PIN: Corners = ((0.031, 0.037), (0.964, 0.083), (0.99, 0.981), (0.01, 0.926))
BULGE = (
    ((0.0, 0.0), (0.02, -0.05), (0.0, 0.0)),
    ((-0.04, 0.0), (0.06, 0.05), (0.05, 0.02)),
    ((0.0, 0.0), (0.0, 0.06), (0.03, 0.0)),
)


def everywhere(n: int = 23) -> tuple[np.ndarray, np.ndarray]:
    left, top, width, height = CROP
    u, v = np.meshgrid(np.linspace(left, left + width, n), np.linspace(top, top + height, n))
    return u, v


@pytest.mark.parametrize("flip", ["", "horizontal", "vertical", "both"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("curve", ["bezier", "linear"])
def test_there_and_back_is_where_one_began(rotate: int, flip: str, curve: str) -> None:
    output = OutputSettings(name="a", corners=PIN, mesh=BULGE, curve=curve, rotate=rotate, flip=flip)  # type: ignore[arg-type]
    geometry, (u, v) = Geometry(output, CROP, SIZE), everywhere()
    back_u, back_v = geometry.to_canvas(*geometry.to_raster(u, v))
    assert max(np.abs(back_u - u).max(), np.abs(back_v - v).max()) < 0.01  # of a pixel


@given(st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=4, max_size=4))
def test_any_corners_that_are_taken_go_there_and_back(moved: list[tuple[float, float]]) -> None:
    corners = tuple((x + dx, y + dy) for (x, y), (dx, dy) in zip(SQUARE, moved, strict=True))
    check_corners("corners", corners)
    geometry, (u, v) = Geometry(OutputSettings(name="a", corners=corners), CROP, SIZE), everywhere(5)  # type: ignore[arg-type]
    x, y = geometry.to_raster(u, v)
    back_u, back_v = geometry.to_canvas(x, y)
    assert max(np.abs(back_u - u).max(), np.abs(back_v - v).max()) < 1e-6
    assert geometry.ahead(x, y).all()


def test_corners_are_where_they_are_said_to_be() -> None:
    left, top, width, height = CROP
    geometry = Geometry(OutputSettings(name="a", corners=PIN), CROP, SIZE)
    u = left + width * np.array([s for s, _ in SQUARE])
    v = top + height * np.array([t for _, t in SQUARE])
    x, y = geometry.to_raster(u, v)
    assert np.allclose(np.stack([x, y], 1), np.array(PIN) * SIZE)


@pytest.mark.parametrize(("rotate", "corner"), [(0, (0, 0)), (90, (640, 0)), (180, (640, 360)), (270, (0, 360))])
def test_a_turn_is_clockwise(rotate: int, corner: tuple[int, int]) -> None:
    geometry = Geometry(OutputSettings(name="a", rotate=rotate), CROP, SIZE)  # type: ignore[arg-type]
    assert np.allclose(np.ravel(geometry.to_raster(np.array([300.0]), np.array([40.0]))), corner)


def test_the_picture_goes_through_the_points_of_its_mesh() -> None:
    geometry = Geometry(OutputSettings(name="a", mesh=BULGE), CROP, SIZE)
    for row, points in enumerate(BULGE):
        for column, (dx, dy) in enumerate(points):
            s, t = column / 2, row / 2
            x, y = geometry.to_raster(np.array([300 + 800 * s]), np.array([40 + 600 * t]))
            assert np.allclose((x[0] / 640, y[0] / 360), (s + dx, t + dy))


def test_a_bezier_patch_is_smooth_where_a_linear_one_has_a_crease() -> None:
    def crease(curve: str) -> float:
        geometry = Geometry(OutputSettings(name="a", mesh=BULGE, curve=curve), CROP, SIZE)  # type: ignore[arg-type]
        at, step = np.array([700.0 - 2.0, 700.0, 700.0 + 2.0]), np.full(3, 340.0)
        y = geometry.to_raster(at, step)[1]
        return float(abs(y[2] - 2 * y[1] + y[0]))

    assert crease("bezier") < 0.02 * crease("linear")


def test_a_mesh_that_folds_between_its_points_is_refused() -> None:
    steep = (((0.0, 0.0), (0.3, 0.0), (0.0, 0.0), (0.0, 0.0)), ((0.0, 0.0), (0.3, 0.0), (0.0, 0.0), (0.0, 0.0)))
    with pytest.raises(ValueError, match=r'\[\[output\]\] "a" mesh takes points in their order, got a fold at row 1'):
        Geometry(OutputSettings(name="a", mesh=steep), CROP, SIZE)


def test_stretch_is_the_rasters_pixels_to_one_of_the_canvas() -> None:
    plain = Geometry(OutputSettings(name="a"), CROP, SIZE).stretch()
    assert np.allclose(plain, [[640 / 800, 0.0], [0.0, 360 / 600]])


def test_a_homography_takes_its_four_points_where_it_should() -> None:
    matrix = homography(np.array(SQUARE), np.array(PIN))
    for (s, t), wanted in zip(SQUARE, PIN, strict=True):
        x, y, w = matrix @ (s, t, 1.0)
        assert np.allclose((x / w, y / w), wanted)
