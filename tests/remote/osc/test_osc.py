"""The show played over real sockets from another process: what is said, and what becomes of it."""

from __future__ import annotations

import json
import math
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from installation.controls import TABLE, Control
from installation.model import ticks
from installation.remote.desk import Desk
from installation.remote.osc import codec
from installation.remote.osc.server import Server
from installation.scene import Moment
from installation.show import Show
from tests.harness.rehearsal import osc, perform, rehearsal, settled
from tests.harness.waiting import until
from tests.remote.osc.test_codec import MALFORMED, bundle

# every row of the table, set and seen


def other(row: Control) -> float:
    """A value of the row's range, away from its default, that single precision holds."""
    assert isinstance(row.default, float)
    middle = float(np.float32((row.low + row.high) / 2.0))
    return middle if abs(middle - row.default) > 0.05 * (row.high - row.low) else float(np.float32(row.high))


NUMBERS = [row for row in TABLE.values() if row.kind == "number" and row.role == "input" and "/N/" not in row.address]
SWITCHES = [row for row in TABLE.values() if row.kind == "switch" and row.role == "input" and "/N/" not in row.address]
Seen = Callable[[Show, Moment], object]
NAMED: dict[str, tuple[tuple[codec.Argument, ...], Seen, object]] = {
    "/show/go": ((), lambda show, now: now.section, "storm"),
    "/show/go_fade": ((3.0,), lambda show, now: (now.section, show.cues.fade), ("storm", 3.0)),
    "/show/go_from": (("rest",), lambda show, now: now.section, "storm"),
    "/show/cut": ((), lambda show, now: (now.section, show.cues.fade), ("storm", 0.0)),
    "/show/goto": (("dawn", 2.5), lambda show, now: (now.section, show.cues.fade), ("dawn", 2.5)),
    "/show/standby": (("dawn",), lambda show, now: show.cues.next, 2),
    "/show/at": ((0.5,), lambda show, now: round(now.progress, 1), 0.5),
    "/show/back": ((), lambda show, now: now.section, "rest"),
    "/show/section": (("dawn",), lambda show, now: now.section, "dawn"),
    "/show/phase": (("glitch",), lambda show, now: now.phase, "glitch"),
    "/show/scene": (("dark",), lambda show, now: show.playing, ["dark"]),
    "/show/calm": ((), lambda show, now: now.phase, "harmony"),
    "/show/tap": ((), lambda show, now: show.hand.taps.last >= 0, True),
    "/show/date": (("2026-05-01",), lambda show, now: show.date, "2026-05-01"),
    "/verse/language": (("de",), lambda show, now: now.controls["/verse/language"], "de"),
    "/verse/shown": (("1:3",), lambda show, now: now.controls["/verse/shown"], "1:3"),
    "/sleeper/N/guest": ((1,), lambda show, now: float(now.sleepers.guest[2]) > 0.0, True),
    "/sleeper/N/call": ((), lambda show, now: bool(3.0 < now.sleepers.called[2] < 5.0), True),
    "/sleeper/N/free": ((), lambda show, now: float(now.sleepers.guest[2]), 0.0),
    "/sleeper/N/beat": ((), lambda show, now: bool(show.community.pulses.last[2] >= 0), True),
    "/sleeper/N/rate": ((1.5,), lambda show, now: float(show.community.rate_target[2]), 1.5),
    "/sleeper/N/hue": ((0.25,), lambda show, now: round(float(now.sleepers.hue[2]), 3), 0.25),
    "/sleeper/N/glow": ((2.0,), lambda show, now: round(float(now.sleepers.glow[2]), 2), 2.0),
    "/sleeper/N/present": ((0,), lambda show, now: round(float(now.sleepers.present[2]), 1), 0.0),
}


def test_every_number_of_the_table_is_set_and_seen_in_the_moment(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, *(osc(row.address, other(row)) for row in NUMBERS))
    until(lambda: len(desk.inbox) == len(NUMBERS))
    now = settled(show, desk, 12.0)
    assert {row.address: now.number(row.address) for row in NUMBERS} == pytest.approx(
        {row.address: other(row) for row in NUMBERS}, rel=1e-3, abs=2e-3
    )


def test_every_switch_of_the_table_is_set_and_seen_in_the_moment(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, *(osc(row.address, not row.default) for row in SWITCHES))
    until(lambda: len(desk.inbox) == len(SWITCHES))
    now = settled(show, desk)
    assert {row.address: now.controls[row.address] for row in SWITCHES} == {r.address: not r.default for r in SWITCHES}


@pytest.mark.parametrize("address", NAMED)
def test_every_bang_and_word_and_sleeper_of_the_table_is_seen(
    server: Server, desk: Desk, show: Show, address: str
) -> None:
    arguments, seen, expected = NAMED[address]
    perform(server.port, osc(address.replace("/N/", "/3/"), *arguments))
    until(lambda: len(desk.inbox) == 1)
    assert seen(show, settled(show, desk, 4.0)) == expected


def test_no_row_of_the_table_is_left_out() -> None:
    asked = {row.address for row in TABLE.values() if row.role == "request"}
    said = {row.address for row in TABLE.values() if row.role == "output"}
    tried = {row.address for row in (*NUMBERS, *SWITCHES)} | set(NAMED)
    taken_back = {"/undo", "/redo", "/hand/change", "/lock/control"}  # just below; tests/test_locks.py
    gestures = {address for address in TABLE if address.startswith("/gesture/")}  # tests/test_gestures.py
    assert set(TABLE) == tried | asked | said | taken_back | gestures


def test_hands_over_a_real_socket_go_in_a_time_and_are_taken_back(server: Server, desk: Desk, show: Show) -> None:
    def say(address: str, *arguments: codec.Argument) -> None:
        perform(server.port, osc(address, *arguments))
        until(lambda: len(desk.inbox) == 1)
        settled(show, desk, 1 / ticks.RATE)

    say("/light/glow", 1.0, 1.0, "line")
    assert settled(show, desk, 0.5).number("/light/glow") == pytest.approx(0.75, abs=0.01)
    say("/undo")
    assert show.glides.aims()["/light/glow"] == 0.5
    say("/redo")
    say("/lock/control", "/light/glow")
    say("/light/glow", 0.25)
    assert show.glides.aims()["/light/glow"] == 1.0
    assert desk.counters.latest == "/light/glow: /light/glow is locked by /lock/control"


# what is said wrongly, and what is merely said otherwise


WRONG = {
    osc("/dream/breath", "fast"): ("type", '/dream/breath takes one number in 0.05..0.4 Hz, got "fast"'),
    osc("/dream/breath", math.nan): ("nan", "/dream/breath takes one number in 0.05..0.4 Hz, got nan"),
    osc("/dream/breath", "inf"): ("nan", '/dream/breath takes one number in 0.05..0.4 Hz, got "inf"'),
    osc("/dream/breath", 0.1, "slowly"): ("type", '/dream/breath takes a time in 0..3600 s, got "slowly"'),
    osc("/sleeper/1/hue", 0.1, 0.2): ("type", "/sleeper/1/hue takes one number in 0..1 turns, got 2 arguments"),
    osc("/dream/breath"): ("type", "/dream/breath takes one number in 0.05..0.4 Hz, got 0 arguments"),
    osc("/dream/dread", 0.5): ("unknown", "/dream/dread is not a control"),
    osc("/sleeper/0/glow", 1.0): ("unknown", "/sleeper/0/glow: sleepers are numbered 1..240, got 0"),
    osc("/sleeper/241/glow", 1.0): ("unknown", "/sleeper/241/glow: sleepers are numbered 1..240, got 241"),
    osc("/show/phase", "panic"): (
        "type",
        '/show/phase takes phase (harmony, glitch, resolution), [seconds 0..3600 s], got "panic"',
    ),
    osc("/show/section", "coda"): ("type", '/show/section takes one of rest, storm, dawn, got "coda"'),
    osc("/show/scene", "reeds"): ("type", '/show/scene takes one of dark, got "reeds"'),
    osc("/state/phase", "glitch"): ("output", "/state/phase is sent by the show and can't be set"),
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
    until(lambda: desk.counters.total + len(desk.inbox) > 0)
    desk.deliver(show, time.monotonic_ns())
    assert desk.counters.refused == {reason: 1}
    assert desk.counters.latest == text
    assert show.snapshot() == before


WIDE = b"/light/brightness\0\0\0,h\0\0" + struct.pack(">q", 1 << 40)


@pytest.mark.parametrize(
    "packet", [WIDE.hex(), *(osc("/light/brightness", v) for v in (2, 2.5, "2", "2.5", True, 1e9))]
)
def test_numbers_convert_freely_and_are_clipped(server: Server, desk: Desk, show: Show, packet: str) -> None:
    perform(server.port, packet, osc("/camera/height", -50))
    until(lambda: len(desk.inbox) == 2)
    desk.deliver(show, 0)
    assert show.glides.aims()["/light/brightness"] == (1.0 if packet == osc("/light/brightness", True) else 2.0)
    assert show.glides.aims()["/camera/height"] == TABLE["/camera/height"].low


def test_every_malformed_datagram_is_counted_and_the_next_good_one_lands(
    server: Server, desk: Desk, show: Show
) -> None:
    perform(server.port, *(packet.hex() for packet, _, _ in MALFORMED.values() if packet), osc("/dream/unrest", 0.5))
    until(lambda: len(desk.inbox) == 1)
    wanted = [reason for packet, reason, _ in MALFORMED.values() if packet]
    assert desk.counters.refused == {reason: wanted.count(reason) for reason in set(wanted)}
    assert settled(show, desk).number("/dream/unrest") > 0


def test_a_pattern_reaches_all_that_it_matches(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, osc("/sleeper/*/glow", 0.0), osc("/light/{glow,trails}", 1.0))
    until(lambda: len(desk.inbox) == 242)
    now = settled(show, desk, 3.0)
    assert float(now.sleepers.glow.max()) < 0.01
    assert (now.number("/light/glow"), now.number("/light/trails")) == pytest.approx((1.0, 1.0), abs=0.01)


# bundles and their times


def at(seconds: float) -> int:
    """A timetag so far from now."""
    return int((time.time() + seconds + codec.NTP_TO_UNIX) * (1 << 32))


def test_a_bundle_of_the_past_and_one_of_now_act_in_the_next_tick_together(
    server: Server, desk: Desk, show: Show
) -> None:
    past = bundle(codec.encode("/dream/unrest", [0.5]), codec.encode("/show/go"), timetag=at(-3600))
    now = bundle(codec.encode("/light/glow", [1.0]), codec.encode("/show/hold", [1]))
    perform(server.port, past.hex(), now.hex())
    until(lambda: len(desk.inbox) == 4)
    assert desk.deliver(show, time.monotonic_ns()) == 4


def test_a_bundle_some_seconds_ahead_acts_then_and_not_before(server: Server, desk: Desk, show: Show) -> None:
    perform(server.port, bundle(codec.encode("/show/go"), timetag=at(8.0)).hex())
    until(lambda: len(desk.inbox) == 1)
    now = time.monotonic_ns()
    assert desk.deliver(show, now) == 0
    assert desk.deliver(show, now + ticks.SECOND) == 0
    assert desk.deliver(show, now + 8 * ticks.SECOND) == 1
    assert settled(show, desk).section == "storm"


def test_a_bundle_an_hour_ahead_is_refused_and_what_comes_after_it_lands(
    server: Server, desk: Desk, show: Show
) -> None:
    ahead = bundle(codec.encode("/show/go"), timetag=at(3600))
    perform(server.port, ahead.hex(), osc("/dream/unrest", 0.5))
    until(lambda: len(desk.inbox) == 1)
    assert desk.counters.refused == {"later": 1}
    assert re.search(r"meant for 3[56]\d\d\.\d s from now", desk.counters.latest)
    assert desk.deliver(show, time.monotonic_ns()) == 1


# in the end


def test_what_a_performance_leaves_behind_is_a_table_of_its_own(server: Server, desk: Desk, tmp_path: Path) -> None:
    """The counters add up: nothing that came in is unaccounted for."""
    show = rehearsal()
    packets = [osc("/dream/unrest", n / 100) for n in range(100)] + [osc("/show/go")] * 5 + [osc("/sync")]
    packets += [osc("/nobody")] * 3 + ["00"] * 2 + [osc("/sleeper/[1-9]/hue", 0.5)]
    perform(server.port, *packets)
    until(lambda: desk.counters.counted["datagrams"] == len(packets))
    desk.deliver(show, time.monotonic_ns())
    counted, refused = desk.counters.counted, desk.counters.refused
    assert counted["datagrams"] == counted["decoded"] + counted["superseded"] + refused["structure"]
    assert counted["messages"] == counted["taken"] + desk.inbox.merged + counted["requested"] + refused["unknown"]
    assert json.dumps(refused)
