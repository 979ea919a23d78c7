"""Access control and rate limiting: the allow list, and a token bucket for each host. Reads no clock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from installation.model.ticks import SECOND

RATE = 12_000
"""Messages a second that one host may send for long."""

BURST = 6_000
"""Messages that one host may send at once."""

_HOSTS = 1024  # buckets that are kept; the host that was silent longest is forgotten first

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


class RateLimit:
    """A token bucket for each host: at most `rate` messages a second for long, `burst` at once. For one thread."""

    def __init__(self, rate: float = RATE, burst: float = BURST) -> None:
        self._rate, self._burst = rate / SECOND, burst
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()  # (tokens, when in ns)

    def admits(self, host: str, now_ns: int) -> bool:
        """Whether this host may say one more thing now. It is charged one token for it."""
        tokens, when = self._buckets.pop(host, (self._burst, now_ns))
        tokens = min(self._burst, tokens + (now_ns - when) * self._rate)
        admitted = tokens >= 1.0
        self._buckets[host] = (tokens - 1.0 if admitted else tokens, now_ns)
        if len(self._buckets) > _HOSTS:
            self._buckets.popitem(last=False)
        return admitted

    def charge(self, host: str, tokens: float) -> None:
        """Charge for work that one datagram has caused; a host may go into debt and is then silent for a while."""
        have, when = self._buckets[host]
        self._buckets[host] = (have - tokens, when)
