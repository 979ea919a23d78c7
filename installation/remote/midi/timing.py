"""MIDI's clock as a tempo, and its timecode as a place in the score. Reads no clock: the time of now is handed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import accumulate

from installation.model.ticks import SECOND
from installation.remote.midi.parser import Message

PULSES = 24
"""Clocks a beat."""
BEATS = 4
"""Beats over which a tempo is measured."""
CHANGED = 0.01
"""A tempo that is off by this share is another one: so far does a clock waver."""
FASTEST, SLOWEST = 400.0, 20.0
"""Beats a minute that are believed."""
RATES = (24.0, 25.0, 29.97, 30.0)
"""Frames a second, by what timecode says of itself."""


class Tempo:
    """Clocks -> beats a minute."""

    def __init__(self) -> None:
        self._at: deque[int] = deque(maxlen=BEATS * PULSES + 1)

    def clock(self, now_ns: int) -> float | None:
        """One clock came; the tempo, where it is known and can be one."""
        if self._at and now_ns - self._at[-1] > SECOND:
            self._at.clear()  # it had stopped
        self._at.append(now_ns)
        if len(self._at) < self._at.maxlen or now_ns <= self._at[0]:  # type: ignore[operator]
            return None
        tempo = 60.0 * BEATS * SECOND / (now_ns - self._at[0])
        return tempo if SLOWEST <= tempo <= FASTEST else None


class Timecode:
    """MTC -> the section of the score that plays at that time, its beginning being zero."""

    def __init__(self, names: Sequence[str], seconds: Sequence[float]) -> None:
        self._names, self._ends = names, [*accumulate(seconds)]
        self._pieces = [0] * 8
        self._known = 0  # pieces in a row
        self._said = ""

    def take(self, message: Message) -> str | None:
        """A quarter frame or a full one; the section that begins by it."""
        if message.kind == "full":
            return self._at(message.a, *message.rest)
        if message.kind != "quarter":
            return None
        piece = message.a & 7
        self._known = self._known + 1 if piece == self._known % 8 else int(piece == 0)
        self._pieces[piece] = message.b
        if piece < 7 or self._known < 8:
            return None
        self._known = 0
        frames, seconds, minutes, hours = (self._pieces[k] | self._pieces[k + 1] << 4 for k in (0, 2, 4, 6))
        return self._at(hours, minutes, seconds, frames, late=2)  # it took two frames to say so

    def _at(self, hours: int, minutes: int, seconds: int, frames: int, late: int = 0) -> str | None:
        rate = RATES[hours >> 5 & 3]
        at = 3600.0 * (hours & 31) + 60.0 * minutes + seconds + (frames + late) / rate
        name = next((name for name, end in zip(self._names, self._ends, strict=True) if at < end), self._names[-1])
        if name == self._said:
            return None
        self._said = name
        return name
