from __future__ import annotations

from threading import Thread

import pytest

from installation.acceptance import accept
from installation.controls import TABLE
from installation.model.ticks import SECOND
from installation.remote.access import (
    BURST,
    FORGOTTEN,
    PERFORMERS,
    RATE,
    RESERVE,
    AccessList,
    RateLimit,
    address,
    networks,
)
from installation.remote.counters import Counters
from installation.remote.inbox import LATER, Inbox, Received, Source
from installation.remote.osc.patterns import Addresses, matches

HAND = Source("udp", "10.0.0.1", 9)


def heard(address: str, *arguments: object) -> Received:
    return Received(accept(TABLE, address, arguments), HAND)


def said(inbox: Inbox, now: int = 0) -> list[tuple[str, object]]:
    return [(h.accepted.address, h.accepted.value) for h in inbox.drain(now)]


def test_the_newest_value_of_an_address_stays_and_acts_last() -> None:
    inbox = Inbox()
    inbox.put([heard("/dream/unrest", 0.1), heard("/show/calm"), heard("/light/glow", 1), heard("/dream/unrest", 0.9)])
    assert said(inbox) == [("/show/calm", None), ("/light/glow", 1.0), ("/dream/unrest", 0.9)]
    assert inbox.merged == 1
    assert said(inbox) == []


def test_bangs_of_one_address_are_one_in_a_tick() -> None:
    inbox = Inbox()
    inbox.put([heard("/sleeper/3/beat")] * 3 + [heard("/sleeper/4/beat"), heard("/show/go"), heard("/show/go")])
    assert [a for a, _ in said(inbox)] == ["/sleeper/3/beat", "/sleeper/4/beat", "/show/go"]
    assert inbox.merged == 3
    inbox.put([heard("/show/go")])
    assert said(inbox) == [("/show/go", None)]


def test_what_waits_is_no_more_than_the_table_has_addresses() -> None:
    inbox = Inbox()
    for _ in range(3):
        inbox.put([heard("/show/go"), heard("/show/phase", "glitch")])
        inbox.put([heard(f"/sleeper/{n}/beat") for n in range(1, 241)])
    assert len(inbox) == 242


def test_what_is_meant_for_later_comes_when_it_is_due_in_order_of_time() -> None:
    inbox = Inbox()
    assert inbox.put_later([heard("/dream/unrest", 0.2)], 2 * SECOND, 0) == 0
    assert inbox.put_later([heard("/show/go"), heard("/dream/unrest", 0.1)], 1 * SECOND, 0) == 0
    assert said(inbox, SECOND - 1) == []
    assert said(inbox, SECOND) == [("/show/go", None), ("/dream/unrest", 0.1)]
    assert said(inbox, 3 * SECOND) == [("/dream/unrest", 0.2)]


def test_too_far_ahead_and_too_many_for_later_are_lost_and_counted() -> None:
    inbox = Inbox()
    assert inbox.put_later([heard("/show/go")] * 2, 10 * SECOND + 1, 0) == 2
    assert inbox.put_later([heard("/show/go")] * (LATER + 3), 10 * SECOND, 0) == 3


def test_many_threads_lose_nothing() -> None:
    inbox = Inbox()
    threads = [Thread(target=lambda: [inbox.put([heard("/show/go")]) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    taken = 0
    while any(thread.is_alive() for thread in threads) or len(inbox):
        taken += len(inbox.drain(0))
    assert taken + inbox.merged == 8 * 500


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("unrest", "unrest", True),
        ("unrest", "unres", False),
        ("un*", "unrest", True),
        ("*t", "unrest", True),
        ("*", "", True),
        ("u?rest", "unrest", True),
        ("u?rest", "urest", False),
        ("[0-9]", "7", True),
        ("[!0-9]", "7", False),
        ("[!0-9]", "a", True),
        ("1[0-3]", "14", False),
        ("[abc-]", "-", True),
        ("{glow,hue}", "hue", True),
        ("{glow,hue}s", "hues", True),
        ("{a,ab}c", "abc", True),
        ("{,x}y", "y", True),
        ("{glow", "{glow", True),
        ("[", "[", True),
        ("*a*a*a*a*a*a*a*a*a*b", "a" * 40, False),
    ],
)
def test_a_pattern_matches_within_a_segment(pattern: str, text: str, matched: bool) -> None:
    assert matches(pattern, text) is matched


def test_patterns_are_matched_against_the_table() -> None:
    addresses = Addresses(TABLE)
    assert addresses.matching("/dream/*") == tuple(a for a in TABLE if a.startswith("/dream/"))
    assert addresses.matching("/sleeper/{1,240}/glow") == ("/sleeper/1/glow", "/sleeper/240/glow")
    assert len(addresses.matching("/sleeper/*/hue")) == 240
    assert addresses.matching("/*") == addresses.matching("*/unrest") == addresses.matching("/dream/*/*") == ()
    assert addresses.matching("/nothing/*") == ()
    assert addresses.knows("/nothing/*")
    for n in range(300):
        addresses.matching(f"/{n}/*")
    assert not addresses.knows("/nothing/*")


def test_the_allow_list_lets_in_loopback_and_who_is_on_the_list() -> None:
    allowed = AccessList(networks(["192.168.1.40", "10.1.0.0/16"]))
    assert [
        h for h in ("127.0.0.1", "192.168.1.40", "10.1.255.1", "::1", "::ffff:10.1.2.3") if not allowed.allows(h)
    ] == []
    assert [h for h in ("192.168.1.41", "10.2.0.1", "8.8.8.8", "fe80::1%eth0") if allowed.allows(h)] == []
    with pytest.raises(ValueError, match=r"\[osc\] allow takes addresses and networks: .*'tablet'"):
        networks(["tablet"])


PERFORMER, JUNK = ("127.0.0.1", 1), ("127.0.0.1", 2)


def test_the_bucket_admits_ten_thousand_a_second_for_ever_and_a_flood_no_faster() -> None:
    steady, flooding = RateLimit(), RateLimit()
    assert all(steady.admits(PERFORMER, n * SECOND // 10_000) for n in range(50_000))
    admitted = sum(flooding.admits(JUNK, n * SECOND // 20_000) for n in range(100_000))  # five seconds of it
    assert RATE * 5 <= admitted <= RATE * 5 + BURST + 1


def test_a_flood_from_one_host_takes_nothing_from_another() -> None:
    limit = RateLimit()
    while limit.admits(("10.0.0.1", 1), 0):
        pass
    assert limit.admits(("10.0.0.2", 1), 0)


@pytest.mark.parametrize("rate", [20_000, 50_000])
def test_junk_beside_a_performer_on_the_same_host_takes_nothing_from_them(rate: int) -> None:
    """Two seconds of it; the performer sends a thousand messages a second between."""
    limit, taken = RateLimit(), 0
    for n in range(2 * rate):
        limit.admits(JUNK, n * SECOND // rate)
        if n % (rate // 1000) == 0:
            taken += limit.admits(PERFORMER, n * SECOND // rate)
    assert taken == 2000


def test_junk_from_many_ports_leaves_a_known_performer_their_reserve() -> None:
    limit, taken = RateLimit(), 0
    limit.trust(PERFORMER, 0)
    for n in range(100_000):  # two seconds of 50,000 a second from 400 ports
        limit.admits(("127.0.0.1", 1000 + n % 400), n * SECOND // 50_000)
        if n % 250 == 0:
            taken += limit.admits(PERFORMER, n * SECOND // 50_000)
    assert taken == 400


def test_reserves_are_few_and_go_from_the_silent_to_newcomers() -> None:
    limit = RateLimit(rate=1, burst=1)
    for port in range(PERFORMERS + 1):
        limit.trust(("10.0.0.1", port), port)
    late = ("10.0.0.1", PERFORMERS)
    assert [limit.admits(late, SECOND) for _ in range(3)] == [True, False, False]
    assert all(limit.admits(("10.0.0.1", 0), SECOND) for _ in range(RESERVE))
    limit.trust(late, FORGOTTEN + SECOND)
    assert all(limit.admits(late, FORGOTTEN + SECOND) for _ in range(RESERVE))


def test_work_is_charged_for_afterwards() -> None:
    limit = RateLimit(rate=100, burst=10)
    assert limit.admits(PERFORMER, 0)
    limit.charge(PERFORMER, 100, 0)
    assert not limit.admits(PERFORMER, SECOND // 2)
    assert limit.admits(PERFORMER, SECOND)


def test_the_rate_limit_forgets_whoever_was_silent_longest() -> None:
    limit = RateLimit()
    for n in range(9000):
        limit.admits((f"h{n}", 1), n)
    assert len(limit._buckets) <= 4096


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("10.0.0.4", ("10.0.0.4", 9000)),
        ("10.0.0.4:9001", ("10.0.0.4", 9001)),
        ("::1", ("::1", 9000)),
        ("[::1]:9001", ("::1", 9001)),
    ],
)
def test_addresses_are_read(text: str, read: tuple[str, int]) -> None:
    assert address(text, 9000) == read


@pytest.mark.parametrize("text", ["", "tablet", "10.0.0.4:", "10.0.0.4:x", "10.0.0.4:70000", "10.0.0.4:0", "10.0.0"])
def test_what_is_no_address_is_refused(text: str) -> None:
    if text == "10.0.0.4:":
        assert address(text, 9000) == ("10.0.0.4", 9000)
        return
    with pytest.raises(ValueError, match="takes ADDRESS or ADDRESS:PORT"):
        address(text, 9000)


def test_refusals_are_counted_by_reason_and_said_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    counters = Counters()
    for n in range(1000):
        counters.refuse("type", f"/x takes one number, got {n}", HAND, n * SECOND // 1000)
    counters.refuse("nan", "/y", HAND, 0)
    counters.refuse("type", "/x again", HAND, SECOND)
    out = capsys.readouterr()
    lines = [line for line in (out.out + out.err).splitlines() if "reason=type" in line]
    assert len(lines) == 2
    assert "got 0" in lines[0]
    assert "10.0.0.1:9" in lines[0]
    assert "since_last_said=1000" in lines[1]
    assert counters.refused == {"type": 1001, "nan": 1}
    assert counters.latest == "/x again"
