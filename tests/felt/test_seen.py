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
from installation.model.score import Phase
from tests.felt import moments
from tests.felt.moments import LINGER_S

FAINTEST = 3.0  # of 255, mean over the picture: less than this is lost in what moves anyway
SIZE = 160, 90
HEARD = ("sound", "show", "voice", "dmx")  # the rooms of the table that have nothing to show in the picture
PAIRED = ("/dream/crowd", "/dream/crowd_most")  # how it is in the crowd, and how far that counts: nothing alone

Image = NDArray[np.float64]


def picture(phase: Phase, address: str = "", value: float = 0.0, after: float = LINGER_S) -> Image:
    """What a phase looks like so many seconds after one control was set, (90, 160, 3) in 0..255."""
    pixels = moments.picture(phase, SIZE, address, value, after)
    return np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(float)


@cache
def untouched(phase: Phase, after: float = LINGER_S) -> Image:
    return picture(phase, after=after)


def apart(a: Image, b: Image) -> float:
    return float(np.abs(a - b).mean())


@pytest.mark.parametrize(("row", "end", "phase"), moments.felt("seen"))
def test_each_end_of_a_control_is_seen_where_the_table_says(row: Control, end: float, phase: Phase) -> None:
    after = moments.answered(row)
    changed = apart(picture(phase, row.address, end, after), untouched(phase, after))
    by_itself = apart(untouched(phase, after + 0.5), untouched(phase, after))
    assert changed > max(0.5 * by_itself, FAINTEST), f"{changed:.1f}, by itself {by_itself:.1f}"


def test_every_control_of_the_picture_says_where_it_is_seen() -> None:
    silent = [row.address for row in moments.numbers() if not row.seen and row.address.split("/")[1] not in HEARD]
    assert set(silent) <= set(PAIRED)
