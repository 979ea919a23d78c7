"""Fades: numbers on their way in a time that was given, by a curve that has a name. Counts ticks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from installation.arguments import Over
from installation.foundation.easing import CURVES
from installation.model import ticks


class Fades:
    """The ways of those that are on one, by address: [from, to, ticks gone, ticks in all, curve]."""

    def __init__(self) -> None:
        self._ways: dict[str, tuple[float, float, int, int, str]] = {}

    def begin(self, address: str, start: float, goal: float, over: Over) -> None:
        """On the way from `start` to `goal` from now on."""
        self._ways[address] = start, goal, 0, max(1, ticks.ticks(over.seconds)), over.curve

    def end(self, address: str) -> float:
        """No longer on a way; how fast it was on it, per second."""
        way = self._ways.pop(address, None)
        if way is None:
            return 0.0
        start, goal, age, length, curve = way
        return (_at(start, goal, age + 1, length, curve) - _at(start, goal, age, length, curve)) * ticks.RATE

    def now(self) -> dict[str, float]:
        """Where they are."""
        return {address: _at(*way) for address, way in self._ways.items()}

    def step(self) -> dict[str, float]:
        """One tick further: where they are then. Who has arrived is on no way any more."""
        self._ways = {a: (w[0], w[1], w[2] + 1, w[3], w[4]) for a, w in self._ways.items()}
        now = self.now()
        self._ways = {a: way for a, way in self._ways.items() if way[2] < way[3]}
        return now

    def snapshot(self) -> dict[str, list[Any]]:
        """All of them."""
        return {address: list(way) for address, way in self._ways.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Put back a snapshot. Raises ValueError where it is none."""
        for address, way in state.items():
            if len(way) != 5 or way[4] not in CURVES or not 0 <= way[2] < way[3]:
                raise ValueError(f"snapshot: {address} is on no way that there is: {way!r:.80}")
        self._ways = {a: (float(w[0]), float(w[1]), int(w[2]), int(w[3]), str(w[4])) for a, w in state.items()}


def _at(start: float, goal: float, age: int, length: int, curve: str) -> float:
    """Exactly the goal at the end."""
    return goal if age >= length else start + (goal - start) * CURVES[curve](age / length)
