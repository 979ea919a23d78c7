"""Sweeps: which messages of a hand are one change. A fader's sweep is one, and so is a look, or a bundle in one tick.

What one source says of one number without a pause belongs together, and what it begins in one tick. Of a switch or a
word every message is a change. Sensors, visitors and the house's staff are no hands.
"""

from __future__ import annotations

from installation import addresses
from installation.acceptance import accept
from installation.controls import Accepted, Table
from installation.model import ticks
from installation.remote.inbox import PRESET, Source
from installation.show import Show

PAUSE = ticks.ticks(1.0)
"""Ticks without a message after which a sweep is over."""

MOST = 1000
"""Sweeps and hands that are remembered before those that are over are forgotten."""

ENDS = frozenset((addresses.UNDO, addresses.REDO, addresses.CALM))
"""After these, whoever moves on begins a change."""

_NO_HANDS = frozenset(("page", "staff", "calendar", "clock", "voice"))  # links

_Who = tuple[str, str]  # link and host: who sends each message from another port is one hand


class Sweeps:
    """The sweeps that are on their way at one desk."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._last: dict[tuple[str, _Who], tuple[int, object]] = {}  # tick and value of the last message of each sweep
        self._begun: dict[_Who, tuple[int, int]] = {}  # tick and number of the newest change of each hand

    def begins(self, show: Show, accepted: Accepted, source: Source) -> Accepted | None:
        """What the show must be told before it takes this message: that a change begins with it. None: none does."""
        if accepted.address in ENDS:
            self._last.clear()
            self._begun.clear()
            return None
        if source.link in _NO_HANDS or accepted.control.sensed or not show.hand.keeps(accepted.address):
            return None
        if show.hand.locked(accepted.address):
            return None
        who, tick, aim = (source.link, source.host), show.tick, self.aim_of(show, accepted.address)
        goes_on = self._goes_on(accepted, who, tick, aim)
        if not goes_on and aim == accepted.value:
            return None
        self._last[accepted.address, who] = tick, accepted.value
        number = self._number(show, who)
        return None if goes_on else accept(self._table, addresses.CHANGE, [number, accepted.address])

    def aim_of(self, show: Show, address: str) -> object:
        """Where a control is aimed."""
        return show.glides.aim_of(address)

    def newest(self, show: Show) -> int:
        """The highest number that a change has had."""
        return show.hand.history.newest

    def _goes_on(self, accepted: Accepted, who: _Who, tick: int, aim: object) -> bool:
        """Whether this message goes on with a sweep, and nobody else has moved the control since."""
        if len(self._last) > MOST:
            self._last = {key: last for key, last in self._last.items() if tick - last[0] <= PAUSE}
        before, value = self._last.get((accepted.address, who), (tick - PAUSE - 1, None))
        return accepted.control.kind == "number" and tick - before <= PAUSE and value == aim

    def _number(self, show: Show, who: _Who) -> int:
        """Of the change that this hand makes now; what a morph between two looks moves, as long as it moves, is one."""
        tick, number = self._begun.get(who, (-PAUSE - 1, 0))
        if show.tick - tick > (PAUSE if who[0] == PRESET.link else 0):
            number = self.newest(show) + 1
        if len(self._begun) > MOST:
            self._begun.clear()
        self._begun[who] = show.tick, number
        return number
