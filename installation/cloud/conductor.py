"""The conductor's part: what all nodes ask for becomes lines, a little ahead of the beat. Reads no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from installation.cloud.ledger import Ledger
from installation.cloud.messages import Arguments, Ask, Item
from installation.controls import Refused
from installation.model import ticks

EVERY = ticks.RATE // 30
"""Ticks between two lines."""

A_LINE = 96
"""Controls in one line at most; the others wait for the next: 2,880 a second."""

A_NODE = 96
"""Controls of one node that wait; what it asks beyond that it asks again."""

Vet = Callable[[str, Arguments], object]
"""Raises Refused for what no show takes."""

Refuse = Callable[[str, str, str], None]
"""Counts why something was refused: reason, sentence, node."""


class Conductor:
    """Gathers what was asked. Which messages stand in lines already is the ledger's to know."""

    def __init__(self, vet: Vet, refuse: Refuse) -> None:
        self._vet, self._refuse = vet, refuse
        self._waiting: deque[Item] = deque()
        self._taken: dict[tuple[str, int], int] = {}

    def begin(self) -> None:
        """Another term: what was gathered in an earlier one is asked again by whoever wants it."""
        self._waiting.clear()
        self._taken.clear()

    def asked(self, node: str, ask: Ask, ledger: Ledger) -> None:
        """A node asks for controls; those that were taken before are known by their numbers."""
        who = (node, ask.life)
        room = A_NODE - sum(item.node == node for item in self._waiting)
        newest = max(ledger.heard(*who), self._taken.get(who, -1))
        for number, address, arguments in ask.controls:
            if number <= newest:
                continue
            if room <= 0:
                self._refuse("flood", f"more than {A_NODE} controls wait", node)
                break
            taken = self._taken_well(node, address, arguments)
            said = (address, arguments) if taken else ("", ())
            self._waiting.append(Item(0, *said, node, ask.life, number))
            newest, room = number, room - 1
        self._taken[who] = newest
        if len(self._taken) > 1024:
            del self._taken[next(iter(self._taken))]

    def _taken_well(self, node: str, address: str, arguments: Arguments) -> bool:
        try:
            self._vet(address, arguments)
        except Refused as refused:
            self._refuse(refused.reason, str(refused), node)
            return False
        return True

    def line(self, tick: int) -> tuple[Item, ...]:
        """What acts at `tick`, the first that is not said yet."""
        many = min(len(self._waiting), A_LINE)
        taken = (self._waiting.popleft() for _ in range(many))
        return tuple(Item(tick, i.address, i.arguments, i.node, i.life, i.number) for i in taken)
