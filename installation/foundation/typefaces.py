"""The single-line typefaces that ship, read once: what they hold is a constant of the program, as its code is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from installation.foundation import places

FACES = ("allure", "readability")
"""EMS Allure, a hand; EMS Readability, plain letters (assets/LICENCES.md)."""


@dataclass(frozen=True, eq=False)
class Glyph:
    """One letter as a pen draws it, in ems, its origin on the baseline."""

    advance: float  # to the next letter
    strokes: tuple[NDArray[np.float32], ...]  # (k, 2) each: x to the right, y up


@dataclass(frozen=True, eq=False)
class Typeface:
    """Glyphs by letter."""

    name: str
    glyphs: dict[str, Glyph]
    x_height: float  # ems

    def __contains__(self, letter: str) -> bool:
        return letter in self.glyphs


@cache
def typeface(name: str) -> Typeface:
    """One of FACES. Raises ValueError for another name, OSError where what ships is not there."""
    if name not in FACES:
        raise ValueError(f'a typeface is one of {", ".join(FACES)}, got "{name}"')
    with np.load(places.assets() / "fonts" / f"{name}.npz") as data:
        codes, advances, first, starts, points = (
            data[key] for key in ("codes", "advances", "glyphs", "strokes", "points")
        )
    ems = points.astype(np.float32) / np.float32(1000.0)
    ems.setflags(write=False)
    strokes = [ems[a:b] for a, b in pairwise(starts)]
    glyphs = {
        chr(code): Glyph(advance / 1000.0, tuple(strokes[a:b]))
        for code, advance, a, b in zip(codes.tolist(), advances.tolist(), first[:-1], first[1:], strict=True)
    }
    return Typeface(name, glyphs, max(float(stroke[:, 1].max()) for stroke in glyphs["x"].strokes))
