"""The operator's page, served for real with a show that goes on, and tablets that speak as a browser does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np

from installation.foundation import places
from installation.light.preview import shrunk
from installation.live.state import StatusReader
from installation.remote.desk import Desk
from installation.remote.web.files import Files
from installation.remote.web.operator import pairing
from installation.remote.web.operator.console import OperatorConsole
from installation.remote.web.operator.preview import Preview
from installation.remote.web.operator.server import OperatorServer
from installation.show import Show
from installation.venue.settings import PagesSettings
from tests.harness.pages import Phone
from tests.harness.rehearsal import tick
from tests.harness.waiting import TIMEOUT_S, free_ports, until

FILES = Files(places.assets() / "pages", "operator")
DOOR = "operator.sock"


def code(folder: Path, role: str) -> str:
    """The code that makes a tablet one of this role, as somebody at the machine is told it."""
    return pairing.offer(folder, time.time()).codes[role]


class Tablet(Phone):
    """One socket of a tablet."""

    number = 0

    async def do(self, address: str, *values: object, **more: Any) -> str:
        """Ask for something; why it was not done, "" where it was."""
        self.number += 1
        await self.say(k="do", id=self.number, a=address, v=list(values), **more)
        return await self.answer(self.number)

    async def answer(self, number: int) -> str:
        """What became of a question."""
        while (did := await self.hear("did"))["id"] != number:
            pass
        assert did["ok"] is (did["why"] == "")
        return str(did["why"])

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of this kind; pictures go by."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                said = await self.socket.receive()
                if said.type is aiohttp.WSMsgType.BINARY:
                    continue
                assert said.type is aiohttp.WSMsgType.TEXT, (kind, said)
                message: dict[str, Any] = said.json()
                if message["k"] == kind:
                    return message

    async def picture(self) -> bytes:
        """The next picture."""
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                said = await self.socket.receive()
                assert said.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), said
                if said.type is aiohttp.WSMsgType.BINARY:
                    return bytes(said.data)

    async def arm(self) -> None:
        """Let it move the show."""
        await self.say(k="arm", on=True)
        while not (await self.hear("armed"))["on"]:
            pass

    async def state(self, **wanted: object) -> dict[str, Any]:
        """The next state that says this."""
        while True:
            state = await self.hear("s")
            if all(state.get(key) == value for key, value in wanted.items()):
                return state


class Regie:
    """A server and the tablets of a house."""

    def __init__(self, server: OperatorServer, session: aiohttp.ClientSession, folder: Path) -> None:
        self.server, self.session, self.folder = server, session, folder
        self.address = f"http://127.0.0.1:{server.bound}"
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def open(self, origin: str | None = "") -> Tablet:
        """A socket on which nothing was said. `origin` None: a program that says none; empty: our own page."""
        headers = {} if origin is None else {"Origin": origin or self.address}
        self.sockets.append(await self.session.ws_connect(f"{self.address}/ws", headers=headers))
        return Tablet(self.sockets[-1])

    async def paired(self, role: str = "operator", name: str = "", armed: bool = True) -> Tablet:
        """A tablet of this role."""
        tablet = await self.open()
        await tablet.say(k="pair", code=code(self.folder, role), name=name or role)
        assert (await tablet.hear("hello"))["role"] == role
        if armed and role in ("performer", "operator"):
            await tablet.arm()
        return tablet

    async def settle(self, true: Any) -> None:
        """Until something is true."""
        async with asyncio.timeout(TIMEOUT_S):
            while not true():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def regie(folder: Path, show: Show | None = None, desk: Desk | None = None, **more: Any) -> AsyncIterator[Regie]:
    """The operator's page on a port of its own, beside a show that goes on where one is given."""
    (port,) = free_ports(1)
    server = OperatorServer(PagesSettings(operator_port=port), FILES, folder / DOOR, folder / "presets", **more)
    running = asyncio.create_task(server.run())
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while not (folder / DOOR).exists() or server.bound is None:
                assert not running.done(), running.exception()
                await asyncio.sleep(0.01)
        async with aiohttp.ClientSession() as session:
            house = Regie(server, session, folder)
            if show is None or desk is None:
                yield house
            else:
                with steered(show, desk, folder):
                    await house.settle(lambda: server.tablets.may)
                    yield house
            for link in house.sockets:
                await link.close()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@contextmanager
def steered(show: Show, desk: Desk, folder: Path) -> Iterator[OperatorConsole]:
    """A show that goes on in a thread, linked to the operator's page, with a picture that changes."""
    console = OperatorConsole(desk, folder / DOOR, show, StatusReader(desk.gauge).read)
    preview, ending = Preview(folder / DOOR, shrunk), threading.Event()
    console.watching = preview.watched
    frame = np.zeros((180, 320), np.uint32)

    def play() -> None:
        while not ending.wait(1 / 120):
            tick(show, desk)
            console.follow(show, 1.0)
            frame[:] = 0x101830 + show.tick % 256
            preview.take(frame)

    thread = threading.Thread(target=play)
    for one in (console, preview, thread):
        one.start()
    try:
        yield console
    finally:
        ending.set()
        thread.join()
        console.close()
        preview.close()


class Served:
    """The same in threads of this process, at `listen`: for who can't be asked in an event loop."""

    def __init__(self, folder: Path, listen: str) -> None:
        (port,) = free_ports(1)
        wanted = PagesSettings(operator_listen=listen, operator_port=port)
        self.server = OperatorServer(wanted, FILES, folder / DOOR, folder / "presets")
        self.folder, self.address = folder, f"http://{listen}:{port}/"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Served:
        self._thread.start()
        until(lambda: self.server.bound)
        return self

    def __exit__(self, *error: object) -> None:
        if self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.run(self._serving())

    async def _serving(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.ensure_future(self.server.run())
        await asyncio.gather(self._task, return_exceptions=True)
