"""Sensing: the mean light of a frame's areas, of all their pixels, and single pixels beside them.

Area means are box filters: what a cell's pixels do against each other leaves its mean alone. Light is taken for the
square of its code value, near enough to sRGB's curve that what differs by 0.1 of white's luminance differs by 0.088
here (and by up to 0.122 where it is dark); then a gain g of code values is exactly a factor g * g of every mean.
Judges nothing and changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.light.flashguard.fields_of_view import Floats, Ints

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint16]
Longs = NDArray[np.uint64]
Pixels = NDArray[np.uint32]

ROWS, COLUMNS = 108, 192
"""Cells, at most; a smaller frame has a cell for every pixel."""
POINT_ROWS, POINT_COLUMNS = 54, 96
"""Single pixels, at most, of which each stands for its surroundings."""
STAY_S = 1.0
"""Time after which a point goes to another pixel: a pattern that spares them must know where they are going."""
SATURATED = 0.735
"""Red's part of the squares, from which it counts as saturated: the definitions say 0.8 of the light."""
RED_FLOOR = 0.0625
"""What being saturated alone counts for; a red flash begins at this change."""
DARKEST = 0.016
"""Red under this has no hue to speak of: the definitions leave open what is nearly black."""


SHIFTS = (4, 9, 14)
"""Bits of a square that are left out, so that the sum of a cell's pixels (up to 16, 512, 16,384) fits into 16 bits."""


class Sensor:
    """What is sensed of frames of one size: arrays that every `sense` writes anew."""

    def __init__(self, width: int, height: int) -> None:
        self.rows, self.columns = min(ROWS, height), min(COLUMNS, width)
        n = self.rows * self.columns
        self._tops, self._lefts = _borders(height, self.rows), _borders(width, self.columns)
        tall, wide = int(np.diff(self._tops).max()), int(np.diff(self._lefts).max())
        self._shift = next(bits for bits in SHIFTS if ((65025 >> bits) + 1) * tall * wide < 65536)
        self._down: Floats = (2.0**self._shift / 65025.0 / np.diff(self._tops)).astype(np.float32)
        self._across: Floats = (1.0 / np.diff(self._lefts)).astype(np.float32)  # times `_down`: a sum as a mean
        self._sums = np.zeros(4 * width, dtype=np.uint16)
        self._line = np.zeros(self.columns, dtype=np.uint64)
        self.level: Floats = np.zeros(n, dtype=np.float32)  # luminance 0..1
        self.linear: Floats = np.zeros(n, dtype=np.float32)  # luminance 0..1 in linear light, where a cell is even
        self.redness: Floats = np.zeros(n, dtype=np.float32)  # 0 where red isn't saturated
        self.any_red = False
        self.points = min(POINT_ROWS, height), min(POINT_COLUMNS, width)
        self._size = height, width
        count = self.points[0] * self.points[1]
        self._y, self._x = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
        self._places = np.zeros(count, dtype=np.int32)  # at how many pixels each point has been
        self._ends = -(-np.arange(1, self.points[0] + 1) * height // self.points[0]).astype(np.int32)  # of their parts
        self._order = np.tile(golden_order(count), 2)
        self._due, self._next = 0.0, 0
        self.pixels: Pixels = np.zeros(count, dtype=np.uint32)  # the points themselves
        self.move_points(STAY_S)

    def sense(self, frame: Pixels) -> None:
        """Take in `frame`, (height, at least width) of 0x00RRGGBB, C-contiguous."""
        shape = self.rows, self.columns
        self.any_red = _sense(
            frame.view(np.uint8), self._tops, self._lefts, self._shift, self._sums, self._line, self._down,
            self._across, self.level.reshape(shape), self.linear.reshape(shape), self.redness.reshape(shape),
            self._y, self._x, self._ends, self.pixels,
        )  # fmt: skip

    def move_points(self, dt: float) -> NDArray[np.intp]:
        """Let the points that have stood for STAY_S go to another pixel of their parts; which they are."""
        count = len(self.pixels)
        self._due += count * dt / STAY_S
        due = min(int(self._due), count)
        self._due -= due
        which = self._order[self._next : self._next + due]
        self._next = (self._next + due) % count
        _jitter(which, self._places, *self.points, *self._size, self._y, self._x)
        return which

    def sense_black(self) -> None:
        """Take in a frame that is black."""
        for array in (self.level, self.linear, self.redness, self.pixels):
            array[:] = 0
        self.any_red = False


def linear() -> Floats:
    """(256,) linear light of each sRGB code value (IEC 61966-2-1)."""
    code = np.arange(256) / 255.0
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _borders(length: int, cells: int) -> Ints:
    """Where each of `cells` begins, and last where they end."""
    return (np.arange(cells + 1) * length // cells).astype(np.int32)


_CODES = np.arange(256) / 255.0
_CURVE = np.linalg.lstsq(_CODES[:, None] ** np.arange(1, 5), linear(), rcond=None)[0].astype(np.float32)


@strict
def unsquared(code: np.float32) -> np.float32:
    """Linear light of a code value 0..1, within 0.001: a polynomial, which vectors can work out."""
    return np.float32(code * (_CURVE[0] + code * (_CURVE[1] + code * (_CURVE[2] + code * _CURVE[3]))))


def golden_order(total: int) -> NDArray[np.intp]:
    """0 .. total - 1 in steps of about the golden ratio: any run of them covers the whole evenly."""
    stride = next(s for s in range(max(1, round(0.618 * total)), 2 * total + 2) if np.gcd(s, total) == 1)
    return np.arange(total, dtype=np.intp) * stride % total


@strict
def _jitter(
    which: NDArray[np.intp], places: Ints, rows: int, columns: int, height: int, width: int, ys: Ints, xs: Ints
) -> None:
    """Place the points `which`, each in its own part of the frame, at the next pixel of Roberts' R2 sequence, so that
    no regular structure can hide between them."""
    for i in which:
        k = 0.5 + i + places[i] * rows * columns
        across, down = k * 0.7548776662466927, k * 0.5698402909980532
        across, down = across - math.floor(across), down - math.floor(down)
        ys[i] = min(int((i // columns + down) * height / rows), height - 1)
        xs[i] = min(int((i % columns + across) * width / columns), width - 1)
        places[i] += 1


@strict
def _sense(
    frame: Bytes, tops: Ints, lefts: Ints, shift: int, sums: Words, line: Longs, down: Floats, across: Floats,
    level: Floats, even: Floats, redness: Floats, ys: Ints, xs: Ints, ends: Ints, pixels: Pixels,
) -> bool:  # fmt: skip
    """Every cell's mean: luminance, and how red; whether any is red; and the single pixels, while their rows are still
    near. `sums` (4 * width,) and `line` (columns,) are working space."""
    any_red = False
    quartets, channels = sums.view(np.uint64), line.view(np.uint16)
    words, part, wide = frame.view(np.uint32), 0, ys.size // ends.size
    for cell in range(level.shape[0]):
        sums[:] = 0
        _add_rows(frame, tops[cell], tops[cell + 1], shift, sums)
        _add_across(quartets, lefts, line)
        _weigh(channels, down[cell], across, level[cell], even[cell])
        if _redden(channels, down[cell], across, redness[cell]):
            any_red = True
        while part < ends.size and ends[part] <= tops[cell + 1]:
            for i in range(part * wide, (part + 1) * wide):
                pixels[i] = words[ys[i], xs[i]]
            part += 1
    return any_red


def _adders(bits: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """Kernels that add the squares of five rows and of one, shifted by `bits`: only by a number that the compiler knows
    are vectors of 16 bits shifted. What is added before the shift is the place at which each row is rounded."""
    shift = np.uint16(bits)

    @strict
    def add_five(
        a: Bytes, b: Bytes, c: Bytes, d: Bytes, e: Bytes,
        i: np.uint16, j: np.uint16, k: np.uint16, m: np.uint16, n: np.uint16, sums: Words,
    ) -> None:  # fmt: skip
        for x in range(sums.size):
            p, q, r, s, t = np.uint16(a[x]), np.uint16(b[x]), np.uint16(c[x]), np.uint16(d[x]), np.uint16(e[x])
            p = np.uint16(np.uint16(np.uint16(p * p) + i) >> shift)
            q = np.uint16(np.uint16(np.uint16(q * q) + j) >> shift)
            r = np.uint16(np.uint16(np.uint16(r * r) + k) >> shift)
            s = np.uint16(np.uint16(np.uint16(s * s) + m) >> shift)
            t = np.uint16(np.uint16(np.uint16(t * t) + n) >> shift)
            sums[x] = np.uint16(np.uint16(sums[x] + np.uint16(p + q)) + np.uint16(r + np.uint16(s + t)))

    @strict
    def add_one(row: Bytes, i: np.uint16, sums: Words) -> None:
        for x in range(sums.size):
            p = np.uint16(row[x])
            sums[x] = np.uint16(sums[x] + np.uint16(np.uint16(np.uint16(p * p) + i) >> shift))

    return add_five, add_one


_FIVE_PIXELS, _ONE_PIXELS = _adders(SHIFTS[0])
_FIVE_SMALL, _ONE_SMALL = _adders(SHIFTS[1])
_FIVE_LARGE, _ONE_LARGE = _adders(SHIFTS[2])


@strict
def _add_rows(frame: Bytes, top: int, bottom: int, shift: int, sums: Words) -> None:
    """Add the squares of rows top..bottom-1 of (height, pitch) bytes to `sums`, column by column, five at a time.

    Each row is rounded at another place, so that their sum is hardly rounded at all. 16 bits are enough, and the
    narrower the numbers, the more of them a vector holds: this is where the guard's time goes.
    """
    y = top
    while y + 5 <= bottom:
        a, b, c, d, e = frame[y], frame[y + 1], frame[y + 2], frame[y + 3], frame[y + 4]
        i, j = _rounding(y, top, bottom, shift), _rounding(y + 1, top, bottom, shift)
        k, m = _rounding(y + 2, top, bottom, shift), _rounding(y + 3, top, bottom, shift)
        n = _rounding(y + 4, top, bottom, shift)
        if shift == SHIFTS[0]:
            _FIVE_PIXELS(a, b, c, d, e, i, j, k, m, n, sums)
        elif shift == SHIFTS[1]:
            _FIVE_SMALL(a, b, c, d, e, i, j, k, m, n, sums)
        else:
            _FIVE_LARGE(a, b, c, d, e, i, j, k, m, n, sums)
        y += 5
    for last in range(y, bottom):
        i = _rounding(last, top, bottom, shift)
        if shift == SHIFTS[0]:
            _ONE_PIXELS(frame[last], i, sums)
        elif shift == SHIFTS[1]:
            _ONE_SMALL(frame[last], i, sums)
        else:
            _ONE_LARGE(frame[last], i, sums)


@strict
def _rounding(y: int, top: int, bottom: int, shift: int) -> np.uint16:
    """What is added to the squares of row y before their last bits go: spread evenly over the rows of a cell."""
    return np.uint16((((2 * (y - top) + 1) << shift) - 1) // (2 * (bottom - top)))


@strict
def _add_across(quartets: Longs, lefts: Ints, line: Longs) -> None:
    """Add each cell's columns, four channels of 16 bits in every number."""
    one, five = np.uint64(1), np.uint64(5)
    x = np.uint64(lefts[0])
    for c in range(line.size):
        total, end = np.uint64(0), np.uint64(lefts[c + 1])
        while x + five <= end:
            total += (quartets[x] + quartets[x + one]) + (quartets[x + np.uint64(2)] + quartets[x + np.uint64(3)])
            total += quartets[x + np.uint64(4)]
            x += five
        while x < end:
            total += quartets[x]
            x += one
        line[c] = total


# Two loops over a row's cells, not one: a loop that writes more than two arrays is not made into vectors, since any of
# them might lie on what it reads.


@strict
def _weigh(channels: Words, down: np.float32, across: Floats, level: Floats, even: Floats) -> None:
    """The means of a row of cells from their sums, four channels each (blue, green, red, nothing): luminance in squares
    and in linear light. `down` * `across` is what a sum has to be multiplied by."""
    for c in range(level.size):
        scale = across[c] * down
        b, g, r = channels[4 * c] * scale, channels[4 * c + 1] * scale, channels[4 * c + 2] * scale
        level[c] = np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
        even[c] = (
            np.float32(0.2126) * unsquared(np.sqrt(r))
            + np.float32(0.7152) * unsquared(np.sqrt(g))
            + np.float32(0.0722) * unsquared(np.sqrt(b))
        )


@strict
def _redden(channels: Words, down: np.float32, across: Floats, redness: Floats) -> bool:
    """How red each of a row of cells is; whether any is saturated red."""
    reds = np.uint32(0)
    for c in range(redness.size):
        scale = across[c] * down
        b, g, r = channels[4 * c] * scale, channels[4 * c + 1] * scale, channels[4 * c + 2] * scale
        least = max(np.float32(SATURATED) * (r + g + b), np.float32(DARKEST))
        is_red = r >= least
        redness[c] = max(np.float32(0.0), r - g - b) + np.float32(RED_FLOOR) if is_red else np.float32(0.0)
        reds += np.uint32(is_red)
    return bool(reds > 0)


@strict
def dim_linear(even: Floats, level: Floats, dimmed: Floats, out: Floats) -> None:
    """What is left of `even`, means in linear light, where of `level`, means of squares, `dimmed` is left."""
    for i in range(even.size):
        before = unsquared(np.sqrt(level[i]))
        out[i] = even[i] * unsquared(np.sqrt(dimmed[i])) / before if before > np.float32(0.0) else np.float32(0.0)


@strict
def dim_redness(redness: Floats, level: Floats, dimmed: Floats, out: Floats) -> None:
    """What is left of `redness`, where of `level`, means of squares, `dimmed` is left; nothing where it is too dark."""
    for i in range(redness.size):
        share = dimmed[i] / level[i] if level[i] > np.float32(0.0) else np.float32(0.0)
        left = share * max(np.float32(0.0), redness[i] - np.float32(RED_FLOOR))
        is_red = redness[i] > np.float32(0.0) and left >= np.float32(DARKEST)
        out[i] = left + np.float32(RED_FLOOR) if is_red else np.float32(0.0)
