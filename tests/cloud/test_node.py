"""Nodes on a network of the test: what is lost, late, doubled, parted, killed and stopped, and they are one show."""

from __future__ import annotations

from itertools import pairwise

import pytest

from installation.cloud.messages import Item, Line
from installation.model import ticks
from tests.harness.cloudnet import Cloud, Weather

EIGHT = tuple(f"n{i}" for i in range(8))
FOUL = Weather(loss=0.02, doubled=0.05, jitter=3.0, late=0.05)


def cloud(
    seed: int, weather: Weather | None = None, names: tuple[str, ...] = EIGHT, named: tuple[str, ...] = ()
) -> Cloud:
    """Machines that are on for three seconds: all are in the show."""
    made = Cloud(seed, weather)
    for name in names:
        made.add(name, named or names)
    made.run(3.0)
    assert all(machine.node.born for machine in made.machines.values())
    assert len(made.conductors()) == 1
    return made


@pytest.mark.parametrize("seed", range(3))
def test_eight_nodes_in_foul_weather_are_one_show_and_lose_nothing(seed: int) -> None:
    made = cloud(seed, FOUL)
    said = made.play(5.0, 200.0)
    made.run(2.0)
    assert not made.disagreements()
    for machine in made.machines.values():
        assert machine.tape.taken == dict.fromkeys(said, 1)
        assert machine.tape.tick == pytest.approx(9.0 * ticks.RATE, abs=1.5 * ticks.RATE)


def test_the_conductor_is_killed_and_nobody_misses_a_tick() -> None:
    made = cloud(4)
    made.play(1.0, 200.0)
    (first,) = made.conductors()
    made.kill(first)
    made.play(2.0, 200.0)
    made.run(1.0)
    assert len(made.conductors()) == 1
    assert made.conductors() != [first]
    assert not made.disagreements()
    for machine in made.machines.values():
        assert not machine.node.corrections
        steps = sorted(machine.stepped.values())
        assert max(b - a for a, b in pairwise(steps[360:])) < 40_000_000


@pytest.mark.parametrize("seed", range(4))
def test_a_partition_plays_on_in_both_halves_and_mends(seed: int) -> None:
    made = cloud(seed)
    half = set(EIGHT[:3])
    made.parted = lambda a, b: (a in half) != (b in half)
    made.play(8.0, 50.0)
    assert len(made.conductors()) == 2
    assert made.disagreements()
    made.parted = lambda a, b: False
    made.run(3.0)
    assert len(made.conductors()) == 1
    agreed = max(machine.tape.tick for machine in made.machines.values())
    said = made.play(2.0, 50.0)
    made.run(1.0)
    assert not made.disagreements(agreed)
    assert all(set(said) <= set(machine.tape.taken) for machine in made.machines.values())


@pytest.mark.parametrize("seed", range(3))
def test_the_few_who_were_cut_off_come_back_to_the_many_who_did_not_notice(seed: int) -> None:
    made = cloud(seed)
    few = {"n6", "n7"}
    made.parted = lambda a, b: (a in few) != (b in few)
    made.play(10.0, 50.0)
    assert made.conductors() == ["n0", "n6"]  # a show must go on
    made.parted = lambda a, b: False
    made.play(4.0, 50.0)
    made.run(1.0)
    assert made.conductors() == ["n0"]
    for name, machine in made.machines.items():
        assert bool(machine.node.corrections) == (name in few)
        assert machine.node.term == made.machines["n0"].node.term
    for name in few:
        made.machines.pop(name)
    assert not made.disagreements()


@pytest.mark.parametrize("many", [2, 8])
def test_who_stood_still_and_finds_nobody_conducts_alone_and_takes_nobody_along(many: int) -> None:
    made = cloud(1, None, EIGHT[:many])
    last = EIGHT[many - 1]
    made.parted = lambda a, b: last in (a, b)
    made.stop(last)
    made.play(3.0, 50.0)
    made.go_on(last)
    made.play(9.0, 50.0)
    assert made.conductors() == ["n0", last]
    made.parted = lambda a, b: False
    made.play(4.0, 50.0)
    made.run(1.0)
    assert made.conductors() == ["n0"]
    assert made.machines[last].node.corrections
    made.machines.pop(last)
    assert not any(machine.node.corrections for machine in made.machines.values())
    assert not made.disagreements()


def test_a_conductor_that_stood_still_conducts_no_more_though_nobody_else_is_there_yet() -> None:
    made = cloud(2, None, EIGHT[:2])
    made.stop("n0")
    made.parted = lambda a, b: True
    made.run(5.0)
    made.go_on("n0")
    made.run(0.5)
    assert made.conductors() == ["n1"]
    made.parted = lambda a, b: False
    made.run(3.0)
    assert made.conductors() == ["n1"]
    assert made.machines["n0"].node.corrections
    assert not made.machines["n1"].node.corrections


@pytest.mark.parametrize("who", ["conductor", "another"])
@pytest.mark.parametrize("seed", range(3))
def test_a_node_that_stood_still_for_three_seconds_comes_back_by_itself(who: str, seed: int) -> None:
    made = cloud(seed)
    (first,) = made.conductors()
    stopped = first if who == "conductor" else "n5"
    made.stop(stopped)
    made.play(3.0, 100.0)
    lines = len(made.machines[stopped].conducted)
    made.go_on(stopped)
    made.play(2.0, 100.0)
    made.run(1.0)
    assert len(made.conductors()) == 1
    if who == "another":
        assert made.conductors() == [first]
        assert len(made.machines[stopped].conducted) == lines == 0
    agreed = max(machine.tape.tick for machine in made.machines.values()) - ticks.RATE
    assert not made.disagreements(agreed)
    made.machines.pop(stopped)
    assert not made.disagreements()  # the others did not notice


def test_who_comes_late_is_the_same_show() -> None:
    made = cloud(1, FOUL, EIGHT[:4], EIGHT[:5])
    late = made.add("n4", EIGHT[:5])
    made.play(4.0, 200.0)
    made.run(1.0)
    assert late.node.born
    assert not late.node.corrections
    assert not made.disagreements()
    assert late.tape.tick == pytest.approx(made.machines["n0"].tape.tick, abs=6)


def test_another_version_is_refused_by_name() -> None:
    made = cloud(2, None, EIGHT[:3], EIGHT[:4])
    other = made.add("n3", EIGHT[:4], version={"score": "a", 'scene "mural"': "c"})
    made.run(3.0)
    assert not other.node.born
    assert other.node.refused.endswith(' plays another show: scene "mural" is c and not b')
    assert made.machines["n0"].refused["version"]
    assert not made.disagreements()


def test_who_is_not_named_is_not_heard() -> None:
    made = cloud(3, None, EIGHT[:3])
    made.add("stranger", (*EIGHT[:3], "stranger"))
    made.play(2.0, 50.0)
    made.run(1.0)
    made.machines.pop("stranger")
    assert all(machine.refused["stranger"] for machine in made.machines.values())
    assert made.conductors() == ["n0"]
    assert not made.disagreements()


def test_what_a_conductor_said_before_another_took_over_is_said_no_more() -> None:
    made = cloud(7, None, EIGHT[:3])
    made.kill("n0")
    made.run(1.0)
    for machine in made.machines.values():
        tick, item = machine.node.stepped, ("/old", ())
        old = Line(1, 0, tick, tick + 24, machine.node.beat.zero_ns or 0, (Item(tick + 6, *item, "n0", 1, 1),))
        machine.node.hear("n0", old, made.time(machine))
    made.run(1.0)
    for machine in made.machines.values():
        assert machine.refused["old term"] == 1
        assert not machine.tape.taken


def test_two_conductors_of_one_term_become_one() -> None:
    made = Cloud(5)
    made.parted = lambda a, b: True
    for name in EIGHT[:4]:
        made.add(name, EIGHT[:4])
    made.run(7.0)
    assert len(made.conductors()) == 4
    made.parted = lambda a, b: False
    made.run(3.0)
    assert made.conductors() == ["n0"]
    assert not made.disagreements(max(machine.tape.tick for machine in made.machines.values()) - 60)


def test_a_node_that_plays_something_else_is_corrected() -> None:
    made = cloud(6)
    made.machines["n4"].tape.step([("/elsewhere", ())])
    made.run(4.0)
    assert made.machines["n4"].refused["astray"] == 1
    assert made.machines["n4"].node.corrections == 1
    assert not made.disagreements(max(machine.tape.tick for machine in made.machines.values()) - 60)
