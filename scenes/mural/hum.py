"""The wall hums where it is painted: a bowed voice for each sextant of hues, as loud as the paint there is wet. Pure.

The optimiser's pitch is equally tempered: a few cents beside the just tones, it beats with them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import Array, Moment, Voice, ease
from scenes.mural.palette import Doubles

BOWS = 6
LOUD = 0.55
CEILING = 1400.0  # Hz
RANGE = 0.2  # turns to either side, of the wall's ends


class Hum:
    """Who is bowed by which voice, and where on the wall that is."""

    def __init__(self, x: Doubles, reach: float) -> None:
        self._x, self._reach = x, reach

    def bowed(self, now: Moment, wet: Array, swap: float, opened: float) -> tuple[Voice, ...]:
        """Six voices, always in this order, then the rose's: a fifth over them that opens with it."""
        sleepers = now.sleepers
        group = np.minimum((np.mod(sleepers.hue, 1.0) * BOWS).astype(np.int64), BOWS - 1)
        own = wet.mean(axis=1) * sleepers.present * sleepers.glow
        voices = [self._bow(now, k, group, own, swap * ease(1.5 * now.unrest)) for k in range(BOWS)]
        chord = sorted(now.chord.tolist())
        fifth = Voice(folded(now.root * chord[0] * 6.0), 0.30 * opened * (1.0 - now.unrest), 0.0, 0.3, 0.25)
        return (*voices, fifth)

    def _bow(self, now: Moment, k: int, group: NDArray[np.int64], own: Doubles, tempered_by: float) -> Voice:
        mine = own * (group == k)
        crowd = max(float((group == k).sum()), 1.0)
        loud, whole = float(mine.sum()) / crowd, float(mine.sum())
        turn = RANGE * float(mine @ self._x) / (self._reach * whole) if whole > 1e-6 else 0.0
        frequency = folded(now.root * float(sorted(now.chord.tolist())[k + 1]) * 2.0)
        frequency *= (tempered(frequency) / frequency) ** tempered_by
        colour = 0.6 * (now.number("/sound/colour") - 0.5)
        bright = min(max(0.20 + 0.25 * now.unrest + 0.08 * now.bloom + colour, 0.0), 1.0)
        return Voice(frequency, LOUD * min(1.8 * loud, 1.0), turn % 1.0, 0.15, bright)


def tempered(frequency: float) -> float:
    """The nearest tone of twelve-tone equal temperament, over A4 = 440 Hz."""
    return 440.0 * math.exp2(round(12.0 * math.log2(frequency / 440.0)) / 12.0)


def folded(frequency: float) -> float:
    """By octaves under the CEILING."""
    while frequency > CEILING:
        frequency *= 0.5
    return frequency
