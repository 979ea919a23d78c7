"""Tablets that are on: what each may do, whether it is armed, and what it waits to be told that the show has done.

Opens no socket and reads no clock. What the show is asked waits in `asks`; what is to be said to a tablet is returned.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from installation.model.ticks import SECOND
from installation.remote.access import TokenBucket
from installation.remote.web.limits import Counts
from installation.remote.web.operator.pairing import Paired
from installation.remote.web.operator.roles import PLACED, UNLOCKED

ARMED = 600 * SECOND
"""Nanoseconds without a touch after which a tablet locks itself."""

ANSWERED = 2 * SECOND
"""Nanoseconds in which the show must say that it has done what it was asked."""

RATE, BURST = 80.0, 160.0
"""Messages a second of one tablet, and at once: two fingers on faders send sixty."""

REFUSED, REFUSED_IN = 300, 30 * SECOND
"""So many messages too fast within so long are no hand's."""

WAITING = 256
"""Questions to the show that wait for an answer."""

Message = dict[str, Any]


@dataclass(eq=False, slots=True)
class Tablet:
    """One socket of a paired tablet."""

    paired: Paired
    pace: TokenBucket
    armed_until: int = 0
    watches: bool = False  # the picture
    refused: int = 0
    refused_since: int = 0

    @property
    def role(self) -> str:
        """What it may do."""
        return self.paired.role

    def armed(self, now_ns: int) -> bool:
        """Whether it may move the show."""
        return now_ns < self.armed_until

    @property
    def exhausted(self) -> bool:
        """Whether so much was refused that this is no hand."""
        return self.refused >= REFUSED


@dataclass(frozen=True, slots=True)
class _Asked:
    tablet: Tablet
    number: int
    at: int


class Tablets:
    """All who are on. `may` says for each address of the show which roles may send it."""

    def __init__(self) -> None:
        self.on: list[Tablet] = []
        self.may: Mapping[str, Collection[str]] = {}
        self.counts = Counts()
        self.asks: list[Message] = []
        self._waiting: dict[int, _Asked] = {}
        self._serial = 0

    def come(self, paired: Paired, now_ns: int) -> Tablet:
        """A tablet has said who it is; it is locked."""
        tablet = Tablet(paired, TokenBucket(RATE, BURST, now_ns))
        self.on.append(tablet)
        return tablet

    def go(self, tablet: Tablet) -> None:
        """Its socket is closed."""
        self.on.remove(tablet)
        self._waiting = {n: asked for n, asked in self._waiting.items() if asked.tablet is not tablet}

    @property
    def watching(self) -> int:
        """How many look at the picture."""
        return sum(tablet.watches for tablet in self.on)

    def take(self, tablet: Tablet, message: Mapping[str, Any], now_ns: int, shows: bool) -> list[Message]:
        """One message of a tablet: what to say to it. `shows`: a show listens."""
        if not tablet.pace.has(now_ns):
            self._too_fast(tablet, now_ns)
            number = message.get("id")
            return [_did(number, "fast")] if message.get("k") == "do" and _serial(number) else []
        tablet.pace.take()
        match message.get("k"):
            case "do":
                return self._do(tablet, message, now_ns, shows)
            case "arm":
                armed = message.get("on") is True and tablet.role in ("performer", "operator")
                tablet.armed_until = now_ns + ARMED if armed else 0
                return [{"k": "armed", "on": armed}]
            case "touch":
                self._touched(tablet, now_ns)
            case "watch":
                tablet.watches = message.get("on") is True
            case "clock" if isinstance(message.get("a"), (int, float)):
                return [{"k": "clock", "a": message["a"]}]
            case _:
                self.counts.refuse("unknown")
        return []

    def _too_fast(self, tablet: Tablet, now_ns: int) -> None:
        self.counts.refuse("too fast")
        if now_ns - tablet.refused_since > REFUSED_IN:
            tablet.refused, tablet.refused_since = 0, now_ns
        tablet.refused += 1

    def _do(self, tablet: Tablet, message: Mapping[str, Any], now_ns: int, shows: bool) -> list[Message]:
        number, address, values = message.get("id"), message.get("a"), message.get("v", [])
        section = message.get("from")
        plain = isinstance(values, list) and len(values) <= 3 and all(isinstance(v, (int, float, str)) for v in values)
        placed = section is None or (isinstance(section, str) and len(section) <= 200)
        if not isinstance(number, int) or not _serial(number):
            self.counts.refuse("nonsense")
            return []
        if not isinstance(address, str) or not plain or not placed:
            self.counts.refuse("nonsense")
            return [_did(number, "nonsense")]
        if why := self._why_not(tablet, address, section, now_ns, shows):
            self.counts.refuse(why)
            return [_did(number, why)]
        self._touched(tablet, now_ns)
        self._serial += 1
        self._waiting[self._serial] = _Asked(tablet, number, now_ns)
        who, role = f"{tablet.paired.name} {tablet.paired.id}", tablet.role
        ask = {"n": self._serial, "a": address, "v": values, "who": who, "role": role, "from": section, "t": now_ns}
        self.asks.append({"k": "ask", **ask})
        return []

    def _why_not(self, tablet: Tablet, address: str, section: object, now_ns: int, shows: bool) -> str:
        if not shows:
            return "away"
        if tablet.role not in self.may.get(address, ()):
            return "role"
        if address not in UNLOCKED and not tablet.armed(now_ns):
            return "locked"
        if address in PLACED and section is None:
            return "from"
        return "busy" if len(self._waiting) >= WAITING else ""

    def _touched(self, tablet: Tablet, now_ns: int) -> None:
        if tablet.armed(now_ns):
            tablet.armed_until = now_ns + ARMED

    def did(self, serial: object, why: object) -> list[tuple[Tablet, Message]]:
        """The show says what became of what it was asked."""
        asked = self._waiting.pop(serial, None) if isinstance(serial, int) else None
        return [] if asked is None else [(asked.tablet, _did(asked.number, str(why)[:300]))]

    def tick(self, now_ns: int, shows: bool) -> list[tuple[Tablet, Message]]:
        """A few times a second: what the show has not answered; who has locked itself."""
        late = [n for n, asked in self._waiting.items() if not shows or now_ns - asked.at > ANSWERED]
        gone = [(asked.tablet, _did(asked.number, "late")) for asked in (self._waiting.pop(n) for n in late)]
        locked = [tablet for tablet in self.on if 0 < tablet.armed_until <= now_ns]
        for tablet in locked:
            tablet.armed_until = 0
        return [*gone, *((tablet, {"k": "armed", "on": False}) for tablet in locked)]


def _serial(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**53


def _did(number: object, why: str) -> Message:
    return {"k": "did", "id": number, "ok": not why, "why": why}
