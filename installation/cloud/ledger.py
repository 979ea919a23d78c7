"""The ledger: which controls act at which tick, as far as the conductor has said, and whose messages stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from installation.cloud.messages import Item
from installation.model import ticks

KEPT = 20 * ticks.RATE
"""Ticks that are remembered, for who missed them."""

LIVES = 4
"""Of one node that are told apart: what an earlier one said late is not taken twice."""

Heard = dict[tuple[str, int], int]  # node and life: the newest of its messages


class Ledger:
    """Controls of the ticks `begin` .. `known` - 1. `heard` is what was taken before `begin`."""

    def __init__(self, begin: int, heard: Mapping[tuple[str, int], int] | None = None) -> None:
        self.begin = self.known = begin
        self._before: Heard = dict(heard or {})
        self._items: dict[int, list[Item]] = {}  # by tick, the newest last
        self._heard: Heard = dict(self._before)

    def extend(self, end: int, items: Iterable[Item]) -> None:
        """More is known: `items` of the ticks from `known` on to `end`; earlier ones are known already."""
        for item in sorted(items, key=lambda item: item.tick):
            if self.known <= item.tick < end:
                self._items.setdefault(item.tick, []).append(item)
                _hear(self._heard, item)
        self.known = max(self.known, end)
        self._forget(self.known - KEPT)

    def void(self, first: int) -> None:
        """What was said of the ticks from `first` on was never said."""
        for tick in [tick for tick in self._items if tick >= first]:
            del self._items[tick]
        self.known = min(self.known, first)
        self._heard = self.heard_at(self.known)

    def at(self, tick: int) -> list[Item]:
        """What acts at a tick, in order."""
        return self._items.get(tick, [])

    def since(self, tick: int) -> Iterator[Item]:
        """What acts from a tick on."""
        return (item for at, items in self._items.items() if at >= tick for item in items)

    def heard(self, node: str, life: int) -> int:
        """The newest message of a node that stands here; -1: none does."""
        return self._heard.get((node, life), -1)

    def heard_at(self, tick: int) -> Heard:
        """The newest message of every node that acts before a tick."""
        heard = dict(self._before)
        for at, items in self._items.items():
            for item in items if at < tick else ():
                _hear(heard, item)
        return heard

    def _forget(self, before: int) -> None:
        while self._items and (oldest := next(iter(self._items))) < before:
            for item in self._items.pop(oldest):
                _hear(self._before, item)
        self.begin = max(self.begin, before)


def _hear(heard: Heard, item: Item) -> None:
    who = (item.node, item.life)
    if who not in heard:
        lives = [other for other in heard if other[0] == item.node]
        for old in lives[: max(0, len(lives) - LIVES + 1)]:
            del heard[old]
    heard[who] = max(heard.get(who, -1), item.number)
