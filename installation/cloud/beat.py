"""The beat: when each tick is due here, from what the conductor's clock was seen to say. Reads no clock."""

from __future__ import annotations

from collections import deque

from installation.model import ticks
from installation.model.ticks import SECOND

SLEW = 1_000_000
"""Nanoseconds a second by which the beat is drawn to where it should be."""

JUMP = 20_000_000
"""Nanoseconds from which on it is put there at once: another term, or a conductor whose show stood still."""

SAMPLES = 5
"""Answers after which another conductor's clock is known well enough."""

WINDOW = 8 * SECOND
"""Nanoseconds for which an answer counts."""

QUICK, QUICKLY, SLOWLY = 16, SECOND // 33, SECOND // 2
"""So many questions come in a row, so far apart; the later ones are far apart."""


class Beat:
    """Follows one conductor after the other. Between two of them the old beat goes on."""

    def __init__(self) -> None:
        self.zero_ns: int | None = None  # when tick 0 was, on the clock here; None: nobody has said
        self.best_ns: int | None = None  # the shortest way there and back
        self._offset = 0  # the conductor's clock less this one
        self._answers: deque[tuple[int, int, int]] = deque(maxlen=64)  # when it came, the way, the offset
        self._given = 0  # answers of this conductor
        self._asked = 0
        self._asked_ns = 0
        self._beat_ns: int | None = None  # as the conductor says
        self._slewed_ns = 0

    def follow(self) -> None:
        """Another conductor: its clock is not known yet."""
        self._answers.clear()
        self._given = self._asked = 0
        self._beat_ns = None

    def asks(self, now_ns: int) -> bool:
        """Whether the conductor should be asked for the time now."""
        if self._asked and now_ns - self._asked_ns < (QUICKLY if self._asked < QUICK else SLOWLY):
            return False
        self._asked += 1
        self._asked_ns = now_ns
        return True

    def answered(self, sent_ns: int, clock_ns: int, now_ns: int) -> None:
        """The conductor's clock stood at `clock_ns` between `sent_ns` and `now_ns`: in the middle, as far as known."""
        way = now_ns - sent_ns
        if not 0 <= way <= SECOND:
            return
        self._given += 1
        self._answers.append((now_ns, way, clock_ns - (sent_ns + way // 2)))
        while self._answers[0][0] < now_ns - WINDOW:
            self._answers.popleft()
        _, self.best_ns, self._offset = min(self._answers, key=lambda answer: answer[1])
        self._set(now_ns)

    def said(self, beat_ns: int, now_ns: int) -> None:
        """The conductor says when tick 0 was, on its own clock."""
        self._beat_ns = beat_ns
        self._set(now_ns)

    def lead(self, zero_ns: int) -> None:
        """This node conducts: its own clock is the clock."""
        self.follow()
        self.zero_ns, self.best_ns = zero_ns, 0

    def tick(self, now_ns: int) -> int:
        """The tick that is due now; before it is known, far in the past."""
        return -1 if self.zero_ns is None else (now_ns - self.zero_ns) * ticks.RATE // SECOND

    def due_ns(self, tick: int) -> int:
        """When a tick is due here."""
        return (self.zero_ns or 0) + tick * SECOND // ticks.RATE

    def _set(self, now_ns: int) -> None:
        if self._beat_ns is None or self._given < SAMPLES:
            return
        wanted = self._beat_ns - self._offset
        if self.zero_ns is None or abs(wanted - self.zero_ns) > JUMP:
            self.zero_ns = wanted
        else:
            most = min(now_ns - self._slewed_ns, SECOND) * SLEW // SECOND
            self.zero_ns += min(max(wanted - self.zero_ns, -most), most)
        self._slewed_ns = now_ns
