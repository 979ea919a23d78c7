"""One fader, knob or pad that is mapped: what it says becomes what its control takes, without a jump.

Soft take-over: where somebody else has moved the control, a fader does nothing until it has come to where that is.
"""

from __future__ import annotations

from collections import deque

from installation.controls import Control, Value
from installation.model.ticks import SECOND
from installation.remote.midi.maps import Map, words

NEAR = 1.5 / 127
"""A fader this near to its control has it."""
TOUCH = SECOND // 4
"""Nanoseconds for which a fader that was moved gets no feedback."""
PRESSED = 0.5
STEPS = 128
"""Steps of an endless knob from one end to the other."""

Said = tuple[str, tuple[Value, ...]]
"""An address and its arguments."""


class Fader:
    """Of one map."""

    def __init__(self, one: Map, control: Control, motors: bool) -> None:
        self.map, self._control, self._motors = one, control, motors
        self._words = words(control)
        self.low = control.low if one.low is None else one.low
        self.high = control.high if one.high is None else one.high
        self._position: float | None = None  # 0..1, where the fader is; of a pad, how hard it was pressed
        self._caught = False
        self._said: deque[float] = deque(maxlen=64)  # of ours, that may still come back
        self._seen: Value = None  # where the control was while it was this fader's, as far as we have been told
        self._moved_ns = -SECOND
        self.shown: int | None = None  # what the device was told, or told, last

    def move(self, position: float, now: Value, now_ns: int) -> Said | None:
        """It was moved to 0..1, and its control is at `now`; what that says."""
        before, self._position, self._moved_ns = self._position, position, now_ns
        match self._control.kind:
            case "number" if self.map.kind != "note":
                return self._slide(before, position, now)
            case "number":
                return self._say(self._value(position)) if position > 0.0 else None
            case _ if self._words and self.map.value is None:
                choice = self._choice(position)
                return self._say(choice) if before is None or choice != self._choice(before) else None
        return self._press(before, position, now)

    def turn(self, steps: int, now: Value, now_ns: int) -> Said | None:
        """An endless knob was turned by so many steps."""
        self._moved_ns = now_ns
        if self._control.kind != "number":
            return self.move(float(steps > 0), now, now_ns)
        at = self._said[-1] if self._mine(now) else float(now or 0.0)
        low, high = sorted((self.low, self.high))
        return self._set(min(max(at + steps * (self.high - self.low) / STEPS, low), high), now)

    def see(self, now: Value) -> None:
        """Where its control is, between two moves."""
        if self._came_back(now):
            self._seen = now

    def rests(self, now_ns: int) -> bool:
        """Whether nobody has moved it lately."""
        return now_ns - self._moved_ns >= TOUCH

    def position_of(self, value: Value) -> float | None:
        """0..1, where it would stand; None where nobody can say."""
        if isinstance(value, str) or value is None:
            many = max(1, len(self._words) - 1)
            return self._words.index(value) / many if value in self._words else None
        if isinstance(value, bool) or self.high == self.low:
            return float(value)
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def _slide(self, before: float | None, position: float, now: Value) -> Said | None:
        if self.map.value is not None:
            return self._press(before, position, now)
        if not self._motors and not self._mine(now):
            self._caught = False
        if not self._caught and not self._motors:
            at = self.position_of(now)
            if at is not None and abs(position - at) > NEAR and (before is None or (before - at) * (position - at) > 0):
                return None
            self._caught = True
        return self._set(self._value(position), now)

    def _set(self, value: float, now: Value) -> Said:
        self._said.append(value)
        self._seen = now
        return self._say(value)

    def _mine(self, now: Value) -> bool:
        """Whether the control is where this fader put it. What it said lately may not have got there yet."""
        return bool(self._said) and (now == self._seen or self._came_back(now))

    def _came_back(self, now: Value) -> bool:
        if not isinstance(now, (int, float)):
            return False
        slack = 1e-6 * max(1.0, abs(self.low), abs(self.high))  # the wire is of single precision
        return any(abs(float(now) - said) <= slack for said in self._said)

    def _press(self, before: float | None, position: float, now: Value) -> Said | None:
        pressed, was = position >= PRESSED, before is not None and before >= PRESSED
        if self.map.kind == "note":
            pressed, was = position > 0.0, False
        if pressed == was:
            return None
        if self._control.kind == "bang":
            return (self.map.control, ()) if pressed else None
        if self.map.value is not None:
            return self._say(self.map.value) if pressed else None
        if self.map.kind == "note":  # a pad turns a switch on, and off again
            return self._say(not now) if pressed else None
        return self._say(pressed)

    def _say(self, value: Value) -> Said:
        return self.map.control, (value,)

    def _value(self, position: float) -> float:
        return self.low + (self.high - self.low) * position

    def _choice(self, position: float) -> str:
        return self._words[min(int(position * len(self._words)), len(self._words) - 1)]
