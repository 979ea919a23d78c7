"""sACN's and Art-Net's packets, byte for byte those of the public libraries."""

from __future__ import annotations

import random

import pytest
from sacn.messages.data_packet import DataPacket, calculate_multicast_addr
from sacn.messages.sync_packet import SyncPacket
from sacn.messages.universe_discovery import UniverseDiscoveryPacket
from stupidArtnet import StupidArtnet

from installation.outputs import artnet, e131

CID = bytes(range(16))
NAME = "SleepTree on härz"


def values(seed: int) -> bytes:
    return random.Random(seed).randbytes(512)


@pytest.mark.parametrize("universe", [1, 2, 255, 256, 5_000, 63_999])
def test_sacn_says_what_the_library_says(universe: int) -> None:
    ours = e131.Universe(universe, CID, NAME, 120)
    for sequence in range(258):
        data, last = values(sequence), sequence % 3 == 0
        theirs = DataPacket(tuple(CID), NAME, universe, tuple(data), 120, sequence % 256, last)
        assert ours.packet(data, last) == bytes(theirs.getBytes()), sequence
    assert e131.group(universe) == calculate_multicast_addr(universe)


def test_the_librarys_reader_understands_it() -> None:
    ours = e131.Universe(7, CID, NAME, 90)
    ours.packet(values(1))
    read = DataPacket.make_data_packet(tuple(ours.packet(values(2), terminated=True)))
    assert (read.universe, read.priority, read.sequence, read.sourceName) == (7, 90, 1, NAME)
    assert read.option_StreamTerminated
    assert bytes(read.dmxData) == values(2)


def test_a_universe_that_says_when_others_are_shown_says_what_the_library_says() -> None:
    ours, word = e131.Universe(7, CID, NAME, 100, sync=600), e131.Sync(600, CID)
    theirs = DataPacket(tuple(CID), NAME, 7, tuple(values(3)), 100, 0, sync_universe=600)
    assert ours.packet(values(3)) == bytes(theirs.getBytes())
    for sequence in range(258):
        assert word.packet() == bytes(SyncPacket(tuple(CID), 600, sequence % 256).getBytes())


@pytest.mark.parametrize("last", range(256))
def test_who_heard_another_process_takes_what_this_one_begins_with(last: int) -> None:
    """By the rule of E1.31 6.7.2, whatever number the other one had come to."""

    def behind(number: int) -> bool:
        return (number - heard - 1) % 256 >= 256 - 20

    for sent in (e131.Universe(7, CID, NAME, 100).begin(values(1)), e131.Sync(7, CID).begin()):
        heard, taken = last, []
        for packet in sent:
            number = packet[111 if len(packet) > 100 else 44]
            if not behind(number):
                heard = number
                taken.append(packet)
        assert taken
        assert heard == e131.LEAP


@pytest.mark.parametrize("universes", [(1,), (1, 2, 300), tuple(range(1, 513))])
def test_a_source_says_which_universes_it_has(universes: tuple[int, ...]) -> None:
    theirs = UniverseDiscoveryPacket(tuple(CID), NAME, universes)
    assert e131.discovery(universes, CID, NAME) == bytes(theirs.getBytes())


def test_a_long_name_is_cut_between_letters() -> None:
    read = DataPacket.make_data_packet(tuple(e131.Universe(1, CID, "ä" * 60, 100).packet(bytes(512))))
    assert read.sourceName == "ä" * 31


@pytest.mark.parametrize("universe", [0, 1, 255, 256, 32_767])
def test_artnet_says_what_the_library_says(universe: int) -> None:
    theirs = StupidArtnet(universe=universe)
    ours = artnet.Universe(universe)
    for sequence in (*range(1, 256), 1):
        theirs.sequence = sequence
        theirs.make_artdmx_header()
        data = values(sequence)
        assert ours.packet(data) == bytes(theirs.packet_header) + data, sequence
    (first,) = ours.begin(values(4))
    theirs.sequence = 0
    theirs.make_artdmx_header()
    assert first == bytes(theirs.packet_header) + values(4)
    theirs.make_artsync_header()
    assert artnet.Sync().packet() == bytes(theirs.artsync_header)
    theirs.close()
