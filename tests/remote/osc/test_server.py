"""The server itself: streams, answers, ports that are taken, doors that are shut, floods, a heart."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.controls import TABLE
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.remote.access import AccessList, RateLimit, networks
from installation.remote.desk import Desk
from installation.remote.osc import codec
from installation.remote.osc import server as server_module
from installation.remote.osc.server import Server
from installation.show import Show
from tests.harness.rehearsal import decoded, osc, perform, record, settled, tick, unevenness
from tests.harness.waiting import TIMEOUT_S, until

# TCP


@pytest.mark.parametrize("framing", [codec.LengthPrefix, codec.Slip])
def test_tcp_is_taken_and_answered_in_both_framings(
    server: Server, desk: Desk, show: Show, framing: type[codec.Framing]
) -> None:
    desk.feedback.publish_state({"/state/phase": "harmony"})
    told = perform(
        server.port, framing.wrap(codec.encode("/dream/unrest", [0.5])).hex(), {"hear": ["/state/phase"]}, link="tcp"
    )
    until(lambda: len(desk.inbox) == 1)
    assert settled(show, desk).number("/dream/unrest") > 0
    packets = framing().packets(bytes.fromhex("".join(told)))
    assert codec.decode(packets[0]) == [codec.Message("/state/phase", ("harmony",), codec.NOW)]


def test_a_stream_that_makes_no_sense_is_hung_up_on(server: Server, desk: Desk) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.sendall(b"\0\0\xff\xff")
        link.settimeout(TIMEOUT_S)
        assert link.recv(1) == b""
    assert desk.counters.refused == {"size": 1}


def test_a_controller_that_never_reads_is_hung_up_on_and_stops_nobody(server: Server, desk: Desk, show: Show) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(codec.LengthPrefix.wrap(codec.encode("/show/hold", [1])))
        until(lambda: len(desk.inbox) == 1)
        (source,) = server._streams

        def gone() -> bool:
            desk.feedback.reply(source, {f"/sleeper/{n}/hue": n / 240 for n in range(240)})
            return source not in server._streams

        until(gone, "the server to lose its patience")
    perform(server.port, osc("/dream/unrest", 0.5))
    until(lambda: "/dream/unrest" in {h.accepted.address for h in desk.inbox.drain(0)})


# answers


def test_a_second_controller_hears_what_the_first_one_sets(server: Server, desk: Desk, show: Show) -> None:
    other: list[str] = []
    wanted = {"hear": ["/light/glow", "/light/hue", "/show/rate"]}
    listener = threading.Thread(target=lambda: other.extend(perform(server.port, osc("/show/hold", 0), wanted)))
    listener.start()
    until(lambda: len(desk.inbox) == 1)
    desk.deliver(show, time.monotonic_ns())
    own: list[str] = []
    moves = (osc("/light/glow", 7.5), osc("/light/hue", 0.25), {"hear": ["/show/rate"]})
    hand = threading.Thread(target=lambda: own.extend(perform(server.port, *moves)))
    hand.start()
    until(lambda: len(desk.inbox) == 2)
    desk.deliver(show, time.monotonic_ns())
    show.accept("/show/rate", [2.0])  # by nobody in particular: told to both, after all else
    desk.deliver(show, time.monotonic_ns())
    listener.join()
    hand.join()
    heard = dict(decoded(other))
    assert heard["/light/glow"] == (1.0,)
    assert heard["/light/hue"] == (0.25,)
    assert heard["/show/rate"] == (2.0,)
    assert {"/light/glow", "/light/hue"}.isdisjoint(dict(decoded(own)))


def test_sync_is_answered_with_everything(server: Server, desk: Desk, show: Show) -> None:
    desk.feedback.publish_state({"/state/phase": "harmony"})
    stop = threading.Event()

    def play() -> None:
        while not stop.wait(1 / 120):
            tick(show, desk)

    playing = threading.Thread(target=play)
    playing.start()
    everything = {"hear": ["/sleeper/240/present", "/state/phase"]}
    told = dict(decoded(perform(server.port, osc("/light/glow", 0.25), 0.05, osc("/sync"), everything)))
    stop.set()
    playing.join()
    settable = {r.address for r in TABLE.values() if r.role == "input" and r.kind in ("number", "switch", "word")}
    settable -= {a for a in settable if a.startswith("/show/") and TABLE[a].kind == "word"}  # where the score goes
    sleepers = {a.replace("/N/", f"/{n}/") for a in settable if "/N/" in a for n in range(1, 241)}
    assert set(told) == {a for a in settable if "/N/" not in a} | sleepers | {"/state/phase"}
    assert told["/light/glow"] == (0.25,)
    assert told["/sleeper/7/present"] == (1,)
    assert told["/sleeper/7/hue"][0] == pytest.approx(show.community.hue_target[6], abs=1e-6)


def test_the_names_of_all_looks_are_told_to_who_asks(server: Server, desk: Desk) -> None:
    told = perform(
        server.port,
        osc("/preset/save", "dusk"),
        osc("/preset/save", "dawn"),
        osc("/preset/list"),
        {"hear": ["/state/presets"]},
    )
    assert ("/state/presets", ("dawn, dusk",)) in decoded(told)


def test_two_controllers_that_echo_each_other_die_out(
    server: Server, desk: Desk, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two sockets that send back at once whatever they are told, and a hand that moves one fader."""
    monkeypatch.setattr("installation.remote.feedback.ECHO", 3600 * SECOND)  # a machine that stands still makes no hand
    stop = threading.Event()
    sent: list[float] = []

    def echo() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.connect(("127.0.0.1", server.port))
            link.settimeout(0.05)
            link.send(codec.encode("/show/hold", [0]))
            while not stop.is_set():
                try:
                    packet = link.recv(4096)
                except TimeoutError:
                    continue
                sent.append(time.monotonic())
                link.send(packet)

    echoing = [threading.Thread(target=echo) for _ in range(2)]
    for thread in echoing:
        thread.start()
    said = [0.0]

    def move() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            while not stop.is_set() and (len(said) < 60 or len(sent) <= 10):
                said.append(len(said) % 60 / 60)
                link.sendto(codec.encode("/light/glow", [said[-1]]), ("127.0.0.1", server.port))
                time.sleep(0.01)

    hand = threading.Thread(target=move)
    hand.start()
    try:
        until(lambda: tick(show, desk) or not hand.is_alive(), "a hand that is echoed")
        until(lambda: tick(show, desk) or time.monotonic() - sent[-1] > 1.0, "peace")  # a storm is never still so long
    finally:
        stop.set()
        for thread in (*echoing, hand):
            thread.join()
    assert show.glides.aims()["/light/glow"] == pytest.approx(said[-1], abs=1e-6)


# ports and doors


def test_a_port_that_is_taken_is_said_and_tried_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        server = Server(desk, "127.0.0.1", port)
        server.start()
        until(lambda: server.trouble != "")
        assert server.alive
    assert server.wait(TIMEOUT_S)
    perform(port, osc("/dream/unrest", 0.5))
    until(lambda: len(desk.inbox) == 1)
    assert server.trouble == ""
    server.close()
    out = capsys.readouterr()
    assert f"OSC: 127.0.0.1:{port}: Address already in use; trying again in 1 s" in out.out + out.err


def test_who_is_not_on_the_list_is_refused(desk: Desk) -> None:
    allowed = AccessList(networks(["10.0.0.0/8"]))
    allowed._known["127.0.0.1"] = False  # as if it came from elsewhere
    server = Server(desk, "127.0.0.1", 0, allowed)
    server.start()
    assert server.wait(TIMEOUT_S)
    perform(server.port, osc("/dream/unrest", 0.5))
    until(lambda: desk.counters.total > 0)
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.settimeout(TIMEOUT_S)
        assert link.recv(1) == b""
    server.close()
    assert desk.counters.refused == {"source": 2}
    assert len(desk.inbox) == 0
    assert desk.feedback.due(0) == []


def test_a_server_closes_while_nobody_speaks_and_leaves_the_port(desk: Desk) -> None:
    server = Server(desk, "127.0.0.1", 0)
    server.start()
    assert server.wait(TIMEOUT_S)
    server.close()
    assert not server.alive
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", server.port))


def test_a_thread_that_stumbles_says_so_and_listens_again(
    server: Server, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    take = desk.take
    stumbles = iter([True])

    def stumble(*arguments: Any) -> None:
        if next(stumbles, False):
            raise RuntimeError("a stone")
        take(*arguments)

    monkeypatch.setattr(desk, "take", stumble)
    port = server.port
    perform(port, osc("/dream/unrest", 0.25))
    until(lambda: bool(perform(server.port, osc("/dream/unrest", 0.5), 0.1) or len(desk.inbox)))
    assert server.alive
    out = capsys.readouterr()
    assert "a stone" in out.out + out.err
    assert "listening again" in out.out + out.err


# floods


def dropped(port: int) -> int:
    """Datagrams to a port that the kernel had no room for: a busy machine's doing, not the server's. Linux."""
    try:
        rows = [line.split() for line in Path("/proc/net/udp").read_text(encoding="utf-8").splitlines()[1:]]
    except OSError:
        return 0
    return sum(int(row[-1]) for row in rows if int(row[1].partition(":")[2], 16) == port)


def test_ten_thousand_a_second_from_one_socket_all_land(desk: Desk, show: Show) -> None:
    """That the rate limit admits so many is test_inbox.py's, on a clock that never stands still; this one may."""
    server = Server(desk, "127.0.0.1", 0, limit=RateLimit(burst=20_000.0))
    server.start()
    assert server.wait(TIMEOUT_S)
    flood = {"flood": [osc(f"/sleeper/{n}/glow", n / 240) for n in range(1, 241)], "rate": 10_000, "seconds": 2.0}
    performer = threading.Thread(target=lambda: perform(server.port, flood))
    performer.start()
    while performer.is_alive():
        tick(show, desk)
        time.sleep(1 / 120)
    counted = desk.counters.counted

    def landed() -> int:
        return counted["taken"] + desk.inbox.merged + counted["superseded"]

    until(lambda: tick(show, desk) or landed() + dropped(server.port) == 20_000, "all of them")
    assert desk.counters.total == 0
    glows: NDArray[np.float64] = show.community.glow_target
    assert glows == pytest.approx(np.arange(1, 241) / 240, abs=1e-6)
    server.close()


def test_a_flood_is_cut_to_its_share_and_a_bang_from_elsewhere_still_lands(desk: Desk, show: Show) -> None:
    server = Server(desk, "127.0.0.1", 0, limit=RateLimit(rate=1_000.0, burst=500.0))
    server.start()
    assert server.wait(TIMEOUT_S)
    flood = {"flood": [osc("/dream/unrest", "0.5")], "rate": 20_000, "seconds": 1.0}  # a word: each must be looked at
    performer = threading.Thread(target=lambda: perform(server.port, flood))
    performer.start()
    while performer.is_alive():
        tick(show, desk)
        time.sleep(1 / 120)
    counted, refused = desk.counters.counted, desk.counters.refused
    until(lambda: counted["datagrams"] == refused["rate"] + counted["decoded"])
    assert set(refused) == {"rate"}
    assert len(desk.inbox) <= 1
    waiting = len(desk.inbox)
    until(lambda: bool(perform(server.port, osc("/show/go"), 0.05) or len(desk.inbox) > waiting))
    assert "/show/go" in {heard.accepted.address for heard in desk.inbox.drain(0)}
    server.close()


# a heart


def test_a_simulated_strap_in_another_process_leads_its_sleeper(server: Server, desk: Desk, show: Show) -> None:
    """The bridge of the manual: 72 beats a minute, as a strap sends them, with one heard twice."""
    beats: list[object] = []
    for n in range(4):
        beats += [osc("/sleeper/3/beat"), *([osc("/sleeper/3/beat")] if n == 2 else []), 60 / 72]
    felt = record(desk)
    performer = threading.Thread(target=lambda: perform(server.port, *beats))
    performer.start()
    began = time.monotonic()
    while performer.is_alive():
        for _ in range(int((time.monotonic() - began) * ticks.RATE) - show.tick):
            tick(show, desk)
        time.sleep(0.002)
    until(lambda: tick(show, desk) or len(felt) + desk.inbox.merged == 5, "every beat")
    uneven = unevenness([*felt[:3], felt[-1]], [60 / 72] * 3)
    assert show.community.rate_target[2] == pytest.approx(72 / 60, rel=uneven)  # a double beat would be twice as much
    assert show.community.driven[2] > 0.9


# connections


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT_S)


def test_connections_that_say_nothing_give_way(server: Server, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty of them take the share of one host, until they have been silent for too long."""
    monkeypatch.setattr(server_module, "SILENT_S", 3600.0)  # however long a busy machine takes to open forty
    links = [connect(server) for _ in range(40)]
    until(lambda: desk.counters.refused["source"] == 40 - server_module.OF_HOST, "the rest to be refused")
    monkeypatch.setattr(server_module, "SILENT_S", 0.5)
    perform(server.port, osc("/dream/unrest", 0.5))
    until(lambda: len(desk.inbox) == 1, "a datagram meanwhile")
    until(lambda: not server._streams, "the silent to be hung up on")
    with connect(server) as link:
        link.sendall(codec.LengthPrefix.wrap(codec.encode("/light/glow", [0.5])))
        until(lambda: len(desk.inbox) == 2, "a message by TCP")
    for link in links:
        link.close()


def test_a_connection_that_cannot_be_accepted_stops_nobody(
    server: Server, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No descriptors are left for it; datagrams are taken all the while, and later it is accepted."""
    full, accept, bound = iter([True]), socket.socket.accept, server.port

    def fail(self: socket.socket) -> Any:
        if next(full, False):
            raise OSError(24, "Too many open files")
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", fail)
    with connect(server) as link:
        until(lambda: desk.counters.refused["connection"] == 1)
        perform(server.port, osc("/dream/unrest", 0.5))
        until(lambda: len(desk.inbox) == 1, "a datagram meanwhile")
        link.sendall(codec.LengthPrefix.wrap(codec.encode("/light/glow", [0.5])))
        until(lambda: len(desk.inbox) == 2, "the connection to be accepted later")
    assert server.port == bound
