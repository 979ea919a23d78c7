"""Tables of figures that can be read at any width: side by side where there is room, else one row under another."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any


def table(rows: Sequence[Mapping[str, Any]], title: str = "", width: int | None = None) -> str:
    """The rows as text no line of which is wider than `width` characters (the terminal's), nothing left out.

    Every row has the same keys. Where the columns do not fit, each row becomes a paragraph of one line a key.
    """
    most = shutil.get_terminal_size().columns if width is None else width
    head = [title, ""] if title else []
    if not rows:
        return "\n".join(head).rstrip()
    cells = [[*rows[0]], *([written(value) for value in row.values()] for row in rows)]
    wide = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    if sum(wide) + 2 * (len(wide) - 1) <= most:
        left = [not isinstance(value, int | float) for value in rows[0].values()]
        return "\n".join(head + [_line(line, wide, left) for line in cells])
    longest = max(map(len, rows[0]))
    blocks = ["\n".join(f"{key:{longest}}  {written(value)}" for key, value in row.items()) for row in rows]
    return "\n".join(head) + "\n\n".join(blocks)


def written(value: Any) -> str:
    """A figure as people read it: three digits that count, thousands apart."""
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and abs(value) < 1000
        else f"{value:,.0f}"
        if _number(value)
        else str(value)
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _line(line: Sequence[str], wide: Sequence[int], left: Sequence[bool]) -> str:
    cells = (f"{cell:<{w}}" if first else f"{cell:>{w}}" for cell, w, first in zip(line, wide, left, strict=True))
    return "  ".join(cells).rstrip()
