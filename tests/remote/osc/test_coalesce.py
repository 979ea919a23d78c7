"""What waits in a socket, and what of it is looked at: of each fader the newest, what is plain without decoding it."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation.acceptance import accept
from installation.controls import TABLE
from installation.remote.access import AccessList, networks
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.osc import codec
from installation.remote.osc.coalesce import Coalescer, Datagram
from installation.remote.osc.server import BATCH, Server, waiting
from tests.harness.rehearsal import rehearsal, tick
from tests.harness.waiting import until

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with socket.socket(request.param, socket.SOCK_DGRAM) as udp, socket.socket(request.param, socket.SOCK_DGRAM) as out:
        udp.bind(("::1" if request.param == socket.AF_INET6 else "127.0.0.1", 0))
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        udp.setblocking(False)
        out.connect(udp.getsockname()[:2])
        yield udp, out


def taken(udp: socket.socket, many: int) -> list[Datagram]:
    """So many datagrams; a kernel that has much to do delivers even those within the machine a little later."""
    came: list[Datagram] = []

    def all_came() -> bool:
        batch = waiting(udp)
        assert len(batch) <= BATCH
        came.extend(batch)
        return len(came) >= many

    until(all_came, "the kernel")
    return came


def test_what_waits_is_taken_in_order_with_who_sent_it(pair: Pair) -> None:
    udp, out = pair
    assert waiting(udp) == []
    for n in range(BATCH + 10):
        out.send(n.to_bytes(2, "big") * (n % 50))
    where = out.getsockname()[:2]
    wanted = [(n.to_bytes(2, "big") * (n % 50), *where) for n in range(BATCH + 10)]
    assert taken(udp, len(wanted)) == wanted
    assert waiting(udp) == []


def test_what_is_too_long_is_cut_and_can_be_told(pair: Pair) -> None:
    for size in (0, codec.LARGEST, codec.LARGEST + 1, 60_000):
        pair[1].send(b"a" * size)
    assert [len(data) for data, _, _ in taken(pair[0], 4)] == [0, codec.LARGEST, codec.LARGEST + 1, codec.LARGEST + 1]


def test_many_senders_are_told_apart(pair: Pair) -> None:
    senders = [socket.socket(pair[0].family, socket.SOCK_DGRAM) for _ in range(20)]
    for n, sender in enumerate(senders):
        sender.sendto(bytes([n]), pair[0].getsockname()[:2])
    ports = [sender.getsockname()[1] for sender in senders]
    for sender in senders:
        sender.close()
    assert [(data[0], port) for data, _, port in taken(pair[0], 20)] == list(enumerate(ports))


def datagram(address: str, *arguments: codec.Argument, port: int = 1) -> Datagram:
    return codec.encode(address, arguments), "10.0.0.1", port


def test_of_each_fader_the_newest_is_left_where_it_was_said() -> None:
    said = [
        datagram("/light/glow", 0.1),
        datagram("/show/go", 1.0),
        datagram("/light/glow", 0.2, port=2),
        datagram("/light/glow", 0.3),
        datagram("/show/go", 1.0),
        datagram("/dream/mend", 1),
        datagram("/dream/mend", 0),
        datagram("/sleeper/7/beat", 1.0),
        datagram("/sleeper/7/beat", 1.0),
        datagram("/sleeper/7/hue", 0.1),
        datagram("/sleeper/7/hue", 0.2),
    ]
    assert Coalescer(TABLE).newest(said) == [said[i] for i in (1, 2, 3, 4, 6, 7, 8, 10)]


@pytest.mark.parametrize(
    "newer",
    [
        codec.encode("/light/glow", [float("nan")]),
        codec.encode("/light/glow", [float("-inf")]),
        codec.encode("/light/glow", ["0.2"]),
        codec.encode("/light/glow", [0.2, 0.3]),
        codec.encode("/light/glow", []),
        codec.encode("/light/glow", [0.2])[:-1],
        codec.encode("/light/glow", [0.2]) + b"\0\0\0\0",
        codec.encode("/light/*", [0.2]),
        b"#bundle\0" + struct.pack(">QI", 1, 20) + codec.encode("/light/glow", [0.2]),
    ],
)
def test_what_may_be_refused_takes_no_place(newer: bytes) -> None:
    said = [datagram("/light/glow", 0.1), (newer, "10.0.0.1", 1)]
    assert Coalescer(TABLE).newest(said) == said


NUMBERS: tuple[codec.Argument, ...] = (1, 0, 1.0, -7, 0.3, 1e9, -1e-9, 2**31 - 1)


def test_what_is_not_decoded_is_what_would_have_been_decoded() -> None:
    coalescer, short = Coalescer(TABLE), 0
    for row in TABLE.values():
        for address in {row.addresses[0], row.addresses[-1]}:
            for arguments in ((), *((number,) for number in NUMBERS)):
                data = codec.encode(address, arguments)
                found = coalescer.accepted(data)
                if found is not None:
                    (message,) = codec.decode(data)
                    assert found == accept(TABLE, message.address, message.arguments)
                    short += 1
    assert short > 250
    for data in (codec.encode("/light/glow", [float("nan")]), codec.encode("/show/go", [0.0]), b"", b"/a"):
        assert coalescer.accepted(data) is None


def test_a_show_that_was_sieved_is_the_show_that_was_not(tmp_path: Path) -> None:
    draw = random.Random(3)
    rows = [row for row in TABLE.values() if row.role == "input" and row.kind != "word"]
    said = []
    for _ in range(3000):
        address = draw.choice(rows).address.replace("/N/", f"/{draw.randint(1, 3)}/")
        choices = [(draw.uniform(-3, 9),), (draw.randint(0, 3),), ("x",), (), (float("nan"),)]
        arguments: tuple[codec.Argument, ...] = draw.choice(choices)
        said.append(datagram(address, *arguments, port=draw.randint(1, 2)))
    shows = []
    for sieved in (True, False):
        show = rehearsal()
        desk = Desk(show, tmp_path)
        server = Server(desk, "127.0.0.1", 0, AccessList(networks(["10.0.0.1"])))
        for at in range(0, len(said), 40):
            batch = said[at : at + 40]
            if sieved:
                server._receive(batch)
            else:
                for data, host, port in batch:
                    server._take(data, Source("udp", host, port), at)
            tick(show, desk)
        shows.append(show)
    assert shows[0].snapshot() == shows[1].snapshot()
