"""Smoothing: the values of the controls, which glide to where they were set, tick by tick."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.arguments import Over
from installation.controls import Table, Value
from installation.fades import Fades
from installation.model import ticks
from installation.model.arithmetic import exp


class Glides:
    """The values of every control that is not a sleeper's or a bang. Numbers glide to their targets, tick by tick.

    A glide is critically damped (no jump in value or speed) and within 1 % of its way after the control's glide time.
    Where a time is given the way is a fade's, exactly; what was on its way before comes to rest beside it.
    """

    def __init__(self, rows: Table) -> None:
        steady = [
            row
            for row in rows.values()
            if row.role == "input" and row.kind in ("number", "switch", "word") and "/N/" not in row.address
        ]
        numbers = [row for row in steady if row.kind == "number"]
        self._index = {row.address: i for i, row in enumerate(numbers)}
        self.target = np.array([row.default for row in numbers], dtype=np.float64)  # (n,)
        self.value = self.target.copy()  # (n,)
        self.speed = np.zeros_like(self.value)  # (n,) per second
        # the response (1 + w t) exp(-w t) of a critically damped follower is 0.01 at w t = 6.64
        omega = np.array([6.64 / row.glide if row.glide > 0 else np.inf for row in numbers])
        self._omega: NDArray[np.float64] = np.minimum(omega, ticks.RATE)
        self._decay: NDArray[np.float64] = exp(-self._omega / ticks.RATE)
        self._instant = np.isinf(omega)
        self._low, self._high = np.array([row.low for row in numbers]), np.array([row.high for row in numbers])
        self.fades = Fades()
        self._defaults = {row.address: row.default for row in steady}
        self.others: dict[str, Value] = {row.address: row.default for row in steady if row.kind != "number"}

    def aim(self, address: str, value: Value, over: Over | None = None) -> None:
        """Set the target of one control, in a time or in its own. The address and value must have been accepted."""
        i = self._index.get(address)
        if i is None:
            self.others[address] = value
            return
        assert isinstance(value, (int, float))
        self.speed[i] += self.fades.end(address)
        self.target[i] = value
        if over is not None and over.seconds > 0.0:
            self.fades.begin(address, float(self.value[i]), float(value), over)
        elif self._instant[i] or over is not None:
            self.value[i], self.speed[i] = value, 0.0

    def start(self, address: str, value: float) -> None:
        """Let a number begin its next glide at `value`, at rest; one that is there already keeps its speed."""
        i = self._index[address]
        if abs(self.value[i] - value) > 1e-6:
            self.value[i], self.speed[i] = value, 0.0

    def rest(self) -> None:
        """Aim every number and switch at its default; words stay as they are."""
        for address, default in self._defaults.items():
            if not isinstance(default, str):
                self.aim(address, default)

    def step(self) -> None:
        """One tick closer: the exact solution of a critically damped spring over one tick."""
        before, after = self._way(), self._way(self.fades.step())
        away = self.value - before
        push = (self.speed + self._omega * away) / ticks.RATE
        self.speed = (self.speed - self._omega * push) * self._decay
        self.value = np.clip(after + (away + push) * self._decay, self._low, self._high)

    def _way(self, faded: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """(n,) what each number follows: its target, or where its fade is (now, or as `faded` says)."""
        faded = self.fades.now() if faded is None else faded
        if not faded:
            return self.target
        way = self.target.copy()
        for address, value in faded.items():
            way[self._index[address]] = value
        return way

    def snapshot(self) -> dict[str, Any]:
        """All that moves, by address: value, target and speed of every number, and the others' values."""
        rows = zip(self._index, self.value.tolist(), self.target.tolist(), self.speed.tolist(), strict=True)
        numbers = {address: list(row) for address, *row in rows}
        return {"numbers": numbers, "others": dict(self.others), "fades": self.fades.snapshot()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Put back a snapshot. What it doesn't know keeps its default, what only it knows is dropped: scenes come and
        go between two runs. Raises ValueError when it is none."""
        numbers, others = state["numbers"], state["others"]
        for address, row in numbers.items():
            if len(row) != 3 or not all(isinstance(number, float) for number in row):
                raise ValueError(f"snapshot: {address} needs a value, a target and a speed, got {row!r:.60}")
            if address in self._index:
                i = self._index[address]
                self.value[i], self.target[i], self.speed[i] = row
        self.fades.restore({a: fade for a, fade in state.get("fades", {}).items() if a in self._index})
        self.others.update({address: value for address, value in others.items() if address in self.others})

    def knows(self, address: str) -> bool:
        """Whether this is one of them."""
        return address in self._defaults

    def aim_of(self, address: str) -> Value:
        """Where one control is going."""
        i = self._index.get(address)
        return self.others[address] if i is None else float(self.target[i])

    def astray(self) -> dict[str, Value]:
        """The aims of the numbers and switches that are not at their defaults."""
        aims = {address: self.aim_of(address) for address, d in self._defaults.items() if not isinstance(d, str)}
        return {address: value for address, value in aims.items() if value != self._defaults[address]}

    def aims(self) -> dict[str, Value]:
        """Where every control is going: targets of numbers, and the others' values, by address."""
        aims: dict[str, Value] = dict(zip(self._index, self.target.tolist(), strict=True))
        aims.update(self.others)
        return aims

    def now(self) -> Mapping[str, Value]:
        """Read-only values by address."""
        values: dict[str, Value] = dict(zip(self._index, self.value.tolist(), strict=True))
        values.update(self.others)
        return MappingProxyType(values)
