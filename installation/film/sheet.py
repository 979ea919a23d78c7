"""Several pictures as one: a contact sheet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint32]

GUTTER = 4  # pixels between two pictures
_GREY = 0x101014


def contact_sheet(pictures: Sequence[Pixels], columns: int) -> Pixels:
    """Pictures of one size, row by row from the top left, (height, width) of 0x00RRGGBB."""
    height, width = pictures[0].shape
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * (height + GUTTER) - GUTTER, columns * (width + GUTTER) - GUTTER), _GREY, np.uint32)
    for i, picture in enumerate(pictures):
        y, x = i // columns * (height + GUTTER), i % columns * (width + GUTTER)
        sheet[y : y + height, x : x + width] = picture
    return sheet
