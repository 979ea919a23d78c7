"""Erosion and box blur: what is wanted of single cells becomes a field without edges that asks for no less anywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose, strict

Floats = NDArray[np.float32]


@strict
def erode_and_blur(wanted: Floats, spread: int, reach: int) -> None:
    """Erode `wanted[0]`, (rows, columns), by `spread` cells and box-blur it twice by `reach`; `wanted[1]` is
    scratch. No cell ends above what it asked for where `spread` is at least twice `reach`."""
    a, b = wanted[0], wanted[1]
    done = 0
    while done < spread:
        step = min(done + 1, spread - done)
        _erode_rows(a, b, step)
        _erode_columns(b, a, step)
        done += step
    for _ in range(2):
        _blur_rows(a, b, reach)
        _blur_columns(b, a, reach)


@loose
def _erode_rows(field: Floats, out: Floats, step: int) -> None:
    """Each cell's least with those `step` to its left and right."""
    columns = field.shape[1]
    line = np.empty(columns + 2 * step, dtype=np.float32)
    for y in range(field.shape[0]):
        line[:step], line[step : step + columns], line[step + columns :] = field[y, 0], field[y], field[y, columns - 1]
        left, middle, right, least = line, line[step:], line[2 * step :], out[y]
        for x in range(columns):
            least[x] = min(left[x], middle[x], right[x])


@loose
def _erode_columns(field: Floats, out: Floats, step: int) -> None:
    """Each cell's least with those `step` above and below."""
    rows = field.shape[0]
    for y in range(rows):
        line, above, below, least = field[y], field[max(y - step, 0)], field[min(y + step, rows - 1)], out[y]
        for x in range(line.size):
            least[x] = min(line[x], above[x], below[x])


@loose
def _blur_rows(field: Floats, out: Floats, reach: int) -> None:
    """The mean of each cell and those within `reach` on its row; beyond the ends the end goes on."""
    rows, last, share = field.shape[0], field.shape[1] - 1, np.float32(1.0 / (2 * reach + 1))
    total = np.zeros(rows, dtype=np.float32)
    for u in range(-reach, reach + 1):
        total += field[:, min(max(u, 0), last)]
    for x in range(last + 1):  # all rows at once: each sum waits for the one before it on its own row
        comes, goes = min(x + reach + 1, last), max(x - reach, 0)
        for y in range(rows):
            out[y, x] = total[y] * share
            total[y] += field[y, comes] - field[y, goes]


@loose
def _blur_columns(field: Floats, out: Floats, reach: int) -> None:
    """The same in its column."""
    last, share = field.shape[0] - 1, np.float32(1.0 / (2 * reach + 1))
    total = np.zeros(field.shape[1], dtype=np.float32)
    for u in range(-reach, reach + 1):
        total += field[min(max(u, 0), last)]
    for y in range(last + 1):
        line, comes, goes = out[y], field[min(y + reach + 1, last)], field[max(y - reach, 0)]
        for x in range(line.size):
            line[x] = total[x] * share
            total[x] += comes[x] - goes[x]
