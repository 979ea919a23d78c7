"""The word in the address that lets a first visit in: it hangs in the room, changes, and the last two hold. Pure."""

from __future__ import annotations

import secrets

from installation.model.ticks import SECOND

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 letters that nobody mistakes for each other: four of them are 20 bits."""

LENGTH = 4
CHANGES = 600 * SECOND
"""Nanoseconds for which a word is the newest; it holds for as long again."""


class EntryWord:
    """The words that hold at a time. Not `wanted`: any visit is let in."""

    def __init__(self, wanted: bool, now_ns: int) -> None:
        self.wanted = wanted
        self._words = [_drawn()]
        self._since = now_ns

    def newest(self, now_ns: int) -> str:
        """What the code on the wall says now; empty where none is wanted."""
        if now_ns - self._since >= CHANGES:
            self._words = [_drawn(), *self._words[:1]] if now_ns - self._since < 2 * CHANGES else [_drawn()]
            self._since = now_ns
        return self._words[0] if self.wanted else ""

    def holds(self, word: object, now_ns: int) -> bool:
        """Whether this word lets somebody in."""
        self.newest(now_ns)
        if not self.wanted:
            return True
        given = word.upper() if isinstance(word, str) and len(word) == LENGTH and word.isascii() else "----"
        right = [secrets.compare_digest(given, one) for one in self._words]  # all of them, in the same time
        return any(right)


def _drawn() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
