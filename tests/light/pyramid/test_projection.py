"""Vertices from metres to the frame: what is seen of them against the same in numpy's doubles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.light.pyramid import camera as eyes
from installation.light.pyramid import projection
from installation.scene import View

VIEW = View((1.0, -5.0, 2.0), (1.5, 3.0, 1.0), 40.0, 0.3, haze=7.0)
LEAST = 0.4
PLACES = projection.ACROSS, projection.DOWN  # pixels


def vertices(n: int = 500) -> tuple[projection.Floats, projection.Floats, projection.Floats]:
    """Places around and behind the eye, widths with none among them, colours with less than nothing among them."""
    draw = np.random.default_rng(3)
    position = draw.normal(0.0, 6.0, (3, n)).astype(np.float32)
    radius = np.where(draw.random(n) < 0.1, 0.0, draw.exponential(0.05, n)).astype(np.float32)
    return position, radius, draw.normal(0.4, 0.5, (3, n)).astype(np.float32)


def seen_of(
    position: projection.Floats, radius: projection.Floats, colour: projection.Floats, first: int, last: int
) -> projection.Floats:
    seen = np.full((projection.ROWS, last - first + 3), 9.0, np.float32)
    projection.project(position, radius, colour, first, last, eyes.camera(VIEW, 1920, 1080), LEAST, seen)
    assert (seen[:, last - first :] == 9.0).all()  # no further than it was asked
    return seen[:, : last - first]


def test_every_row_is_what_doubles_say() -> None:
    position, radius, colour = vertices()
    first, last = 7, 431
    eye = eyes.camera(VIEW, 1920, 1080)
    seen = seen_of(position, radius, colour, first, last).astype(float)
    from_eye = position[:, first:last].astype(float) - eye[eyes.EYE : eyes.EYE + 3, None]
    aside, high, away = (eye[axis : axis + 3] @ from_eye for axis in (eyes.RIGHT, eyes.UP, eyes.AHEAD))
    near = 1.0 / np.maximum(away, eyes.NEAR)
    left = np.exp(-eye[eyes.HAZE] * np.linalg.norm(from_eye, axis=0))
    lit = np.maximum(0.0, colour[:, first:last] * left)
    wide = 0.5 * eye[eyes.FOCAL] * radius[first:last].astype(float)
    wide = np.where((wide > 0.0) & (wide < LEAST * away), LEAST * away, wide)
    assert eye[eyes.HAZE] > 0.0
    assert (away < 0.0).any()
    for row, wanted in (
        (projection.SIDE, aside), (projection.HIGH, high), (projection.AWAY, away), (projection.NEARNESS, near),
        (projection.ACROSS, eye[eyes.CENTRE] + eye[eyes.FOCAL] * near * aside),
        (projection.DOWN, eye[eyes.CENTRE + 1] - eye[eyes.FOCAL] * near * high), (projection.DEVIATION, wide),
        (projection.RED, lit[0]), (projection.GREEN, lit[1]), (projection.BLUE, lit[2]),
        (projection.BRIGHT, lit.max(axis=0)),
    ):  # fmt: skip
        assert seen[row] == pytest.approx(wanted, rel=3e-6, abs=1e-4 if row in PLACES else 3e-6), row


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_a_vertex_that_is_not_finite_is_marked_and_its_neighbours_are_not(broken: float) -> None:
    for hurt in range(3):
        arrays = vertices(20)
        arrays[hurt].reshape(-1, 20)[0, 5] = broken
        marked = seen_of(*arrays, 0, 20)[projection.BRIGHT] < 0.0
        assert marked.tolist() == [k == 5 for k in range(20)], hurt
