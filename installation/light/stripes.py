"""Stripes: where a picture is a grating that harms by its pattern alone, and how far it must be dimmed.

A sweep of scan lines, a few a picture, looks for runs of more than five light-dark pairs of even width (ITU-R
BT.1702-2, ISO 9241-391: more than five pairs, over 0.006 sr, for more than half a second). Acts on nothing itself.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

os.environ.setdefault("NUMBA_SLP_VECTORIZE", "1")

import numpy as np
from numba import njit
from numpy.typing import NDArray

from installation.light.flicker import Windows

Floats = NDArray[np.float32]

CONTRAST = 0.085
"""Luminance by which a light stripe exceeds a dark one."""
DIMMED = 0.06
"""What is left of that luminance when stripes are dimmed."""
PAIRS = 5
"""Pairs that are still no pattern."""
SHARE = 0.18
"""Share of a window that may be striped (a quarter is where harm begins)."""
SWEEP_S = 0.12
"""Time in which every scan line comes round once."""
PATIENCE_S = 0.1
"""Time for which stripes stand before they are dimmed."""
DIM_PER_S = 6.0
LIFT_PER_S = 0.7
BINS = 144
"""Parts of a scan line that ask for a gain of their own."""


class Stripes:
    """The scan lines of pictures of one size, and the gain (cells,) that stripes leave: 1 where there are none."""

    def __init__(self, width: int, height: int, windows: Windows) -> None:
        rows, columns = windows.rows, windows.columns
        self._windows = windows
        self._lines = [*_rows(width, height, min(rows, 27)), *_posts(width, height, min(columns, 36))]
        self._lines += [*_slants(width, height, 24, falling=True), *_slants(width, height, 24, falling=False)]
        self._asked = np.ones((len(self._lines), BINS), dtype=np.float32)  # the gain that each line asks for, along it
        self._striped = np.zeros(len(self._lines), dtype=np.bool_)  # which lines found stripes when they were scanned
        self._crossing = _crossing(rows, columns, min(rows, 27), min(columns, 36), 24)
        self._order = _visits(len(self._lines))
        self._next = 0
        self._due = 0.0
        self._wanted = np.ones(rows * columns, dtype=np.float32)
        self._sums = np.zeros((rows + 1, columns + 1), dtype=np.float64)
        self._cover = np.zeros((rows + 1, columns + 1), dtype=np.int32)
        self._since = np.zeros(len(windows), dtype=np.float32)  # seconds for which a window has been striped
        self.gain: Floats = np.ones(rows * columns, dtype=np.float32)
        self.dimming = False

    def look(self, picture: NDArray[np.uint32], linear: Floats, dt: float) -> None:
        """Scan the lines of `picture` (height, width) that have come due, and move the gain on by `dt` seconds.

        `linear` (256,) is the luminance of a code value.
        """
        total = len(self._lines)
        self._due = min(self._due + total * dt / SWEEP_S, float(total))
        for _ in range(int(self._due)):
            which = self._order[self._next]
            self._next = (self._next + 1) % total
            line = self._lines[which]
            self._striped[which] = _scan(picture[line.pixels], linear, self._asked[which, line.first : line.last])
        self._due -= int(self._due)
        if not (self.dimming or self._striped.any() or self._since.any()):
            return
        self.dimming = bool(
            _dim(
                self._asked, self._crossing, self._windows.edges, self._windows.area,
                self._sums, self._cover, self._wanted, self._since, self.gain, dt,
            )
        )  # fmt: skip


class _Line(NamedTuple):
    """One scan line: its pixels as an index into the picture, and the bins of its family that it runs through."""

    pixels: tuple[Any, Any]
    first: int = 0
    last: int = BINS


def _rows(width: int, height: int, count: int) -> list[_Line]:
    return [_Line((int((k + 0.5) * height / count), slice(0, width))) for k in range(count)]


def _posts(width: int, height: int, count: int) -> list[_Line]:
    return [_Line((slice(0, height), int((k + 0.5) * width / count))) for k in range(count)]


def _slants(width: int, height: int, count: int, falling: bool) -> list[_Line]:
    """Lines along one diagonal: in shares of width and height, across - down is the same all along a falling one."""
    lines = []
    for k in range(count):
        apart = 2.0 * (k + 0.5) / count - 1.0
        steps = max(1, int(max(width, height) * (1.0 - abs(apart))))
        along = abs(apart) + (np.arange(steps) + 0.5) * (2.0 - 2.0 * abs(apart)) / steps  # across + down
        across, down = (along + apart) / 2.0, (along - apart) / 2.0
        x = np.minimum(across * width, width - 1).astype(np.intp)
        y = np.minimum((down if falling else 1.0 - down) * height, height - 1).astype(np.intp)
        first = int(abs(apart) / 2.0 * BINS)
        lines.append(_Line((y, x), first, max(first + 1, int((1.0 - abs(apart) / 2.0) * BINS))))
    return lines


def _crossing(rows: int, columns: int, lines: int, posts: int, slants: int) -> NDArray[np.int32]:
    """(4, rows * columns): for each cell the bin, among all bins of all lines, of the line of each family nearest."""
    y, x = np.mgrid[:rows, :columns]
    across, down = (x + 0.5) / columns, (y + 0.5) / rows
    slanting = [((across - v + 1.0) / 2.0, (across + v) / 2.0) for v in (down, 1.0 - down)]
    families = [(down, across), (across, down), *slanting]
    counts = (lines, posts, slants, slants)
    found, before = [], 0
    for (place, along), count in zip(families, counts, strict=True):
        found.append((before + np.minimum(place * count, count - 1).astype(int)) * BINS + (along * BINS).astype(int))
        before += count
    return np.stack([bins.ravel() for bins in found]).astype(np.int32)


def _visits(total: int) -> list[int]:
    """0 .. total - 1 in steps of about the golden ratio: any part of a sweep covers the picture evenly."""
    stride = next(s for s in range(max(1, round(0.618 * total)), 2 * total + 2) if np.gcd(s, total) == 1)
    return [i * stride % total for i in range(total)]


@njit(nogil=True, cache=True)
def _mark(gains, length, start, end, contrast):  # type: ignore[no-untyped-def]
    need = np.float32((DIMMED / contrast) ** (1.0 / 2.2))
    for c in range(start * gains.size // length, min(end * gains.size // length + 1, gains.size)):
        gains[c] = min(gains[c], need)


@njit(nogil=True, cache=True)
def _scan(line, linear, gains):  # type: ignore[no-untyped-def]
    """Find runs of even light-dark pairs in one line of pixels, write the gain they need into `gains`; whether any.

    A pair reaches from one rise to the next; it continues a run when it is as wide as the ones before, within 30 %,
    and neither its light nor its dark part is under a seventh of it. Pairs finer than a 480th of the line, about
    16 to a degree, are too fine to be seen as stripes.
    """
    gains[:] = 1.0
    found = False
    finest = line.size // 480
    rising, extreme, valley = False, np.float32(1.0), np.float32(1.0)
    last, fell, start, run = -1, -1, -1, 0
    mean, contrast = 0.0, 0.0
    for x in range(line.size):
        p = line[x]
        y = (
            np.float32(0.2126) * linear[(p >> 16) & 255]
            + np.float32(0.7152) * linear[(p >> 8) & 255]
            + np.float32(0.0722) * linear[p & 255]
        )
        if rising:
            if y > extreme:
                extreme = y
                contrast = max(contrast, extreme - valley)
            elif extreme - y >= CONTRAST:
                rising, extreme, fell = False, y, x
        elif y < extreme:
            extreme = y
        elif y - extreme >= CONTRAST:
            rising, valley, extreme = True, extreme, y
            width = x - last
            fair = last >= 0 and width > finest and 1 <= 7 * (fell - last) // width <= 5
            if fair and run > 0 and 0.7 * mean <= width <= mean / 0.7:
                run += 1
                mean = 0.6 * mean + 0.4 * width
            else:
                if run >= PAIRS:  # so many from rise to rise, and one more behind the last rise
                    _mark(gains, line.size, start, last, contrast)
                    found = True
                start, mean, contrast, run = last, float(width), 0.0, 1 if fair else 0
            contrast = max(contrast, y - valley)
            last = x
    if run >= PAIRS:
        _mark(gains, line.size, start, last, contrast)
        found = True
    return found


@njit(nogil=True, cache=True)
def _dim(asked, crossing, edges, area, sums, cover, wanted, since, gain, dt):  # type: ignore[no-untyped-def]
    """Move every cell's gain towards what stripes ask for; whether any is below 1."""
    rows, columns = cover.shape[0] - 1, cover.shape[1] - 1
    needs = asked.ravel()
    striped = 0
    for y in range(rows):
        line = 0.0
        for x in range(columns):
            i = y * columns + x
            need = min(needs[crossing[0, i]], needs[crossing[1, i]], needs[crossing[2, i]], needs[crossing[3, i]])
            wanted[i] = need
            if need < 1.0:
                line += 1.0
                striped += 1
            sums[y + 1, x + 1] = sums[y, x + 1] + line
    cover[:] = 0
    for w in range(edges.shape[0] - 1):
        e = edges[w]
        share = (sums[e[1], e[3]] - sums[e[0], e[3]] - sums[e[1], e[2]] + sums[e[0], e[2]]) / area[w]
        since[w] = min(since[w] + dt, 0.5) if share >= SHARE else max(since[w] - 0.5 * dt, 0.0)
        if since[w] >= PATIENCE_S and share >= SHARE:
            cover[e[0], e[2]] += 1
            cover[e[1], e[2]] -= 1
            cover[e[0], e[3]] -= 1
            cover[e[1], e[3]] += 1
    dimming = False
    for y in range(rows):
        for x in range(columns):
            if y > 0:
                cover[y, x] += cover[y - 1, x]
            if x > 0:
                cover[y, x] += cover[y, x - 1]
            if x > 0 and y > 0:
                cover[y, x] -= cover[y - 1, x - 1]
            i = y * columns + x
            aim = wanted[i] if cover[y, x] > 0 else np.float32(1.0)
            gain[i] = max(aim, gain[i] - DIM_PER_S * dt) if gain[i] > aim else min(aim, gain[i] + LIFT_PER_S * dt)
            if gain[i] < 1.0:
                dimming = True
    return dimming
