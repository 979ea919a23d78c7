"""Loudness and true peak: what the sum of all sound goes through before the hearing guard lets it out.

Loudness after ITU-R BS.1770-5 (K-weighting, -0.691 dB, channels of equal weight); true peak after its Annex 2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose, strict

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

OFFSET = -0.691  # dB, of BS.1770
FLOOR = 1e-10  # mean square that counts as silence


def loudness(mean_square: float) -> float:
    """LUFS of a K-weighted mean square, summed over channels."""
    return OFFSET + 10.0 * math.log10(max(mean_square, FLOOR))


def mean_square(lufs: float) -> float:
    """The K-weighted mean square of a loudness in LUFS."""
    return float(10.0 ** ((lufs - OFFSET) / 10.0))


def k_weighting(rate: int) -> Doubles:
    """(2, 5) b0 b1 b2 a1 a2 of the shelf and the high-pass at any rate.

    The analogue prototypes behind the standard's 48 kHz tables: a shelf of 4 dB at 1682 Hz and a high-pass at 38 Hz
    (B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018).
    """
    k, q = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10.0 ** (3.999843853973347 / 20.0)
    band, a0 = high**0.4996667741545416, 1.0 + k / q + k * k
    feedback = [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]
    shelf = [(high + band * k / q + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / q + k * k) / a0]
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    a0 = 1.0 + k / q + k * k
    return np.array([shelf + feedback, [1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]])


@strict
def k_weighted(x: Array, state: Doubles, weighting: Doubles) -> float:
    """K-weighted mean square of `x`, (channels, n), summed over channels. `state`, (channels, 4), moves on."""
    total = 0.0
    (a0, a1, a2, a3, a4), (b0, b1, b2, b3, b4) = weighting
    for c in range(x.shape[0]):
        s0, s1, s2, s3 = state[c]
        for k in range(x.shape[1]):
            v = float(x[c, k]) + 1e-20
            y = a0 * v + s0
            s0 = a1 * v - a3 * y + s1
            s1 = a2 * v - a4 * y
            z = b0 * y + s2
            s2 = b1 * y - b3 * z + s3
            s3 = b2 * y - b4 * z
            total += z * z
        state[c, 0], state[c, 1], state[c, 2], state[c, 3] = s0, s1, s2, s3
    return float(total / x.shape[1])


class Loudness:
    """Steers the drones to a loudness, slowly: by a share of the error a second, at most 1.5 dB/s."""

    MEMORY_S = 3.0
    FROZEN = -50.0  # LUFS below which nothing is steered: silence is meant
    REACH, SLEW = 14.0, 1.5  # dB, dB/s
    EAGER = 0.15  # dB/s a dB: slower than a breath, which is to be heard

    def __init__(self, channels: int, rate: int) -> None:
        self._weighting, self._state = k_weighting(rate), np.zeros((channels, 4))
        self._rate = rate
        self._mean = 0.0
        self.gain_db = 0.0
        self._before = 1.0

    def render(self, bus: Array, target: float) -> None:
        """Bring `bus`, (channels, n), nearer to `target` LUFS in place."""
        n = bus.shape[1]
        seconds = n / self._rate
        after = 10.0 ** (self.gain_db / 20.0)
        _ramped(bus, self._before, after)
        self._before = after
        power = k_weighted(bus, self._state, self._weighting)
        if loudness(power) < self.FROZEN or not math.isfinite(power):
            return
        self._mean = power if self._mean == 0.0 else self._mean + (power - self._mean) * seconds / self.MEMORY_S
        move = min(max(self.EAGER * (target - loudness(self._mean)), -self.SLEW), self.SLEW) * seconds
        self.gain_db = min(max(self.gain_db + move, -self.REACH), self.REACH)


@loose
def _ramped(bus: Array, g0: float, g1: float) -> None:
    n = bus.shape[1]
    start, grow = np.float32(g0), np.float32((g1 - g0) / n)
    for c in range(bus.shape[0]):
        for k in range(n):
            bus[c, k] *= start + grow * np.float32(k + 1)


class Fader:
    """A gain that moves in straight lines from one quantum to the next."""

    def __init__(self) -> None:
        self._gain = 0.0

    def render(self, bus: Array, gain: float) -> None:
        """Multiply `bus`, (channels, n), by a gain that arrives at `gain`."""
        _ramped(bus, self._gain, gain)
        self._gain = gain


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
def _held_down(
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
        _held_down(
            peaks, self._ceiling, self._release, self._wants, self._ages, self._ends, self._box, self._moving, gains
        )
        peaks = np.concatenate([self._peaks, peaks])
        self._peaks = peaks[n:].copy()
        self.peak = float((peaks[:n] * gains).max())
        late: Array = x[:, _AHEAD : _AHEAD + n] * gains
        return late
