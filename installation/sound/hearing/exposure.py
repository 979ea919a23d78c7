"""What an audience is exposed to: loudness, LAeq over fifteen minutes, dose; and the level that follows from it.

Hears what is really played, last of all, after the hearing guard. Uncalibrated it only measures. Calibrated it turns
down, slowly, what would bring the fifteen minutes over the venue's limit; it never makes anything louder.
Everything it must remember is in one block of numbers, which another process can go on with.
"""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from installation.sound.biquads import coefficients
from installation.sound.hearing.a_weighting import PINK_A, a_weighting, weigh
from installation.sound.hearing.k_weighting import k_weighting
from installation.sound.hearing.loudness import OFFSET, loudness, mean_square
from installation.venue.settings import Hearing

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

HOP_S = 0.1  # between two looks at the last 0.4 s (BS.1770-5, annex 1: blocks overlap by 75 %)
_HOPS = 10  # a second
SECONDS = 900  # that LAeq looks back on
MINUTES = 1440  # that the dose looks back on
GATE, GATE_BELOW = -70.0, 10.0  # LUFS, LU: quieter blocks don't count (the same)
_STEP, _BINS = 0.1, 800  # LU, and how many of them above GATE

EVENING_S = 600.0  # of silence after which loudness in all begins anew

REFERENCE_DBA, REFERENCE_S = 85.0, 8 * 3600.0
"""A day's allowance, exchanged at 3 dB: 8 h at 85 dB(A) (NIOSH 98-126, recommended exposure limit)."""

CALIBRATED_AT = -20.0  # dBFS: mean square 0.01 in every channel

MARGIN = 0.5  # dB under the limit that is steered for
SHARE = 0.01  # of what is left of fifteen minutes' allowance that one second may take beyond its own
MEMORY_S = 8.0  # over which the level before turning down is averaged: more than a breath
EAGER, FALL, RISE = 0.15, 1.5, 0.25  # dB/s a dB, and at most dB/s down and up
LEAST = -40.0  # dB


class _At(IntEnum):
    """Places of single numbers in the book."""

    SPAN = 0  # seconds since the last hop, and the sums of K- and A-weighted mean squares times seconds
    K = 1
    A = 2
    HOPS = 3  # since the beginning
    SECOND = 4  # A-weighted mean squares of the hops of this second, and of the seconds of this minute
    MINUTE = 5
    WANTED = 6  # A-weighted mean square before turning down
    GAIN = 7  # dB, <= 0
    SPEED = 8  # dB/s


_RECENT = len(_At)
_SECOND = _RECENT + 4
_MINUTE = _SECOND + SECONDS
_BIN = _MINUTE + MINUTES

BOOK = _BIN + _BINS
"""Numbers that an exposure remembers."""


class Exposure:
    """Measures (n, channels) of sound after another. `book`, (BOOK,) zeros or another exposure's, moves on."""

    def __init__(self, channels: int, rate: int, hearing: Hearing, book: Doubles) -> None:
        self._rate, self._book = rate, book
        self._k, self._a = coefficients(k_weighting(rate)), coefficients(a_weighting(rate))
        self._state = np.zeros((channels, 10))
        self._recent, self._seconds = book[_RECENT:_SECOND], book[_SECOND:_MINUTE]
        self._minutes, self._bins = book[_MINUTE:_BIN], book[_BIN:]
        reading = hearing.cal_dba_at_minus20dbfs_pink
        pink = CALIBRATED_AT + PINK_A + 10.0 * math.log10(channels)
        self._offset = None if reading is None else reading - pink  # dB(A) of an A-weighted mean square of 1
        even = hearing.laeq15_limit_dba - MARGIN - (self._offset or 0.0)
        self._even = 10.0 ** (even / 10.0)  # mean square that a second may have, all being alike
        self.integrated = self._gated()  # LUFS since the beginning; told anew every second

    @property
    def momentary(self) -> float:
        """LUFS of the last 0.4 s."""
        return loudness(float(self._recent.mean()))

    @property
    def laeq(self) -> float | None:
        """dB(A) of the last fifteen minutes, or since the beginning; None: not calibrated."""
        if self._offset is None:
            return None
        heard = min(self._whole_seconds, SECONDS)
        mean = float(self._seconds[:heard].mean()) if heard else 0.0
        return max(10.0 * math.log10(max(mean, 1e-14)) + self._offset, 0.0)

    @property
    def dose(self) -> float | None:
        """The last day's share of a day's allowance, 1 for all of it; None: not calibrated."""
        if self._offset is None:
            return None
        exposed = 60.0 * float(self._minutes.sum()) + float(self._book[_At.MINUTE])
        return float(exposed * 10.0 ** ((self._offset - REFERENCE_DBA) / 10.0) / REFERENCE_S)

    @property
    def gain_db(self) -> float:
        """By how much it is turned down, dB <= 0."""
        return float(self._book[_At.GAIN])

    @property
    def _whole_seconds(self) -> int:
        return int(self._book[_At.HOPS]) // _HOPS

    def hear(self, sound: Array) -> None:
        """Turn `sound`, (n, channels), down in place as far as it has to be, and measure it."""
        n = len(sound)
        before = self._book[_At.GAIN]
        after = self._move_gain(n / self._rate)
        if before != 0.0 or after != 0.0:
            levels = np.linspace(before, after, n + 1)[1:]
            sound *= (10.0 ** (levels / 20.0)).astype(np.float32)[:, None]
        self.note(n / self._rate, *weigh(sound, self._state, self._k, self._a))

    def _move_gain(self, seconds: float) -> float:
        gain = min(max(float(self._book[_At.GAIN] + self._book[_At.SPEED] * seconds), LEAST), 0.0)
        gain = 0.0 if gain > -0.01 and self._book[_At.SPEED] >= 0.0 else gain
        self._book[_At.GAIN] = gain
        return gain

    def note(self, seconds: float, k: float, a: float) -> None:
        """`seconds` of K- and A-weighted mean squares were put out."""
        book = self._book
        if not (math.isfinite(k) and math.isfinite(a)):
            self._state[:] = 0.0
            k = a = 0.0
        book[_At.SPAN] += seconds
        book[_At.K] += k * seconds
        book[_At.A] += a * seconds
        span = float(book[_At.SPAN])
        hops = int(span / HOP_S + 1e-6)
        if hops:
            k, a = float(book[_At.K]) / span, float(book[_At.A]) / span
            rest = max(span - hops * HOP_S, 0.0)
            book[_At.SPAN], book[_At.K], book[_At.A] = rest, k * rest, a * rest
            for _ in range(hops):
                self._hop(k, a)

    def _hop(self, k: float, a: float) -> None:
        """A tenth of a second is over."""
        book = self._book
        hop = int(book[_At.HOPS])
        self._recent[hop % len(self._recent)] = k
        if hop + 1 >= len(self._recent):
            above = int((self.momentary - GATE) / _STEP)
            if above > 0:
                self._bins[min(above, _BINS - 1)] += 1.0
        book[_At.SECOND] += a / _HOPS
        book[_At.HOPS] = hop + 1
        if (hop + 1) % _HOPS == 0:
            second, book[_At.SECOND] = float(book[_At.SECOND]), 0.0
            self._second(hop // _HOPS, second)

    def _second(self, number: int, power: float) -> None:
        book = self._book
        self._seconds[number % SECONDS] = power
        book[_At.MINUTE] += power
        if (number + 1) % 60 == 0:
            self._minutes[number // 60 % MINUTES] = book[_At.MINUTE] / 60.0
            book[_At.MINUTE] = 0.0
        self.integrated = self._gated()
        if self._offset is not None:
            self._steer(number, power)

    def _gated(self) -> float:
        """LUFS of all blocks over both gates (BS.1770-5, annex 1), from their histogram."""
        if not self._bins.any():
            return GATE
        mean = float(self._bins @ _POWERS / self._bins.sum())
        gate = mean_square(loudness(mean) - GATE_BELOW)
        counted = self._bins * (gate <= _POWERS)
        return loudness(float(counted @ _POWERS / counted.sum()))

    def _steer(self, number: int, power: float) -> None:
        """How fast to turn down or up for the next second.

        A second may take its own share of fifteen minutes at the limit, and a little of what the others have left;
        what is not known of the past is taken to have been at the limit. A steady level settles at the limit, and
        after a loud time quiet pays back.
        """
        book = self._book
        book[_At.WANTED] += (power * 10.0 ** (-book[_At.GAIN] / 10.0) - book[_At.WANTED]) / MEMORY_S
        known = min(number + 1, SECONDS)
        oldest = float(self._seconds[(number + 1) % SECONDS]) if known == SECONDS else self._even
        spent = float(self._seconds[:known].sum()) + (SECONDS - known) * self._even - oldest
        left = SECONDS * self._even - spent
        allowed = max(self._even + SHARE * (left - self._even), 0.0)
        error = 10.0 * math.log10(max(allowed, 1e-14) / max(float(book[_At.WANTED]), 1e-14))
        target = min(max(error, LEAST), 0.0)
        book[_At.SPEED] = min(max(EAGER * (target - float(book[_At.GAIN])), -FALL), RISE)


def sane(book: Doubles) -> bool:
    """Whether this is a book that somebody can go on with, and not what a broken disk made of one."""
    if len(book) != BOOK or not np.isfinite(book).all():
        return False
    sums_and_counts = np.delete(book, [_At.GAIN, _At.SPEED])
    steered = LEAST <= book[_At.GAIN] <= 0.0 and abs(book[_At.SPEED]) <= FALL
    return bool(steered and (sums_and_counts >= 0.0).all() and book[_At.HOPS] < 1e12)


def rest(book: Doubles, seconds: float) -> None:
    """So many seconds passed without a sound since `book` was written. A new evening's loudness is counted anew."""
    first = int(book[_At.HOPS]) // _HOPS
    last = first + int(seconds)
    book[_SECOND:_MINUTE][np.arange(first, min(last, first + SECONDS)) % SECONDS] = 0.0
    if last // 60 > first // 60:
        minutes = book[_MINUTE:_BIN]
        minutes[np.arange(first // 60, min(last // 60, first // 60 + MINUTES)) % MINUTES] = 0.0
        if last // 60 - first // 60 < MINUTES:
            minutes[first // 60 % MINUTES] = book[_At.MINUTE] / 60.0
        book[_At.MINUTE] = 0.0
    book[[_At.SPAN, _At.K, _At.A, _At.SECOND, _At.WANTED, _At.SPEED]] = 0.0
    book[_At.HOPS] = last * _HOPS
    book[_At.GAIN] = min(book[_At.GAIN] + RISE * seconds, 0.0)
    if seconds > EVENING_S:
        book[_BIN:] = 0.0


_POWERS: Doubles = np.power(10.0, (GATE + _STEP * (np.arange(_BINS) + 0.5) - OFFSET) / 10.0)
