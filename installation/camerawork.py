"""Camerawork: the moves of the camera that a score asks for, and the hand that takes the camera away and gives it back.

The controls under /camera keep what the hand set; what a scene is told is this: the score's way, the hand's value while
it holds on, and a gentle way back from one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.controls import Table, Value
from installation.model import ticks
from installation.model.score import AXES, Move

ADDRESSES = tuple(f"{addresses.CAMERA}{axis}" for axis in AXES)
HOLD_S = 20.0
"""Seconds for which a hand keeps the camera after its last touch."""
RETURN_S = 20.0
"""Seconds in which the camera goes back to the score's way then."""


class Camerawork:
    """Where the score has the camera, axis by axis; an axis that the score never named is the hand's alone."""

    state = ("origin", "way", "led", "held")

    def __init__(self, rows: Table) -> None:
        self.origin = np.array([rows[address].default for address in ADDRESSES], dtype=np.float64)  # (4,) of this way
        self.way = self.origin.copy()  # (4,) where the score has the camera
        self.led = np.zeros(4, dtype=bool)  # (4,) whether the score has named the axis yet
        self.held = np.zeros(4, dtype=np.int64)  # (4,) ticks until the hand has given the axis back

    def begin(self, moves: Sequence[Move], values: Mapping[str, Value]) -> None:
        """A section begins: its moves start from where the camera is."""
        now = np.array([cast(float, values[address]) for address in ADDRESSES])
        self.origin = np.where(self.led, self.way, now)
        self.way = self.origin.copy()
        self.led |= [any(getattr(move, axis) is not None for move in moves) for axis in AXES]

    def take(self, address: str, seconds: float = 0.0) -> None:
        """A hand is on this one of ADDRESSES, and moves it for so long."""
        self.held[ADDRESSES.index(address)] = ticks.ticks(seconds + HOLD_S + RETURN_S)

    def release(self) -> None:
        """Every hand lets go: the way back begins."""
        self.held = np.minimum(self.held, ticks.ticks(RETURN_S))

    def step(self, moves: Sequence[Move], seconds: float) -> None:
        """One tick; the section is `seconds` old."""
        self.held = np.maximum(self.held - 1, 0)
        self.way = self.origin.copy()
        for move in moves:
            if seconds <= 0.0:
                break
            goal = [getattr(move, axis) for axis in AXES]
            here = [at if to is None else to for at, to in zip(self.way.tolist(), goal, strict=True)]
            self.way += (np.array(here) - self.way) * float(_eased(np.float64(seconds / move.seconds)))
            seconds -= move.seconds

    def shown(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """The controls with the camera where it is."""
        if not self.led.any():
            return values
        hand = np.array([cast(float, values[address]) for address in ADDRESSES])
        share = np.where(self.led, _eased(self.held / ticks.ticks(RETURN_S)), 1.0)
        at = self.way + (hand - self.way) * share
        return MappingProxyType({**values, **dict(zip(ADDRESSES, at.tolist(), strict=True))})


def _eased(x: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    """0..1 with neither jump nor corner: 6 x^5 - 15 x^4 + 10 x^3, clipped."""
    t = np.clip(x, 0.0, 1.0)
    return np.asarray(t * t * t * (t * (6.0 * t - 15.0) + 10.0))
