"""Access control and rate limiting: the allow list, and token buckets for senders and hosts. Reads no clock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from installation.model.ticks import SECOND

RATE = 12_000
"""Messages a second that one sender, a host and a port, may send for long."""

BURST = 6_000
"""Messages that one sender may send at once."""

OF_HOST, OF_ALL = 1.25, 1.5
"""How much more a host, and all hosts together, may send than one sender."""

RESERVE = 500
"""Messages a second, and at once, that a known performer may send whatever others do."""

PERFORMERS = 32
"""Known performers at once."""

FORGOTTEN = 60 * SECOND
"""Nanoseconds of silence after which a performer's reserve may go to another."""

_HOSTS, _BUCKETS = 1024, 4096  # that are remembered; who was silent longest is forgotten first

Network = IPv4Network | IPv6Network
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def networks(allow: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks as written in the settings. Raises ValueError naming the one that is neither."""
    try:
        return tuple(ip_network(entry, strict=False) for entry in allow)
    except ValueError as error:
        raise ValueError(f"[osc] allow takes addresses and networks: {error}") from None


def address(text: str, port: int) -> tuple[str, int]:
    """`ADDRESS`, `ADDRESS:PORT` or `[IPV6]:PORT`; `port` where none is written. Raises ValueError with the rule."""
    host, _, number = text[1:].partition("]") if text.startswith("[") else text.partition(":")
    if text.count(":") > 1 and not text.startswith("["):
        host, number = text, ""
    number = number.removeprefix(":")
    try:
        host = str(ip_address(host))
        port = int(number) if number else port
        if not 0 < port < 65_536:
            raise ValueError
    except ValueError:
        raise ValueError(
            f'takes ADDRESS or ADDRESS:PORT in numbers, such as 192.168.1.40:9000, got "{text:.60}"'
        ) from None
    return host, port


class AccessList:
    """The allow list: which hosts may speak at all. This machine always may. For one thread."""

    def __init__(self, allow: Sequence[Network] = ()) -> None:
        self.allow = tuple(allow)
        self._allow = (*LOOPBACK, *allow)
        self._known: OrderedDict[str, bool] = OrderedDict()

    def allows(self, host: str) -> bool:
        """Whether this host may speak at all."""
        allowed = self._known.get(host)
        if allowed is None:
            address = ip_address(host.partition("%")[0])
            address = getattr(address, "ipv4_mapped", None) or address
            allowed = self._known[host] = any(address in network for network in self._allow)
            if len(self._known) > _HOSTS:
                self._known.popitem(last=False)
        return allowed


class TokenBucket:
    """So many tokens a second, so many at once; who takes more than there are goes without, or into debt."""

    __slots__ = ("_burst", "_rate", "_tokens", "_when")

    def __init__(self, rate: float, burst: float, now_ns: int) -> None:
        self._rate, self._burst = rate / SECOND, burst
        self._tokens, self._when = burst, now_ns

    def has(self, now_ns: int) -> bool:
        """Whether there is a whole token now."""
        self._tokens = min(self._burst, self._tokens + max(0, now_ns - self._when) * self._rate)
        self._when = now_ns
        return self._tokens >= 1.0

    def take(self, tokens: float = 1.0) -> None:
        """Take tokens, whether they are there or not."""
        self._tokens -= tokens


Sender = tuple[str, int]
"""Host and port."""


class RateLimit:
    """Rate limiting: a token bucket for each sender, under a larger one for its host, under one for all.

    A program that floods empties its own bucket. Where its ports are many, known performers keep a reserve: whoever
    was understood (`trust`) may always send RESERVE messages a second. For one thread.
    """

    def __init__(self, rate: float = RATE, burst: float = BURST) -> None:
        self._rates = ((rate, burst), (rate * OF_HOST, burst * OF_HOST), (rate * OF_ALL, burst * OF_ALL))
        self._buckets: OrderedDict[Sender | str, TokenBucket] = OrderedDict()
        self._all = TokenBucket(*self._rates[2], 0)
        self._performers: OrderedDict[Sender, tuple[TokenBucket, int]] = OrderedDict()  # and when last understood (ns)

    def admits(self, sender: Sender, now_ns: int) -> bool:
        """Whether this sender may send one more message now. It is charged one token for it."""
        known = self._performers.get(sender)
        if known is not None and known[0].has(now_ns):
            known[0].take()
            return True
        buckets = self._of(sender, now_ns)
        if not all(bucket.has(now_ns) for bucket in buckets):
            return False
        for bucket in buckets:
            bucket.take()
        return True

    def trust(self, sender: Sender, now_ns: int) -> None:
        """This sender was understood: it keeps a reserve while one is free, or held by somebody silent for a minute."""
        known = self._performers.pop(sender, None)
        if known is None:
            if len(self._performers) >= PERFORMERS:
                if now_ns - next(iter(self._performers.values()))[1] < FORGOTTEN:
                    return
                self._performers.popitem(last=False)
            known = TokenBucket(RESERVE, RESERVE, now_ns), now_ns
        self._performers[sender] = known[0], now_ns

    def charge(self, sender: Sender, tokens: float, now_ns: int) -> None:
        """Charge for work that one datagram has caused; a sender may go into debt and is then silent for a while."""
        known = self._performers.get(sender)
        for bucket in (*self._of(sender, now_ns), *([] if known is None else [known[0]])):
            bucket.take(tokens)

    def _of(self, sender: Sender, now_ns: int) -> tuple[TokenBucket, ...]:
        return self._bucket(sender, 0, now_ns), self._bucket(sender[0], 1, now_ns), self._all

    def _bucket(self, key: Sender | str, level: int, now_ns: int) -> TokenBucket:
        bucket = self._buckets.pop(key, None) or TokenBucket(*self._rates[level], now_ns)
        self._buckets[key] = bucket
        if len(self._buckets) > _BUCKETS:
            self._buckets.popitem(last=False)
        return bucket
