"""Sines at the edge of hearing and pulses at the edge of pitch, exactly as long as a slice of the glitch clock.

What the glitch is composed of beside what it tears: dry, from one loudspeaker at a time, addressed by the slice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose
from installation.model.chance import Chance
from installation.sound.cue import Cue
from installation.sound.glitch import EDGE_S, Slice, force

Array = NDArray[np.float32]

SINES_HZ, PULSES_HZ = (9_000.0, 14_000.0), (30.0, 45.0)
OFTEN_SINE, OFTEN_PULSES = 0.32, 0.26  # shares of the slices that have them
LOUD = 10.0 ** (-32.0 / 20.0)  # before the loudness servo
PULSE_S = 0.0012


@dataclass(frozen=True, slots=True)
class Splinter:
    """What one slice has of it."""

    sine: float = 0.0  # Hz; 0: none
    pulses: float = 0.0  # Hz; 0: none
    channel: int = 0
    samples: int = 1  # that the slice lasts
    gain: float = 0.0


@loose
def _ring(
    row: Array, since: int, samples: int, sine: float, pulses: float, short: float, edge: int, gain: float
) -> None:
    """Add a sine and pulses (turns a sample; each `short` samples) to `row`, from sample `since` of the slice on."""
    for k in range(len(row)):
        into = since + k
        if into >= samples:
            return
        shade = gain * min(min(into, samples - 1 - into) / edge, 1.0)
        y = 0.0
        if sine > 0.0:
            y += math.sin(2.0 * math.pi * ((into * sine) % 1.0))
        if pulses > 0.0:
            at = ((into * pulses) % 1.0) / pulses / short
            if at < 1.0:
                y += 4.0 * math.sin(2.0 * math.pi * at) * math.sin(math.pi * at) ** 2
        row[k] += np.float32(shade * y)


class Splinters:
    """The sines and pulses of one slice after another."""

    def __init__(self, source: Chance, channels: int, rate: int) -> None:
        self._chance, self._channels, self._rate = source, channels, rate
        self._beat, self._since, self._now = -1, 0, Splinter()

    def render(self, cue: Cue, torn: Slice, bus: Array) -> None:
        """Add a quantum to `bus`, (channels, n)."""
        n = bus.shape[1]
        if cue.beat != self._beat:
            self._beat, self._since = cue.beat, 0
            self._now = self._drawn(cue, n)
        now = self._now
        if now.gain > 0.0 and not torn.hole:
            edge, short = max(int(EDGE_S * self._rate), 1), PULSE_S * self._rate
            row, sine, pulses = bus[now.channel], now.sine / self._rate, now.pulses / self._rate
            _ring(row, self._since, now.samples, sine, pulses, short, edge, now.gain)
        self._since += n

    def _drawn(self, cue: Cue, quantum: int) -> Splinter:
        hard = force(cue)
        if hard == 0.0:
            return Splinter()
        draw = self._chance.at(cue.beat)
        sine = float(draw.uniform(*SINES_HZ)) if draw.random() < OFTEN_SINE else 0.0
        pulses = float(draw.uniform(*PULSES_HZ)) if draw.random() < OFTEN_PULSES else 0.0
        gain = LOUD * hard * hard if sine or pulses else 0.0
        return Splinter(
            min(sine, 0.45 * self._rate), pulses, int(draw.integers(self._channels)), cue.length * quantum, gain
        )
