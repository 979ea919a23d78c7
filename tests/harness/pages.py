"""The visitors' pages, served for real on this machine, with phones that speak as a browser does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from installation.foundation import places
from installation.remote.desk import Desk
from installation.remote.web.bridge import Bridge
from installation.remote.web.entry import kept_key
from installation.remote.web.files import Files
from installation.remote.web.server import PagesServer
from installation.show import Show
from installation.venue.settings import PagesSettings
from tests.harness.rehearsal import tick
from tests.harness.waiting import TIMEOUT_S, free_ports, until

FILES = Files(places.assets() / "pages", "visitor")
QUIET = {"entry_word": False, "sockets_of_host": 0}


class Phone:
    """One socket, and what was said to it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> None:
        await self.socket.send_json(message)

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of this kind."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                said = await self.socket.receive()
                assert said.type is aiohttp.WSMsgType.TEXT, (kind, said)
                message: dict[str, Any] = msgspec.json.decode(said.data)
                if message["k"] == kind:
                    return message

    async def closed(self) -> int:
        """The code with which the socket is hung up on, whatever is said before."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                said = await self.socket.receive()
                if said.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                    await self.socket.close()
                    return self.socket.close_code or 0


class Pages:
    """A server and those who visit it."""

    def __init__(self, server: PagesServer, session: aiohttp.ClientSession) -> None:
        self.server, self.session = server, session
        self.address = f"http://127.0.0.1:{server.port}"
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def open(self, origin: str | None = "") -> aiohttp.ClientWebSocketResponse:
        """A socket on which nothing was said. `origin` None: a program that says none; empty: our own page."""
        headers = {} if origin is None else {"Origin": origin or self.address}
        self.sockets.append(await self.session.ws_connect(f"{self.address}/ws", headers=headers))
        return self.sockets[-1]

    async def phone(self, origin: str | None = "", **hello: Any) -> Phone:
        """Somebody comes."""
        phone = Phone(await self.open(origin))
        await phone.say(k="hello", **hello)
        return phone

    async def settle(self, true: Any) -> None:
        """Until something is true, or it never is."""
        async with asyncio.timeout(TIMEOUT_S):
            while not true():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def served(folder: Path, key: bytes | None = None, **settings: Any) -> AsyncIterator[Pages]:
    """The pages, on a port of their own."""
    (port,) = free_ports(1)
    wanted = PagesSettings(listen="127.0.0.1", port=port, **{**QUIET, **settings})
    server = PagesServer(wanted, FILES, folder / "pages.sock", lambda told: {}, key=key)
    running = asyncio.create_task(server.run())
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while not (folder / "pages.sock").exists():
                assert not running.done(), running.exception()
                await asyncio.sleep(0.01)
        async with aiohttp.ClientSession() as session:
            pages = Pages(server, session)
            yield pages
            for link in pages.sockets:
                await link.close()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@contextmanager
def played(show: Show, desk: Desk, door: Path) -> Iterator[Bridge]:
    """A show that goes on in a thread, without pictures, and tells the pages behind this door."""
    bridge, ending = Bridge(desk, door, ["rest"]), threading.Event()

    def play() -> None:
        while not ending.wait(1 / 120):
            tick(show, desk)
            bridge.follow(show, 1.0)

    thread = threading.Thread(target=play)
    bridge.start()
    thread.start()
    try:
        yield bridge
    finally:
        ending.set()
        thread.join()
        bridge.close()


class Serving:
    """The pages and a show that goes on, in threads of this process: for who can't be asked in an event loop."""

    def __init__(self, folder: Path, show: Show, desk: Desk, listen: str, port: int = 0, **settings: Any) -> None:
        self.port = port or free_ports(1)[0]
        wanted = PagesSettings(listen=listen, port=self.port, **{**QUIET, **settings})
        key = kept_key(folder / "pages.key")  # the same for whoever follows in this folder
        door = folder / "pages.sock"
        self.server = PagesServer(wanted, FILES, door, lambda told: {}, wall=lambda: self.wall, key=key)
        self.wall = b""  # what is on it, a JPEG
        self.address = f"http://{listen}:{self.port}/"
        self._shows = ExitStack()
        self._playing = played(show, desk, door)
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Serving:
        self._thread.start()
        bridge = self._shows.enter_context(self._playing)
        until(lambda: bridge.told)
        return self

    def __exit__(self, *error: object) -> None:
        self._shows.close()
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def _serve(self) -> None:
        self._task = self._loop.create_task(self.server.run())
        self._loop.run_until_complete(asyncio.gather(self._task, return_exceptions=True))
        self._loop.close()
