"""Gestures: numbers that move by themselves: what a hand did, recorded and looped, and waves about where they are.

They move what is shown, not where a control is aimed: who lets go finds it there. Counts ticks; chance is addressed by
the control and the number of the turn, so that a gesture is the same whoever else moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from installation.controls import Table, Value
from installation.foundation.easing import ease
from installation.model import ticks
from installation.model.chance import Chance
from installation.model.waves import wave

MOST = 16
"""Gestures at once, and recordings that are kept."""

_STRIDE = 4  # ticks between two samples
_RISE = ticks.ticks(1.0)  # in which a gesture comes in
_SEAM = 15  # samples over which the end of a loop leads to its beginning

Samples = NDArray[np.float32]


class Gestures:
    """What moves by itself in one show. `step` moves it by a tick; `shown` says where that has got to."""

    def __init__(self, rows: Table, chance: Chance) -> None:
        self._rows, self._chance = rows, chance
        self._recording: dict[str, tuple[int, list[float]]] = {}  # ticks still to come, samples
        self._kept: dict[str, Samples] = {}  # the newest last
        self._loops: dict[str, tuple[int, float]] = {}  # ticks gone, rate
        self._waves: dict[str, tuple[int, float, float, str]] = {}  # ticks gone, period (s), depth, shape

    @property
    def moving(self) -> Iterable[str]:
        """The addresses of the numbers that move."""
        return (*self._loops, *self._waves)

    def moves(self, address: str) -> bool:
        """Whether this one does."""
        return address in self._loops or address in self._waves

    def full(self, address: str) -> bool:
        """Whether there is no room for another number that moves."""
        return len({*self._loops, *self._waves} - {address}) >= MOST

    def record(self, address: str, seconds: float) -> None:
        """Remember what this number does from now on, so long; it replaces what was recorded of it before."""
        if address not in self._recording and len(self._recording) >= MOST:
            self._recording.pop(next(iter(self._recording)))
        self._recording[address] = ticks.ticks(seconds), []

    def has(self, address: str) -> bool:
        """Whether something is recorded of this number."""
        return address in self._kept

    def play(self, address: str, rate: float) -> None:
        """Loop what is recorded of it."""
        self.end(address)
        self._loops[address] = 0, rate

    def swing(self, address: str, period: float, depth: float, shape: str) -> None:
        """A wave about where it is, of so many seconds; with a depth of 1 it is as wide as the range."""
        self.end(address)
        self._waves[address] = 0, period, depth, shape

    def end(self, address: str) -> None:
        """It moves no more; what is recorded of it is kept."""
        self._loops.pop(address, None)
        self._waves.pop(address, None)

    def step(self, values: Mapping[str, Value]) -> None:
        """One tick further. `values` are the controls without gestures: what is recorded."""
        self._loops = {a: (age + 1, rate) for a, (age, rate) in self._loops.items()}
        self._waves = {a: (w[0] + 1, w[1], w[2], w[3]) for a, w in self._waves.items()}
        for address, (left, samples) in list(self._recording.items()):
            if left % _STRIDE == 0:
                samples.append(cast(float, values[address]))
            self._recording[address] = left - 1, samples
            if left <= 1:
                del self._recording[address]
                self._keep(address, samples)

    def shown(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """The controls with what moves where it is."""
        if not self._loops and not self._waves:
            return values
        moved: dict[str, Value] = {}
        for address, (age, rate) in self._loops.items():
            value = cast(float, values[address])
            moved[address] = self._clipped(address, value + (self._looped(address, age, rate) - value) * _risen(age))
        for address, (age, period, depth, shape) in self._waves.items():
            row, chance = self._rows[address], self._chance.of(address)
            away = 0.5 * (row.high - row.low) * depth * _risen(age) * wave(shape, ticks.seconds(age) / period, chance)
            moved[address] = self._clipped(address, cast(float, values[address]) + away)
        return MappingProxyType({**values, **moved})

    def snapshot(self) -> dict[str, Any]:
        """All of it."""
        return {
            "recording": {a: [left, list(samples)] for a, (left, samples) in self._recording.items()},
            "kept": dict(self._kept),
            "loops": {a: list(loop) for a, loop in self._loops.items()},
            "waves": {a: list(wave) for a, wave in self._waves.items()},
        }

    def restore(self, state: Mapping[str, Any], knows: Callable[[str], bool]) -> None:
        """Put back a snapshot, but for the controls that are not there any more."""

        def known(what: str) -> dict[str, Any]:
            return {address: value for address, value in state[what].items() if knows(address)}

        self._recording = {a: (int(left), list(samples)) for a, (left, samples) in known("recording").items()}
        self._kept = {a: np.asarray(samples, np.float32) for a, samples in known("kept").items()}
        self._loops = {a: (int(age), float(rate)) for a, (age, rate) in known("loops").items() if a in self._kept}
        self._waves = {a: (int(w[0]), float(w[1]), float(w[2]), str(w[3])) for a, w in known("waves").items()}

    def _keep(self, address: str, samples: list[float]) -> None:
        """As a loop: its last half second leads to its first sample."""
        loop = np.array(samples, dtype=np.float64)
        seam = min(_SEAM, len(loop) // 4)
        for j in range(seam):
            at = len(loop) - seam + j
            loop[at] += (loop[0] - loop[at]) * ease((j + 1) / seam)
        self._kept.pop(address, None)
        self._kept[address] = loop.astype(np.float32)
        while len(self._kept) > MOST:
            oldest = next(iter(self._kept))
            self.end(oldest)
            del self._kept[oldest]

    def _looped(self, address: str, age: int, rate: float) -> float:
        samples = self._kept[address]
        at = age * rate / _STRIDE % len(samples)
        i = int(at)
        here, there = float(samples[i % len(samples)]), float(samples[(i + 1) % len(samples)])
        return here + (there - here) * (at - i)

    def _clipped(self, address: str, value: float) -> float:
        row = self._rows[address]
        return min(max(value, row.low), row.high)


def _risen(age: int) -> float:
    return ease(age / _RISE)
