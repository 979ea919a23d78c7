"""The visitors' page, served: files, sockets, the state to all of them a few times a second, orders to the show.

One event loop in a process of its own; whatever happens here, no picture waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from installation import addresses
from installation.model.ticks import SECOND
from installation.remote.strangers import why_not
from installation.remote.web import door
from installation.remote.web.crowd import crowd, moved
from installation.remote.web.entry import KEY, EntryWord, Tokens
from installation.remote.web.files import Files
from installation.remote.web.limits import Counts, Hosts
from installation.remote.web.visitors import AWAY_S, Message, Visitor, Visitors
from installation.remote.web.wire import packed
from installation.venue.settings import PagesSettings
from installation.words.visitors import VisitorLines

_log = structlog.get_logger("pages")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HELLO_S = 5.0
"""Seconds in which a phone must have said who it is."""

LARGEST = 1_024
"""Bytes of a message."""

UNSENT = 16_384
"""Bytes that may wait for one phone."""

SLICE = 128
"""Phones that get a state before others of this process get a turn."""

FLUSH_S = 0.05
MANY = 800
"""Phones on, above which the state is sent twice a second, not four times: the air is what is scarce."""

SILENT_S = 2.0
"""Seconds without a word of the show after which it does not answer."""

GONE_S = 75.0
"""Seconds without a word of a phone after which its socket is dead: phones ask for the time every 20 s."""


class Phone:
    """One socket."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, host: str) -> None:
        self.socket, self.transport, self.host = socket, transport, host
        self.visitor: Visitor | None = None
        self.heard = time.monotonic()

    async def say(self, *messages: Message) -> None:
        """Messages, unless the phone takes none."""
        for message in messages:
            await self.send(msgspec.json.encode(message).decode())

    async def send(self, text: str) -> None:
        """Text; a phone that does not read is hung up on."""
        if self.transport is None or self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > UNSENT:
            self.transport.abort()
            return
        with suppress(ConnectionError, RuntimeError):
            await self.socket.send_str(text, compress=False)

    async def show(self, picture: bytes) -> None:
        """A picture, where there is one and nothing waits."""
        if picture and self.transport is not None and self.transport.get_write_buffer_size() == 0:
            with suppress(ConnectionError, RuntimeError):
                await self.socket.send_bytes(picture, compress=False)


class PagesServer:
    """Serves from `run` until it is cancelled; `told` is called once a second with what there is to know, and says
    what else the show is told.

    `lines` are where visitors' words go; without, they have none. `wall` gives what is on the wall, a JPEG, for those
    who wake up. Whom an earlier process with the same `key` had let in is let in again for two minutes.
    """

    def __init__(
        self,
        settings: PagesSettings,
        files: Files,
        show: Path,
        told: Callable[[dict[str, Any]], dict[str, Any]],
        lines: VisitorLines | None = None,
        wall: Callable[[], bytes] = bytes,
        key: bytes | None = None,
    ) -> None:
        self._settings, self._files, self._show_path, self._told = settings, files, show, told
        self._wall = wall
        now = time.monotonic_ns()
        hosts = Hosts(settings.sockets, settings.sockets_of_host, settings.seats_of_host)
        self._tokens = Tokens(key or secrets.token_bytes(KEY))
        self._back_until = now + round(AWAY_S * SECOND)
        self.visitors = Visitors(hosts, settings.seats, settings.keep_beats, lines, self._tokens.drawn)
        self.entry = EntryWord(settings.entry_word, now)
        self.counts: Counts = self.visitors.counts
        self.phones: set[Phone] = set()
        self._phones_of: defaultdict[Visitor, set[Phone]] = defaultdict(set)
        self._run_id = secrets.token_hex(8)  # a show that meets another one forgets who was seated
        self._writer: asyncio.StreamWriter | None = None
        self._state: dict[str, Any] = {}
        self._heard = -SILENT_S
        self._crowd, self._crowd_said = 0.0, 0.0
        self._broadcast_due = 0.0
        self.port = settings.port

    async def run(self) -> None:
        """All of it."""
        runner = self._runner()
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._settings.listen, self._settings.port, reuse_address=os.name == "posix")
            await site.start()
            self.port = runner.addresses[0][1]
            async with await door.opened(self._show_path, self._show):
                jobs = (self._broadcast, self._flush, self._each_second)
                try:
                    await asyncio.gather(*(_forever(job) for job in jobs))
                finally:
                    if self._writer is not None:
                        self._writer.transport.abort()  # from Python 3.12 on the door waits for who came in by it
        finally:
            for phone in list(self.phones):
                with suppress(ConnectionError):
                    await phone.socket.close(code=WSCloseCode.GOING_AWAY)
            await runner.cleanup()
            self._show_path.unlink(missing_ok=True)

    def _runner(self) -> web.AppRunner:
        page = "/{word:[0-9A-Za-z]{0,4}}"
        return runner("pages", LARGEST, {"/ws": self._socket, "/a/{name}": self._asset, page: self._page})

    # files

    async def _page(self, request: web.Request) -> web.Response:
        return self._answered(request) or web.Response(body=self._files.page.body, headers=self._files.page.headers)

    async def _asset(self, request: web.Request) -> web.Response:
        file = self._files.served.get(request.match_info["name"])
        if refused := self._answered(request):
            return refused
        if file is None:
            return web.Response(status=404, text="there is nothing here\n")
        return web.Response(body=file.body, headers=file.headers)

    def _answered(self, request: web.Request, page: bool = False) -> web.Response | None:
        status, why = why_not(request, self._settings.names, own_pages_only=page)
        if not status:
            return None
        self.counts.refuse("stranger")
        return web.Response(status=status, text=f"{why}\n")

    # phones

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if refused := self._answered(request, page=True):
            return refused
        host = str(request.remote)
        if not self.visitors.hosts.connect(host, time.monotonic_ns()):
            self.counts.refuse("sockets")
            return web.Response(status=503, text="too many at once\n")
        link = web.WebSocketResponse(max_msg_size=LARGEST, compress=False, autoping=True, timeout=2.0)
        phone = Phone(link, None, host)
        try:
            await link.prepare(request)
            phone.transport = request.transport
            if await self._greeted(phone):
                await self._listen(phone)
        except (TimeoutError, ConnectionError):
            pass
        finally:
            self._gone(phone)
        return link

    async def _greeted(self, phone: Phone) -> bool:
        """Whether a phone has said who it is: with its token, or with the word that hangs in the room."""
        try:
            message = decoded(await asyncio.wait_for(phone.socket.receive(), HELLO_S))
        except TimeoutError:
            self.counts.refuse("silent")
            await phone.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return False
        now, hosts = time.monotonic_ns(), self.visitors.hosts
        if message is None or message.get("k") != "hello":
            self.counts.refuse("no hello")
            await phone.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return False
        visitor, why = self.visitors.known(message.get("token")), "word"
        if visitor is None and hosts.may_guess(phone.host, now):
            back = now < self._back_until and self._tokens.hold(message.get("token"))
            right = back or self.entry.holds(message.get("word"), now)
            hosts.guessed(phone.host, right, now)
            visitor = self.visitors.come(phone.host, now) if right else None
            why = "many" if right else "word"
        if visitor is None:
            self.counts.refuse(f"hello: {why}")
            await phone.say({"k": "no", "why": why})
            await phone.socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return False
        phone.visitor = visitor
        self.phones.add(phone)
        self._phones_of[visitor].add(phone)
        visitor.on += 1
        await phone.say(self.visitors.hello(visitor))
        if visitor.leaving:
            await phone.say({"k": "leaving"})
        return True

    async def _listen(self, phone: Phone) -> None:
        assert phone.visitor is not None
        async for raw in phone.socket:
            phone.heard = time.monotonic()
            message = decoded(raw)
            if message is None:
                self.counts.refuse("nonsense")
                message = {"k": "nonsense"}  # it costs as much as a message
            now, visitor = time.monotonic_ns(), phone.visitor
            if message.get("k") == "leave" and visitor.seat is not None and not visitor.leaving:
                await phone.say(self.visitors.place(visitor))  # where they are in the picture, while they still are
                await phone.show(self._wall())
            replies = self.visitors.take(visitor, message, now, now / 1e6)
            if replies:  # most are taps, which nobody answers
                await phone.say(*replies)
            if any(reply["k"] == "left" for reply in replies):
                await phone.socket.close()
            elif visitor.pace.exhausted:
                self.counts.refuse("flood")
                await phone.socket.close(code=WSCloseCode.POLICY_VIOLATION)

    def _gone(self, phone: Phone) -> None:
        now = time.monotonic_ns()
        self.visitors.hosts.disconnect(phone.host, now)
        visitor = phone.visitor
        if visitor is None:
            return
        self.phones.discard(phone)
        self._phones_of[visitor].discard(phone)
        if not self._phones_of[visitor]:
            del self._phones_of[visitor]
        visitor.on -= 1
        visitor.away_ns = now

    async def _say_to(self, visitor: Visitor, message: Message) -> None:
        for phone in list(self._phones_of.get(visitor, ())):
            await phone.say(message)

    # the show

    async def _show(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A show has connected; the newest is the one that plays."""
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        link = writer.get_extra_info("socket")
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
        writer.write(packed({"k": "hello", "run": self._run_id}))
        self.visitors.greeted()
        with suppress(ConnectionError):
            async for message in door.heard(reader):
                await self._hear(message)
        writer.close()
        if self._writer is writer:
            self._writer = None

    async def _hear(self, message: object) -> None:
        if not isinstance(message, dict) or message.get("k") != "state":
            return
        self._heard = time.monotonic()
        self._state = message
        if "at" in message:
            self.visitors.places = message["at"]
        if "guest" in message:
            for visitor in self.visitors.heard(message["guest"], message["seated"]):
                await self._say_to(visitor, {"k": "left"})

    async def _flush(self) -> None:
        """Orders to the show, gathered for a moment; while there is none they wait in what `greeted` tells the next."""
        await asyncio.sleep(FLUSH_S)
        orders, self.visitors.orders = self.visitors.orders, []
        if self._writer is not None and orders:
            self._writer.write(packed({"k": "do", "do": [[address, given, "visitor"] for address, given in orders]}))

    async def _broadcast(self) -> None:
        """How the show is, to every phone."""
        now = time.monotonic()
        self._broadcast_due = max(now, self._broadcast_due + (0.5 if len(self.phones) > MANY else 0.25))
        await asyncio.sleep(self._broadcast_due - now)
        state, now = self._state, time.monotonic()
        said = {key: state[key] for key in "tnbwcups" if key in state}
        on = now - self._heard < SILENT_S
        text = msgspec.json.encode({"k": "s", **said, "v": len(self.visitors.seated), "on": on}).decode()
        for number, phone in enumerate(list(self.phones), 1):
            await phone.send(text)
            if number % SLICE == 0:
                await asyncio.sleep(0)

    async def _each_second(self) -> None:
        await asyncio.sleep(1.0)
        now = time.monotonic_ns()
        for visitor, message in self.visitors.tick(now):
            await self._say_to(visitor, message)
        self._crowd = moved(self._crowd, crowd(self.visitors.said(now)), 1.0)
        if round(self._crowd, 3) != self._crowd_said:
            self._crowd_said = round(self._crowd, 3)
            self.visitors.orders.append((addresses.CROWD, [self._crowd_said]))
        for phone in [p for p in self.phones if time.monotonic() - p.heard > GONE_S and p.transport is not None]:
            phone.transport.abort()  # type: ignore[union-attr]
        told = {**self.visitors.told(), "crowd": self._crowd_said, "word": self.entry.newest(now), "port": self.port}
        said = {**told, **self._told(told)}
        if self._writer is not None:
            self._writer.write(packed({"k": "on", "told": said}))


async def _forever(job: Callable[[], Awaitable[None]]) -> None:
    """Again and again; what fails once is said, and tried again: no phone loses its socket for it."""
    while True:
        try:
            await job()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            _log.error("the pages stumbled", what=f"{type(error).__name__}: {error}"[:200])
            await asyncio.sleep(1.0)


def runner(name: str, largest: int, routes: Mapping[str, Handler]) -> web.AppRunner:
    """What answers GET at `routes`, bodies of up to `largest` bytes, and writes no addresses into any log."""
    app = web.Application(client_max_size=largest)
    for path, handler in routes.items():
        app.router.add_get(path, handler)
    logger = logging.getLogger(f"sleeptree.{name}")
    logger.handlers[:], logger.propagate = [logging.NullHandler()], False
    return web.AppRunner(app, access_log=None, logger=logger, shutdown_timeout=1.0, keepalive_timeout=15.0)


def decoded(raw: Any) -> dict[str, Any] | None:
    """A message of a phone; None for what is none."""
    if raw.type is not WSMsgType.TEXT:
        return None
    try:
        message = msgspec.json.decode(raw.data)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    return message if isinstance(message, dict) else None
