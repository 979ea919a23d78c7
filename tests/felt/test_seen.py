"""Whoever moves a control of the picture to one end sees it, in the phases that the table names.

"Sees" is measured: the picture differs from the untouched one of the same tick by more than half of what that one
changes by itself in half a second, as a mean over all pixels and channels of 0..255.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.controls import Control
from installation.light.picture import Picture, look
from installation.model.score import Phase
from tests.felt import moments

FAINTEST = 3.0  # of 255, mean over the picture: less than this is lost in what moves anyway
SIZE = 320, 180
LINGER_S = 2.0
HEARD = ("sound", "show")  # the rooms of the table that have nothing to show

Image = NDArray[np.float64]


def picture(phase: Phase, address: str = "", value: float = 0.0, later: float = 0.0) -> Image:
    """What a phase looks like a while after one control was set, (180, 320, 3) in 0..255."""
    show = moments.show(phase)
    if address:
        show.accept(address, [value])
    moments.run(show, moments.REACHED_S + later - LINGER_S)
    drawn, pixels = Picture(*SIZE, 1, show.seed), np.zeros(SIZE[::-1], np.uint32)
    trailing = show.moment().number("/light/trails") > 0.0
    for _ in range(round(LINGER_S * 120)):
        show.step()
        if trailing and drawn.lingers(show.tick):
            drawn.linger(look(show))
    drawn.draw(look(show), pixels, 1 / 60)
    drawn.close()
    return np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(float)


@cache
def untouched(phase: Phase, later: float = 0.0) -> Image:
    return picture(phase, later=later)


def apart(a: Image, b: Image) -> float:
    return float(np.abs(a - b).mean())


ROWS = [row for row in moments.numbers() if row.seen]
ENDS = [pytest.param(row, end, id=f"{row.address} {end:g}") for row in ROWS for end in moments.ends(row)]


@pytest.mark.parametrize(("row", "end"), ENDS)
def test_each_end_of_a_control_is_seen_where_the_table_says(row: Control, end: float) -> None:
    for phase in row.seen:
        changed = apart(picture(phase, row.address, end), untouched(phase))
        by_itself = apart(untouched(phase, 0.5), untouched(phase))
        assert changed > max(0.5 * by_itself, FAINTEST), f"{phase}: {changed:.1f}, by itself {by_itself:.1f}"


def test_every_control_of_the_picture_says_where_it_is_seen() -> None:
    silent = [row.address for row in moments.numbers() if not row.seen and row.address.split("/")[1] not in HEARD]
    assert not silent
