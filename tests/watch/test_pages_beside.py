"""Pages beside a real show: what is killed comes back, phones stay, and who wakes up is in no file of this home."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest

from tests.harness.desktop import Desktop
from tests.harness.pages import Phone
from tests.harness.playing import PATIENT, Playing
from tests.harness.waiting import TIMEOUT_S, free_ports

pytestmark = pytest.mark.whole

HUE, LINE, HERE = 0.25, "a tide that nobody else has written", "127.0.0.117"
"""What a visitor gives, and the address of their phone."""

Found = TypeVar("Found")


async def phone(session: aiohttp.ClientSession, address: str, **hello: object) -> Phone:
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            try:
                found = Phone(await session.ws_connect(f"{address}/ws", headers={"Origin": address}))
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
                continue
            await found.say(k="hello", **hello)
            return found


def traces(home: Path, *words: str) -> list[str]:
    """Files in which one of these is found."""
    found = []
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            found += [f"{path}: {word}" for word in words if word.encode() in data]
    return found


async def beside(phone: Phone, wait: Callable[[], Found]) -> Found:
    """What `wait` finds, in a thread, while the phone goes on listening: one that does not is hung up on."""
    waiting = asyncio.create_task(asyncio.to_thread(wait))
    while not waiting.done():
        await on(phone)
    return await waiting


async def on(phone: Phone) -> bool:
    """Whether the show plays, by what a phone hears next; it asks for the time, as phones do who want to be kept."""
    await phone.say(k="clock", a=0.0)
    return bool((await phone.hear("s"))["on"])


def test_pages_beside_a_show(desktop: Desktop) -> None:
    (port,) = free_ports(1)
    venue = f'[pages]\nenabled = true\nlisten = "127.0.0.1"\nport = {port}\nwords = true\n'
    playing = Playing(desktop.environment, venue=venue, care=PATIENT)
    address = f"http://127.0.0.1:{port}"

    async def visit(word: str) -> None:
        connector = aiohttp.TCPConnector(local_addr=(HERE, 0))
        async with aiohttp.ClientSession(connector=connector) as session, AsyncExitStack() as sockets:
            first = await phone(session, address, word=word)
            sockets.push_async_callback(first.socket.close)
            token = (await first.hear("hello"))["token"]
            await first.say(k="join", hue=HUE)
            while not (await first.hear("s"))["on"]:
                pass
            told = await beside(
                first, lambda: playing.wait(lambda s: s.get("pages", {}).get("lie") == 1, "a visitor in the status")
            )
            assert told["pages"]["phones"] == 1
            # the show is killed: its phones stay, and go on with the next one
            old = playing.state["process"]
            os.kill(old, signal.SIGKILL)
            await beside(first, lambda: playing.plays(than=old))
            while not await on(first):
                pass
            # the pages are killed: the show goes on, phones come back
            tick, process = playing.state["tick"], playing.pages
            os.kill(process, signal.SIGKILL)
            await first.closed()
            again = await phone(session, address, token=token)  # which has the word no more
            sockets.push_async_callback(again.socket.close)
            other = (await again.hear("hello"))["token"]
            assert other != token
            assert playing.state["process"] != old
            playing.wait(lambda s: s.get("tick", 0) > tick, "ticks")
            await again.say(k="join", hue=HUE)
            await again.hear("place")
            await again.say(k="line", text=LINE)
            await again.hear("line")
            assert traces(playing.home, LINE), "it is written down as long as they sleep"
            await again.say(k="leave")
            await again.hear("left")
            assert traces(playing.home, token, other, LINE, HERE) == []

    try:
        playing.start()
        playing.plays()
        playing.guarded()
        word = playing.wait(lambda s: s.get("pages", {}).get("word"), "a word")["pages"]["word"]
        asyncio.run(asyncio.wait_for(visit(word), 4 * TIMEOUT_S))
        code, _, err = playing.end()
        assert (code, "Traceback" in err) == (0, False), err
        assert not playing.processes()
    finally:
        playing.close()
