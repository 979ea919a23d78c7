"""Fields of view: the 10 degree windows in which a rule of the flash guard counts, as rectangles of a frame's cells.

Windows move in steps; cells are first added up in blocks of a step's size. Sums over windows come from summed-area
tables of blocks (Crow, 1984), and so does their union, the other way round. Knows no rule.
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
    """Every place of a window of `height` x `width` of `rows` x `columns` cells, in steps; and last the whole frame."""

    def __init__(self, rows: int, columns: int, height: int, width: int) -> None:
        self.rows, self.columns = rows, columns
        self.down, self.across = max(1, height // 9), max(1, width // 16)  # cells of a block, and of a step
        self.block_rows, self.block_columns = -(-rows // self.down), -(-columns // self.across)
        # a window somewhere between two steps lies within the larger one that is summed here
        tall, wide = -(-height // self.down) + 1, -(-width // self.across) + 1
        tops = np.arange(max(1, self.block_rows - tall + 2))
        lefts = np.arange(max(1, self.block_columns - wide + 2))
        top, left = (a.ravel() for a in np.meshgrid(tops, lefts, indexing="ij"))
        bottom, right = np.minimum(top + tall, self.block_rows), np.minimum(left + wide, self.block_columns)
        whole = [[0, self.block_rows, 0, self.block_columns]]
        self.edges: Ints = np.ascontiguousarray(
            np.vstack([np.stack([top, bottom, left, right], 1), whole]), dtype=np.int32
        )  # (w, 4) blocks: top, bottom, left, right
        area = np.full(len(self.edges), float(height * width), dtype=np.float32)
        area[-1] = rows * columns
        self.area: Floats = area  # (w,) cells of the field of view, not of the larger window
        bottoms, rights = (
            np.minimum(self.edges[:, 1] * self.down, rows),
            np.minimum(self.edges[:, 3] * self.across, columns),
        )
        cells = (bottoms - self.edges[:, 0] * self.down) * (rights - self.edges[:, 2] * self.across)
        self.summed: Floats = cells.astype(np.float32)  # (w,) cells of the larger window
        self.blocks: Floats = np.zeros((self.block_rows, self.block_columns), dtype=np.float32)
        self._line: Floats = np.zeros(columns, dtype=np.float32)
        self.sums = np.zeros((self.block_rows + 1, self.block_columns + 1), dtype=np.float64)
        self.cover = np.zeros((self.block_rows + 1, self.block_columns + 1), dtype=np.int32)

    def __len__(self) -> int:
        return len(self.edges)

    def add(self, field: Marks | Floats, sums: Sums | None = None) -> Sums:
        """The summed-area table, (block rows + 1, block columns + 1), of `field` (rows * columns,), until the next is
        asked for; or written into `sums`, to be kept."""
        sums = self.sums if sums is None else sums
        _add_blocks(field, self.down, self.across, self._line, self.blocks)
        summed_area_table(self.blocks, sums)
        return sums


@strict
def _add_blocks(field: Marks | Floats, down: int, across: int, line: Floats, blocks: Floats) -> None:
    """A block's rows are added up first, column by column into `line` (columns,): that, vectors do."""
    columns = line.size
    rows = field.size // columns
    for block in range(blocks.shape[0]):
        line[:] = np.float32(0.0)
        for y in range(block * down, min((block + 1) * down, rows)):
            row = field[y * columns : (y + 1) * columns]
            for x in range(columns):
                line[x] += np.float32(row[x])
        for b in range(blocks.shape[1]):
            total = np.float32(0.0)
            for x in range(b * across, min((b + 1) * across, columns)):
                total += line[x]
            blocks[block, b] = total


@strict
def summed_area_table(blocks: Floats, sums: Sums) -> None:
    """The sums of all `blocks` (rows, columns) above and left of each corner, into `sums` (rows + 1, columns + 1)."""
    for y in range(blocks.shape[0]):
        line = 0.0
        for x in range(blocks.shape[1]):
            line += blocks[y, x]
            sums[y + 1, x + 1] = sums[y, x + 1] + line


@strict
def box_sum(sums: Sums, edge: Ints) -> float:
    """The sum over one window, `edge` (4,), from a summed-area table."""
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
    """Add up what `mark_box` noted: afterwards cover[y, x] is the number of windows that the block is in."""
    for y in range(cover.shape[0]):
        for x in range(cover.shape[1]):
            if y > 0:
                cover[y, x] += cover[y - 1, x]
            if x > 0:
                cover[y, x] += cover[y, x - 1]
            if x > 0 and y > 0:
                cover[y, x] -= cover[y - 1, x - 1]
