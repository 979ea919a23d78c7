"""DMX as a node hears it: real datagrams from the sender's own thread, and from a whole show."""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest
from sacn.messages.data_packet import DataPacket

from installation.outputs.dmx import DmxSender
from installation.outputs.lamps import Lamps
from installation.venue import settings
from installation.venue.settings import Settings
from tests.harness.desktop import Desktop
from tests.harness.playing import Playing
from tests.harness.waiting import until

WHITE = np.full((54, 96), 0xFFFFFF, np.uint32)
BLACK = np.zeros((54, 96), np.uint32)


class Node:
    """Somebody who listens on this machine."""

    def __init__(self) -> None:
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._link.bind(("127.0.0.1", 0))
        self._link.settimeout(60.0)
        self.port = self._link.getsockname()[1]

    def raw(self) -> bytes:
        return self._link.recv(2048)

    def sacn(self) -> DataPacket:
        """The next packet with values."""
        while True:
            data = self.raw()
            if data[18:22] == b"\0\0\0\x04":
                return DataPacket.make_data_packet(tuple(data))

    def close(self) -> None:
        self._link.close()


@pytest.fixture
def node() -> Iterator[Node]:
    with closing(Node()) as one:
        yield one


def venue(port: int, more: str = "", fixture: str = "") -> str:
    return (
        f'[dmx]\nenabled = true\nhost = "127.0.0.1:{port}"\n{more}\n'
        f'[[fixture]]\nname = "wall"\nchannel = 3\nleast = 7\n{fixture}\n'
    )


@contextmanager
def sending(asked: Settings, lamps: Lamps) -> Iterator[DmxSender]:
    sender = DmxSender(asked, lamps)
    sender.start()
    try:
        yield sender
    finally:
        sender.close()
        assert not sender.alive


def lit(asked: Settings, level: float = 1.0) -> Lamps:
    """Lamps that are asked for as much of white."""
    ahead = iter(range(10**9, 10**18, 10**9))
    lamps = Lamps(asked.fixture, lambda: next(ahead))
    lamps.rest()
    lamps.see(WHITE)
    return lamps


def test_a_node_hears_them_go_up_stay_and_end(node: Node) -> None:
    asked = settings.parse(venue(node.port), "v.toml")
    lamps = lit(asked)
    with sending(asked, lamps):
        first = node.sacn()
        assert (first.universe, first.priority, first.sourceName[:9]) == (1, 100, "SleepTree")
        heard = [first]
        while heard[-1].dmxData[2] < 255:
            heard.append(node.sacn())
        assert 7 <= heard[0].dmxData[2] < 100
        stays = node.sacn()  # nothing changes: it is said again all the same
        assert bytes(stays.dmxData) == bytes(heard[-1].dmxData)
    last = [node.sacn() for _ in range(3)]
    assert all(packet.option_StreamTerminated and tuple(packet.dmxData[2:5]) == (7, 7, 7) for packet in last)
    heard += [stays, *last]
    assert [packet.sequence for packet in heard] == [k % 256 for k in range(len(heard))]
    assert all(sum(packet.dmxData) == sum(packet.dmxData[2:5]) for packet in heard)


def test_artnet_nodes_hear_the_same(node: Node) -> None:
    asked = settings.parse(venue(node.port, 'protocol = "artnet"\nuniverse = 300'), "v.toml")
    with sending(asked, lit(asked)):
        heard = [node.raw()]
        while heard[-1][20] < 255:
            heard.append(node.raw())
    last = [node.raw() for _ in range(3)][-1]
    assert heard[0][:12] == b"Art-Net\0\0\x50\0\x0e"
    assert struct.unpack("<H", heard[0][14:16]) == (300,)
    assert [data[12] for data in heard] == [k % 255 + 1 for k in range(len(heard))]
    assert last[20:23] == b"\7\7\7"


def test_nothing_is_said_before_it_is_known_what_they_show(node: Node) -> None:
    asked = settings.parse(venue(node.port), "v.toml")
    lamps = Lamps(asked.fixture, lambda: 0)
    with sending(asked, lamps) as sender:
        until(lambda: sender.turns > 3)
        assert sender.packets == 0


def test_who_cannot_be_reached_is_said_and_it_goes_on() -> None:
    asked = settings.parse(venue(9, 'interface = "192.0.2.77"'), "v.toml")  # no address of this machine
    with sending(asked, lit(asked)) as sender:
        until(lambda: sender.trouble)
        assert sender.trouble.startswith("lights: 127.0.0.1 can't be reached: ")
        turns = sender.turns
        until(lambda: sender.turns > turns + 3)
        sender._interface = "127.0.0.1"  # the card is back
        until(lambda: not sender.trouble)


def test_who_goes_on_after_another_goes_through_no_dark(node: Node) -> None:
    asked = settings.parse(venue(node.port), "v.toml")
    sender = DmxSender(asked, lit(asked), goes_on=True)
    sender.start()
    assert node.sacn().dmxData[2] == 255
    sender.close()


@pytest.mark.whole
def test_a_show_lights_its_room_outlives_a_crash_and_ends_at_the_least(desktop: Desktop, node: Node) -> None:
    breathing = '[[fixture]]\nname = "breath"\nchannel = 40\nkind = "dimmer"\nfrom = "breath"\nuniverse = 2'
    show = Playing(desktop.environment, venue(node.port, fixture=breathing))
    try:
        show.start()
        before = show.guarded()
        heard = {node.sacn().universe for _ in range(30)}
        assert heard == {1, 2}
        os.kill(before["process"], signal.SIGKILL)
        show.plays(before["process"])
        show.tell("/dmx/level", 0.0)
        while (packet := node.sacn()).universe != 2 or packet.dmxData[39] or packet.option_StreamTerminated:
            pass
        code, _, err = show.end()
        assert code == 0, err
        node._link.settimeout(0.2)
        last: list[DataPacket] = []
        try:
            while True:
                last.append(node.sacn())
        except TimeoutError:
            pass
        assert [packet.option_StreamTerminated for packet in last[-6:]] == [True] * 6
        assert {packet.universe: tuple(packet.dmxData[2:5]) for packet in last[-2:]} == {1: (7, 7, 7), 2: (0, 0, 0)}
    finally:
        show.close()
