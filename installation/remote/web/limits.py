"""What a visitor, and what a host may do at most: sockets, newcomers, messages, guesses. Reads no clock.

A host is known by its address for as long as it does anything and ten minutes more, in memory, and nowhere else.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from installation.model.ticks import SECOND
from installation.remote.access import TokenBucket

SOCKETS, SOCKETS_OF_HOST, SEATS_OF_HOST = 2_000, 8, 3
NEWCOMERS_A_MINUTE, NEWCOMERS_AT_ONCE = 6.0, 10.0
WRONG_WORDS, SHUT_OUT = 10, 60 * SECOND
FORGOTTEN = 600 * SECOND
HOSTS = 4_096

MESSAGES, AT_ONCE = 4.0, 8.0  # a second, of one visitor
COST = {"line": 5.0, "join": 3.0, "find": 5.0, "clock": 0.25}  # messages that these count for
BEATS, BEATS_AT_ONCE = 3.5, 4.0
REFUSED, REFUSED_IN = 60, 30 * SECOND


@dataclass(slots=True)
class Host:
    """One address, as long as it is remembered."""

    newcomers: TokenBucket
    sockets: int = 0
    seats: int = 0
    wrong: int = 0
    wrong_since: int = 0
    seen: int = 0


class Hosts:
    """Hosts by address. `of_host` 0 lifts what is limited by host: a house whose Wi-Fi shows one address for all."""

    def __init__(self, sockets: int = SOCKETS, of_host: int = SOCKETS_OF_HOST, seats: int = SEATS_OF_HOST) -> None:
        self._hosts: OrderedDict[str, Host] = OrderedDict()
        self.sockets, self._most, self._of_host, self._seats = 0, sockets, of_host, seats

    def of(self, address: str, now_ns: int) -> Host:
        """What is known of a host."""
        host = self._hosts.pop(address, None) or Host(TokenBucket(NEWCOMERS_A_MINUTE / 60.0, NEWCOMERS_AT_ONCE, now_ns))
        host.seen = now_ns
        self._hosts[address] = host
        if len(self._hosts) > HOSTS:
            idle = next((name for name, one in self._hosts.items() if not one.sockets), None)
            if idle is not None:
                del self._hosts[idle]
        return host

    def connect(self, address: str, now_ns: int) -> bool:
        """Whether this host may have one more socket; it has it then."""
        host = self.of(address, now_ns)
        if self.sockets >= self._most or (self._of_host and host.sockets >= self._of_host):
            return False
        host.sockets += 1
        self.sockets += 1
        return True

    def disconnect(self, address: str, now_ns: int) -> None:
        """A socket is gone."""
        self.of(address, now_ns).sockets -= 1
        self.sockets -= 1

    def newcomer(self, address: str, now_ns: int) -> bool:
        """Whether this host may be one more visitor now."""
        bucket = self.of(address, now_ns).newcomers
        if not self._of_host:
            return True
        if not bucket.has(now_ns):
            return False
        bucket.take()
        return True

    def may_sit(self, address: str, now_ns: int) -> bool:
        """Whether this host may have one more seat."""
        return not self._of_host or self.of(address, now_ns).seats < self._seats

    def guessed(self, address: str, right: bool, now_ns: int) -> None:
        """An entry word was given."""
        host = self.of(address, now_ns)
        if now_ns - host.wrong_since > SHUT_OUT:
            host.wrong, host.wrong_since = 0, now_ns
        host.wrong += not right

    def may_guess(self, address: str, now_ns: int) -> bool:
        """Whether this host may give another word: not after so many wrong ones within a minute."""
        host = self.of(address, now_ns)
        return host.wrong < WRONG_WORDS or now_ns - host.wrong_since > SHUT_OUT

    def forget(self, now_ns: int) -> None:
        """Let go of those who have been away."""
        for address in [a for a, h in self._hosts.items() if not h.sockets and not h.seats]:
            if now_ns - self._hosts[address].seen > FORGOTTEN:
                del self._hosts[address]

    def __contains__(self, address: str) -> bool:
        return address in self._hosts


class Pace:
    """How fast one visitor may speak."""

    __slots__ = ("_beats", "_messages", "_refused", "_since")

    def __init__(self, now_ns: int) -> None:
        self._messages = TokenBucket(MESSAGES, AT_ONCE, now_ns)
        self._beats = TokenBucket(BEATS, BEATS_AT_ONCE, now_ns)
        self._refused, self._since = 0, now_ns

    def allows(self, kind: str, now_ns: int) -> bool:
        """Whether one more message of this kind is heard."""
        bucket = self._beats if kind == "beat" else self._messages
        if not bucket.has(now_ns):
            self._refused = self._refused + 1 if now_ns - self._since < REFUSED_IN else 1
            self._since = now_ns if self._refused == 1 else self._since
            return False
        bucket.take(COST.get(kind, 1.0))
        return True

    @property
    def exhausted(self) -> bool:
        """Whether so much was refused that this is no person."""
        return self._refused >= REFUSED


@dataclass(slots=True)
class Counts:
    """What was refused, by reason: numbers only."""

    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, reason: str) -> None:
        """One more."""
        self.refused[reason] = self.refused.get(reason, 0) + 1
