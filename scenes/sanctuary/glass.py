"""Glass: a voice for each sector of the rings, as loud as its sleepers breathe, and the scratch of the pen. Pure.

While the room is torn, what is left of the rift sounds a quarter tone low, and what is right of it a quarter tone high.
"""

from __future__ import annotations

import math

import numpy as np

from installation import Moment, Voice
from scenes.sanctuary.palette import Doubles

SECTORS = 6
LOUD = 0.42
CEILING = 1800.0  # Hz
SCRATCH = 0.16  # gain of the pen


class Glass:
    """Who rings in which sector."""

    def __init__(self, phi: Doubles) -> None:
        self._sector = np.minimum((np.mod(phi, 2.0 * np.pi) * (SECTORS / (2.0 * np.pi))).astype(np.int64), SECTORS - 1)

    def rung(self, now: Moment) -> tuple[Voice, ...]:
        """One voice a sector, always in this order."""
        sleepers = now.sleepers
        own = sleepers.pulse * sleepers.present * sleepers.glow
        chord = sorted(now.chord.tolist())
        voices = []
        for k in range(SECTORS):
            crowd = max(float((self._sector == k).sum()), 1.0)
            loud = min(float(own[self._sector == k].sum()) / crowd, 1.0)
            azimuth = (k + 0.5) / SECTORS
            frequency = folded(now.root * chord[k + 2] * 4.0) * quarter(azimuth, now.unrest)
            bright = min(max(0.30 + 0.15 * now.bloom + 0.7 * (now.number("/sound/colour") - 0.5), 0.0), 1.0)
            voices.append(Voice(frequency, LOUD * loud * (0.6 + 0.4 * now.coherence), azimuth, 0.0, bright))
        return tuple(voices)

    def written(self, now: Moment, x: float, speed: float) -> Voice:
        """The pen: heard where it is, as loud as it is quick."""
        azimuth = (0.06 * x) % 1.0
        frequency = folded(now.root * max(now.chord.tolist()) * 8.0) * quarter(azimuth, now.unrest)
        return Voice(frequency, SCRATCH * min(max(speed, 0.0), 1.0), azimuth, 0.0, 0.8)


def quarter(azimuth: float, unrest: float) -> float:
    """By how much a tone is off: down on the left, up on the right."""
    side = -1.0 if azimuth % 1.0 > 0.5 else 1.0
    return math.exp2(side * unrest / 24.0)


def folded(frequency: float) -> float:
    """By octaves under the CEILING."""
    while frequency > CEILING:
        frequency *= 0.5
    return frequency
