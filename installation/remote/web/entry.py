"""What lets a visit in: the word in the address, which hangs in the room and changes; for a later one, a token."""

from __future__ import annotations

import hmac
import secrets
from contextlib import suppress
from pathlib import Path

from installation.foundation.atomic import write_atomic
from installation.model.ticks import SECOND

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 letters that nobody mistakes for each other: four of them are 20 bits."""

LENGTH = 4
CHANGES = 600 * SECOND
"""Nanoseconds for which a word is the newest; it holds for as long again."""

KEY = 32
"""Bytes."""


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


class Tokens:
    """What phones are known by: random, and signed with a `key` that outlives a process which is killed.

    So the next process, which knows nobody, sees whom the one before had let in. Nothing is kept of them for that.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def drawn(self) -> str:
        """One that nobody has."""
        name = secrets.token_urlsafe(16)
        return f"{name}.{self._signature(name)}"

    def hold(self, token: object) -> bool:
        """Whether this one was drawn with this key."""
        if not isinstance(token, str) or not token.isascii():
            return False
        name, _, signature = token.partition(".")
        return secrets.compare_digest(signature, self._signature(name))

    def _signature(self, name: str) -> str:
        return hmac.digest(self._key, name.encode(), "sha256")[:16].hex()


def kept_key(path: Path) -> bytes:
    """The key of the process before, for this user alone to read; a new one where there is none."""
    with suppress(OSError):
        key = path.read_bytes()
        if len(key) == KEY:
            return key
    key = secrets.token_bytes(KEY)
    with suppress(OSError):
        write_atomic(path, key, durable=False)
    return key


def _drawn() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
