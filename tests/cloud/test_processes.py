"""Real processes on a real network of this machine: one is killed, one is stopped, one plays another scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installation.model.ticks import RATE
from installation.recording.replay import read
from tests.harness.cloudnodes import NodeProcess, conductor
from tests.harness.waiting import free_ports, until

pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")
pytestmark = pytest.mark.whole

NAMES = ("left", "middle", "right", "other")


def digests(node: NodeProcess) -> dict[int, str]:
    """What its show was, by tick."""
    return {said["tick"]: said["digest"] for said in list(node.said)}


def skipped(node: NodeProcess) -> list[int]:
    """The seconds of the show that it did not step through."""
    seconds = [said["tick"] // RATE for said in list(node.said)]
    return sorted({*range(seconds[0], seconds[-1] + 1)} - {*seconds})


@contextmanager
def nodes(home: Path) -> Iterator[tuple[dict[str, NodeProcess], dict[str, int]]]:
    ports = dict(zip(NAMES, free_ports(len(NAMES)), strict=True))
    children: dict[str, NodeProcess] = {}
    try:
        for name in NAMES[:3]:
            children[name] = NodeProcess(home, name, ports, "--seconds", "600", "--rate", "60")
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
        until(lambda: together(children.values(), before + 2 * RATE), "a show without the first")
        second = conductor(children.values())
        assert second is not None
        assert skipped(second) == []  # what the first had said was known, and nothing after it was missed

        (follower,) = (child for child in children.values() if child is not second)
        term, stopped = second.latest("term"), follower.latest("tick")
        follower.stop()
        until(lambda: second.latest("tick") > stopped + 4 * RATE, "the other, which goes on")
        follower.go_on()
        back = second.latest("tick")
        until(lambda: together(children.values(), back), "who comes back")
        assert (second.latest("conducts"), second.latest("term")) == (True, term)
        assert not follower.latest("conducts")
        assert skipped(second) == []  # it did not notice

        follower.kill()
        tick = second.latest("tick")
        until(lambda: second.latest("tick") > tick + RATE, "the last one")
        assert skipped(second) == []
        assert all(child.latest("taken") > 50 for child in children.values())

    played = [read(path) for child in children.values() for path in newest(tmp_path / "journals" / child.name)]
    begin, end = max(one.header.tick for one in played), min(one.last for one in played)
    told = [{tick: acts for tick, acts in one.controls.items() if begin <= tick < end} for one in played]
    assert told[0] == told[1]


def newest(folder: Path) -> list[Path]:
    """The journal that was begun last."""
    return sorted(folder.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))[-1:]
