"""Additive synthesis of the drones: every voice three detuned satellites of twelve partials, panned over the room.

`Voices.render` adds one quantum of every voice to a bus of channels. Kernels see numbers only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose
from installation.model.roughness import HIGHEST, PARTIALS, SATELLITES, rolloff, torn
from installation.sound.cue import VOICES

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

CHUNK = 80  # samples within which a phase is computed from its start: short enough for float32
LINES = VOICES * SATELLITES
BLEND: Doubles = np.array([[0.96, 0.2, 0.2], [0.8, 0.424, 0.424]])  # (2, 3) gains of satellites at width 0 and 1
"""Powers sum to one. What stands on one point would beat down to nothing if its satellites were equals."""

LOUD = 0.1  # amplitude of a satellite's first partial at gain 1: brings the whole near its loudness unaided
SIDEWAYS: Doubles = np.array([0.0, 0.9, -0.9])  # (3,) where satellites stand at width 1
MODULATION: Doubles = np.array([29.0, 41.0, 55.0, 69.0])  # Hz, amplitude modulation when torn
SHIMMER_S, SHIMMER = 5.0, 0.22  # random walk of each partial: seconds, nepers
SWAY_S, SWAY = 9.0, 0.15  # random walk of each satellite's place: seconds, of the way to the side

_TRIANGLE: Array = np.array([k * (k + 1) / 2 for k in range(CHUNK)], dtype=np.float32)
# sin 2 pi x = x (1/4 - x^2) (Q0 + x^2 (Q1 + x^2 (Q2 + x^2 Q3))) on -1/2..1/2 to -102 dB (minimax, roots exact)
Q0, Q1, Q2, Q3 = (np.float32(q) for q in (25.1322825, -64.7972367, 66.2845654, -32.7407866))
_LOGS: Doubles = np.log(np.arange(1, PARTIALS + 1))
_QUARTER = np.float32(0.25)
_SILENT = 1e-7


@loose
def hashed(key: int, i: int) -> float:
    """-1.732..1.732, evenly spread with unit variance: number `i` under `key` (splitmix64, Steele et al. 2014)."""
    z = np.uint64(key) + np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (float(z >> np.uint64(11)) * 2.0**-53 - 0.5) * 3.4641016


@loose
def sines(row: Array, t: Array, a: tuple[float, ...], b: tuple[float, ...]) -> None:
    """Add two partials to `row`, at most CHUNK samples: phase, step and its growth in turns, gain and its growth."""
    a0, a1, a2, a3, a4 = np.float32(a[0]), np.float32(a[1]), np.float32(a[2]), np.float32(a[3]), np.float32(a[4])
    b0, b1, b2, b3, b4 = np.float32(b[0]), np.float32(b[1]), np.float32(b[2]), np.float32(b[3]), np.float32(b[4])
    for k in range(row.shape[0]):
        s = np.float32(k)
        x = a0 + s * a1 + t[k] * a2
        y = b0 + s * b1 + t[k] * b2
        x = x - np.rint(x)
        y = y - np.rint(y)
        z, w = x * x, y * y
        p = (a3 + a4 * s) * x * (_QUARTER - z) * (Q0 + z * (Q1 + z * (Q2 + z * Q3)))
        q = (b3 + b4 * s) * y * (_QUARTER - w) * (Q0 + w * (Q1 + w * (Q2 + w * Q3)))
        row[k] += p + q


@loose
def bank(phase: Doubles, f0: Doubles, f1: Doubles, g0: Doubles, g1: Doubles, out: Array) -> None:
    """Add sines to `out`, (lines, n): steps f in turns a sample and gains g, all (lines, partials), from 0 to 1.

    Phases, (lines, partials) in turns, move on. Steps and gains go in straight lines; the number of partials is even.
    """
    lines, partials = f0.shape
    n = out.shape[1]
    for line in range(lines):
        for p in range(0, partials, 2):
            pa, pb = phase[line, p], phase[line, p + 1]
            fa, fb = f0[line, p], f0[line, p + 1]
            ga, gb = g0[line, p], g0[line, p + 1]
            da, db = (f1[line, p] - fa) / n, (f1[line, p + 1] - fb) / n
            ea, eb = (g1[line, p] - ga) / n, (g1[line, p + 1] - gb) / n
            if max(ga, gb, g1[line, p], g1[line, p + 1]) < _SILENT:
                phase[line, p] = (pa + n * (fa + 0.5 * da * (n + 1))) % 1.0
                phase[line, p + 1] = (pb + n * (fb + 0.5 * db * (n + 1))) % 1.0
                continue
            for start in range(0, n, CHUNK):
                m = min(CHUNK, n - start)
                sines(
                    out[line, start : start + m],
                    _TRIANGLE,
                    (pa, fa, da, ga + ea * start, ea),
                    (pb, fb, db, gb + eb * start, eb),
                )
                pa += m * (fa + 0.5 * da * (m + 1))
                pb += m * (fb + 0.5 * db * (m + 1))
                pa -= math.floor(pa)
                pb -= math.floor(pb)
                fa += da * m
                fb += db * m
            phase[line, p], phase[line, p + 1] = pa, pb


@loose
def pan(azimuth: float, width: float, aside: float, gains: Doubles) -> None:
    """Equal-power gains, (channels,): in stereo from side to side, else round the room between two neighbours."""
    channels = len(gains)
    gains[:] = 0.0
    if channels == 1:
        gains[0] = 1.0
    elif channels == 2:
        across = 0.45 * math.sin(2.0 * math.pi * azimuth) + width * aside
        angle = (min(max(across, -1.0), 1.0) + 1.0) * 0.25 * math.pi
        gains[0], gains[1] = math.cos(angle), math.sin(angle)
    else:
        place = ((azimuth + 0.12 * width * aside) * channels + 0.5) % channels  # channel 0 stands ahead to the left
        first = int(place)
        angle = (place - first) * 0.5 * math.pi
        gains[first % channels] = math.cos(angle)
        gains[(first + 1) % channels] += math.sin(angle)


@loose
def _aim(
    voices: Doubles,
    gate: Doubles,
    stray: Doubles,
    unrest: float,
    detune: float,
    rate: float,
    walks: Doubles,
    sways: Doubles,
    key: int,
    quantum: int,
    seconds: float,
    steps: Doubles,
    gains: Doubles,
    pans: Doubles,
) -> None:
    """Where steps, gains (lines, partials) and pans (lines, channels) are at the end of this quantum."""
    keep, keep_sway = math.exp(-seconds / SHIMMER_S), math.exp(-seconds / SWAY_S)
    kick = SHIMMER * math.sqrt(1.0 - keep * keep)
    kick_sway = SWAY * math.sqrt(1.0 - keep_sway * keep_sway)
    lines, partials = steps.shape
    for line in range(lines):
        v, s = line // SATELLITES, line % SATELLITES
        if v >= len(voices):
            gains[line, :] = 0.0
            continue
        at = (quantum * lines + line) * (partials + 1)
        sways[line] = sways[line] * keep_sway + kick_sway * hashed(key, at)
        hz, gain, azimuth, width, brightness = voices[v]
        pan(azimuth, width, SIDEWAYS[s] + sways[line], pans[line])
        alpha = rolloff(hz, brightness, unrest)
        level = LOUD * gain * gate[v] * (BLEND[0, s] + (BLEND[1, s] - BLEND[0, s]) * width)
        base = torn(hz, detune, v, s) * 2.0 ** (stray[v] / 1200.0)
        for p in range(partials):
            walks[line, p] = walks[line, p] * keep + kick * hashed(key, at + 1 + p)
            f = base * (p + 1)
            steps[line, p] = f / rate
            top = min(max((HIGHEST - f) / 2000.0, 0.0), 1.0)
            loud = level * math.exp(walks[line, p] - alpha * _LOGS[p]) * top
            gains[line, p] = loud if loud > 1e-6 else 0.0


@loose
def _spread(
    lines: Array, pans0: Doubles, pans1: Doubles, beat: Doubles, depth: Doubles, rate: float, bus: Array
) -> None:
    """Add `lines` (lines, n) to `bus` (channels, n), amplitude-modulated from depth[0] to depth[1].

    `beat`, (4,) turns, are the phases of the four modulations and move on.
    """
    n = lines.shape[1]
    shade = np.ones(n, dtype=np.float32)
    for m in range(len(MODULATION)):
        step = MODULATION[m] / rate
        if depth[0] > 0.0 or depth[1] > 0.0:
            x0, dx, d0 = np.float32(beat[m]), np.float32(step), np.float32(depth[0])
            dd = np.float32((depth[1] - depth[0]) / n)
            for k in range(n):
                x = x0 + dx * np.float32(k)
                x = x - np.rint(x)
                z = x * x
                sine = x * (_QUARTER - z) * (Q0 + z * (Q1 + z * (Q2 + z * Q3)))
                shade[k] = np.float32(1.0) - (d0 + dd * np.float32(k)) * (np.float32(0.5) + np.float32(0.5) * sine)
        beat[m] = (beat[m] + step * n) % 1.0
        for line in range(lines.shape[0]):
            if (line // SATELLITES) % len(MODULATION) != m:
                continue
            for c in range(bus.shape[0]):
                g, dg = np.float32(pans0[line, c]), np.float32((pans1[line, c] - pans0[line, c]) / n)
                if g == 0.0 and dg == 0.0:
                    continue
                for k in range(n):
                    bus[c, k] += lines[line, k] * shade[k] * (g + dg * np.float32(k))


class Voices:
    """All voices and what of them moves."""

    def __init__(self, key: int, channels: int, rate: int) -> None:
        self._key, self._rate = key, rate
        self._quantum = 0
        shape = (LINES, PARTIALS)
        turns = np.array([hashed(key ^ 0x5EED, i) for i in range(LINES * PARTIALS)])
        self._phase = np.mod(turns, 1.0).reshape(shape)  # turns
        self._steps, self._steps_before = np.zeros(shape), np.zeros(shape)  # turns a sample
        self._gains, self._gains_before = np.zeros(shape), np.zeros(shape)
        self._pans, self._pans_before = np.zeros((LINES, channels)), np.zeros((LINES, channels))
        self._walks, self._sways = np.zeros(shape), np.zeros(LINES)
        self._beat, self._depth = np.zeros(len(MODULATION)), np.zeros(2)
        self._count = 0

    def render(
        self, voices: Doubles, gate: Doubles, stray: Doubles, unrest: float, detune: float, depth: float, bus: Array
    ) -> None:
        """Add a quantum of `voices`, (v, 5), to `bus`, (channels, n).

        gate (VOICES,) 0..1 and stray (VOICES,) cents are the glitch clock's; depth 0..1 is of the modulation.
        """
        n = bus.shape[1]
        self._steps, self._steps_before = self._steps_before, self._steps
        self._gains, self._gains_before = self._gains_before, self._gains
        self._pans, self._pans_before = self._pans_before, self._pans
        aims = (self._steps, self._gains, self._pans)
        walks = (self._walks, self._sways, self._key, self._quantum, n / self._rate)
        _aim(voices, gate, stray, unrest, detune, float(self._rate), *walks, *aims)
        fresh = slice(self._count * SATELLITES, len(voices) * SATELLITES)  # a voice that begins does not glide there
        self._steps_before[fresh], self._pans_before[fresh] = self._steps[fresh], self._pans[fresh]
        used = max(self._count, len(voices)) * SATELLITES
        gone = slice(len(voices) * SATELLITES, used)
        self._steps[gone], self._pans[gone] = self._steps_before[gone], self._pans_before[gone]
        self._count = len(voices)
        self._depth[0], self._depth[1] = self._depth[1], depth
        lines = np.zeros((used, n), dtype=np.float32)
        bank(
            self._phase[:used],
            self._steps_before[:used],
            self._steps[:used],
            self._gains_before[:used],
            self._gains[:used],
            lines,
        )
        _spread(lines, self._pans_before[:used], self._pans[:used], self._beat, self._depth, float(self._rate), bus)
        self._quantum += 1
