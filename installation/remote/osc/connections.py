"""HTTP connections that strangers open: who may, how many, for how long without a whole request.

Before aiohttp, which has no limit of its own on connections or on the time that a request takes to arrive.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

from installation.remote.access import AccessList
from installation.remote.counters import Counters
from installation.remote.inbox import Source

MOST, OF_HOST = 64, 16
"""Connections at once: of all, and of one host."""

REQUEST_S = 5.0
"""Seconds in which a whole request must have come, after the connection or the request before."""


class Connections:
    """Opens a connection's protocol for each that may come in; hangs up on those that are idle. For one event loop."""

    def __init__(self, handler: Callable[[], asyncio.Protocol], access: AccessList, counters: Counters) -> None:
        self.handler, self.access, self.counters = handler, access, counters
        self.open: dict[asyncio.BaseTransport, _Connection] = {}

    def __call__(self) -> asyncio.Protocol:
        """The protocol of one more connection."""
        return _Connection(self)

    def refuse(self, text: str, host: str) -> None:
        """Count what a connection was refused for."""
        self.counters.refuse("http", text, Source("http", host), time.monotonic_ns())

    def why_not(self, host: str) -> str:
        """Why this host may not connect; empty where it may."""
        if not self.access.allows(host):
            return f"{host} is not in [osc] allow"
        if len(self.open) >= MOST or sum(one.host == host for one in self.open.values()) >= OF_HOST:
            return f"{host} may not have more connections"
        return ""

    def served(self, transport: asyncio.BaseTransport | None, listens: bool = False) -> None:
        """A whole request has come; one that `listens` may be silent from now on."""
        connection = None if transport is None else self.open.get(transport)
        if connection is not None:
            connection.since, connection.listens = time.monotonic(), listens

    def hang_up_on_the_idle(self) -> None:
        """To be called now and then."""
        now = time.monotonic()
        for transport, connection in list(self.open.items()):
            if not connection.listens and now - connection.since > REQUEST_S:
                assert isinstance(transport, asyncio.Transport)
                transport.abort()


class _Connection(asyncio.Protocol):
    """Lets aiohttp's own protocol have what comes, once the connection is admitted."""

    def __init__(self, all_: Connections) -> None:
        self._all = all_
        self._inner: asyncio.Protocol | None = None
        self._transport: asyncio.BaseTransport | None = None
        self.host = ""
        self.since, self.listens = time.monotonic(), False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.host = str(transport.get_extra_info("peername", ("",))[0])
        if why := self._all.why_not(self.host):
            self._all.refuse(why, self.host)
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
            return
        self._transport, self._inner = transport, self._all.handler()
        self._all.open[transport] = self
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._inner is None else self._inner.eof_received()

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._all.open.pop(self._transport, None)
        if self._inner is not None:
            self._inner.connection_lost(exc)


class _Refusals(logging.Handler):
    def __init__(self, connections: Connections) -> None:
        super().__init__()
        self._connections = connections

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        what = record.getMessage() if error is None else f"{record.getMessage()}: {type(error).__name__}"
        self._connections.refuse(" ".join(what.split())[:120], "")


def log_into(logger: logging.Logger, connections: Connections) -> None:
    """What aiohttp has to say of malformed requests is counted, and logged once a second at most, in a line."""
    logger.handlers[:], logger.propagate = [_Refusals(connections)], False
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(partial(_complain, connections))


def _complain(connections: Connections, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """The loop's own troubles, such as no descriptors left: it waits a second before it accepts again."""
    connections.refuse(f"{context.get('message')}: {context.get('exception')}"[:120], "")
