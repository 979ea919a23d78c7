"""Real processes on a real network of this machine: one is killed, one is stopped, one plays another scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from installation.cloud.rules import BEHIND
from installation.model.ticks import RATE
from installation.recording.replay import Performance, read
from tests.harness.cloudnodes import NodeProcess, conductor
from tests.harness.waiting import free_ports, until

pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")
pytestmark = pytest.mark.whole

EVERY = 30
"""Ticks from one word of a node to the next."""

NAMES = ("left", "middle", "right", "other")


def digests(node: NodeProcess) -> dict[int, str]:
    """What its show was, by tick."""
    return {said["tick"]: said["digest"] for said in list(node.said)}


def skipped(node: NodeProcess, since: int) -> list[int]:
    """The ticks from `since` on that it should have said and did not step through."""
    told = [said["tick"] for said in list(node.said)]
    return sorted({*range(since, told[-1] + 1, EVERY)} - {*told})


@contextmanager
def nodes(home: Path) -> Iterator[tuple[dict[str, NodeProcess], dict[str, int]]]:
    ports = dict(zip(NAMES, free_ports(len(NAMES)), strict=True))
    children: dict[str, NodeProcess] = {}
    try:
        for name in NAMES[:3]:
            children[name] = NodeProcess(home, name, ports, "--seconds", "600", "--rate", "60", "--every", str(EVERY))
        yield children, ports
    finally:
        for child in children.values():
            child.close()


def together(children: Iterable[NodeProcess], since: int = 0) -> list[int]:
    """The ticks from `since` on at which all of them said what they were; and that was the same, each time."""
    told = [digests(child) for child in children]
    common = sorted(tick for tick in set.intersection(*map(set, told)) if tick >= since)
    assert [tick for tick in common if len({each[tick] for each in told}) > 1] == []
    return common


def test_three_processes_are_one_show_whatever_becomes_of_one_of_them(tmp_path: Path) -> None:
    with nodes(tmp_path) as (children, ports):
        until(lambda: conductor(children.values()), "a show")
        stranger = NodeProcess(tmp_path, "other", ports, "--seconds", "600", "--rate", "0", "--changed", "0000")
        try:
            until(lambda: len(together(children.values())) >= 2, "three nodes in one show")
            until(lambda: not stranger.runs, "the end of who plays another scene")
        finally:
            stranger.close()
        assert stranger.process.returncode == 2
        assert ' plays another show: scene "mural" is 0000 and not' in stranger.latest("refused")

        first = conductor(children.values())
        assert first is not None
        before = first.latest("tick")
        children.pop(first.name).kill()
        until(lambda: conductor(children.values()), "another conductor")
        until(lambda: together(children.values(), before + RATE), "a show without the first")
        second = conductor(children.values())
        assert second is not None
        assert skipped(second, before) == []  # what the first had said was known, and nothing after it was missed

        (follower,) = (child for child in children.values() if child is not second)
        term, stopped = second.latest("term"), follower.latest("tick")
        follower.stop()
        until(lambda: second.latest("tick") > stopped + BEHIND + 2 * EVERY, "the other, which goes on")
        follower.go_on()
        back = second.latest("tick")
        until(lambda: together(children.values(), back), "who comes back")
        assert (second.latest("conducts"), second.latest("term")) == (True, term)
        assert not follower.latest("conducts")
        assert skipped(second, before) == []  # it did not notice

        until(lambda: played(tmp_path, follower, RATE), "the journal of who came back")
        follower.kill()
        tick = second.latest("tick")
        until(lambda: second.latest("tick") > tick + EVERY, "the last one")
        assert skipped(second, before) == []
        assert all(child.latest("taken") > 50 for child in children.values())

    both = [one for child in children.values() for one in played(tmp_path, child)]
    begin, end = max(one.header.tick for one in both), min(one.last for one in both)
    told = [{tick: acts for tick, acts in one.controls.items() if begin <= tick < end} for one in both]
    assert told[0] == told[1] != {}


def played(home: Path, node: NodeProcess, least: int = 0) -> list[Performance]:
    """What its newest journal says, once that is so many ticks long."""
    newest = max((home / "journals" / node.name).iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))
    with suppress(ValueError):  # it was just begun
        one = read(newest)
        return [one] if one.last - one.header.tick >= least else []
    return []
