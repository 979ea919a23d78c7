"""Where something begins: spectral flux over mel bands, its peaks over a threshold that follows it.

After J. P. Bello et al., "A tutorial on onset detection in music signals", IEEE Trans. SAP 13, 2005, and S. Böck and
G. Widmer, "Maximum filter vibrato suppression", DAFx 2013 (the difference to two hops before).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.listening.spectrum import BANDS

Doubles = NDArray[np.float64]

MEAN = 30  # hops that the threshold looks back on
OVER, TIMES = 0.25, 1.8  # nepers of power a band, and of the mean
APART = 6  # hops between two onsets
FULL = 2.0  # nepers a band over the threshold, of an onset of strength 1

FLUX, BEFORE, SINCE, AT = 0, 1, 2, 3  # of this hop and the one before; hops since an onset; place in the history
_HISTORY = 4
_LOGS = _HISTORY + MEAN
MEMORY = _LOGS + 2 * BANDS
"""Numbers that it remembers; zeros at first."""


@strict
def onset(near: Doubles, floor: float, memory: Doubles) -> float:
    """Strength 0..1 of an onset in the hop before this one, 0 for none.

    `near`, (BANDS,), is the power of this hop, `floor` that of a band in which there is nothing but the room.
    """
    at = int(memory[AT])
    flux = 0.0
    two_before = _LOGS + at % 2 * BANDS
    for b in range(BANDS):
        here = math.log(near[b] + floor)
        flux += max(here - memory[two_before + b], 0.0) / BANDS
        memory[two_before + b] = here
    mean = 0.0
    for k in range(MEAN):
        mean += memory[_HISTORY + k] / MEAN
    before, peak = memory[BEFORE], memory[FLUX]
    memory[_HISTORY + at % MEAN] = flux
    memory[BEFORE], memory[FLUX], memory[AT] = peak, flux, at + 1
    memory[SINCE] += 1.0
    over = float(peak) - (OVER + TIMES * mean)
    if at < MEAN or over <= 0.0 or peak < before or peak < flux or memory[SINCE] < APART:
        return 0.0
    memory[SINCE] = 0.0
    return min(0.2 + over / FULL, 1.0)
