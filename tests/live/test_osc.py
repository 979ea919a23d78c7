"""The show played over real sockets from another process."""

from __future__ import annotations

import json
import math
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.controls import TABLE, Control
from installation.live import wire
from installation.live.desk import Desk
from installation.live.gate import Gate, networks
from installation.live.osc import Server
from installation.model import ticks
from installation.scene import Moment
from installation.show import Show
from tests.live.rehearsal import perform, rehearsal, settled, tick, until
from tests.live.test_wire import MALFORMED, bundle


def osc(address: str, *arguments: wire.Argument) -> str:
    return wire.encode(address, arguments).hex()


def decoded(told: list[str]) -> list[tuple[str, tuple[wire.Argument, ...]]]:
    return [(m.address, m.arguments) for packet in told for m in wire.decode(bytes.fromhex(packet))]


# every row of the table, set and seen


def other(row: Control) -> float:
    """A value of the row's range, away from its default, that single precision holds."""
    assert isinstance(row.default, float)
    middle = float(np.float32((row.low + row.high) / 2.0))
    return middle if abs(middle - row.default) > 0.05 * (row.high - row.low) else float(np.float32(row.high))


NUMBERS = [row for row in TABLE.values() if row.kind == "number" and row.role == "played" and "/N/" not in row.address]
SWITCHES = [row for row in TABLE.values() if row.kind == "switch" and row.role == "played" and "/N/" not in row.address]
Seen = Callable[[Show, Moment], object]
NAMED: dict[str, tuple[tuple[wire.Argument, ...], Seen, object]] = {
    "/show/go": ((), lambda show, now: now.section, "storm"),
    "/show/back": ((), lambda show, now: now.section, "rest"),
    "/show/section": (("dawn",), lambda show, now: now.section, "dawn"),
    "/show/phase": (("glitch",), lambda show, now: now.phase, "glitch"),
    "/show/scene": (("dark",), lambda show, now: show.playing, ["dark"]),
    "/show/calm": ((), lambda show, now: now.phase, "harmony"),
    "/sleeper/N/beat": ((), lambda show, now: bool(show.community.pulses.last[2] >= 0), True),
    "/sleeper/N/rate": ((1.5,), lambda show, now: float(show.community.rate_target[2]), 1.5),
    "/sleeper/N/hue": ((0.25,), lambda show, now: round(float(now.sleepers.hue[2]), 3), 0.25),
    "/sleeper/N/glow": ((2.0,), lambda show, now: round(float(now.sleepers.glow[2]), 2), 2.0),
    "/sleeper/N/present": ((0,), lambda show, now: round(float(now.sleepers.present[2]), 1), 0.0),
}


def test_every_number_of_the_table_is_set_and_seen_in_the_moment(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, *(osc(row.address, other(row)) for row in NUMBERS))
    assert until(lambda: len(desk.inbox) == len(NUMBERS))
    now = settled(show, desk, 12.0)
    assert {row.address: now.number(row.address) for row in NUMBERS} == pytest.approx(
        {row.address: other(row) for row in NUMBERS}, rel=1e-3, abs=2e-3
    )


def test_every_switch_of_the_table_is_set_and_seen_in_the_moment(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, *(osc(row.address, not row.default) for row in SWITCHES))
    assert until(lambda: len(desk.inbox) == len(SWITCHES))
    now = settled(show, desk)
    assert {row.address: now.controls[row.address] for row in SWITCHES} == {r.address: not r.default for r in SWITCHES}


@pytest.mark.parametrize("address", NAMED)
def test_every_bang_and_word_and_sleeper_of_the_table_is_seen(
    server: Server, desk: Desk, show: Show, address: str
) -> None:
    arguments, seen, expected = NAMED[address]
    perform(server.port, osc(address.replace("/N/", "/3/"), *arguments))
    assert until(lambda: len(desk.inbox) == 1)
    assert seen(show, settled(show, desk, 4.0)) == expected


def test_no_row_of_the_table_is_left_out() -> None:
    asked = {"/preset/save", "/preset/load", "/preset/morph", "/preset/list", "/sync"}
    said = {row.address for row in TABLE.values() if row.role == "said"}
    tried = {row.address for row in (*NUMBERS, *SWITCHES)} | set(NAMED)
    assert set(TABLE) == tried | asked | said


# what is said wrongly, and what is merely said otherwise


WRONG = {
    osc("/dream/breath", "fast"): ("type", '/dream/breath takes one number in 0.05..0.4 Hz, got "fast"'),
    osc("/dream/breath", math.nan): ("nan", "/dream/breath takes one number in 0.05..0.4 Hz, got nan"),
    osc("/dream/breath", "inf"): ("nan", '/dream/breath takes one number in 0.05..0.4 Hz, got "inf"'),
    osc("/dream/breath", 0.1, 0.2): ("type", "/dream/breath takes one number in 0.05..0.4 Hz, got 2 arguments"),
    osc("/dream/breath"): ("type", "/dream/breath takes one number in 0.05..0.4 Hz, got 0 arguments"),
    osc("/dream/dread", 0.5): ("unknown", "/dream/dread is not a control"),
    osc("/sleeper/0/glow", 1.0): ("unknown", "/sleeper/0/glow: sleepers are numbered 1..240, got 0"),
    osc("/sleeper/241/glow", 1.0): ("unknown", "/sleeper/241/glow: sleepers are numbered 1..240, got 241"),
    osc("/show/phase", "panic"): ("type", '/show/phase takes one of harmony, glitch, resolution, got "panic"'),
    osc("/show/section", "coda"): ("type", '/show/section takes one of rest, storm, dawn, got "coda"'),
    osc("/show/scene", "reeds"): ("type", '/show/scene takes one of dark, got "reeds"'),
    osc("/state/phase", "glitch"): ("said", "/state/phase is said by the show and can't be set"),
    osc("/*/dread", 0.5): ("unknown", "/*/dread matches no control"),
    b"/light/glow\0,b\0\0\0\0\0\0".hex(): (
        "tag",
        "/light/glow carries a blob ('b'), taken are i f d h T F s",
    ),
}


@pytest.mark.parametrize("packet", WRONG, ids=[text for _, text in WRONG.values()])
def test_what_is_wrong_is_refused_by_name_and_changes_nothing(
    server: Server, desk: Desk, show: Show, packet: str
) -> None:
    reason, text = WRONG[packet]
    before = show.snapshot()
    perform(server.port, packet)
    assert until(lambda: desk.tally.total + len(desk.inbox) > 0)
    desk.deliver(show, time.monotonic_ns())
    assert desk.tally.refused == {reason: 1}
    assert desk.tally.latest == text
    assert show.snapshot() == before


WIDE = b"/light/brightness\0\0\0,h\0\0" + struct.pack(">q", 1 << 40)


@pytest.mark.parametrize(
    "packet", [WIDE.hex(), *(osc("/light/brightness", v) for v in (2, 2.5, "2", "2.5", True, 1e9))]
)
def test_numbers_convert_freely_and_are_clipped(server: Server, desk: Desk, show: Show, packet: str) -> None:
    perform(server.port, packet, osc("/camera/height", -50))
    assert until(lambda: len(desk.inbox) == 2)
    desk.deliver(show, 0)
    assert show.glides.aims()["/light/brightness"] == (1.0 if packet == osc("/light/brightness", True) else 2.0)
    assert show.glides.aims()["/camera/height"] == TABLE["/camera/height"].low


def test_every_malformed_datagram_is_counted_and_the_next_good_one_lands(
    server: Server, desk: Desk, show: Show
) -> None:
    perform(server.port, *(packet.hex() for packet, _, _ in MALFORMED.values() if packet), osc("/dream/unrest", 0.5))
    assert until(lambda: len(desk.inbox) == 1)
    wanted = [reason for packet, reason, _ in MALFORMED.values() if packet]
    assert desk.tally.refused == {reason: wanted.count(reason) for reason in set(wanted)}
    assert settled(show, desk).number("/dream/unrest") > 0


def test_a_pattern_reaches_all_that_it_matches(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, osc("/sleeper/*/glow", 0.0), osc("/light/{glow,trails}", 1.0))
    assert until(lambda: len(desk.inbox) == 242)
    now = settled(show, desk, 3.0)
    assert float(now.sleepers.glow.max()) < 0.01
    assert (now.number("/light/glow"), now.number("/light/trails")) == pytest.approx((1.0, 1.0), abs=0.01)


# bundles and their times


def at(seconds: float) -> int:
    """A timetag so far from now."""
    return int((time.time() + seconds + wire.NTP_TO_UNIX) * (1 << 32))


def test_a_bundle_of_the_past_and_one_of_now_act_in_the_next_tick_together(
    server: Server, desk: Desk, show: Show
) -> None:
    past = bundle(wire.encode("/dream/unrest", [0.5]), wire.encode("/show/go"), timetag=at(-3600))
    now = bundle(wire.encode("/light/glow", [1.0]), wire.encode("/show/hold", [1]))
    perform(server.port, past.hex(), now.hex())
    assert until(lambda: len(desk.inbox) == 4)
    assert desk.deliver(show, time.monotonic_ns()) == 4


def test_a_bundle_two_seconds_ahead_acts_then_and_not_before(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, bundle(wire.encode("/show/go"), timetag=at(2.0)).hex())
    assert until(lambda: len(desk.inbox) == 1)
    now = time.monotonic_ns()
    assert desk.deliver(show, now) == 0
    assert desk.deliver(show, now + ticks.SECOND) == 0
    assert desk.deliver(show, now + 2 * ticks.SECOND) == 1
    assert settled(show, desk).section == "storm"


def test_a_bundle_an_hour_ahead_is_refused_and_what_comes_after_it_lands(
    server: Server, desk: Desk, show: Show
) -> None:
    ahead = bundle(wire.encode("/show/go"), timetag=at(3600))
    perform(server.port, ahead.hex(), osc("/dream/unrest", 0.5))
    assert until(lambda: len(desk.inbox) == 1)
    assert desk.tally.refused == {"later": 1}
    assert "meant for 3600" in desk.tally.latest or "meant for 3599" in desk.tally.latest
    assert desk.deliver(show, time.monotonic_ns()) == 1


# TCP


@pytest.mark.parametrize("framing", [wire.LengthPrefix, wire.Slip])
def test_tcp_is_taken_and_answered_in_both_framings(
    server: Server, desk: Desk, show: Show, framing: type[wire.Framing]
) -> None:
    desk.feedback.say({"/state/phase": "harmony"})
    told = perform(server.port, framing.wrap(wire.encode("/dream/unrest", [0.5])).hex(), 0.5, link="tcp")
    assert until(lambda: len(desk.inbox) == 1)
    assert settled(show, desk).number("/dream/unrest") > 0
    packets = framing().packets(bytes.fromhex("".join(told)))
    assert wire.decode(packets[0]) == [wire.Message("/state/phase", ("harmony",), wire.NOW)]


def test_a_stream_that_makes_no_sense_is_hung_up_on(server: Server, desk: Desk) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.sendall(b"\0\0\xff\xff")
        link.settimeout(10.0)
        assert link.recv(1) == b""
    assert desk.tally.refused == {"size": 1}


def test_a_controller_that_never_reads_is_hung_up_on_and_stops_nobody(server: Server, desk: Desk, show: Show) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(wire.LengthPrefix.wrap(wire.encode("/show/hold", [1])))
        assert until(lambda: len(desk.inbox) == 1)
        (source,) = server._streams
        for _ in range(400):
            desk.feedback.answer(source, {f"/sleeper/{n}/hue": n / 240 for n in range(240)})
            time.sleep(0.011)
            if source not in server._streams:
                break
        assert source not in server._streams
    perform(server.port, osc("/dream/unrest", 0.5))
    assert until(lambda: "/dream/unrest" in {h.accepted.address for h in desk.inbox.drain(0)})


# answers


def test_a_second_controller_hears_what_the_first_one_sets(server: Server, desk: Desk, show: Show) -> None:
    other: list[str] = []
    listener = threading.Thread(target=lambda: other.extend(perform(server.port, osc("/show/hold", 0), 1.5)))
    listener.start()
    assert until(lambda: len(desk.inbox) == 1)
    desk.deliver(show, time.monotonic_ns())
    own = perform(server.port, osc("/light/glow", 7.5), 0.1, *[osc("/light/hue", 0.25)] * 3, 0.3)
    desk.deliver(show, time.monotonic_ns())
    own += perform(server.port, osc("/show/rate", 2.0), 0.3)
    desk.deliver(show, time.monotonic_ns())
    listener.join()
    heard = dict(decoded(other))
    assert heard["/light/glow"] == (1.0,)
    assert heard["/light/hue"] == (0.25,)
    assert heard["/show/rate"] == (2.0,)
    assert "/light/glow" not in dict(decoded(own))


def test_sync_is_answered_with_everything(server: Server, desk: Desk, show: Show) -> None:
    desk.feedback.say({"/state/phase": "harmony"})
    stop = threading.Event()

    def play() -> None:
        while not stop.wait(1 / 120):
            tick(show, desk)

    playing = threading.Thread(target=play)
    playing.start()
    told = dict(decoded(perform(server.port, osc("/light/glow", 0.25), 0.05, osc("/sync"), 0.5)))
    stop.set()
    playing.join()
    settable = {r.address for r in TABLE.values() if r.role == "played" and r.kind in ("number", "switch")}
    sleepers = {a.replace("/N/", f"/{n}/") for a in settable if "/N/" in a for n in range(1, 241)}
    assert set(told) == {a for a in settable if "/N/" not in a} | sleepers | {"/state/phase"}
    assert told["/light/glow"] == (0.25,)
    assert told["/sleeper/7/present"] == (1,)
    assert told["/sleeper/7/hue"][0] == pytest.approx(show.community.hue_target[6], abs=1e-6)


def test_the_names_of_all_looks_are_told_to_who_asks(server: Server, desk: Desk) -> None:
    told = perform(server.port, osc("/preset/save", "dusk"), osc("/preset/save", "dawn"), osc("/preset/list"), 0.3)
    assert ("/state/presets", ("dawn, dusk",)) in decoded(told)


def test_two_controllers_that_echo_each_other_die_out(server: Server, desk: Desk, show: Show) -> None:
    """Two sockets that send back at once whatever they are told, and a hand that moves one fader."""
    stop = threading.Event()
    sent = []

    def echo() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.connect(("127.0.0.1", server.port))
            link.settimeout(0.05)
            link.send(wire.encode("/show/hold", [0]))
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
    hand = threading.Thread(
        target=lambda: perform(server.port, *(m for n in range(60) for m in (osc("/light/glow", n / 60), 0.01)))
    )
    hand.start()
    while hand.is_alive():
        tick(show, desk)
        time.sleep(1 / 120)
    rested = time.monotonic()
    while time.monotonic() < rested + 2.0:
        tick(show, desk)
        time.sleep(1 / 120)
    stop.set()
    for thread in echoing:
        thread.join()
    assert len(sent) > 10
    assert [moment for moment in sent if moment > rested + 1.5] == []
    assert show.glides.aims()["/light/glow"] == pytest.approx(59 / 60, abs=1e-6)


# ports and doors


def test_a_port_that_is_taken_is_said_and_tried_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        server = Server(desk, "127.0.0.1", port)
        server.start()
        assert until(lambda: server.trouble != "")
        assert server.trouble.startswith(f"OSC: 127.0.0.1:{port}: Address already in use; trying again in 1 s")
        assert server.alive
    assert server.wait(10.0)
    perform(port, osc("/dream/unrest", 0.5))
    assert until(lambda: len(desk.inbox) == 1)
    assert server.trouble == ""
    server.close()
    out = capsys.readouterr()
    assert "Address already in use" in out.out + out.err


def test_who_is_not_on_the_list_is_refused(desk: Desk) -> None:
    gate = Gate(networks(["10.0.0.0/8"]))
    gate._known["127.0.0.1"] = False  # as if it came from elsewhere
    server = Server(desk, "127.0.0.1", 0, gate)
    server.start()
    assert server.wait(5.0)
    perform(server.port, osc("/dream/unrest", 0.5))
    assert until(lambda: desk.tally.total > 0)
    with socket.create_connection(("127.0.0.1", server.port)) as link:
        link.settimeout(10.0)
        assert link.recv(1) == b""
    server.close()
    assert desk.tally.refused == {"source": 2}
    assert len(desk.inbox) == 0
    assert desk.feedback.due(0) == []


def test_a_server_closes_while_nobody_speaks_and_leaves_the_port(desk: Desk) -> None:
    server = Server(desk, "127.0.0.1", 0)
    server.start()
    assert server.wait(5.0)
    server.close()
    assert not server.alive
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", server.port))


def test_a_thread_that_stumbles_says_so_and_listens_again(
    server: Server, desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hear = desk.hear
    stumbles = iter([True])

    def stumble(*arguments: Any) -> int:
        if next(stumbles, False):
            raise RuntimeError("a stone")
        return hear(*arguments)

    monkeypatch.setattr(desk, "hear", stumble)
    port = server.port
    perform(port, osc("/dream/unrest", 0.25))
    assert until(lambda: bool(perform(server.port, osc("/dream/unrest", 0.5), 0.1) or len(desk.inbox)))
    assert server.alive
    out = capsys.readouterr()
    assert "a stone" in out.out + out.err
    assert "listening again" in out.out + out.err


# floods


def test_ten_thousand_a_second_from_one_socket_all_land(server: Server, desk: Desk, show: Show) -> None:
    flood = {"flood": [osc(f"/sleeper/{n}/glow", n / 240) for n in range(1, 241)], "rate": 10_000, "seconds": 2.0}
    performer = threading.Thread(target=lambda: perform(server.port, flood))
    performer.start()
    while performer.is_alive():
        tick(show, desk)
        time.sleep(1 / 120)
    assert until(lambda: desk.tally.counted["datagrams"] == 20_000)
    desk.deliver(show, time.monotonic_ns())
    assert desk.tally.total == 0
    assert desk.tally.counted["taken"] + desk.inbox.merged + desk.tally.counted["superseded"] == 20_000
    glows: NDArray[np.float64] = show.community.glow_target
    assert glows == pytest.approx(np.arange(1, 241) / 240, abs=1e-6)


def test_a_flood_is_cut_to_its_share_and_a_bang_from_elsewhere_still_lands(
    server: Server, desk: Desk, show: Show
) -> None:
    flood = {"flood": [osc("/dream/unrest", "0.5")], "rate": 40_000, "seconds": 2.0}  # a word: each must be looked at
    performer = threading.Thread(target=lambda: perform(server.port, flood))
    performer.start()
    while performer.is_alive():
        tick(show, desk)
        time.sleep(1 / 120)
    counted, refused = desk.tally.counted, desk.tally.refused
    assert until(lambda: counted["datagrams"] == refused["rate"] + counted["decoded"])
    assert set(refused) == {"rate"}
    assert len(desk.inbox) <= 1
    assert until(lambda: bool(perform(server.port, osc("/show/go"), 0.05) or len(desk.inbox) > 1))
    assert "/show/go" in {heard.accepted.address for heard in desk.inbox.drain(0)}


# a heart


def test_a_simulated_strap_in_another_process_leads_its_sleeper(server: Server, desk: Desk, show: Show) -> None:
    """The bridge of the README: 72 beats a minute, as a strap sends them, with one heard twice."""
    beats: list[object] = []
    for n in range(4):
        beats += [osc("/sleeper/3/beat"), *([osc("/sleeper/3/beat")] if n == 2 else []), 60 / 72]
    performer = threading.Thread(target=lambda: perform(server.port, *beats))
    performer.start()
    began = time.monotonic()
    while performer.is_alive():
        for _ in range(int((time.monotonic() - began) * ticks.RATE) - show.tick):
            tick(show, desk)
        time.sleep(0.002)
    assert show.community.rate_target[2] == pytest.approx(72 / 60, rel=0.05)
    assert show.community.driven[2] > 0.9


def test_what_a_performance_leaves_behind_is_a_table_of_its_own(server: Server, desk: Desk, tmp_path: Path) -> None:
    """The counters add up: nothing that came in is unaccounted for."""
    show = rehearsal()
    packets = [osc("/dream/unrest", n / 100) for n in range(100)] + [osc("/show/go")] * 5 + [osc("/sync")]
    packets += [osc("/nobody")] * 3 + ["00"] * 2 + [osc("/sleeper/[1-9]/hue", 0.5)]
    perform(server.port, *packets)
    assert until(lambda: desk.tally.counted["datagrams"] == len(packets))
    desk.deliver(show, time.monotonic_ns())
    counted, refused = desk.tally.counted, desk.tally.refused
    assert counted["datagrams"] == counted["decoded"] + counted["superseded"] + refused["structure"]
    assert counted["messages"] == counted["taken"] + desk.inbox.merged + counted["asked"] + refused["unknown"]
    assert json.dumps(refused)
