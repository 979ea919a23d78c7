"""Fields of view: the 10 degree windows in which a rule of the flash guard counts, as rectangles of a frame's cells.

Sums over them come from summed-area tables (Crow, 1984), and so does their union, the other way round. Knows no rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Marks = NDArray[np.uint8]
Sums = NDArray[np.float64]


class FieldsOfView:
    """The fields of view: every place of a window of `height` x `width` cells in steps, and last the whole frame."""

    def __init__(self, rows: int, columns: int, height: int, width: int) -> None:
        down, across = max(1, height // 9), max(1, width // 16)
        tops = np.arange(0, max(1, rows - height + down), down)
        lefts = np.arange(0, max(1, columns - width + across), across)
        # a window somewhere between two steps lies within the larger one that is summed here
        top, left = (a.ravel() for a in np.meshgrid(tops, lefts, indexing="ij"))
        bottom, right = np.minimum(top + height + down, rows), np.minimum(left + width + across, columns)
        self.rows, self.columns = rows, columns
        self.edges: Ints = np.ascontiguousarray(
            np.vstack([np.stack([top, bottom, left, right], 1), [[0, rows, 0, columns]]]), dtype=np.int32
        )  # (w, 4) cells: top, bottom, left, right
        area = np.full(len(self.edges), float(height * width), dtype=np.float32)
        area[-1] = rows * columns
        self.area: Floats = area  # (w,) cells of the field of view, not of the larger window
        self.cells = height * width

    def __len__(self) -> int:
        return len(self.edges)


@strict
def summed_area_table(marks: Marks | Floats, sums: Sums) -> None:
    """Summed-area table of `marks` (rows * columns,) into `sums` (rows + 1, columns + 1)."""
    rows, columns = sums.shape[0] - 1, sums.shape[1] - 1
    for y in range(rows):
        line = 0.0
        for x in range(columns):
            line += marks[y * columns + x]
            sums[y + 1, x + 1] = sums[y, x + 1] + line


@strict
def box_sum(sums: Sums, edge: Ints) -> float:
    """The sum of what was integrated over one window, `edge` (4,)."""
    total: float = sums[edge[1], edge[3]] - sums[edge[0], edge[3]] - sums[edge[1], edge[2]] + sums[edge[0], edge[2]]
    return total


@strict
def mark_box(cover: Ints, edge: Ints) -> None:
    """One window more, as the corners of a table of differences; `sum_boxes` adds them up."""
    cover[edge[0], edge[2]] += 1
    cover[edge[1], edge[2]] -= 1
    cover[edge[0], edge[3]] -= 1
    cover[edge[1], edge[3]] += 1


@strict
def sum_boxes(cover: Ints) -> None:
    """Add up what `mark_box` noted: afterwards cover[y, x] is the number of windows that the cell is in."""
    for y in range(cover.shape[0]):
        for x in range(cover.shape[1]):
            if y > 0:
                cover[y, x] += cover[y - 1, x]
            if x > 0:
                cover[y, x] += cover[y, x - 1]
            if x > 0 and y > 0:
                cover[y, x] -= cover[y - 1, x - 1]
