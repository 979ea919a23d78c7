"""How loud a voice is, 0..1, whatever the microphone's gain: between the quietest of 30 s and the loudest lately."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.listening.spectrum import HOPS

Doubles = NDArray[np.float64]

FLOOR_S = 30  # that the floor looks back on, a minimum a second
ATTACK, RELEASE = 1.0 - math.exp(-1.0 / (0.02 * HOPS)), 1.0 - math.exp(-1.0 / (0.05 * HOPS))
SETTLING = HOPS // 2  # hops until filters have
SILENT = -90.0  # dBFS(A) of the lowest floor: what a quiet input has by itself
ABOVE, RANGE = 6.0, 24.0  # dB over the floor where a voice begins, and at least from there to 1
RISE, FALL = 1.5 / HOPS, 0.5 / HOPS  # dB a hop: of the floor upwards, of the ceiling downwards

RESIDUE = 0.1  # of all that is heard: what is taken off is never known better

SMOOTH, FLOOR, CEILING, COUNT, LOWEST, ALL, MINIMA = range(7)
MEMORY = MINIMA + FLOOR_S
"""Numbers that it remembers."""


def untold() -> Doubles:
    """The memory of one that has heard nothing."""
    memory = np.zeros(MEMORY)
    memory[[COUNT, FLOOR]] = np.nan
    return memory


@strict
def automatic(power: float, whole: float, memory: Doubles) -> float:
    """The level after one more hop of A-weighted mean square `power`; with the show's own sound it is the `whole`."""
    if math.isnan(memory[COUNT]):
        memory[SMOOTH] = memory[ALL] = power
        memory[COUNT] = 0.0
    memory[SMOOTH] += (power - memory[SMOOTH]) * (ATTACK if power > memory[SMOOTH] else RELEASE)
    db = _db(memory[SMOOTH])
    least = max(power, RESIDUE * whole)
    memory[ALL] += (least - memory[ALL]) * (ATTACK if least > memory[ALL] else RELEASE)
    _lower(_db(memory[ALL]), memory)
    if math.isnan(memory[FLOOR]):
        return 0.0
    begins = float(memory[FLOOR]) + ABOVE
    memory[CEILING] = max(db, memory[CEILING] - FALL, begins + RANGE)
    ceiling = float(memory[CEILING])
    return min(max((db - begins) / (ceiling - begins), 0.0), 1.0)


@strict
def _db(power: float) -> float:
    return max(10.0 * math.log10(power + 1e-12), SILENT)


@strict
def _lower(db: float, memory: Doubles) -> None:
    """The floor: the minimum of the last seconds, downwards at once and upwards slowly."""
    count = int(memory[COUNT])
    memory[COUNT] = count + 1
    if count < SETTLING:
        return
    if count % HOPS == 0:
        memory[LOWEST] = 0.0
    memory[LOWEST] = min(memory[LOWEST], db)
    if (count + 1) % HOPS == 0:
        memory[MINIMA + count // HOPS % FLOOR_S] = memory[LOWEST]
    floor = memory[LOWEST]
    for k in range(FLOOR_S):
        floor = min(floor, memory[MINIMA + k])
    if math.isnan(memory[FLOOR]):
        memory[FLOOR], memory[CEILING] = floor, SILENT
    memory[FLOOR] = min(floor, memory[FLOOR] + RISE)
