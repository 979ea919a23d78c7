"""The roll: who is there, who may conduct before whom, and whether they are enough. Reads no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from installation.cloud.messages import Here
from installation.model.ticks import SECOND

SILENT = 5 * SECOND // 2
"""Nanoseconds without a word after which a node counts as gone."""

FORGOTTEN = 60 * SECOND
"""Nanoseconds after which it is forgotten that a node was there."""

MOST = 64
"""Nodes that are kept in mind where nobody has said who may come."""


@dataclass
class Peer:
    """A node that was heard."""

    here: Here
    at_ns: int


class Roll:
    """Of the node `me`. `named` are those who may take part, in the order in which they conduct; empty: all."""

    def __init__(self, me: str, named: Sequence[str] = ()) -> None:
        self.me, self.named = me, tuple(named)
        self.peers: dict[str, Peer] = {}

    def admits(self, node: str) -> bool:
        """Whether this node may take part at all."""
        if node == self.me:
            return False
        return node in self.named if self.named else node in self.peers or len(self.peers) < MOST

    def rank(self, node: str) -> tuple[int, str]:
        """Whose is lower conducts."""
        return (self.named.index(node) if node in self.named else len(self.named), node)

    def beats(self, term: tuple[int, str], other: tuple[int, str]) -> bool:
        """Whether a term, its number and conductor, goes before another one."""
        if term[0] != other[0]:
            return term[0] > other[0]
        return term[1] != other[1] and self.rank(term[1]) < self.rank(other[1])

    def heard(self, node: str, here: Here, now_ns: int) -> None:
        """It says how it is."""
        self.peers[node] = Peer(here, now_ns)
        for old in [old for old, peer in self.peers.items() if now_ns - peer.at_ns > FORGOTTEN]:
            del self.peers[old]

    def gone(self, node: str) -> None:
        """It is no longer there."""
        self.peers.pop(node, None)

    def alive(self, now_ns: int) -> list[str]:
        """Who was heard lately, this node not."""
        return [node for node, peer in self.peers.items() if now_ns - peer.at_ns <= SILENT]

    def before(self, version: str, born: bool, now_ns: int) -> int:
        """How many who are there would conduct before this node. Who is in the show goes before who is not yet."""
        mine = (not born, self.rank(self.me))
        return sum(
            (here.term == 0, self.rank(node)) < mine
            for node in self.alive(now_ns)
            for here in [self.peers[node].here]
            if here.conduct != "never" and here.version == version
        )

    def enough(self, now_ns: int) -> bool:
        """Whether at least half of those named are there."""
        here = {self.me, *self.alive(now_ns)}
        return 2 * len(here & set(self.named)) >= len(self.named)
