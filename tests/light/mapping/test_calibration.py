"""Calibration: points go where they are moved, never so that a picture folds over, and all the way back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.light.mapping.calibration import UNDONE, Calibration, encoded, restored
from installation.light.mapping.outputs import OutputLayout
from installation.venue.outputs import CanvasSettings, OutputSettings, check_corners


def layout(**of_left: object) -> OutputLayout:
    left = OutputSettings(name="left", crop=(0, 0, 400, 300), **of_left)  # type: ignore[arg-type]
    return OutputLayout(CanvasSettings(), (left, OutputSettings(name="right", display=2, crop=(350, 0, 400, 300))))


@pytest.mark.parametrize("flip", ["", "horizontal", "both"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_point_is_where_it_was_moved_to(rotate: int, flip: str) -> None:
    moved = Calibration(layout(rotate=rotate, flip=flip))
    moved.refine()
    for point in range(moved.points):
        moved.hold(point)
        x, y = moved.place()
        moved.move(0.013, -0.017)
        assert moved.place() == pytest.approx((x + 0.013, y - 0.017), abs=1e-9), (point, moved.said)


def test_a_finer_mesh_changes_nothing_in_the_picture() -> None:
    moved = Calibration(layout())
    moved.refine()
    moved.hold(4 + 4)
    moved.move(0.05, 0.03)
    before = moved.layout.geometry(moved.output)
    moved.refine()
    after = moved.layout.geometry(moved.output)
    assert len(moved.output.mesh) == 5
    import numpy as np

    u, v = np.meshgrid(np.linspace(0, 400, 9), np.linspace(0, 300, 9))
    assert np.allclose(before.to_raster(u, v), after.to_raster(u, v), atol=2.0)


@given(st.lists(st.tuples(st.integers(0, 12), st.floats(-2, 2), st.floats(-2, 2)), max_size=12))
def test_no_hand_folds_a_picture_over(moves: list[tuple[int, float, float]]) -> None:
    moved = Calibration(layout())
    moved.refine()
    for point, dx, dy in moves:
        moved.hold(point)
        moved.move(dx, dy)
    check_corners("corners", moved.output.corners)
    moved.layout.check()


def test_what_would_fold_is_not_taken_and_said() -> None:
    moved = Calibration(layout())
    moved.move(1.5, 1.5)
    assert "folds over" in moved.said
    assert moved.layout == layout()
    moved.move(0.1, 0.1)
    assert moved.said == ""


def test_every_change_can_be_taken_back() -> None:
    moved = Calibration(layout())
    for _ in range(UNDONE + 20):
        moved.move(0.001, 0.0)
    moved.set(gamma=1.9)
    for _ in range(UNDONE):
        moved.undo()
    assert moved.output.corners[0][0] == pytest.approx(0.021)
    moved.undo()
    assert moved.output.corners[0][0] == pytest.approx(0.021)
    assert moved.output.gamma == 2.2


def test_the_nearest_point_is_taken() -> None:
    moved = Calibration(layout())
    moved.nearest("right", 0.9, 0.95)
    assert (moved.output.name, moved.held.point) == ("right", 2)
    moved.select("nobody")
    assert moved.output.name == "right"


def test_what_was_moved_is_kept_and_nothing_else() -> None:
    moved = Calibration(layout())
    moved.refine()
    moved.move(0.02, 0.03)
    moved.set(brightness=0.9, black=(0.01, 0.01, 0.01))
    again = restored(layout(), encoded(moved.layout))
    assert again == moved.layout
    renamed = OutputLayout(CanvasSettings(), (OutputSettings(name="else"),))
    assert restored(renamed, encoded(moved.layout)) == renamed


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"left": {}}',
        json.dumps({"left": {"corners": [[0, 0], [1, 0], [0, 1], [1, 1]], "mesh": [], "gamma": 2, "brightness": 1,
                             "black": [0, 0, 0]}}).encode(),
        json.dumps({"left": {"corners": [[0, 0], [1, 0], [1, 1], [0, 1]], "mesh": [], "gamma": 99, "brightness": 1,
                             "black": [0, 0, 0]}}).encode(),
    ],
)  # fmt: skip
def test_a_file_that_calibration_never_wrote_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        restored(layout(), broken)
