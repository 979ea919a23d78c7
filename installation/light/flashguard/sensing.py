"""Sensing: the mean light of a frame's areas, of all their pixels, and single pixels beside them.

Area means are box filters: what a cell's pixels do against each other leaves its mean alone. Light is taken for the
square of its code value, near enough to sRGB's curve that what differs by 0.1 of white's luminance differs by 0.088
here (and by up to 0.122 where it is dark); then a gain g of code values is exactly a factor g * g of every mean.
Judges nothing and changes nothing.
"""

from __future__ import annotations

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
        area = np.diff(self._tops)[:, None] * np.diff(self._lefts)[None, :]
        self._scale: Floats = np.ascontiguousarray(2.0**self._shift / 65025.0 / area, dtype=np.float32)
        self._sums = np.zeros(4 * width, dtype=np.uint16)
        self._nothing = np.zeros(4 * width, dtype=np.uint8)
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
        self._order = golden_order(count)
        self._due, self._next = 0.0, 0
        self.move_points(STAY_S)
        self.pixels: Pixels = np.zeros(count, dtype=np.uint32)  # the points themselves

    def sense(self, frame: Pixels) -> None:
        """Take in `frame`, (height, at least width) of 0x00RRGGBB, C-contiguous."""
        shape = self.rows, self.columns
        self.any_red = _sense(
            frame.view(np.uint8), self._tops, self._lefts, self._shift, self._nothing, self._scale, self._sums,
            self._line,
            self.level.reshape(shape), self.linear.reshape(shape), self.redness.reshape(shape),
        )  # fmt: skip
        _pick(frame, self._y, self._x, self.pixels)

    def move_points(self, dt: float) -> NDArray[np.intp]:
        """Let the points that have stood for STAY_S go to another pixel of their parts; which they are."""
        count = len(self._order)
        self._due += count * dt / STAY_S
        due = min(int(self._due), count)
        self._due -= due
        which = self._order[(self._next + np.arange(due)) % count]
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
        across, down = (k * 0.7548776662466927) % 1.0, (k * 0.5698402909980532) % 1.0
        ys[i] = min(int((i // columns + down) * height / rows), height - 1)
        xs[i] = min(int((i % columns + across) * width / columns), width - 1)
        places[i] += 1


@strict
def _sense(
    frame: Bytes, tops: Ints, lefts: Ints, shift: int, nothing: Bytes, scale: Floats, sums: Words, line: Longs,
    level: Floats, even: Floats, redness: Floats,
) -> bool:  # fmt: skip
    """Every cell's mean: luminance, and how red; whether any is red. `sums` (4 * width,) is working space."""
    any_red = False
    quartets, channels = sums.view(np.uint64), line.view(np.uint16)
    for cell in range(level.shape[0]):
        sums[:] = 0
        _add_rows(frame, tops[cell], tops[cell + 1], shift, nothing, sums)
        _add_across(quartets, lefts, line)
        if _weigh(channels, scale[cell], level[cell], even[cell], redness[cell]):
            any_red = True
    return any_red


def _adder(bits: int) -> Callable[[Bytes, Bytes, Bytes, np.uint16, np.uint16, np.uint16, Words], None]:
    """A kernel for shifts by `bits`: only by a number that the compiler knows are vectors of 16 bits shifted."""
    shift = np.uint16(bits)

    @strict
    def add_three(
        first: Bytes, second: Bytes, third: Bytes, i: np.uint16, j: np.uint16, k: np.uint16, sums: Words
    ) -> None:
        for x in range(sums.size):
            a, b, c = np.uint16(first[x]), np.uint16(second[x]), np.uint16(third[x])
            a2 = np.uint16(np.uint16(np.uint16(a * a) + i) >> shift)
            b2 = np.uint16(np.uint16(np.uint16(b * b) + j) >> shift)
            c2 = np.uint16(np.uint16(np.uint16(c * c) + k) >> shift)
            sums[x] = np.uint16(sums[x] + np.uint16(a2 + np.uint16(b2 + c2)))

    return add_three


_add_pixels, _add_small, _add_large = (_adder(bits) for bits in SHIFTS)


@strict
def _add_rows(frame: Bytes, top: int, bottom: int, shift: int, nothing: Bytes, sums: Words) -> None:
    """Add the squares of rows top..bottom-1 of (height, pitch) bytes to `sums`, column by column, three at a time.

    Each row is rounded at another place, so that their sum is hardly rounded at all. 16 bits are enough, and the
    narrower the numbers, the more of them a vector holds: this is where the guard's time goes.
    """
    tall = 2 * (bottom - top)
    for y in range(top, bottom, 3):
        first = frame[y]
        second = frame[y + 1] if y + 1 < bottom else nothing
        third = frame[y + 2] if y + 2 < bottom else nothing
        i = np.uint16((((2 * (y - top) + 1) << shift) - 1) // tall)
        j = np.uint16((((2 * (y - top) + 3) << shift) - 1) // tall if y + 1 < bottom else 0)
        k = np.uint16((((2 * (y - top) + 5) << shift) - 1) // tall if y + 2 < bottom else 0)
        if shift == SHIFTS[0]:
            _add_pixels(first, second, third, i, j, k, sums)
        elif shift == SHIFTS[1]:
            _add_small(first, second, third, i, j, k, sums)
        else:
            _add_large(first, second, third, i, j, k, sums)


@strict
def _add_across(quartets: Longs, lefts: Ints, line: Longs) -> None:
    """Add each cell's columns, four channels of 16 bits in every number."""
    x = np.uint64(lefts[0])
    for c in range(line.size):
        total, end = np.uint64(0), np.uint64(lefts[c + 1])
        while x < end:
            total += quartets[x]
            x += np.uint64(1)
        line[c] = total


@strict
def _weigh(channels: Words, scale: Floats, level: Floats, even: Floats, redness: Floats) -> bool:
    """A row of sums, four channels each (blue, green, red, nothing), as means; whether any is saturated red."""
    reds = 0
    for c in range(level.size):
        b, g, r = channels[4 * c] * scale[c], channels[4 * c + 1] * scale[c], channels[4 * c + 2] * scale[c]
        level[c] = np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
        even[c] = (
            np.float32(0.2126) * unsquared(np.sqrt(r))
            + np.float32(0.7152) * unsquared(np.sqrt(g))
            + np.float32(0.0722) * unsquared(np.sqrt(b))
        )
        least = max(np.float32(SATURATED) * (r + g + b), np.float32(DARKEST))
        is_red = r >= least
        redness[c] = max(np.float32(0.0), r - g - b) + np.float32(RED_FLOOR) if is_red else np.float32(0.0)
        reds += is_red
    return bool(reds > 0)


@strict
def dim_linear(even: Floats, level: Floats, dimmed: Floats, out: Floats) -> None:
    """What is left of `even`, means in linear light, where of `level`, means of squares, `dimmed` is left."""
    for i in range(even.size):
        before = unsquared(np.sqrt(level[i]))
        out[i] = even[i] * unsquared(np.sqrt(dimmed[i])) / before if before > np.float32(0.0) else np.float32(0.0)


@strict
def _pick(frame: Pixels, ys: Ints, xs: Ints, pixels: Pixels) -> None:
    for i in range(ys.size):
        pixels[i] = frame[ys[i], xs[i]]
