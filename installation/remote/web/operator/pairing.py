"""How a tablet becomes one of ours: a code of six digits, for ten minutes after somebody at the machine asked for it.

While nobody has asked there is no code that could be guessed. Whoever gives a right one gets a token that says which
role it has; only its digest is kept, in a file that outlives the pages' process and not the machine's next start.
Reads no clock: Unix seconds are handed in.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

import msgspec

from installation.foundation.atomic import write_atomic
from installation.foundation.refusal import plain
from installation.remote.web.operator.roles import ROLES, Role

CODES, PAIRED = "pairing.json", "paired.json"
"""Files beside the pages' sockets."""

HOLDS_S, FRESH_S = 600.0, 180.0
"""Seconds for which a code holds, and that one must still have to be told again."""

TRIES, SHUT_S, IN_ALL = 5, 60.0, 50
"""Wrong codes of one host, after which it waits so many seconds; and of all, after which no code holds any more."""

TOKEN_S = 24 * 3600.0
TABLETS = 32
NAME = 24
"""Characters of a tablet's name."""


class Codes(msgspec.Struct, frozen=True):
    """Six digits for each role, until a time in Unix seconds."""

    until: float
    codes: dict[str, str]


class Paired(msgspec.Struct, frozen=True):
    """One tablet."""

    id: str
    name: str
    role: Role
    until: float
    digest: str  # of its token


def offer(folder: Path, now_s: float) -> Codes:
    """The codes that hold now; new ones where there are none, or where they are about to end. Raises OSError."""
    found = offered(folder, now_s)
    if found is None or found.until - now_s < FRESH_S:
        digits: dict[str, None] = {}  # each another
        while len(digits) < len(ROLES):
            digits[f"{secrets.randbelow(10**6):06}"] = None
        found = Codes(now_s + HOLDS_S, dict(zip(ROLES, digits, strict=True)))
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        write_atomic(folder / CODES, msgspec.json.encode(found), durable=False)
    return found


def offered(folder: Path, now_s: float) -> Codes | None:
    """The codes that hold now, where somebody has asked for any."""
    with suppress(OSError, msgspec.DecodeError):
        found = msgspec.json.decode((folder / CODES).read_bytes(), type=Codes)
        if now_s < found.until <= now_s + HOLDS_S:
            return found
    return None


class Pairing:
    """Every tablet that is one of ours, and who tries to become one."""

    def __init__(self, folder: Path, now_s: float) -> None:
        self._folder = folder
        self._tries: dict[str, tuple[int, float]] = {}  # of hosts: wrong codes, and since when (s)
        self._wrong = 0  # of all, since codes were drawn
        self._until = 0.0  # of the codes that these were guesses at
        self._by_digest: dict[str, Paired] = {}
        with suppress(OSError, msgspec.DecodeError):
            for one in msgspec.json.decode((folder / PAIRED).read_bytes(), type=list[Paired]):
                if now_s < one.until <= now_s + TOKEN_S:
                    self._by_digest[one.digest] = one

    @property
    def tablets(self) -> list[Paired]:
        """Every one."""
        return list(self._by_digest.values())

    def pair(self, code: object, name: object, host: str, now_s: float) -> tuple[str, Paired | None]:
        """A token and what it stands for; or why not, and None."""
        wrong, since = self._tries.get(host, (0, now_s))
        if now_s - since >= SHUT_S:
            wrong, since = 0, now_s
        if wrong >= TRIES:
            return "wait", None
        found = offered(self._folder, now_s)
        if found is None:
            return "closed", None
        if found.until != self._until:
            self._until, self._wrong = found.until, 0
        role = self._role(code, found)
        if role is None:
            self._guessed(host, wrong + 1, now_s if wrong == 0 else since)
            return "code", None
        if len(self._by_digest) >= TABLETS:
            return "many", None
        self._tries.pop(host, None)
        return self._made(role, name, now_s)

    @staticmethod
    def _role(code: object, found: Codes) -> Role | None:
        digits = code.replace(" ", "") if isinstance(code, str) and code.isascii() else ""
        right = [secrets.compare_digest(digits, found.codes.get(role, "-")) for role in ROLES]  # all, in the same time
        return next((role for role, fits in zip(ROLES, right, strict=True) if fits), None)

    def _guessed(self, host: str, wrong: int, since: float) -> None:
        self._tries[host] = wrong, since
        if len(self._tries) > 4_096:
            del self._tries[next(iter(self._tries))]
        self._wrong += 1
        if self._wrong >= IN_ALL:
            (self._folder / CODES).unlink(missing_ok=True)

    def _made(self, role: Role, name: object, now_s: float) -> tuple[str, Paired]:
        token = secrets.token_urlsafe(16)
        called = plain(name)[:NAME].strip() if isinstance(name, str) else ""
        one = Paired(secrets.token_hex(4), called or role, role, now_s + TOKEN_S, _digest(token))
        self._by_digest[one.digest] = one
        self._keep()
        return token, one

    def known(self, token: object, now_s: float) -> Paired | None:
        """Whose token this is."""
        if not isinstance(token, str) or not token.isascii() or len(token) > 64:
            return None
        found = self._by_digest.get(_digest(token))
        if found is not None and now_s >= found.until:
            self.revoke(found.id)
            return None
        return found

    def revoke(self, tablet: object) -> bool:
        """This one is none of ours any more; whether it was."""
        gone = [digest for digest, one in self._by_digest.items() if one.id == tablet]
        for digest in gone:
            del self._by_digest[digest]
        if gone:
            self._keep()
        return bool(gone)

    def _keep(self) -> None:
        with suppress(OSError):  # they are in memory, too
            write_atomic(self._folder / PAIRED, msgspec.json.encode(self.tablets), durable=False)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
