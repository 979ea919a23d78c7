"""The lamps' flicker guard: the last to touch what a room's lights are told, so that none of them flashes too often.

Lamps fill the whole field of view, so there are no windows: each is judged alone, and all of them together by their
mean. The rules are the picture's own (flashguard/turns): a rise costs a token of a bucket that gives two in any second
and eight in any five; saturated red counts apart. Besides, no channel crosses its range in less than SWING_S. Nothing
outside can switch it off, and it only darkens.

What a lamp makes of a value is not known here: most are linear, others have a dimmer's curve. Rules hold for both.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.light.flashguard.turns import TokenBuckets, Turns

Floats = NDArray[np.float32]
Marks = NDArray[np.uint8]

SWING_S = 0.3
"""Seconds that a channel takes at least from dark to full, or back."""
LONGEST_S = 0.1
"""A value counts as shown no longer than this, however late the next one comes."""
STEP, KEPT = 0.08, 0.075
"""A rise in a lamp's light, of all that it has, and what of it is left without a token; a flash begins at 0.10."""
BRIGHT = 0.85
"""Where the darker state is brighter than this, nothing counts as a flash."""
RED_STEP = 0.044
RED_FLOOR = 0.0625
"""What being saturated alone counts for."""
SATURATED = 0.735
"""Red's part of the light from which it counts as saturated; the definitions say 0.8."""
UNSATURATED = 0.7
"""The part to which red is held back where it may not flash."""
DARKEST = 0.01
"""Red under this has no hue to speak of."""


class LampGuard:
    """Guards n lamps: `guard` gives, for what was asked of them, what they may show."""

    def __init__(self, lamps: int) -> None:
        self._shown: Floats = np.zeros((3, lamps), dtype=np.float32)
        # rows: for lamps whose light is their value, and for those whose light is its square
        self._level: Floats = np.zeros((2, lamps), dtype=np.float32)
        self._red: Floats = np.zeros((2, lamps), dtype=np.float32)
        self._mean: Floats = np.zeros(2, dtype=np.float32)
        self._each, self._together = _Rate(2 * lamps, STEP, BRIGHT), _Rate(2, STEP, BRIGHT)
        self._reds = _Rate(2 * lamps, RED_STEP, math.inf)

    def start(self, values: Floats) -> None:
        """They show `values` (3, n) already: another process has told them so."""
        _reach(np.ascontiguousarray(values, dtype=np.float32), self._shown, np.float32(math.inf), self._shown)

    def guard(self, asked: Floats, dt: float) -> Floats:
        """(3, n) of 0..1, red, green and blue, to be shown `dt` seconds after the ones before. What is no number is
        dark."""
        dt = min(max(dt, 0.0), LONGEST_S) if math.isfinite(dt) else 0.0
        values = np.empty_like(self._shown)
        _reach(np.ascontiguousarray(asked, dtype=np.float32), self._shown, np.float32(dt / SWING_S), values)
        self._sense(values)
        if self._reds.late(self._red.ravel(), dt):
            _hold_red(values, self._reds.held)
            self._sense(values)
        if self._each.late(self._level.ravel(), dt):
            _hold_each(values, self._each.held, self._level, self._each.turns.extreme)
            self._sense(values)
        if self._together.late(self._mean, dt):
            values *= np.float32(_kept(self._mean, self._together.held, self._together.turns.extreme))
            self._sense(values)
        self._reds.follow(self._red.ravel(), dt)
        self._each.follow(self._level.ravel(), dt)
        self._together.follow(self._mean, dt)
        self._shown = values
        return values

    def _sense(self, values: Floats) -> None:
        _sense(values, self._level, self._red, self._mean)


class _Rate:
    """How often n levels may rise."""

    def __init__(self, n: int, step: float, bright: float) -> None:
        self.turns, self._tokens = Turns(n, step, bright), TokenBuckets(n)
        self.held: Marks = np.zeros(n, dtype=np.uint8)  # who would rise and may not

    def late(self, level: Floats, dt: float) -> bool:
        """Whether anybody would rise at `level` (n,) without a token; they are `held`."""
        self.turns.look(level)
        if not self.turns.rises or not self._tokens.ask(self.turns.rise, dt):
            return False
        self._tokens.judge(self.turns.rise, dt)
        np.bitwise_and(self.turns.rise, self._tokens.busy, out=self.held)
        return True

    def follow(self, level: Floats, dt: float) -> None:
        """`level` was shown for `dt` seconds."""
        self.turns.look(level)
        self.turns.commit()
        self._tokens.pass_time(dt)
        if self.turns.rises:
            self._tokens.spend(self.turns.rise)


def warm() -> None:
    """Compile what it needs, or load it from the cache."""
    guard = LampGuard(2)
    for k in range(48):
        lit = float(k % 6 < 3)
        guard.guard(np.array([[lit, lit], [0.0, lit], [0.0, lit]], dtype=np.float32), LONGEST_S)


@strict
def _reach(asked: Floats, shown: Floats, most: np.float32, out: Floats) -> None:
    """As near to what is `asked` as `most` away from what is `shown` comes; what is no number asks for darkness."""
    dark, full = np.float32(0.0), np.float32(1.0)
    for c in range(asked.shape[0]):
        for i in range(asked.shape[1]):
            value = asked[c, i]
            value = min(max(value, dark), full) if value > dark else dark
            out[c, i] = min(max(value, shown[c, i] - most), shown[c, i] + most)


@strict
def _sense(values: Floats, level: Floats, red: Floats, mean: Floats) -> None:
    """Luminance and redness of every lamp, and the mean luminance, for both curves."""
    lamps = values.shape[1]
    for curve in range(2):
        total = 0.0
        for i in range(lamps):
            r, g, b = values[0, i], values[1, i], values[2, i]
            if curve == 1:
                r, g, b = r * r, g * g, b * b
            y = np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
            level[curve, i] = y
            total += y
            saturated = r > np.float32(DARKEST) and r >= np.float32(SATURATED) * (r + g + b)
            red[curve, i] = max(r - g - b, np.float32(0.0)) + np.float32(RED_FLOOR) if saturated else np.float32(0.0)
        mean[curve] = total / lamps if lamps else 0.0


@strict
def _hold_red(values: Floats, held: Marks) -> None:
    """Red is held back to where it isn't saturated."""
    lamps = values.shape[1]
    most = np.float32(UNSATURATED / (1.0 - UNSATURATED))
    for i in range(lamps):
        g, b = values[1, i], values[2, i]
        if held[i]:
            values[0, i] = min(values[0, i], most * (g + b))
        if held[lamps + i]:
            values[0, i] = min(values[0, i], np.sqrt(most * (g * g + b * b)))


@strict
def _hold_each(values: Floats, held: Marks, level: Floats, valley: Floats) -> None:
    """Lamps that may not rise go no further than KEPT above their valley."""
    lamps = values.shape[1]
    for i in range(lamps):
        least = np.float32(1.0)
        if held[i]:
            least = min(least, (valley[i] + np.float32(KEPT)) / level[0, i])
        if held[lamps + i]:
            least = min(least, np.sqrt((valley[lamps + i] + np.float32(KEPT)) / level[1, i]))
        for c in range(3):
            values[c, i] *= least


def _kept(mean: Floats, held: Marks, valley: Floats) -> float:
    """What is left of all lamps where they may not rise together."""
    kept = [(valley[k] + KEPT) / mean[k] if held[k] else 1.0 for k in range(2)]
    return min(float(kept[0]), math.sqrt(kept[1]), 1.0)
