"""Through every way in the same rules hold: a least time between two GO, and /undo within one tick.

Real sockets, a device at a pseudo-terminal, a tablet at the operator's page; the ticks are the test's. For keys see
tests/live/test_stage.py.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from installation.cuelist import BETWEEN
from installation.live.state import StatusReader
from installation.remote.desk import Desk
from installation.remote.midi import maps
from installation.remote.midi.maps import DeviceMap, Map
from installation.remote.midi.service import MidiService
from installation.remote.osc import codec
from installation.remote.osc.server import Server
from installation.remote.web.operator.console import OperatorConsole
from installation.show import Show
from installation.venue.settings import Midi
from tests.harness.faders import Faders
from tests.harness.rehearsal import tick
from tests.harness.tablets import DOOR, Tablet, regie
from tests.harness.waiting import TIMEOUT_S

Say = Callable[..., Awaitable[None]]
"""Says something by a hand; it waits for the next tick when this returns."""

GO, UNDO, GLOW, BLACKOUT = "/show/go", "/undo", "/light/glow", "/show/blackout"


async def soon(true: Callable[[], object], what: str) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not true():
            await asyncio.sleep(0.002)


@asynccontextmanager
async def osc(show: Show, desk: Desk, folder: Path, kind: socket.SocketKind) -> AsyncIterator[Say]:
    server = Server(desk, "127.0.0.1", 0)
    server.start()
    assert await asyncio.to_thread(server.wait, TIMEOUT_S)
    with closing(server), socket.socket(socket.AF_INET, kind) as link:
        link.connect(("127.0.0.1", server.port))

        async def say(address: str, *values: Any) -> None:
            data = codec.encode(address, values)
            link.send(data if kind is socket.SOCK_DGRAM else codec.LengthPrefix.wrap(data))
            await soon(lambda: len(desk.inbox), f"{address} to arrive")

        yield say


@asynccontextmanager
async def midi(show: Show, desk: Desk, folder: Path) -> AsyncIterator[Say]:
    faders = Faders()
    pads = {GO: 36, UNDO: 37, BLACKOUT: 38}
    found = (Map(GLOW, 1), *(Map(address, note, kind="note") for address, note in pads.items()))
    maps.write(maps.file(folder, faders.name), DeviceMap(True, map=found))
    service = MidiService(desk, Midi(enabled=True, ports=(faders.path,)), folder, show.score)
    service.start()
    try:
        await soon(lambda: service.devices, "the device")

        async def say(address: str, *values: Any) -> None:
            if address == GLOW:
                faders.send(bytes((0xB0, 1, round(127 * values[0]))))
            else:
                faders.send(bytes((0x90, pads[address], 90, 0x80, pads[address], 0)))
            await soon(lambda: len(desk.inbox), f"{address} to arrive")

        yield say
    finally:
        service.close()
        faders.unplug()


@asynccontextmanager
async def page(show: Show, desk: Desk, folder: Path) -> AsyncIterator[Say]:
    async with regie(folder) as house:
        console = OperatorConsole(desk, folder / DOOR, show, StatusReader(desk.gauge).read)
        console.start()
        try:
            await house.settle(lambda: house.server.tablets.may)
            tablet = await house.paired("operator")
            asked: list[asyncio.Task[str]] = []

            async def say(address: str, *values: Any) -> None:
                await _asked(tablet, console, show, asked, address, *values)
                await soon(lambda: len(desk.inbox), f"{address} to arrive")

            yield say
            await asyncio.gather(*asked)
        finally:
            console.close()


async def _asked(
    tablet: Tablet, console: OperatorConsole, show: Show, asked: list[asyncio.Task[str]], *what: Any
) -> None:
    """The tablet's question has come to the show's side, whose tick is at its end."""
    await asyncio.gather(*asked)
    asked.clear()
    while not asked:
        console._link.say(console._state(show, 1.0))  # who is silent for a second is asked nothing
        question = asyncio.create_task(tablet.do(*what, **{"from": show.course.section.name}))
        await soon(lambda asking=question: asking.done() or console._asked, f"{what[0]} to arrive")
        if console._asked:
            asked.append(question)
        else:
            assert question.result() == "away"
    console.follow(show, 1.0)


Way = Callable[[Show, Desk, Path], Any]
WAYS: dict[str, Way] = {
    "udp": lambda *given: osc(*given, socket.SOCK_DGRAM),
    "tcp": lambda *given: osc(*given, socket.SOCK_STREAM),
    "midi": midi,
    "page": page,
}


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


@pytest.mark.parametrize("way", WAYS)
def test_between_two_go_of_a_hand_there_is_a_least_time(show: Show, desk: Desk, tmp_path: Path, way: str) -> None:
    async def scenario() -> None:
        async with WAYS[way](show, desk, tmp_path) as say:
            await say(GO)
            tick(show, desk)
            assert show.course.section.name == "storm"
            await say(GO)
            tick(show, desk)
            assert show.course.section.name == "storm"
            assert desk.counters.refused == {"soon": 1}
            assert "0.6 s must pass between two GO" in desk.counters.latest
            while show.tick < BETWEEN:
                tick(show, desk)
            await say(GO)
            tick(show, desk)
            assert show.course.section.name == "dawn"

    run(scenario())


@pytest.mark.parametrize("way", WAYS)
def test_what_a_hand_changed_is_taken_back_within_one_tick(show: Show, desk: Desk, tmp_path: Path, way: str) -> None:
    async def scenario() -> None:
        async with WAYS[way](show, desk, tmp_path) as say:
            for address, value, before in ((GLOW, 1.0, 0.5), (BLACKOUT, True, False)):
                await say(address, value)
                tick(show, desk)
                assert show.glides.aims()[address] == value
                await say(UNDO)
                tick(show, desk)
                assert show.glides.aims()[address] == before
            assert not desk.counters.refused

    run(scenario())
