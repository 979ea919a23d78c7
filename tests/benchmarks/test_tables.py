"""Figures can be read in any terminal: nothing is cut."""

from __future__ import annotations

import pytest

from benchmarks.tables import table

ROWS = [
    {"drawn by": "points", "size": "1080p", "lights": 20_000, "ms": 7.6123},
    {"drawn by": "sprites", "size": "1080p", "lights": 20_000, "ms": 1234.5},
]


@pytest.mark.parametrize("width", [20, 40, 200])
def test_every_word_and_figure_is_there_at_any_width(width: int) -> None:
    said = table(ROWS, "ms a picture", width)
    for word in ("ms a picture", "drawn by", "points", "sprites", "1080p", "20,000", "7.61", "1,234"):
        assert word in said
    assert max(map(len, said.splitlines())) <= width


def test_where_there_is_room_a_row_is_a_line_and_figures_stand_under_each_other() -> None:
    title, _, head, first, second = table(ROWS, "ms a picture", 80).splitlines()
    assert title == "ms a picture"
    assert head.endswith("ms")
    assert first.endswith("7.61")
    assert len(first) == len(second)


def test_no_rows_are_no_table() -> None:
    assert table([], "nothing", 80) == "nothing"
