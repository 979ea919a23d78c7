"""Asking: the controls that came in at this node and that no line holds yet: asked again until one does."""

from __future__ import annotations

from collections import deque

from installation.cloud.ledger import Ledger
from installation.cloud.messages import Arguments, Ask
from installation.cloud.rules import AGAIN, AT_ONCE, NEVER, UNSAID


class Asking:
    """Of the life `life` of the node `name`."""

    def __init__(self, name: str, life: int) -> None:
        self.who = name, life
        self._mine: deque[tuple[int, str, Arguments]] = deque()
        self._number = 0
        self._asked_ns = NEVER
        self._asked_to = 0  # number up to which everything was asked

    @property
    def room(self) -> int:
        """How many more controls may be asked for now."""
        return UNSAID - len(self._mine)

    def add(self, address: str, arguments: Arguments) -> int:
        """A control; its number."""
        self._number += 1
        self._mine.append((self._number, address, arguments))
        return self._number

    def anew(self) -> None:
        """Another conductor knows of nothing that was asked before."""
        self._asked_to = 0

    def unsaid(self, ledger: Ledger) -> Ask:
        """The oldest that no line holds."""
        heard = ledger.heard(*self.who)
        if not self._mine or self._mine[-1][0] <= heard:
            return Ask(self.who[1], ())
        return Ask(self.who[1], tuple(one for one in self._mine if one[0] > heard)[:AT_ONCE])

    def due(self, ledger: Ledger, now_ns: int) -> Ask | None:
        """What the conductor is to be asked now; None: nothing."""
        if not self._mine or (self._number <= self._asked_to and now_ns - self._asked_ns < AGAIN):
            return None
        ask = self.unsaid(ledger)
        if not ask.controls:
            return None
        self._asked_ns, self._asked_to = now_ns, ask.controls[-1][0]
        return ask

    def forget(self, acted: int) -> None:
        """What acted a while ago is never asked again: it, and all before it."""
        while self._mine and self._mine[0][0] <= acted:
            self._mine.popleft()
