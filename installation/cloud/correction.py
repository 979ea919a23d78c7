"""Correction: whether the show here is the conductor's, and whom to ask for a snapshot where it is not. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from installation.cloud.agreement import agree
from installation.cloud.messages import Figures, State
from installation.cloud.rules import MENDS, NEVER
from installation.model.ticks import SECOND


class Correction:
    """Of one node. `state` is the snapshot to be restored before the next step, where there is one."""

    def __init__(self) -> None:
        self.state: State | None = None
        self._adrift = False
        self._wish: tuple[str, int] = ("", NEVER)  # whom a snapshot was asked of, and when
        self._mended_ns = NEVER
        self._ours: deque[Figures] = deque(maxlen=8)
        self._theirs: deque[Figures] = deque(maxlen=8)

    @property
    def adrift(self) -> bool:
        """Whether a snapshot is needed before the show can go on."""
        return self._adrift

    def drift(self) -> None:
        """A snapshot is needed."""
        if not self._adrift:
            self._adrift, self._wish = True, ("", NEVER)

    def anew(self) -> None:
        """Another conductor: what was asked of an older one is worth nothing."""
        self.state, self._wish = None, ("", NEVER)

    def settled(self) -> None:
        """The show stands where it should."""
        self._adrift = False
        self._ours.clear()
        self._theirs.clear()

    def asked(self, node: str) -> bool:
        """Whether a snapshot was asked of this node last."""
        return node == self._wish[0]

    def asks(self, those: Sequence[str], now_ns: int) -> str:
        """Of whom a snapshot is to be asked now, of those who may have one, one after the other; empty: of nobody."""
        asked, at = self._wish
        if self.state is not None or not those or now_ns - at < SECOND:
            return ""
        nearest = those[(those.index(asked) + 1) % len(those)] if asked in those else those[0]
        self._wish = (nearest, now_ns)
        return nearest

    def show(self, figures: Figures, now_ns: int) -> int | None:
        """Where the show here is: the tick at which it is another one than the conductor's, if it is."""
        self._ours.append(figures)
        return self._compare(now_ns)

    def conductor(self, figures: Figures, now_ns: int) -> int | None:
        """The same of the conductor's show."""
        self._theirs.append(figures)
        return self._compare(now_ns)

    def _compare(self, now_ns: int) -> int | None:
        for ours in self._ours:
            for theirs in self._theirs:
                if ours.tick == theirs.tick and not agree(ours, theirs) and now_ns - self._mended_ns >= MENDS:
                    self._mended_ns = now_ns
                    self._ours.clear()
                    self.drift()
                    return ours.tick
        return None
