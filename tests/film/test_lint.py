"""What a scene's author is told: each fault by name, and nothing of a scene that is well made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from installation.brushes.shapes import polylines, spatial
from installation.film.lint import MANY, VOICES, faults
from installation.scene import Light, Mist, Points, Strokes, Voice


def strokes(count: int = 40) -> Strokes:
    x = np.linspace(0.0, 1.0, count * 4)
    return Strokes(
        spatial(x, x, x),
        np.full(len(x), 0.01, np.float32),
        np.full((len(x), 3), 0.2, np.float32, order="F"),
        polylines(count, 4),
    )


def test_what_is_well_made_is_left_in_peace() -> None:
    points = Points(*(getattr(strokes(), name) for name in ("position", "radius", "colour")))
    mist = Mist(np.ones((4, 6, 3), np.float32))
    assert faults([strokes(), points, mist], [Voice(110.0, 0.5)] * VOICES) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"colour": np.full((160, 3), np.nan, np.float32, order="F")}, "480 numbers that are not finite"),
        ({"colour": np.full((160, 3), 0.2, order="F")}, "Strokes.colour is float64"),
        ({"colour": np.asfortranarray(np.tile(np.float32([0.9, 0.1, 0.0]), (160, 1)))}, "a saturated red"),
        ({"radius": np.zeros(160, np.float32)}, "nowhere more than 0"),
        ({"radius": np.full(159, 0.1, np.float32)}, "radius has 159 rows"),
        ({"starts": polylines(39, 4) + np.int32(4)}, "starts[0] is not 0"),
        ({"starts": np.array([0, 200], np.int32)}, "does not ascend from 0 to less than 160"),
        ({"starts": np.arange(0, 160, 4)}, "Strokes.starts is int64"),
    ],
)
def test_each_fault_is_named(wrong: dict[str, Any], said: str) -> None:
    (found,) = [fault for fault in faults([replace(strokes(), **wrong)], ()) if said in fault]
    assert "\n" not in found


def test_too_many_voices_and_what_is_slow_comes_last() -> None:
    slow: Light = replace(strokes(), colour=np.full((160, 3), 0.2))
    found = faults([slow, slow], [Voice(110.0, 0.1)] * (VOICES + 1))
    assert found[0] == "17 voices at once: at most 16 are heard"
    assert all(fault.endswith("(slow)") for fault in found[1:])
    assert len(found) == len(set(found))


def test_rows_are_slow_where_there_are_many() -> None:
    def in_rows(count: int) -> list[str]:
        many = strokes(count // 4)
        return faults([replace(many, colour=np.ascontiguousarray(many.colour))], ())

    (found,) = in_rows(MANY)
    assert "planes, as spatial() makes" in found
    assert in_rows(MANY - 4) == []
