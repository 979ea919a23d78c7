"""The true-peak limiter: keeps what lies between the samples under a ceiling too, and looks ahead for it.

True peak after ITU-R BS.1770-5, annex 2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

TAPS = 24  # a phase of the four-times oversampling
_AHEAD = TAPS // 2
LOOK_S = 0.004  # by which the limiter looks ahead
RELEASE_S = 0.22


def _phases() -> Array:
    """(3, TAPS) interpolators for 1/4, 1/2 and 3/4 of a sample: a sinc under Kaiser's window."""
    rows = []
    for part in (0.25, 0.5, 0.75):
        t = np.arange(TAPS) - (_AHEAD - 1) - part
        window = np.i0(7.0 * np.sqrt(np.maximum(1.0 - (t / _AHEAD) ** 2, 0.0))) / np.i0(7.0)
        row = np.sinc(t) * window
        rows.append(row / row.sum())
    return np.array(rows, dtype=np.float32)


PHASES = _phases()
OVERSHOOT = float(np.abs(PHASES).sum(axis=1).max())  # by which a true peak can pass the highest sample


@loose
def _peaks(x: Array, phases: Array, ceiling: float, peaks: Array) -> None:
    """As `true_peaks`, or an upper bound where no interpolation can reach `ceiling`: not worth one."""
    highest = np.float32(0.0)
    for c in range(x.shape[0]):
        for k in range(x.shape[1]):
            highest = max(highest, abs(x[c, k]))
    if highest * OVERSHOOT < ceiling:
        for k in range(len(peaks)):
            peaks[k] = highest
    else:
        true_peaks(x, phases, peaks)


@loose
def true_peaks(x: Array, phases: Array, peaks: Array) -> None:
    """The highest of all channels at and after each sample, (m,), of `x`, (channels, m + TAPS - 1).

    peaks[k] is the largest magnitude from sample k + TAPS / 2 - 1 of `x` up to the next one, seen four times a
    sample; the sample itself counts, so that no interpolation error can hide it.
    """
    m = len(peaks)
    sums = np.empty(m, dtype=np.float32)
    for k in range(m):
        peaks[k] = np.float32(0.0)
    for c in range(x.shape[0]):
        for k in range(m):
            here = abs(x[c, k + TAPS // 2 - 1])
            peaks[k] = here if here > peaks[k] else peaks[k]
        for p in range(3):
            for k in range(m):
                sums[k] = np.float32(0.0)
            for tap in range(0, TAPS, 6):  # six at a time: the sums stay in registers longer
                w0, w1, w2 = phases[p, tap], phases[p, tap + 1], phases[p, tap + 2]
                w3, w4, w5 = phases[p, tap + 3], phases[p, tap + 4], phases[p, tap + 5]
                row = x[c, tap : tap + m + 5]
                for k in range(m):
                    sums[k] += (w0 * row[k] + w1 * row[k + 1] + w2 * row[k + 2]) + (
                        w3 * row[k + 3] + w4 * row[k + 4] + w5 * row[k + 5]
                    )
            for k in range(m):
                here = abs(sums[k])
                peaks[k] = here if here > peaks[k] else peaks[k]


@loose
def _hold_down(
    peaks: Array,
    ceiling: float,
    release: float,
    wants: Doubles,
    ages: NDArray[np.int64],
    ends: NDArray[np.int64],
    box: Doubles,
    moving: Doubles,
    gains: Array,
) -> None:
    """Gains (n,) that keep `peaks` (n,) under the ceiling: least of the window, slow release, box average.

    wants, ages (window,) are a monotonic queue over the window, ends its first place, length and the sample count;
    box (window,) the values averaged, moving the released gain and the box's sum.
    """
    window = len(wants)
    first, length, count = ends
    gain, total = moving
    highest = np.float32(0.0)
    for k in range(len(peaks)):
        highest = peaks[k] if peaks[k] > highest else highest
    if highest <= ceiling and gain >= 1.0 and total >= window and (length == 0 or wants[first] >= 1.0):
        for k in range(len(peaks)):  # nothing to hold down, nothing left to let go: the usual case
            gains[k] = np.float32(1.0)
        ends[0], ends[1], ends[2] = 0, 0, count + len(peaks)
        return
    for k in range(len(peaks)):
        want = min(1.0, ceiling / max(float(peaks[k]), 1e-9))
        while length > 0 and wants[(first + length - 1) % window] >= want:
            length -= 1
        if length > 0 and ages[first] <= count - window:
            first = (first + 1) % window
            length -= 1
        wants[(first + length) % window], ages[(first + length) % window] = want, count
        length += 1
        least = wants[first]
        gain = min(least, gain + (1.0 - gain) * release)
        gain = 1.0 if least >= 1.0 and gain > 0.99999 else gain
        slot = count % window
        total += gain - box[slot]
        box[slot] = gain
        if slot == 0:  # rounding must not add up over days
            total = 0.0
            for i in range(window):
                total += box[i]
        gains[k] = min(total / window, 1.0)
        count += 1
    ends[0], ends[1], ends[2] = first, length, count
    moving[0], moving[1] = gain, total


class Limiter:
    """Keeps the true peak under a ceiling. Late by `latency` samples."""

    def __init__(self, channels: int, rate: int, ceiling_dbtp: float) -> None:
        self._ceiling = 10.0 ** (ceiling_dbtp / 20.0)
        window = max(int(LOOK_S * rate), 8)
        self.latency = window - 1 + _AHEAD
        self._past = np.zeros((channels, self.latency + _AHEAD), dtype=np.float32)
        self._release = 1.0 - math.exp(-1.0 / (RELEASE_S * rate))
        self._wants, self._ages = np.ones(window), np.zeros(window, dtype=np.int64)
        self._ends = np.zeros(3, dtype=np.int64)
        self._box, self._moving = np.ones(window), np.array([1.0, float(window)])
        self._peaks = np.zeros(window - 1, dtype=np.float32)  # of the samples still to come
        self.peak = 0.0  # the highest true peak put out in the last block, linear

    def render(self, bus: Array) -> Array:
        """`bus`, (channels, n), limited and late."""
        n = bus.shape[1]
        x = np.concatenate([self._past, bus], axis=1)
        self._past = x[:, n:].copy()
        peaks, gains = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32)
        fresh = x[:, -(n + TAPS - 1) :]
        _peaks(fresh, PHASES, self._ceiling, peaks)
        _hold_down(
            peaks, self._ceiling, self._release, self._wants, self._ages, self._ends, self._box, self._moving, gains
        )
        peaks = np.concatenate([self._peaks, peaks])
        self._peaks = peaks[n:].copy()
        self.peak = float((peaks[:n] * gains).max())
        late: Array = x[:, _AHEAD : _AHEAD + n] * gains
        return late
