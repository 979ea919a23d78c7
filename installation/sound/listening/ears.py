"""Ears: what a microphone hears of people, as four numbers a hop. Samples come in and go no further than 40 ms."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.listening import level as levels
from installation.sound.listening import onsets
from installation.sound.listening.level import automatic
from installation.sound.listening.onsets import onset
from installation.sound.listening.own_sound import FIRST, nearer, played
from installation.sound.listening.pitch import yin
from installation.sound.listening.spectrum import BANDS, BINS, Lane, a_weights, bands, decimated_rate, hop, lane, take

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

SPEAKS = 0.08  # level over which somebody is there
OURS = 0.5  # of what is heard, that must be more than the show's own, where a pitch is looked for
EVERY = 2  # hops between two looks for a pitch

LEVEL, ONSETS, STRENGTH, PITCH, CONFIDENCE, COUNT = range(6)
FOUND = 6


class _Memory(NamedTuple):
    """All that moves while somebody is listened to, and what bins are."""

    now: Doubles  # (BINS,) mean square that is played now
    echo: Doubles  # (BINS,) and as a room holds it
    coupling: Doubles  # (BINS,) how much of that is heard
    near: Doubles  # (BINS,) mean square that is heard and not the show's own
    level: Doubles
    onset: Doubles
    found: Doubles  # (FOUND,)
    weights: Doubles  # (BINS,)
    bands: NDArray[np.int64]  # (BINS,)


class Heard(NamedTuple):
    """What is heard now."""

    level: float = 0.0  # 0..1
    onsets: int = 0  # so far
    strength: float = 0.0  # of the newest onset, 0..1
    pitch: float = 0.0  # Hz, of the newest that was found; 0: none yet
    confidence: float = 0.0  # in it, 0..1; 0: nobody sings


class Ears:
    """Listens, at `rate`, while sound of that rate is `played`. The two may be called from different threads."""

    def __init__(self, rate: int) -> None:
        self._rate = decimated_rate(rate)
        self._mic, self._own = lane(rate), lane(rate)
        self._memory = _Memory(
            np.zeros(BINS),
            np.zeros(BINS),
            np.full(BINS, FIRST),
            np.zeros(BINS),
            levels.untold(),
            np.zeros(onsets.MEMORY),
            np.zeros(FOUND),
            a_weights(rate),
            bands(rate),
        )

    def played(self, block: Array) -> None:
        """(n, channels) is put out."""
        played(block, self._own, self._memory.now, self._memory.echo)

    def hear(self, block: Array) -> None:
        """(n, 1) more of what the microphone hears."""
        _hear(block, self._mic, self._rate, self._memory)

    @property
    def heard(self) -> Heard:
        """What is heard now."""
        found = self._memory.found.tolist()
        return Heard(found[LEVEL], int(found[ONSETS]), found[STRENGTH], found[PITCH], found[CONFIDENCE])


@strict
def _hear(block: Array, mic: Lane, rate: float, memory: _Memory) -> None:
    found, near = memory.found, np.empty(BANDS)
    start, whole = take(block, 0, mic)
    while whole:
        hop(mic, 1)
        nearer(mic.powers, memory.now, memory.echo, memory.coupling, found[LEVEL] > SPEAKS, memory.near)
        power = whole_power = 0.0
        near[:] = 0.0
        for k in range(BINS):
            power += memory.weights[k] * memory.near[k]
            whole_power += memory.weights[k] * mic.powers[k]
            if memory.bands[k] >= 0:
                near[memory.bands[k]] += memory.near[k]
        found[LEVEL] = automatic(power, whole_power, memory.level)
        floor = memory.level[levels.FLOOR]
        quiet = 10.0 ** (0.1 * (floor if not math.isnan(floor) else levels.SILENT)) / BANDS
        strength = onset(near, 4.0 * quiet, memory.onset)
        if strength > 0.0 and found[LEVEL] > 0.0:
            found[STRENGTH] = strength
            found[ONSETS] += 1.0
        found[COUNT] += 1.0
        if found[COUNT] % EVERY == 0.0:
            _sing(mic.kept[0], rate, power > OURS * whole_power, found)
        start, whole = take(block, start, mic)


@strict
def _sing(kept: Array, rate: float, free: bool, found: Doubles) -> None:
    """The pitch, where somebody is heard."""
    if found[LEVEL] < SPEAKS or not free:
        found[CONFIDENCE] = 0.0
        return
    hz, sure = yin(kept, rate)
    found[CONFIDENCE] = sure
    if hz > 0.0:
        found[PITCH] = hz
