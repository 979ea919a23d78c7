"""Shared memory between the show and the process that owns the loudspeakers: a seqlock ring of cues, and meters.

Cues go one way, a slot a tick; meters come back. Unsupervised ever waits: a slot carries its tick at both ends, and a
reader that finds two different numbers has met the writer and takes the slot before. On the machines the show runs on
(x86-64, ARM under Python's own memory barriers) eight aligned bytes are written at once.
"""

from __future__ import annotations

import math
import multiprocessing
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.sound.cue import ROW
from installation.sound.hearing.exposure import BOOK
from installation.sound.listening.ears import Heard

Doubles = NDArray[np.float64]
Shared = Any
"""Memory that a spawned process inherits; multiprocessing gives its kind no name."""

SLOTS = 64
"""Ticks of cues that are kept: half a second."""


class Meter(IntEnum):
    """Places of what comes back."""

    HEAD = 0  # the newest tick that was told; goes the other way
    CALLS = 1  # times the loudspeakers asked for sound
    QUANTA = 2  # quanta of sound made
    XRUNS = 3  # times the device said that it ran dry
    GAPS = 4  # times it must have, by its own clock
    RMS = 5
    MOMENTARY = 6
    PEAK = 7
    ROUGHNESS = 8
    HELD = 9
    FAULTS = 10
    GAIN = 11  # dB of the loudness servo, for whoever takes over
    LOAD = 12  # the largest share of its time that a call took
    INTEGRATED = 13
    LAEQ = 14  # NaN: not calibrated
    DOSE = 15  # the same
    TURNED = 16
    VOICE_LEVEL = 17
    VOICE_ONSETS = 18  # how many were heard
    VOICE_STRENGTH = 19  # of the newest
    VOICE_PITCH = 20  # Hz
    VOICE_CONFIDENCE = 21


_FIRST = 24
_SLOT = ROW + 2


def allocate() -> Shared:
    """New zeroed memory for a CueRing; may be handed to a process that is spawned."""
    return multiprocessing.get_context("spawn").RawArray("d", _FIRST + SLOTS * _SLOT + BOOK)


@dataclass(frozen=True, slots=True)
class OutputStatus:
    """What the loudspeakers' process says of itself."""

    state: str  # words
    playing: bool = False
    rms: float = 0.0  # linear
    momentary: float = -120.0  # LUFS of the last 0.4 s
    peak: float = 0.0  # linear true peak
    roughness: float = 0.0  # Sethares
    held_db: float = 0.0  # by how much the hearing guard turns down
    faults: int = 0  # quanta that were not a sound
    xruns: int = 0  # gaps in the sound, as far as they can be known
    load: float = 0.0  # the largest share of its time that a call took
    integrated: float = -70.0  # LUFS since the sound began
    laeq: float | None = None  # dB(A) of the last fifteen minutes; None: not calibrated
    dose: float | None = None  # of a day's allowance, 1 is all of it; None: not calibrated
    turned_db: float = 0.0  # by how much it is turned down, so that fifteen minutes stay under the limit


class CueRing:
    """One end of the shared memory: cues go one way, meters and the exposure's book come back."""

    def __init__(self, shared: Shared) -> None:
        whole: Doubles = np.frombuffer(shared, dtype=np.float64)
        self.meters: Doubles = whole[:_FIRST]
        self._slots: Doubles = whole[_FIRST:-BOOK].reshape(SLOTS, _SLOT)
        self.book: Doubles = whole[-BOOK:]  # of exposure: whoever takes over goes on with it
        self._row: Doubles = np.zeros(ROW)  # the last one that was read whole

    def write(self, tick: int, row: Doubles) -> None:
        """Put the cue of `tick` on the ring."""
        slot = self._slots[tick % SLOTS]
        slot[0] = tick + 1  # 0 is a slot never written
        slot[1:-1] = row
        slot[-1] = tick + 1
        self.meters[Meter.HEAD] = tick

    @property
    def head(self) -> int:
        """The newest tick that was told."""
        return int(self.meters[Meter.HEAD])

    def read(self, tick: int) -> Doubles:
        """(ROW,) the cue of `tick`, or the last one that could be read."""
        slot = self._slots[tick % SLOTS]
        if slot[-1] == tick + 1:
            row: Doubles = slot[1:-1].copy()
            if slot[0] == tick + 1:
                self._row = row
        return self._row

    @property
    def voice(self) -> Heard:
        """What the ears of the loudspeakers' process hear of people."""
        m = self.meters
        onsets = int(m[Meter.VOICE_ONSETS])  # before its strength, which is written first
        return Heard(
            float(m[Meter.VOICE_LEVEL]),
            onsets,
            float(m[Meter.VOICE_STRENGTH]),
            float(m[Meter.VOICE_PITCH]),
            float(m[Meter.VOICE_CONFIDENCE]),
        )

    def heard(self, state: str, playing: bool) -> OutputStatus:
        """The meters, with `state` for words."""
        m = self.meters.tolist()
        calibrated = m[Meter.QUANTA] > 0 and not math.isnan(m[Meter.LAEQ])
        return OutputStatus(
            state,
            playing,
            m[Meter.RMS],
            m[Meter.MOMENTARY] if m[Meter.QUANTA] else -120.0,
            m[Meter.PEAK],
            m[Meter.ROUGHNESS],
            m[Meter.HELD],
            int(m[Meter.FAULTS]),
            int(max(m[Meter.XRUNS], m[Meter.GAPS])),
            m[Meter.LOAD],
            m[Meter.INTEGRATED] if m[Meter.QUANTA] else -70.0,
            m[Meter.LAEQ] if calibrated else None,
            m[Meter.DOSE] if calibrated else None,
            m[Meter.TURNED],
        )
