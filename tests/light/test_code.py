"""The code on the wall can be read off the picture, in every phase, and is not there when nobody wants it."""

from __future__ import annotations

import numpy as np
import pytest

from installation.light.code import places, with_code
from installation.light.picture import Picture, look
from installation.model.score import Score, Section
from installation.show import Show
from tests.harness.rehearsal import Dark

SIDE, SIZE = 33, (960, 540)
ROWS = [
    "".join("01"[(x * 7 + y * 13 + x * y) % 5 < 2 and 4 <= x < SIDE - 4 and 4 <= y < SIDE - 4] for x in range(SIDE))
    for y in range(SIDE)
]


@pytest.mark.parametrize("phase", ["harmony", "resolution"])
def test_every_module_can_be_told(phase: str) -> None:
    show = Show(Score(phase, (Section(phase, phase, 60.0),), settled=True, scene="dark"), 1, {"dark": Dark})  # type: ignore[arg-type]
    show.step()
    drawn, pixels = Picture(*SIZE, 1, 1), np.zeros(SIZE[::-1], np.uint32)
    aspect = SIZE[0] / SIZE[1]
    for _ in range(3):
        drawn.draw(with_code(look(show, aspect), ROWS, 1.0, aspect), pixels, 1 / 60)
    drawn.close()
    y, x = np.mgrid[:SIDE, :SIDE]
    u, v = places(SIDE, aspect, x.ravel(), y.ravel())
    told = pixels[(v * SIZE[1]).astype(int), (u * SIZE[0]).astype(int)] & 255
    dark = np.array([[letter == "1" for letter in row] for row in ROWS]).ravel()
    assert ((told < 128) == dark).mean() > 0.99
    assert drawn.guarded == 0.0


@pytest.mark.parametrize(("rows", "strength"), [(ROWS, 0.0), ([], 1.0), (["1", "10"], 1.0)])
def test_nothing_is_drawn_where_there_is_no_code(rows: list[str], strength: float) -> None:
    show = Show(Score("x", (Section("x", "harmony", 60.0),), settled=True, scene="dark"), 1, {"dark": Dark})
    seen = look(show)
    assert with_code(seen, rows, strength, 16 / 9) is seen
