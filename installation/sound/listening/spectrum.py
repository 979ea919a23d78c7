"""Short-time power of sound, hop by hop: what level, onsets and the loop gate are reckoned from.

Sound of any rate is low-passed and decimated to about 16 kHz; Hann windows of 512 samples, 100 of them a second.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose, strict
from installation.sound.hearing.a_weighting import a_weighted_db

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

HOPS = 100
"""A second."""

WINDOW, KEPT = 512, 640  # decimated samples of a spectrum, and that are kept: 40 ms, and nothing is older
BINS = WINDOW // 2 + 1
BANDS = 24  # of the mel scale
LOWEST, HIGHEST = 60.0, 7000.0  # Hz
TAPS_A_PHASE = 12  # of the low-pass, for each sample that is left out
LOUDEST = 8.0  # what is louder, or no number, is no sound


class Lane(NamedTuple):
    """One or two channels on their way to power in bins; `hop` moves it on."""

    raw: Array  # (2, taps - 1 + samples of a hop) as they came
    kept: Array  # (2, KEPT) decimated, the newest last
    taps: Array  # of the low-pass
    window: Array  # (WINDOW,) Hann, so that a sum of powers is a mean square; in the order of the next
    order: Integers  # (WINDOW,) bit-reversed places
    turns: Array  # (2, WINDOW - 1) cosine and sine of the FFT's twiddles, those of a stage side by side
    powers: Doubles  # (BINS,) mean square in each, of the newest window
    place: Integers  # (1,) where the next sample goes in raw


def decimated_rate(rate: int) -> float:
    """Hz of the samples that are left of `rate`."""
    return rate / _factor(rate)


def lane(rate: int) -> Lane:
    """A lane that has heard nothing."""
    factor = _factor(rate)
    taps = _low_pass(factor)
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(WINDOW) / WINDOW)
    hann /= math.sqrt(WINDOW * float(np.square(hann).sum()) / 2.0)
    angles = np.concatenate([np.pi * np.arange(1 << k) / (1 << k) for k in range(WINDOW.bit_length() - 1)])
    places = np.arange(WINDOW)
    order = np.zeros(WINDOW, np.int64)
    for bit in range(WINDOW.bit_length() - 1):
        order |= ((places >> bit) & 1) << (WINDOW.bit_length() - 2 - bit)
    raw = np.zeros((2, len(taps) - 1 + rate // HOPS), np.float32)
    turns = np.stack([np.cos(angles), -np.sin(angles)]).astype(np.float32)
    place = np.array([len(taps) - 1])
    kept, powers = np.zeros((2, KEPT), np.float32), np.zeros(BINS)
    return Lane(raw, kept, taps, hann[order].astype(np.float32), order, turns, powers, place)


def edges() -> Doubles:
    """(BANDS + 1,) Hz, even steps on the mel scale (O'Shaughnessy 1987)."""
    low, high = (2595.0 * math.log10(1.0 + hz / 700.0) for hz in (LOWEST, HIGHEST))
    return np.asarray(700.0 * (10.0 ** (np.linspace(low, high, BANDS + 1) / 2595.0) - 1.0))


def bands(rate: int) -> Integers:
    """(BINS,) the band of each bin, -1 for none."""
    band = np.digitize(_hz(rate), edges()) - 1
    return np.where(band < BANDS, band, -1)


def a_weights(rate: int) -> Doubles:
    """(BINS,) how much of a bin's power an ear hears (IEC 61672-1); nothing of what is in no band."""
    weights: Doubles = np.power(10.0, a_weighted_db(np.maximum(_hz(rate), 1.0)) / 10.0)
    return weights * (bands(rate) >= 0)


def _hz(rate: int) -> Doubles:
    return np.arange(BINS, dtype=np.float64) * (decimated_rate(rate) / WINDOW)


def _factor(rate: int) -> int:
    return max(round(rate / 16_000), 1)


def _low_pass(factor: int) -> Array:
    """A windowed sinc: -6 dB at 0.45 of the rate that is left, gain 1 at 0 Hz."""
    n = TAPS_A_PHASE * factor
    x = np.arange(n) - (n - 1) / 2.0
    taps = np.sinc(0.9 * x / factor) * np.blackman(n + 2)[1:-1]
    return np.asarray(taps / taps.sum(), dtype=np.float32)


@strict
def take(block: Array, start: int, lane: Lane) -> tuple[int, bool]:
    """Take `block`, (n, channels), from `start` on; up to which sample, and whether a hop is whole.

    Odd channels go one way and even ones another, and what is no sound counts as silence.
    """
    raw, place = lane.raw, lane.place[0]
    count = min(raw.shape[1] - place, block.shape[0] - start)
    channels = block.shape[1]
    gain = np.float32(1.0 / math.sqrt((channels + 1) // 2))
    for i in range(count):
        for side in range(min(2, channels)):
            v = np.float32(0.0)
            for c in range(side, channels, 2):
                v += block[start + i, c]
            raw[side, place + i] = v * gain if abs(v) < LOUDEST else np.float32(0.0)
    lane.place[0] = place + count
    return start + count, place + count == raw.shape[1]


@strict
def hop(lane: Lane, sides: int) -> None:
    """A hop is whole: decimate it, and reckon the powers of the newest window, of both sides together."""
    past = lane.taps.shape[0] - 1
    for side in range(sides):
        _decimate(lane.raw[side], lane.taps, lane.kept[side])
        lane.raw[side, :past] = lane.raw[side, -past:].copy()
    lane.place[0] = past
    _powers(lane, sides)


@loose
def _decimate(raw: Array, taps: Array, kept: Array) -> None:
    """Low-pass `raw` into the newest of `kept`, which is moved on."""
    count = taps.shape[0]
    factor = count // TAPS_A_PHASE
    new = (raw.shape[0] - count + 1) // factor
    for i in range(kept.shape[0] - new):
        kept[i] = kept[i + new]
    for i in range(new):
        here, total = raw[i * factor : i * factor + count], np.float32(0.0)
        for k in range(count):
            total += here[k] * taps[k]
        kept[kept.shape[0] - new + i] = total


@loose
def _powers(lane: Lane, sides: int) -> None:
    """One complex FFT of both sides: |Z(k)|^2 + |Z(-k)|^2 is twice their power in bin k."""
    re, im = np.empty(WINDOW, np.float32), np.zeros(WINDOW, np.float32)
    first = KEPT - WINDOW
    for i in range(WINDOW):
        re[i] = lane.kept[0, first + lane.order[i]] * lane.window[i]
    if sides == 2:
        for i in range(WINDOW):
            im[i] = lane.kept[1, first + lane.order[i]] * lane.window[i]
    _fft(re, im, lane.turns)
    for k in range(1, WINDOW // 2):
        o = WINDOW - k
        lane.powers[k] = 0.5 * (re[k] * re[k] + im[k] * im[k] + re[o] * re[o] + im[o] * im[o])


@loose
def _fft(re: Array, im: Array, turns: Array) -> None:
    """In place, of what stands in bit-reversed order (Cooley and Tukey 1965, radix 2, the first two stages in one)."""
    n, half = re.shape[0], 4
    for i in range(0, n, 4):
        a, b, c, d = re[i] + re[i + 1], re[i] - re[i + 1], re[i + 2] + re[i + 3], re[i + 2] - re[i + 3]
        e, f, g, h = im[i] + im[i + 1], im[i] - im[i + 1], im[i + 2] + im[i + 3], im[i + 2] - im[i + 3]
        re[i], re[i + 1], re[i + 2], re[i + 3] = a + c, b + h, a - c, b - h
        im[i], im[i + 1], im[i + 2], im[i + 3] = e + g, f - d, e - g, f + d
    while half < n:
        cosine, sine = turns[0, half - 1 : 2 * half - 1], turns[1, half - 1 : 2 * half - 1]
        for i in range(0, n, 2 * half):
            _butterflies(
                re[i : i + half],
                im[i : i + half],
                re[i + half : i + 2 * half],
                im[i + half : i + 2 * half],
                cosine,
                sine,
            )
        half *= 2


@loose
def _butterflies(re: Array, im: Array, far_re: Array, far_im: Array, cosine: Array, sine: Array) -> None:
    """Of neighbours, so that eight are reckoned at a time."""
    for k in range(re.shape[0]):
        x = cosine[k] * far_re[k] - sine[k] * far_im[k]
        y = cosine[k] * far_im[k] + sine[k] * far_re[k]
        far_re[k], far_im[k] = re[k] - x, im[k] - y
        re[k] += x
        im[k] += y
