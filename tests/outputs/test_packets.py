"""sACN's and Art-Net's packets, byte for byte those of the public libraries."""

from __future__ import annotations

import random

import pytest
from sacn.messages.data_packet import DataPacket, calculate_multicast_addr
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
    theirs.close()
