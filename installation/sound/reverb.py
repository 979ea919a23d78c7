"""Reverberation by a feedback delay network of sixteen lines: the room in which the drones sound.

Jot and Chaigne, "Digital delay networks for designing artificial reverberators", AES 90 (1991), with Hadamard's
matrix as the feedback: it mixes everything with everything and keeps the energy.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

LINES = 16
# samples at 48 kHz, all prime or free of common factors, growing by about 9 % from line to line
DELAYS = (1648, 1801, 1973, 2161, 2357, 2579, 2819, 3089, 3371, 3691, 4027, 4409, 4817, 5273, 5779, 6326)
MODULATED = 14.0  # samples at 48 kHz by which a delay moves, so that no tail rings
RATES: Doubles = np.linspace(0.11, 0.61, LINES)  # Hz of that movement
DRY_HZ = 220.0  # below which little is sent into the room: its modes would swell and drown single bass tones
DAMPED_HZ, OPEN_HZ = 4_800.0, 8_000.0  # above which the room swallows sound in each round, in calm and in full bloom
EARLY_S = (0.0113, 0.0179, 0.0231, 0.0297, 0.0373, 0.0439)  # of the first reflections, before the room is full of them
EARLY: Doubles = np.array([0.32, -0.27, 0.23, 0.20, -0.16, 0.13])


@loose
def _damp(heard: Array, share: np.float32, lows: Array) -> None:
    """A one-pole low-pass along each of `heard`, (16, n), in place; four at a time, as each waits for itself: for one
    multiplication and addition, all else is done beforehand."""
    tiny = np.float32(1e-15)  # keeps what has died away from becoming denormal
    keep = np.float32(1.0) - share
    for line in range(LINES):
        for k in range(heard.shape[1]):
            heard[line, k] = share * heard[line, k] + tiny
    for line in range(0, LINES, 4):
        a, b, c, d = lows[line], lows[line + 1], lows[line + 2], lows[line + 3]
        for k in range(heard.shape[1]):
            a = keep * a + heard[line, k]
            b = keep * b + heard[line + 1, k]
            c = keep * c + heard[line + 2, k]
            d = keep * d + heard[line + 3, k]
            heard[line, k], heard[line + 1, k], heard[line + 2, k], heard[line + 3, k] = a, b, c, d
        lows[line], lows[line + 1], lows[line + 2], lows[line + 3] = a, b, c, d


# Rings are read and written in at most two runs, up to their end and from their beginning: a masked index in the inner
# loop would keep the compiler from making vectors of it.


@loose
def _recall(ring: Array, first: int, out: Array) -> None:
    """Copy what a ring (power of two,) holds from `first` on into `out`."""
    first &= ring.size - 1
    run = min(ring.size - first, out.size)
    out[:run] = ring[first : first + run]
    out[run:] = ring[: out.size - run]


@loose
def _add_past(ring: Array, first: int, gain: np.float32, out: Array) -> None:
    """Add what a ring (power of two,) holds from `first` on to `out`, with a gain."""
    first &= ring.size - 1
    run = min(ring.size - first, out.size)
    late = ring[first : first + run]
    for k in range(run):
        out[k] += gain * late[k]
    for k in range(run, out.size):
        out[k] += gain * ring[k - run]


@loose
def _keep(heard: Array, gain: np.float32, sent: Array, ring: Array, at: int) -> None:
    """Write `gain` * `heard` + `sent` into a ring (power of two,) from `at` on."""
    at &= ring.size - 1
    run = min(ring.size - at, heard.size)
    here = ring[at : at + run]
    for k in range(run):
        here[k] = gain * heard[k] + sent[k]
    for k in range(run, heard.size):
        ring[k - run] = gain * heard[k] + sent[k]


@loose
def _room(  # noqa: PLR0912 (a kernel that reads from top to bottom)
    bus: Array,
    ring: Array,
    at: int,
    before: Doubles,
    after: Doubles,
    decay: Doubles,
    dark: float,
    lows: Array,
    deep: float,
    bass: Array,
    signs: Array,
    wet0: float,
    wet1: float,
    walls: Array,
    early: NDArray[np.int64],
) -> None:
    """Add the room's answer to `bus` (channels, n) in place; `ring` (16, size) remembers, writing at `at`.

    before and after, (16,), are delays in samples at the two ends of this quantum, all longer than it. `walls`
    (channels, power of two) remembers what was sent, for `early` reflections so many samples later, each on the side
    of the channel before.
    """
    channels, n = bus.shape
    heard = np.empty((LINES, n), dtype=np.float32)
    past = np.empty(n + 2, dtype=np.float32)
    for line in range(LINES):
        longest = math.ceil(max(before[line], after[line]))
        _recall(ring[line], at - longest, past)
        # a delay moves by less than a sample a quantum: t, how far past[k] is from the place wanted, is in 0..2
        t0, dt = np.float32(longest - before[line]), np.float32((before[line] - after[line]) / n)
        gain = np.float32(decay[line])
        for k in range(n):
            t = t0 + dt * np.float32(k)
            near = max(np.float32(1.0) - t, np.float32(0.0))
            far = max(t - np.float32(1.0), np.float32(0.0))
            heard[line, k] = gain * (near * past[k] + (np.float32(1.0) - near - far) * past[k + 1] + far * past[k + 2])
    _damp(heard, np.float32(dark), lows)
    answer = np.zeros((channels, n), dtype=np.float32)
    for c in range(channels):
        for line in range(LINES):
            sign = signs[c, line]
            for k in range(n):
                answer[c, k] += sign * heard[line, k]
    span = 1
    while span < LINES:
        for first in range(0, LINES, 2 * span):
            for line in range(first, first + span):
                for k in range(n):
                    a, b = heard[line, k], heard[line + span, k]
                    heard[line, k], heard[line + span, k] = a + b, a - b
        span *= 2
    even = np.float32(1.0 / math.sqrt(LINES))
    sent = np.empty((channels, n), dtype=np.float32)
    for c in range(channels):
        low = bass[c]
        for k in range(n):
            low += np.float32(deep) * (bus[c, k] - low) + np.float32(1e-15)
            sent[c, k] = bus[c, k] - low
        bass[c] = low
    for c in range(channels):
        _keep(sent[c], np.float32(0.0), sent[c], walls[c], at)
    for c in range(channels):
        for tap in range(len(early)):
            _add_past(walls[(c + tap) % channels], at - early[tap] - 7 * c, np.float32(EARLY[tap]), answer[c])
    for line in range(LINES):
        _keep(heard[line], even, sent[line % channels], ring[line], at)
    for c in range(channels):
        for k in range(n):
            bus[c, k] += answer[c, k] * np.float32(wet0 + (wet1 - wet0) * k / n)


def _hadamard(order: int) -> Doubles:
    """Sylvester's construction, (order, order) of 1 and -1."""
    matrix = np.ones((1, 1))
    while len(matrix) < order:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix


class Reverb:
    """A room whose size and dampness follow the dream."""

    def __init__(self, channels: int, rate: int, quantum: int) -> None:
        self._rate = rate
        self._delays = np.array(DELAYS) * rate / 48_000
        self._swing = MODULATED * rate / 48_000
        if self._delays.min() - self._swing <= quantum + 1:
            raise ValueError(f"space: delays must be longer than a quantum of {quantum} samples")
        size = 1 << math.ceil(math.log2(self._delays.max() + self._swing + quantum + 2))
        self._ring = np.zeros((LINES, size), dtype=np.float32)
        self._lows = np.zeros(LINES, dtype=np.float32)
        self._turn = np.linspace(0.0, 1.0, LINES, endpoint=False)  # turns
        self._signs = (_hadamard(LINES)[1 : channels + 1] / math.sqrt(LINES)).astype(np.float32)
        self._at, self._wet = 0, 0.0
        self._deep = 1.0 - math.exp(-2.0 * math.pi * DRY_HZ / rate)
        self._bass = np.zeros(channels, dtype=np.float32)
        self._early = np.array([round(s * rate) for s in EARLY_S])
        self._walls = np.zeros(
            (channels, 1 << math.ceil(math.log2(self._early.max() + 7 * channels + quantum))), np.float32
        )

    def render(self, bus: Array, t60: float, wet: float, bloom: float) -> None:
        """Let `bus`, (channels, n), sound in the room in place: `t60` seconds of reverberation, `wet` 0..1.

        The room is brighter the more everybody is themselves.
        """
        dark = 1.0 - math.exp(-2.0 * math.pi * (DAMPED_HZ + (OPEN_HZ - DAMPED_HZ) * bloom) / self._rate)
        n = bus.shape[1]
        before = self._delays + self._swing * np.sin(2.0 * np.pi * self._turn)
        self._turn = (self._turn + RATES * n / self._rate) % 1.0
        after = self._delays + self._swing * np.sin(2.0 * np.pi * self._turn)
        decay = 10.0 ** (-3.0 * self._delays / (self._rate * t60))
        _room(
            bus,
            self._ring,
            self._at,
            before,
            after,
            decay,
            dark,
            self._lows,
            self._deep,
            self._bass,
            self._signs,
            self._wet,
            wet,
            self._walls,
            self._early,
        )
        self._wet = wet
        self._at = (self._at + n) % self._ring.shape[1]
