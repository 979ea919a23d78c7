"""The operator's page, served: tablets pair, see the show, and what they do goes to it and is answered when it is done.

It runs in the process of the visitors' pages, on a port and at an address of its own. Nothing here is optimistic: a
tablet is told what the show says, and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from aiohttp import WSCloseCode, web

from installation import addresses
from installation.remote.strangers import why_not
from installation.remote.web import door
from installation.remote.web.files import Files
from installation.remote.web.operator.line import Line
from installation.remote.web.operator.pairing import Pairing
from installation.remote.web.operator.stills import JpegEncoder, LookStills
from installation.remote.web.operator.tablets import Message, Tablet, Tablets
from installation.remote.web.server import decoded, runner
from installation.remote.web.wire import packed
from installation.venue.settings import PagesSettings

_log = structlog.get_logger("pages")

LARGEST = 2_048
"""Bytes of a message."""

SOCKETS, SOCKETS_OF_HOST = 48, 12
HELLO_S = 5.0
SILENT_S = 1.0
"""Seconds without a word of the show after which it does not answer."""

GONE_S = 45.0
"""Seconds without a word of a tablet after which its socket is dead: tablets ask for the time every few seconds."""

HZ, MANY_HZ, MANY, RARE_HZ = 5.0, 2.0, 3, 0.5
"""Pictures a second; where more than so many tablets look, fewer; where none does and visitors lie there, rarely."""

OLD_S = 5.0
"""Seconds after which a picture is not what is on the wall."""

AGAIN_S = 5.0
"""Seconds until a port that was taken is tried again."""

SETTLED_S = 8.0
"""Seconds after which a look that was loaded is on the wall."""


class OperatorServer:
    """Serves from `run` until it is cancelled. `door` is where the show connects, `log` gives the log's last lines."""

    def __init__(
        self,
        settings: PagesSettings,
        files: Files,
        door: Path,
        looks: Path,
        log: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        self._settings, self._files, self._door, self._log = settings, files, door, log
        self.pairing = Pairing(door.parent, time.time())
        self.tablets, self.looks, self._encoder = Tablets(), LookStills(looks), JpegEncoder()
        self.lines: set[Line] = set()
        self._doors: set[asyncio.StreamWriter] = set()  # who has come in from the show's side
        self._show: asyncio.StreamWriter | None = None
        self._score: Message = {}
        self._state: Message = {}
        self._health: Message = {}
        self._words: list[Message] = []
        self._looks: dict[str, int] = {}
        self._logged: list[str] = []
        self._picture: tuple[bytes, float] = b"", 0.0  # and when it came (s)
        self._heard = -SILENT_S
        self._loaded: tuple[str, float] = "", 0.0
        self.visited: Callable[[], bool] = lambda: False  # whether somebody lies there who may want a picture
        self._hz = 0.0  # as the show was told
        self.bound: int | None = None  # the port, once it is ours

    def wall(self) -> bytes:
        """What is on the wall, a JPEG in memory; empty where it is not known."""
        jpeg, at = self._picture
        return jpeg if time.monotonic() - at < OLD_S else b""

    async def run(self) -> None:
        """All of it."""
        runner = self._runner()
        await runner.setup()
        async with await door.opened(self._door, self._come):
            try:
                await asyncio.gather(self._serve(runner), self._often(), self._each_second())
            finally:
                for line in list(self.lines):
                    with suppress(ConnectionError):
                        await line.socket.close(code=WSCloseCode.GOING_AWAY)
                await runner.cleanup()
                for writer in list(self._doors):
                    writer.transport.abort()
                self._door.unlink(missing_ok=True)

    async def _serve(self, runner: web.AppRunner) -> None:
        """The port; where somebody else has it, again and again, and the visitors' page is served all the same."""
        listen, port = self._settings.operator_listen, self._settings.operator_port
        while self.bound is None:
            try:
                await web.TCPSite(runner, listen, port, reuse_address=os.name == "posix").start()
                self.bound = runner.addresses[0][1]
            except OSError as error:
                _log.error("the operator's page", address=f"{listen}:{port}", what=error.strerror or str(error))
                await asyncio.sleep(AGAIN_S)

    def _runner(self) -> web.AppRunner:
        return runner("operator", LARGEST, {"/ws": self._socket, "/a/{name}": self._asset, "/": self._page})

    # files

    async def _page(self, request: web.Request) -> web.Response:
        return self._answered(request) or web.Response(body=self._files.page.body, headers=self._files.page.headers)

    async def _asset(self, request: web.Request) -> web.Response:
        if refused := self._answered(request):
            return refused
        file = self._files.served.get(request.match_info["name"])
        if file is None:
            return web.Response(status=404, text="there is nothing here\n")
        return web.Response(body=file.body, headers=file.headers)

    def _answered(self, request: web.Request, page: bool = False) -> web.Response | None:
        status, why = why_not(request, self._settings.names, own_pages_only=page)
        if not status:
            return None
        self.tablets.counts.refuse("stranger")
        return web.Response(status=status, text=f"{why}\n")

    # tablets

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if refused := self._answered(request, page=True):
            return refused
        host = str(request.remote)
        if len(self.lines) >= SOCKETS or sum(line.host == host for line in self.lines) >= SOCKETS_OF_HOST:
            self.tablets.counts.refuse("sockets")
            return web.Response(status=503, text="too many at once\n")
        link = web.WebSocketResponse(max_msg_size=LARGEST, compress=False, autoping=True, timeout=2.0)
        line = Line(link, host)
        self.lines.add(line)
        try:
            await link.prepare(request)
            line.transport = request.transport
            if await self._greeted(line):
                await self._listen(line)
        except (TimeoutError, ConnectionError):
            pass
        finally:
            self.lines.discard(line)
            if line.tablet is not None:
                self.tablets.go(line.tablet)
                self._tell_show()
        return link

    async def _greeted(self, line: Line) -> bool:
        """Whether a tablet has said who it is: with its token, or with a code that holds."""
        try:
            message = decoded(await asyncio.wait_for(line.socket.receive(), HELLO_S)) or {}
        except TimeoutError:
            message = {}
        now, token, why, paired = time.time(), "", "hello", None
        if message.get("k") == "hello":
            why, paired = "token", self.pairing.known(message.get("token"), now)
        elif message.get("k") == "pair":
            token, paired = self.pairing.pair(message.get("code"), message.get("name"), line.host, now)
            why = token
        if paired is None:
            self.tablets.counts.refuse(f"pairing: {why}")
            await line.say({"k": "no", "why": why})
            await line.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return False
        if token:
            _log.info("a tablet is paired", name=paired.name, role=paired.role)
        if not self.tablets.on:
            self._heard = time.monotonic()  # a show that nobody listened to begins to speak
        line.tablet = self.tablets.come(paired, time.monotonic_ns())
        self._tell_show()
        await line.say({"k": "hello", "token": token, "id": paired.id, "name": paired.name, "role": paired.role})
        await self._say_all(line)
        return True

    async def _say_all(self, line: Line) -> None:
        """Everything that somebody who comes must know; what is not theirs is left out."""
        line.values = {}
        await line.say({**self._score, "k": "score"} if self._score else {"k": "score", "rows": [], "sections": []})
        await line.say(self._said_state(line), self._said_looks(), self._said_tablets(line))
        if self._health:
            await line.say(self._health)
        await line.say(*self._said_words(line), *self._said_log(line))
        if self._picture[0]:
            await line.show(b"\0" + self._picture[0])

    def _said_words(self, line: Line) -> list[Message]:
        """Visitors' lines, for those who decide about them."""
        return [{"k": "words", "lines": self._words}] if line.role in ("moderator", "operator") else []

    def _said_log(self, line: Line) -> list[Message]:
        """The log, for those who run the show."""
        return [{"k": "log", "lines": self._logged}] if line.role in ("performer", "operator") else []

    async def _listen(self, line: Line) -> None:
        assert line.tablet is not None
        async for raw in line.socket:
            line.heard = time.monotonic()
            message = decoded(raw)
            if message is None:
                self.tablets.counts.refuse("nonsense")
                message = {}
            await self._take(line, line.tablet, message)
            if line.tablet.exhausted:
                self.tablets.counts.refuse("flood")
                await line.socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def _take(self, line: Line, tablet: Tablet, message: Message) -> None:
        """One message: what is the page's own is done here, all else is the tablets'."""
        now = time.monotonic_ns()
        match message.get("k"):
            case "still" if tablet.pace.has(now):
                tablet.pace.take()
                name = message.get("name")
                if picture := self.looks.still(name):
                    label = str(name).encode()
                    await line.show(bytes([1, len(label)]) + label + picture)
            case "revoke" if tablet.role == "operator" and tablet.pace.has(now):
                tablet.pace.take()
                await self._revoke(message.get("id"))
            case "bye":
                await self._revoke(tablet.paired.id)
            case _:
                await line.say(*self.tablets.take(tablet, message, now, self.shows))
                if message.get("a") == addresses.LOAD and isinstance(message.get("v"), list) and message["v"]:
                    self._loaded = str(message["v"][0]), time.monotonic()
                elif message.get("k") == "do":
                    self._loaded = "", 0.0
                if message.get("k") == "watch":
                    self._tell_show()
                self._ask()

    async def _revoke(self, tablet: object) -> None:
        """Whoever has this pairing is out, at once."""
        if self.pairing.revoke(tablet):
            _log.info("a tablet is none of ours any more", id=str(tablet)[:16])
            for line in [line for line in self.lines if line.tablet and line.tablet.paired.id == tablet]:
                await line.say({"k": "no", "why": "token"})
                await line.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            await self._all(self._said_tablets)

    # the show

    @property
    def shows(self) -> bool:
        """Whether a show listens, and says how it is."""
        return self._show is not None and time.monotonic() - self._heard < SILENT_S

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A show has connected, or brings pictures; the newest show is the one that plays."""
        self._doors.add(writer)
        try:
            with suppress(ConnectionError):
                async for message in door.heard(reader):
                    if isinstance(message, dict):
                        await self._hear(message, writer)
        finally:
            writer.close()
            self._doors.discard(writer)
            if self._show is writer:
                self._show = None

    async def _hear(self, message: Message, writer: asyncio.StreamWriter) -> None:
        match message.get("k"):
            case "score":
                self._hang_up()
                self._show, self._score, self._state, self._health = writer, message, {}, {}
                self._heard = time.monotonic()
                self.tablets.may = {row["a"]: row["may"] for row in message["rows"]}
                self._tell_show()
                for line in self._greeted_lines():
                    await self._say_all(line)
            case "state":
                self._heard, self._state = time.monotonic(), message
                await self._all(self._said_state)
            case "health":
                if (words := message.pop("lines", None)) is not None:
                    self._words = words
                    await self._all(self._said_words)
                self._health = message
                await self._all(lambda line: message)
            case "did":
                for tablet, told in self.tablets.did(message.get("n"), message.get("why")):
                    await self._say_to(tablet, told)
            case "picture":
                await self._seen(message)

    def _hang_up(self) -> None:
        if self._show is not None:
            self._show.close()
        self._show = None

    def _tell_show(self) -> None:
        """How many tablets are on and look: while there are none the show says nothing."""
        if self._show is not None:
            self._hz = self._wanted_hz
            self._show.write(packed({"k": "on", "tablets": len(self.tablets.on), "hz": self._hz}))

    @property
    def _wanted_hz(self) -> float:
        watching = self.tablets.watching
        if not watching:
            return RARE_HZ if self.visited() else 0.0
        return HZ if watching <= MANY else MANY_HZ

    def _ask(self) -> None:
        asks, self.tablets.asks = self.tablets.asks, []
        if self._show is not None:
            for ask in asks:
                self._show.write(packed(ask))

    async def _seen(self, message: Message) -> None:
        """A picture of the wall: a thread makes a JPEG of it, and whoever looks gets it."""
        try:
            (wide, high), pixels = message["size"], message["bgr0"]
            jpeg = await asyncio.to_thread(self._encoder.jpeg, wide, high, pixels)
        except (KeyError, TypeError, ValueError) as error:
            self.tablets.counts.refuse("picture")
            _log.warning("no picture", why=str(error)[:120])
            return
        self._picture = jpeg, time.monotonic()
        for line in self._greeted_lines():
            if line.tablet is not None and line.tablet.watches:
                await line.show(b"\0" + jpeg)

    # to tablets

    def _greeted_lines(self) -> list[Line]:
        return [line for line in self.lines if line.tablet is not None]

    async def _say_to(self, tablet: Tablet, message: Message) -> None:
        for line in self._greeted_lines():
            if line.tablet is tablet:
                await line.say(message)

    async def _all(self, said: Callable[[Line], Message | list[Message]]) -> None:
        for line in self._greeted_lines():
            messages = said(line)
            await line.say(*(messages if isinstance(messages, list) else [messages]))

    def _said_state(self, line: Line) -> Message:
        """How the show is, and the values that this tablet has not been told."""
        state = {key: value for key, value in self._state.items() if key not in ("v", "k")}
        values: dict[str, Any] = self._state.get("v", {})
        fresh = {address: value for address, value in values.items() if line.values.get(address, line) != value}
        line.values |= fresh
        age = time.monotonic_ns() / 1e6 - self._state["t"] if "t" in self._state else 0.0
        return {"k": "s", **state, "v": fresh, "on": self.shows, "age": round(age, 1)}

    def _said_looks(self) -> Message:
        return {"k": "looks", "names": list(self._looks.items())}

    def _said_tablets(self, line: Line) -> Message:
        """Who is on; operators are told of every pairing."""
        on = [tablet.paired.id for tablet in self.tablets.on]
        armed = {tablet.paired.id for tablet in self.tablets.on if tablet.armed(time.monotonic_ns())}
        everyone = line.role == "operator"
        told = [
            {"id": p.id, "name": p.name, "role": p.role, "on": on.count(p.id), "armed": p.id in armed}
            for p in self.pairing.tablets
            if everyone or p.id in on
        ]
        return {"k": "tablets", "tablets": told}

    # time

    async def _often(self) -> None:
        """What the show leaves unanswered; that it is silent."""
        said = True
        while True:
            await asyncio.sleep(0.1)
            for tablet, message in self.tablets.tick(time.monotonic_ns(), self.shows):
                await self._say_to(tablet, message)
            if not self.shows and said:
                await self._all(self._said_state)
            said = self.shows

    async def _each_second(self) -> None:
        told: list[Message] = []
        while True:
            await asyncio.sleep(1.0)
            try:
                told = await self._look_round(told)
            except OSError as error:
                _log.warning("the operator's page", what=str(error)[:200])

    async def _look_round(self, told: list[Message]) -> list[Message]:
        """Looks that were saved, the log, who is on; sockets that are dead."""
        self._keep_stills()
        if self._wanted_hz != self._hz:
            self._tell_show()
        looks = self.looks.names()
        if looks != self._looks:
            self._looks = looks
            await self._all(lambda line: self._said_looks())
        if (logged := list(self._log())) != self._logged:
            self._logged = logged
            await self._all(self._said_log)
        if (now := [self._said_tablets(line) for line in self._greeted_lines()]) != told:
            await self._all(self._said_tablets)
        if not self.shows:
            await self._all(self._said_state)
        for line in self.lines:
            if time.monotonic() - line.heard > GONE_S and line.transport is not None:
                line.transport.abort()
        return now

    def _keep_stills(self) -> None:
        """Whoever has just been saved looks like what is on the wall; so does what was loaded and has settled."""
        jpeg, at = self._picture
        saved = self.looks.saved()
        name, since = self._loaded
        if name and time.monotonic() - since > SETTLED_S:
            self._loaded = "", 0.0
            saved += [name] if self._looks.get(name) == 0 else []
        if jpeg and time.monotonic() - at < 2.0:
            for one in saved:
                self.looks.keep(one, jpeg)
