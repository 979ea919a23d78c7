"""The OSC server: one thread that listens on UDP and TCP, hands messages to the desk and sends its feedback.

A port that is taken is said and tried again; the show runs on meanwhile. The only place of the OSC rooms that reads
clocks: the monotonic one, and the wall's for timetags.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from typing import Final, Protocol

import structlog

from installation.controls import Accepted, Table
from installation.model import ticks
from installation.remote.access import AccessList, RateLimit
from installation.remote.counters import Counters
from installation.remote.feedback import Feedback
from installation.remote.inbox import Source
from installation.remote.osc import codec
from installation.remote.osc.coalesce import Coalescer, Datagram

_log = structlog.get_logger("osc")

TURN: Final = 0.01  # seconds in which answers are looked for when nobody speaks
BATCH: Final = 256  # datagrams that are taken together at most
CROWD: Final = 16  # datagrams that came together: more is a flood
BREATH: Final = 1e-4  # seconds of rest for each of them: the picture gets the interpreter, and more come together
LONGEST: Final = 1 / ticks.RATE  # seconds; nobody reads more often than once a tick
BUFFER: Final = 4 << 20  # bytes that the kernel is asked to keep for us
STREAMS: Final = 32  # TCP connections at once
OF_HOST: Final = 16  # of them, of one host
SILENT_S: Final = 10.0  # a TCP connection that hasn't sent a packet for so long is hung up on
IDLE_S: Final = 600.0  # and one that has sent some
AGAIN_S: Final = 1.0  # after a connection that could not be accepted
BACKLOG: Final = 1 << 18  # bytes that a TCP controller may leave unread before it is hung up on
SLOWEST: Final = 30.0  # seconds between two tries for a port that stays taken


class Receiver(Protocol):
    """Whoever messages are for: remote.desk.Desk, or remote.place_desk.PlaceDesk."""

    @property
    def table(self) -> Table:
        """What may be said."""

    @property
    def counters(self) -> Counters:
        """What became of it."""

    @property
    def feedback(self) -> Feedback:
        """What is told back."""

    def receive(
        self, address: str, arguments: Sequence[object], source: Source, now_ns: int, due_ns: int | None = None
    ) -> int:
        """One message; what it cost."""

    def take(self, accepted: Accepted, source: Source, now_ns: int, due_ns: int | None = None) -> None:
        """What was checked against the table."""


class _Stream:
    """One TCP connection: its framing once the first byte is known, and what waits to be sent."""

    def __init__(self, link: socket.socket, source: Source) -> None:
        self.link, self.source = link, source
        self.framing: codec.Framing | None = None
        self.unsent = b""
        self.opened_ns = time.monotonic_ns()
        self.heard_ns = 0  # when a packet came last


def waiting(udp: socket.socket) -> list[Datagram]:
    """What waits in a socket that doesn't block, BATCH at most; what is too long is cut, and can be told.

    One by one: a thread that lets go of Python's lock for each of them gets it back late from one that draws, and still
    takes 20,000 a second beside one that holds it half of the time. recvmmsg(2) took no more.
    """
    taken: list[Datagram] = []
    while len(taken) < BATCH:
        try:
            data, where = udp.recvfrom(codec.LARGEST + 1)
        except BlockingIOError:
            break
        except ConnectionError:  # Windows says here that somebody whom we told something has gone
            continue
        taken.append((data, where[0], where[1]))
    return taken


class Server:
    """Listens at `host:port` in a thread of its own from `start` to `close`. Port 0 takes any free one."""

    def __init__(
        self, desk: Receiver, host: str, port: int, access: AccessList | None = None, limit: RateLimit | None = None
    ) -> None:
        self._desk = desk
        self._host, self._wanted = host, port
        self._access, self._limit = access or AccessList(), limit or RateLimit()
        self._coalescer = Coalescer(desk.table)
        self._closing = threading.Event()
        self._bound = threading.Event()
        self._thread = threading.Thread(target=self._run, name="osc", daemon=True)
        self._streams: dict[Source, _Stream] = {}
        self._accepts_ns = 0  # when connections are accepted again; 0: they are
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._sockets: tuple[socket.socket, ...] = ()
        self.port = port
        self.turns = 0  # grows while the thread goes round
        self.trouble = ""  # one line for the overlay while the port can't be had

    def start(self) -> None:
        """Begin to listen; returns at once, whether the port is free or not."""
        self._thread.start()

    def close(self) -> None:
        """Send what is due, close the sockets and end the thread."""
        self._closing.set()
        self._thread.join(timeout=5.0)

    def abandon(self) -> None:
        """Give the port free and forget it, without waiting for a thread that may never come back."""
        self._closing.set()
        for link in (*self._sockets, *(stream.link for stream in list(self._streams.values()))):
            link.close()

    def wait(self, seconds: float) -> bool:
        """Whether the port was bound within so many seconds."""
        return self._bound.wait(seconds)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    # the thread

    def _run(self) -> None:
        pause = 1.0
        while not self._closing.is_set():
            try:
                udp, tcp = self._bind()
            except OSError as error:
                where = f"{self._host}:{self._wanted}"
                self.trouble = f"OSC: {where}: {error.strerror or error}; trying again in {pause:g} s"
                _log.warning(self.trouble)
                self._pause(pause)
                pause = min(2.0 * pause, SLOWEST)
                continue
            self.trouble, pause = "", 1.0
            _log.info("OSC listens", host=self._host, port=self.port)
            try:
                self._listen(udp, tcp)
            except Exception:  # whatever it was: said in full, and the performer is heard again a second later
                _log.exception("OSC stopped listening; listening again")
                self._pause(1.0)
            finally:
                self._bound.clear()
                for stream in list(self._streams.values()):
                    self._hang_up(stream, None)
                udp.close()
                tcp.close()

    def _pause(self, seconds: float) -> None:
        """Wait, and go round."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._closing.wait(min(left, 1.0)):
            self.turns += 1

    def _bind(self) -> tuple[socket.socket, socket.socket]:
        udp = socket.socket(self._family, socket.SOCK_DGRAM)
        tcp = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            udp.bind((self._host, self._wanted))
            self.port = udp.getsockname()[1]
            if os.name == "posix":  # elsewhere this option would let two programs have the same port
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((self._host, self.port))
            tcp.listen(STREAMS)
            udp.setblocking(False)
            tcp.setblocking(False)
        except OSError:
            udp.close()
            tcp.close()
            raise
        self._sockets = udp, tcp
        self._bound.set()
        return udp, tcp

    def _listen(self, udp: socket.socket, tcp: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(udp, selectors.EVENT_READ)
            selector.register(tcp, selectors.EVENT_READ)
            flushed = 0
            while not self._closing.is_set():
                heard, self.turns = 0, self.turns + 1
                for key, _ in selector.select(TURN):
                    if key.fileobj is udp:
                        heard += self._receive(waiting(udp))
                    elif key.fileobj is tcp:
                        self._welcome(tcp, selector)
                    else:
                        heard += self._read(key.data, selector)
                now = time.monotonic_ns()
                if now - flushed >= TURN * 1e9:
                    flushed = now
                    self._flush(udp, selector, now)
                    self._hang_up_on_the_silent(selector, now)
                    if self._accepts_ns and now >= self._accepts_ns:
                        self._accepts_ns = 0
                        selector.register(tcp, selectors.EVENT_READ)
                if CROWD < heard < BATCH:
                    time.sleep(min(heard * BREATH, LONGEST))
            self._flush(udp, selector, time.monotonic_ns())

    def _receive(self, datagrams: Sequence[Datagram]) -> int:
        now = time.monotonic_ns()
        newest = self._coalescer.newest(datagrams)
        self._desk.counters.count("datagrams", len(datagrams))
        self._desk.counters.count("superseded", len(datagrams) - len(newest))
        over: dict[tuple[str, int], int] = {}  # senders whose bucket is empty, and how much of theirs is left out
        plain = 0
        for datagram, host, port in newest:
            if (host, port) in over:
                over[host, port] += 1
                continue
            source = Source("udp", host, port)
            if not self._may(source, now):
                over[host, port] = 0
            elif accepted := self._coalescer.accepted(datagram):
                plain += 1
                self._desk.feedback.received(source, now)
                self._desk.take(accepted, source, now)
                self._limit.trust((host, port), now)
            else:
                self._take(datagram, source, now)
        self._desk.counters.count("decoded", plain)
        self._desk.counters.count("messages", plain)
        for (host, port), more in over.items():
            if more:
                self._refuse_rate(Source("udp", host, port), now, more)
        return len(datagrams)

    def _may(self, source: Source, now: int) -> bool:
        """Whether a packet of this source is looked at. What isn't is counted."""
        if not self._access.allows(source.host):
            self._desk.counters.refuse("source", f"{source.host} is not in [osc] allow", source, now)
            return False
        if not self._limit.admits((source.host, source.port), now):
            self._refuse_rate(source, now)
            return False
        return True

    def _refuse_rate(self, source: Source, now: int, many: int = 1) -> None:
        self._desk.counters.refuse("rate", f"{source} sends more than it may", source, now, many)

    def _take(self, datagram: bytes, source: Source, now: int) -> None:
        """A packet that may be looked at."""
        counters, sender = self._desk.counters, (source.host, source.port)
        try:
            messages = codec.decode(datagram)
        except codec.Malformed as malformed:
            counters.refuse(malformed.reason, str(malformed), source, now)
            return
        counters.count("decoded")
        refused = counters.total
        self._desk.feedback.received(source, now)
        cost = sum(
            self._desk.receive(message.address, message.arguments, source, now, _due(message.timetag, now))
            for message in messages
        )
        if counters.total == refused:
            self._limit.trust(sender, now)
        if cost > 1:
            self._limit.charge(sender, cost - 1, now)

    # streams

    def _welcome(self, tcp: socket.socket, selector: selectors.BaseSelector) -> None:
        now = time.monotonic_ns()
        try:
            link, where = tcp.accept()
        except OSError as error:  # no descriptors left, or the caller has gone again: everybody else is still heard
            self._desk.counters.refuse("connection", f"TCP: {error.strerror or error}", Source("tcp"), now)
            selector.unregister(tcp)
            self._accepts_ns = now + int(AGAIN_S * ticks.SECOND)
            return
        source = Source("tcp", where[0], where[1])
        of_host = sum(other.host == source.host for other in self._streams)
        if not self._access.allows(source.host) or len(self._streams) >= STREAMS or of_host >= OF_HOST:
            self._desk.counters.refuse("source", f"{source.host} may not connect", source, now)
            link.close()
            return
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BACKLOG)  # or the kernel would keep megabytes for the deaf
        stream = self._streams[source] = _Stream(link, source)
        selector.register(link, selectors.EVENT_READ, stream)

    def _read(self, stream: _Stream, selector: selectors.BaseSelector) -> int:
        now = time.monotonic_ns()
        try:
            data = stream.link.recv(1 << 16)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self._hang_up(stream, selector)
            return 0
        stream.framing = stream.framing or codec.framing(data[0])
        try:
            packets = stream.framing.packets(data)
        except codec.Malformed as malformed:
            self._desk.counters.count("datagrams")
            self._desk.counters.refuse(malformed.reason, f"{malformed}; hung up", stream.source, now)
            self._hang_up(stream, selector)
            return 0
        self._desk.counters.count("datagrams", len(packets))
        if packets:
            stream.heard_ns = now
        for packet in packets:
            if self._may(stream.source, now):
                self._take(packet, stream.source, now)
        return len(packets)

    def _hang_up_on_the_silent(self, selector: selectors.BaseSelector, now: int) -> None:
        for stream in list(self._streams.values()):
            silent = (now - (stream.heard_ns or stream.opened_ns)) / ticks.SECOND
            if silent > (IDLE_S if stream.heard_ns else SILENT_S):
                self._hang_up(stream, selector)

    def _hang_up(self, stream: _Stream, selector: selectors.BaseSelector | None) -> None:
        if selector is not None:
            selector.unregister(stream.link)
        stream.link.close()
        self._streams.pop(stream.source, None)
        self._desk.feedback.disconnected(stream.source)

    # answers

    def _flush(self, udp: socket.socket, selector: selectors.BaseSelector, now: int) -> None:
        for source, datagram in self._desk.feedback.due(now):
            if source.link == "udp":
                self._send(udp, datagram, source)
            elif source in self._streams:
                stream = self._streams[source]
                stream.unsent += (stream.framing or codec.LengthPrefix()).wrap(datagram)
        for stream in [stream for stream in self._streams.values() if stream.unsent]:
            try:
                stream.unsent = stream.unsent[stream.link.send(stream.unsent) :]
            except BlockingIOError:
                pass
            except OSError:
                stream.unsent = b""  # the next read says that it has gone
            if len(stream.unsent) > BACKLOG:
                self._hang_up(stream, selector)

    def _send(self, udp: socket.socket, datagram: bytes, source: Source) -> None:
        try:
            udp.sendto(datagram, (source.host, source.port))
        except OSError as error:
            self._desk.counters.refuse(
                "unreachable", f"can't tell {source}: {error.strerror or error}", source, time.monotonic_ns()
            )


def _due(timetag: int, now_ns: int) -> int | None:
    """When a timetag means, on the monotonic clock; None for at once."""
    if timetag == codec.NOW:
        return None
    due = now_ns + codec.unix_ns(timetag) - time.time_ns()
    return due if due > now_ns else None
