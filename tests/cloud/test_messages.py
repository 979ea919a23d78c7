"""Whatever comes in: a message, or a sentence about why it is none; and a node that is told anything goes on."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest

from installation.cloud.ledger import KEPT, LIVES, Ledger
from installation.cloud.messages import (
    LARGEST,
    LARGEST_SMALL,
    Ask,
    Figures,
    Here,
    Item,
    Line,
    Message,
    Ping,
    Pong,
    Refusal,
    State,
    Want,
    Wish,
    decoded,
    encoded,
)
from installation.cloud.version import difference, digest
from tests.harness.cloudnet import VERSION, Cloud

ITEM = Item(5, "/light/hue", (0.5,), "left", 1, 7)
EACH: tuple[Message, ...] = (
    Line(1, 0, 4, 8, -5, (ITEM,)),
    Ask(1, ((7, "/light/hue", (0.5, True, "a", 3)),)),
    Want(9),
    Ping(-1),
    Pong(-1, 2),
    Here("ab", 1, True, "auto", 9, 0.5, 0.1, 60.0, 0, 0),
    Wish({"seed": "1"}),
    State(1, "left", 0, 5, 9, b"x", (("left", 1, 7),), (ITEM,)),
    Refusal("why"),
    Figures(120, (1, 2), b"1234"),
)


@pytest.mark.parametrize("message", EACH, ids=lambda message: type(message).__name__)
def test_what_is_said_is_understood(message: Message) -> None:
    assert decoded(encoded(message)) == message


def test_what_is_no_message_is_refused_in_a_sentence() -> None:
    chance = random.Random(1)
    refused = 0
    for _ in range(3000):
        data = bytearray(encoded(chance.choice(EACH)))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        refused += 0 < len(_why(bytes(data[: chance.randint(0, len(data))] if chance.random() < 0.3 else data))) < 200
    assert 1000 < refused < 3000


def _why(data: bytes) -> str:
    try:
        decoded(data)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x91" * 5000,
        bytes(LARGEST + 1),
        encoded(Ask(1, ((1, "/x", ("y" * 300,)),) * 250)),
        msgspec.msgpack.encode([1, 1, -1, 0, 1, 0, []]),
        msgspec.msgpack.encode([1, 1, 0, 0, 1, 2**63, []]),
        msgspec.msgpack.encode([2, 1, [[1, "/x", [None]]]]),
        msgspec.msgpack.encode([2, 1, [[1, "/x", [0.0] * 17]]]),
        msgspec.msgpack.encode([3, "tick"]),
    ],
    ids=["nothing", "deep", "huge", "large", "negative", "too far", "none", "many", "text"],
)
def test_what_is_too_large_too_deep_or_out_of_range_is_refused(data: bytes) -> None:
    assert len(encoded(Ask(1, ((1, "/x", ("y" * 300,)),) * 250))) > LARGEST_SMALL
    with pytest.raises(ValueError, match="message"):
        decoded(data) if len(data) <= LARGEST_SMALL or len(data) > LARGEST else _named(data)


def _named(data: bytes) -> None:
    with pytest.raises(ValueError, match=f"a Ask of {len(data)} bytes"):
        decoded(data)
    raise ValueError("message")


def test_a_hostile_node_never_stops_the_show() -> None:
    """It is named, it conducts a term of its own, says nonsense, old lines, figures of another show, and floods."""
    names = ("n0", "n1", "n2", "n3")
    made = Cloud(9)
    for name in names[:3]:
        made.add(name, names)
    made.run(2.0)
    chance = random.Random(9)
    heard: list[bytes] = []

    def attack() -> None:
        for machine in made.machines.values():
            node, now = machine.node, made.time(machine)
            tick, term = node.stepped, node.term[0] + chance.choice([-1, 0, 1, 2, 10**6])
            end, beat = tick + chance.choice([1, 30, 10**6]), chance.choice([0, 2**61, -(2**61)])
            line = Line(max(term, 0), tick, tick, end, beat, (), chance.choice([1, 2**53]))
            lies: list[Message] = [
                line,
                Ask(3, ((chance.randint(0, 2**40), "/nowhere", ("x",)),)),
                State(1, "n3", 0, 0, 10**9, b"nonsense", ()),
                Figures(tick, (1,), b"1234"),
                Refusal("go away"),
                Want(0),
                Wish({}),
                Here(chance.choice([digest(VERSION), "zz"]), 10**9, True, "always", 0, 0.0, 0.0, 0.0, 0, 0),
            ]
            heard.extend(encoded(lie) for lie in lies)
            for data in (*map(encoded, lies), chance.choice(heard)[::-1], chance.choice(heard)):
                node.hear_data("n3", data, now)
        if made.now < 12_000_000_000:
            made.at(made.now + 20_000_000, attack)

    made.at(made.now, attack)
    before = {name: machine.tape.tick for name, machine in made.machines.items()}
    made.run(14.0)
    said = made.play(3.0, 50.0)
    made.run(1.0)
    refused: Counter[str] = Counter()
    for name, machine in made.machines.items():
        refused += machine.refused
        assert machine.tape.tick > before[name] + 600
        assert set(said) <= set(machine.tape.taken)
    assert {"malformed", "line", "version"} <= set(refused)


def test_the_ledger_forgets_what_is_old_and_knows_what_was_heard() -> None:
    ledger = Ledger(100, {("left", 1): 3})
    ledger.extend(110, [Item(105, "/a", (), "left", 1, 4), Item(103, "/b", (), "right", 2, 9)])
    assert ledger.known == 110
    assert [item.address for item in ledger.since(100)] == ["/b", "/a"]
    assert (ledger.heard("left", 1), ledger.heard("right", 2), ledger.heard("right", 1)) == (4, 9, -1)
    assert ledger.heard_at(105) == {("left", 1): 3, ("right", 2): 9}
    ledger.void(105)
    assert (ledger.known, ledger.at(105), ledger.heard("left", 1)) == (105, [], 3)
    ledger.extend(105 + 2 * KEPT, [])
    assert (ledger.begin, list(ledger.since(0))) == (105 + KEPT, [])
    assert ledger.heard_at(0) == {("left", 1): 3, ("right", 2): 9}
    for life in range(20):
        ledger.extend(ledger.known + 1, [Item(ledger.known, "/c", (), "left", 10 + life, 0)])
    assert sum(ledger.heard("left", life) == 0 for life in range(10, 30)) == LIVES


def test_what_differs_is_named() -> None:
    here, there = {"seed": "7", 'scene "mural"': "ab"}, {"seed": "8", 'scene "mural"': "ab", 'scene "sea"': "cd"}
    assert difference(there, here) == 'scene "sea" is cd and not none, seed is 8 and not 7'
    assert not difference(here, dict(here))
    assert digest(here) != digest(there)
