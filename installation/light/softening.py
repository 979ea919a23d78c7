"""Softening: what is wanted of single cells becomes a field without edges that asks for no less anywhere."""

from __future__ import annotations

import numpy as np

from installation.model.compiled import loose, strict


@strict
def soften(wanted, spread, reach):  # type: ignore[no-untyped-def]
    """Spread the least of `wanted[0]`, (rows, columns), by `spread` cells and blur it twice by `reach`; `wanted[1]` is
    scratch. No cell ends above what it asked for where `spread` is at least twice `reach`."""
    a, b = wanted[0], wanted[1]
    done = 0
    while done < spread:
        step = min(done + 1, spread - done)
        _least_across(a, b, step)
        _least_down(b, a, step)
        done += step
    for _ in range(2):
        _blur_across(a, b, reach)
        _blur_down(b, a, reach)


@loose
def _least_across(field, out, step):  # type: ignore[no-untyped-def]
    """Each cell's least with those `step` to its left and right."""
    columns = field.shape[1]
    for y in range(field.shape[0]):
        line, least = field[y], out[y]
        for x in range(step, columns):
            least[x] = min(line[x], line[x - step])
        for x in range(min(step, columns)):
            least[x] = line[x]
        for x in range(columns - step):
            least[x] = min(least[x], line[x + step])


@loose
def _least_down(field, out, step):  # type: ignore[no-untyped-def]
    """Each cell's least with those `step` above and below."""
    rows = field.shape[0]
    for y in range(rows):
        line, above, below, least = field[y], field[max(y - step, 0)], field[min(y + step, rows - 1)], out[y]
        for x in range(line.size):
            least[x] = min(line[x], above[x], below[x])


@loose
def _blur_across(field, out, reach):  # type: ignore[no-untyped-def]
    """The mean of each cell and those within `reach` on its row; beyond the ends the end goes on."""
    last, share = field.shape[1] - 1, np.float32(1.0 / (2 * reach + 1))
    for y in range(field.shape[0]):
        line, total = field[y], np.float32(0.0)
        for u in range(-reach, reach + 1):
            total += line[min(max(u, 0), last)]
        for x in range(last + 1):
            out[y, x] = total * share
            total += line[min(x + reach + 1, last)] - line[max(x - reach, 0)]


@loose
def _blur_down(field, out, reach):  # type: ignore[no-untyped-def]
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
