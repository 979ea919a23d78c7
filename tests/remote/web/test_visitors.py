"""Every limit at its edge, on a clock that is handed in; who comes, waits, is seated, leaves and is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.model.ticks import SECOND
from installation.remote.web import limits, visitors
from installation.remote.web.limits import Hosts, Pace
from installation.remote.web.visitors import Visitor, Visitors
from installation.words.visitors import VisitorLines


class Room:
    """Visitors, on a clock of their own."""

    def __init__(self, seats: int = 2, of_host: int = 0, **how: Any) -> None:
        self.now = SECOND
        self.visitors = Visitors(Hosts(of_host=of_host), seats, **how)

    def come(self, host: str = "10.0.0.1") -> Visitor:
        visitor = self.visitors.come(host, self.now)
        assert visitor is not None
        visitor.on = 1
        return visitor

    def say(self, visitor: Visitor, k: str, **message: Any) -> list[dict[str, Any]]:
        return self.visitors.take(visitor, {"k": k, **message}, self.now, self.now / 1e6)

    def lies(self, host: str = "10.0.0.1") -> Visitor:
        visitor = self.come(host)
        self.say(visitor, "join", hue=0.4)
        return visitor

    def after(self, seconds: float) -> list[tuple[Visitor, dict[str, Any]]]:
        self.now += round(seconds * SECOND)
        return self.visitors.tick(self.now)

    def orders(self) -> list[visitors.Order]:
        orders, self.visitors.orders = self.visitors.orders, []
        return orders

    def show_says(self, *guests: int) -> list[Visitor]:
        """The show's word: these numbers are guests."""
        seated = [n + 1 in guests for n in range(240)]
        return self.visitors.heard(seated, seated)


def test_who_comes_first_lies_in_front_and_the_others_wait_in_the_order_of_coming() -> None:
    room = Room(seats=2)
    first, second, third, fourth = (room.lies(f"10.0.0.{n}") for n in range(4))
    assert [v.seat for v in (first, second, third)] == [0, 1, None]
    assert room.orders()[:2] == [("/sleeper/1/guest", [True]), ("/sleeper/1/hue", [0.4])]
    assert [room.visitors.place(v)["wait"] for v in (first, third, fourth)] == [0, 1, 2]
    room.say(first, "leave")
    assert room.orders()[-1] == ("/sleeper/1/free", [])
    assert room.after(1.0) == []  # the show has not let go of it yet
    room.show_says(2)
    told = room.after(1.0)
    assert (third.seat, fourth.seat) == (0, None)
    assert [(v, m["wait"]) for v, m in told] == [(third, 0), (fourth, 1)]


@pytest.mark.parametrize("how", ["wakes up", "is gone"])
def test_who_waits_is_told_their_number_when_somebody_before_them_goes(how: str) -> None:
    room = Room(seats=1)
    _, second, third, fourth = (room.lies(f"10.0.0.{n}") for n in range(4))
    assert room.after(1.0) == []
    if how == "wakes up":
        room.say(second, "leave")
    else:
        second.on, second.away_ns = 0, room.now - round(visitors.AWAY_S * SECOND)
    assert [(v, m["wait"]) for v, m in room.after(1.0)] == [(third, 1), (fourth, 2)]
    assert room.after(1.0) == []


def test_a_sensors_sleeper_is_given_to_nobody_while_it_speaks() -> None:
    room = Room(seats=2)
    room.show_says(1)
    assert room.lies().seat == 1


@pytest.fixture
def lines(tmp_path: Path) -> VisitorLines:
    return VisitorLines(tmp_path, "2026-05-01")


def test_waking_up_is_answered_when_the_show_has_let_go_and_nothing_is_left(lines: VisitorLines) -> None:
    room = Room(lines=lines)
    visitor = room.lies()
    room.say(visitor, "line", text="the tide")
    room.say(visitor, "feel", v=0.9)
    assert room.say(visitor, "leave") == []
    assert room.show_says(1) == []
    assert room.visitors.known(visitor.token) is visitor
    assert room.show_says() == [visitor]
    assert not lines.listed()
    assert b"tide" not in lines.path.read_bytes()
    assert room.visitors.known(visitor.token) is None
    assert (len(room.visitors), room.visitors.hosts.of("10.0.0.1", room.now).seats) == (0, 0)
    room.after(2 * 601)
    assert "10.0.0.1" not in room.visitors.hosts


def test_who_never_lay_down_is_forgotten_at_once() -> None:
    room = Room()
    visitor = room.come()
    assert room.say(visitor, "leave") == [{"k": "left"}]
    assert room.visitors.known(visitor.token) is None


def test_a_phone_that_is_gone_keeps_its_seat_for_two_minutes_and_no_longer() -> None:
    room = Room(seats=1)
    visitor, other = room.lies(), room.lies("10.0.0.2")
    visitor.on, visitor.away_ns = 0, room.now
    room.after(visitors.AWAY_S)
    assert visitor.seat == 0
    room.after(1.0)
    assert room.visitors.known(visitor.token) is None
    room.show_says()
    room.after(1.0)
    assert other.seat == 0


def test_one_may_sit_for_twelve_minutes_while_others_wait_and_is_told_before() -> None:
    room = Room(seats=1)
    visitor = room.lies()
    room.after(3 * visitors.SEATED_S)
    assert visitor.seat == 0  # nobody waits: for ever
    visitor.seated_ns = room.now
    other = room.lies("10.0.0.2")
    assert room.after(visitors.SEATED_S - visitors.TOLD_S) == []
    assert [(v, m["k"]) for v, m in room.after(1.0)] == [(visitor, "soon")]
    room.after(visitors.TOLD_S)
    room.show_says()
    room.after(1.0)
    assert (visitor.seat, other.seat) == (None, 0)
    assert room.visitors.waiting == [visitor]


def test_the_next_show_is_told_who_lies_where_and_who_has_gone() -> None:
    room = Room(seats=3)
    stays, leaves = room.lies(), room.lies("10.0.0.2")
    room.show_says(1, 2)
    room.say(leaves, "leave")
    room.orders()
    room.visitors.greeted()
    assert sorted(room.orders()) == [("/sleeper/1/guest", [True]), ("/sleeper/1/hue", [0.4]), ("/sleeper/2/free", [])]
    assert stays.seat == 0


@pytest.mark.parametrize(
    ("host", "most"), [(8, limits.SOCKETS_OF_HOST), (0, limits.SOCKETS)], ids=["of one host", "of all"]
)
def test_sockets_have_a_limit(host: int, most: int) -> None:
    hosts = Hosts(of_host=host)
    assert all(hosts.connect("10.0.0.1", 0) for _ in range(most))
    assert not hosts.connect("10.0.0.1", 0)
    assert hosts.connect("10.0.0.2", 0) is bool(host)
    hosts.disconnect("10.0.0.1", 0)
    assert hosts.connect("10.0.0.1", 0)


def test_one_script_gets_three_seats_and_the_next_host_the_next() -> None:
    room = Room(seats=200, of_host=8)
    seated = []
    for _ in range(100):
        visitor = room.visitors.come("10.0.0.1", room.now)
        if visitor is not None:
            visitor.on = 1
            room.say(visitor, "join", hue=0.1)
            seated.append(visitor.seat)
    assert len(seated) == 10  # newcomers at once
    assert [seat for seat in seated if seat is not None] == [0, 1, 2]
    assert room.lies("10.0.0.2").seat == 3


def test_newcomers_come_six_a_minute_after_the_first_ten() -> None:
    hosts = Hosts()
    assert sum(hosts.newcomer("10.0.0.1", 0) for _ in range(50)) == 10
    assert sum(hosts.newcomer("10.0.0.1", 60 * SECOND) for _ in range(50)) == 6


def test_ten_wrong_words_shut_a_host_out_for_a_minute() -> None:
    hosts = Hosts()
    for _ in range(10):
        assert hosts.may_guess("10.0.0.1", 0)
        hosts.guessed("10.0.0.1", False, 0)
    assert not hosts.may_guess("10.0.0.1", 59 * SECOND)
    assert hosts.may_guess("10.0.0.1", 61 * SECOND)


def test_beats_and_messages_have_a_pace_and_a_flood_is_hung_up_on() -> None:
    pace = Pace(0)
    heard = [pace.allows("beat", n * SECOND // 10) for n in range(100)]  # ten a second for ten seconds
    assert 34 <= sum(heard) <= 40
    pace = Pace(0)
    assert sum(pace.allows("feel", 0) for _ in range(100)) == 8
    assert pace.exhausted


def test_a_tap_that_was_held_up_is_no_beat() -> None:
    room = Room()
    visitor = room.lies()
    room.orders()
    now = room.now / 1e6
    for late in (401.0, -401.0, 1e14, 399.0):
        room.say(visitor, "beat", t=now - late)
    assert room.orders() == [("/sleeper/1/beat", [])]


def test_a_house_that_keeps_no_beats_gives_the_show_a_rate() -> None:
    room = Room(keep_beats=False)
    visitor = room.lies()
    room.orders()
    for _ in range(4):
        room.now += round(0.8 * SECOND)
        room.say(visitor, "beat")
    assert room.orders()[-1] == ("/sleeper/1/rate", [1.25])


def test_lines_are_made_plain_counted_decided_and_taken_back(lines: VisitorLines) -> None:
    room = Room(lines=lines)
    visitor, other = room.lies(), room.lies("10.0.0.2")
    (line,) = room.say(visitor, "line", text="<b>the\u202e tide</b>")
    assert (line["text"], line["state"]) == ("<b>the tide</b>", "waits")
    room.now += SECOND * 10
    assert room.say(visitor, "line", text="again") == [{"k": "no", "why": "soon"}]
    lines.decide(line["id"], "approved")
    room.visitors.lines = VisitorLines(lines.path.parent, lines.night)  # another process decides
    VisitorLines(lines.path.parent, lines.night).decide(line["id"], "hidden")
    assert [(v, m["state"]) for v, m in room.after(1.0)] == [(visitor, "hidden")]
    assert room.say(other, "unline", id=line["id"]) == []
    room.say(visitor, "unline", id=line["id"])
    assert (visitor.lines, room.visitors.lines.listed()) == ({}, ())
    for n in range(8):
        room.now += SECOND * 30
        answer = room.say(visitor, "line", text=f"again {n} and again")
    assert answer == [{"k": "no", "why": "lines"}]
    assert len(visitor.lines) == visitors.LINES - 1


def test_who_is_banned_is_not_told(lines: VisitorLines) -> None:
    room = Room(lines=lines)
    visitor = room.lies()
    (line,) = room.say(visitor, "line", text="the tide")
    lines.decide(line["id"], "banned")
    room.now += SECOND * 30
    assert room.say(visitor, "line", text="another tide")[0]["state"] == "waits"
    assert len(lines.listed()) == 1


def test_those_who_were_away_longest_are_forgotten_when_too_many_have_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "TOKENS", 3)
    room = Room(seats=1)
    seated = room.lies()
    away = room.come()
    away.on = 0
    room.come()
    assert room.visitors.come("10.0.0.9", room.now) is not None
    assert room.visitors.known(away.token) is None
    assert room.visitors.known(seated.token) is seated
    assert room.visitors.come("10.0.0.9", room.now) is not None  # that one had no socket yet either


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(["hue", "v", "t", "text", "id", "a", "token"])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(visitors._KINDS)) | st.text(max_size=8), st.dictionaries(KEYS, ANYTHING)))
)
def test_no_message_raises_or_leaves_the_room_out_of_order(messages: list[tuple[str, dict[str, Any]]]) -> None:
    room = Room()
    visitor = room.come()
    for kind, rest in messages:
        room.now += SECOND
        room.visitors.take(visitor, {**rest, "k": kind}, room.now, room.now / 1e6)
        room.after(0.0)
    seats = [v.seat for v in room.visitors.seated]
    assert len(set(seats)) == len(seats)
    assert room.visitors.hosts.of("10.0.0.1", room.now).seats == len(seats)
    for address, arguments in room.orders():
        assert address.startswith("/sleeper/")
        assert all(isinstance(argument, (bool, float)) for argument in arguments)
