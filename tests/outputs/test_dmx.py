"""DMX as a node hears it: real datagrams from the sender's own thread, and from a whole show."""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise

import numpy as np
import pytest
import sacn
from sacn.messages.data_packet import DataPacket

from installation.outputs.dmx import AGAIN, DmxSender
from installation.outputs.e131 import LEAP
from installation.outputs.lamps import Lamps
from installation.venue import settings
from installation.venue.settings import Settings
from tests.harness.desktop import Desktop
from tests.harness.playing import PATIENT, Playing
from tests.harness.waiting import free_ports, until

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


@pytest.mark.whole
def test_a_node_hears_them_go_up_stay_and_end(node: Node) -> None:
    asked = settings.parse(venue(node.port), "v.toml")
    lamps = lit(asked)
    with sending(asked, lamps):
        first = node.sacn()
        assert (first.universe, first.priority, first.syncAddr, first.sourceName[:9]) == (1, 100, 0, "SleepTree")
        heard = [first]
        while heard[-1].dmxData[2] < 255:
            heard.append(node.sacn())
        assert 7 <= heard[0].dmxData[2] < 100
        stays = [node.sacn() for _ in range(AGAIN + 1)]  # nothing changes: it is said again all the same
        assert {bytes(packet.dmxData) for packet in stays} == {bytes(heard[-1].dmxData)}
    down = [node.sacn()]
    while not down[-1].option_StreamTerminated:
        down.append(node.sacn())
    last = [down.pop(), node.sacn(), node.sacn()]
    assert all(packet.option_StreamTerminated and tuple(packet.dmxData[2:5]) == (7, 7, 7) for packet in last)
    levels = [packet.dmxData[2] for packet in down]
    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) > 5, "they went softly"
    assert levels[-AGAIN - 1 :] == [7] * (AGAIN + 1), "what is said of the end counts, and is said before it"
    heard += [*stays, *down, *last]
    assert [packet.sequence for packet in heard] == [0, *((LEAP + k) % 256 for k in range(len(heard) - 1))]
    assert all(sum(packet.dmxData) == sum(packet.dmxData[2:5]) for packet in heard)


def test_artnet_nodes_hear_the_same(node: Node) -> None:
    asked = settings.parse(venue(node.port, 'protocol = "artnet"\nuniverse = 300'), "v.toml")
    with sending(asked, lit(asked)):
        heard = [node.raw()]
        while heard[-1][20] < 255:
            heard.append(node.raw())
    while heard[-1][20] > 7:
        heard.append(node.raw())
    heard += [node.raw() for _ in range(AGAIN)]
    assert heard[0][:12] == b"Art-Net\0\0\x50\0\x0e"
    assert struct.unpack("<H", heard[0][14:16]) == (300,)
    assert [data[12] for data in heard] == [0, *((k % 255) + 1 for k in range(len(heard) - 1))]
    assert {data[20:23] for data in heard[-AGAIN - 1 :]} == {b"\7\7\7"}


@pytest.mark.parametrize(
    ("more", "word"), [("sync = 9", b"\0\0\0\x08"), ('protocol = "artnet"\nsync = 1', b"Art-Net\0\0\x52")]
)
def test_universes_are_told_to_show_what_they_were_sent_in_the_same_moment(node: Node, more: str, word: bytes) -> None:
    other = '[[fixture]]\nname = "other"\nchannel = 3\nuniverse = 2'
    asked = settings.parse(venue(node.port, more, other), "v.toml")
    with sending(asked, lit(asked)):
        heard = [node.raw() for _ in range(30)]
    said = [data for data in heard if not 50 < len(data) < 500]  # without what a source says of itself
    words = [k for k, data in enumerate(said) if word in (data[18:22], data[:10])]
    turns = [said[a + 1 : b] for a, b in pairwise(words) if b > a + 1]  # what lies between two words
    assert len(turns) > 3
    assert all(len(turn) == 2 for turn in turns), "both universes, then the word"
    if word[0] == 0:
        assert {DataPacket.make_data_packet(tuple(data)).syncAddr for turn in turns for data in turn} == {9}


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


class Lights:
    """A public receiver on this machine, which leaves out what E1.31 tells it to: what a light shows."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.shown: tuple[int, ...] = ()
        self.ended = False  # the source has said so, or nothing was heard for 2.5 s
        self._receiver = sacn.sACNreceiver("127.0.0.1", self.port)
        self._receiver.register_listener("universe", self._hear, universe=1)
        self._receiver.register_listener("availability", self._change)
        self._receiver.start()

    def _hear(self, packet: DataPacket) -> None:
        if not packet.option_StreamTerminated:  # whose values are to be ignored
            self.shown = tuple(packet.dmxData[:3])

    def _change(self, universe: int, changed: str) -> None:
        self.ended = changed == "timeout"

    def close(self) -> None:
        self._receiver.stop()


@pytest.mark.whole
def test_what_lights_show_when_a_show_is_blacked_out_killed_and_killed_again(desktop: Desktop) -> None:
    with closing(Lights()) as lights:
        show = Playing(
            desktop.environment,
            f'[dmx]\nenabled = true\nhost = "127.0.0.1:{lights.port}"\n'
            '[[fixture]]\nname = "wall"\nchannel = 1\nleast = 9\nfrom = "breath"\n',
            care="failures = 1\n" + PATIENT,
        )
        dark = (9, 9, 9)
        try:
            show.start()
            before = show.guarded()
            until(lambda: max(lights.shown, default=0) > 40, "the room to breathe")
            show.tell("/show/blackout", 1)
            until(lambda: lights.shown == dark, "the blackout in the room, too")
            show.tell("/show/blackout", 0)
            until(lambda: max(lights.shown) > 40, "light again")
            os.kill(before["process"], signal.SIGKILL)
            calm = show.wait(lambda s: s.get("role") == "calm" and s.get("place") == "playing", "the calm scene")
            moved = lights.shown
            until(lambda: lights.shown != moved, "the calm scene to light the room")
            show.guarded()
            until(lambda: max(lights.shown) > 40, "something that could stay")
            os.kill(calm["process"], signal.SIGKILL)
            show.wait(lambda s: s.get("role") == "black" and s.get("place") == "playing", "black")
            until(lambda: lights.shown == dark, "the least")
            assert not lights.ended, "somebody goes on saying so"
            code, _, err = show.end()
            assert (code, "Traceback" in err) == (0, False), err
            until(lambda: lights.ended, "the word that nothing follows")
            assert lights.shown == dark
        finally:
            show.close()
