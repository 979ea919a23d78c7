"""Real processes on a real network of this machine: one is killed, one is stopped, one plays another scene."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from installation.model.ticks import RATE
from installation.recording.replay import read
from tests.harness.home import environment
from tests.harness.waiting import ROOT, free_ports, until

pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")
pytestmark = pytest.mark.whole

NAMES = ("left", "middle", "right", "other")


class Child:
    """A node's process, and what it has said."""

    def __init__(self, home: Path, name: str, ports: list[int], *more: str) -> None:
        own, others = ports[NAMES.index(name)], [port for at, port in zip(NAMES, ports, strict=True) if at != name]
        order = [sys.executable, "-m", "tests.harness.cloudnode", name, str(own), "--folder", str(home / "journals")]
        order += ["--connect", *map(str, others), "--named", *NAMES, "--seconds", "600", *more]
        self.name = name
        self.said: list[dict[str, Any]] = []
        self.process = subprocess.Popen(order, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def latest(self, key: str) -> Any:
        return self.said[-1][key] if self.said else None

    def digests(self) -> dict[int, str]:
        return {said["tick"]: said["digest"] for said in list(self.said)}

    def skipped(self) -> list[int]:
        """The seconds of the show that it did not step through."""
        seconds = [said["tick"] // RATE for said in list(self.said)]
        return sorted({*range(seconds[0], seconds[-1] + 1)} - {*seconds})

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.end()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def nodes(home: Path) -> Iterator[tuple[dict[str, Child], list[int]]]:
    ports = free_ports(len(NAMES))
    children: dict[str, Child] = {}
    try:
        for name in NAMES[:3]:
            children[name] = Child(home, name, ports, "--rate", "60")
        yield children, ports
    finally:
        for child in children.values():
            child.end()


def together(children: Iterable[Child], since: int = 0) -> list[int]:
    """The ticks from `since` on at which all of them said what they were; and that was the same, each time."""
    digests = [child.digests() for child in children]
    common = sorted(tick for tick in set.intersection(*map(set, digests)) if tick >= since)
    assert [tick for tick in common if len({each[tick] for each in digests}) > 1] == []
    return common


def conductor(children: Iterable[Child]) -> Child | None:
    return next((child for child in children if child.latest("conducts")), None)


def test_three_processes_are_one_show_whatever_becomes_of_one_of_them(tmp_path: Path) -> None:
    with nodes(tmp_path) as (children, ports):
        until(lambda: conductor(children.values()), "a show")
        stranger = Child(tmp_path, "other", ports, "--rate", "0", "--changed", "0000")
        try:
            until(lambda: len(together(children.values())) >= 2, "three nodes in one show")
            until(lambda: stranger.process.poll() is not None, "the end of who plays another scene")
        finally:
            stranger.end()
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
        assert second.skipped() == []  # what the first had said was known, and nothing after it was missed

        (follower,) = (child for child in children.values() if child is not second)
        term, stopped = second.latest("term"), follower.latest("tick")
        os.kill(follower.process.pid, signal.SIGSTOP)
        until(lambda: second.latest("tick") > stopped + 4 * RATE, "the other, which goes on")
        os.kill(follower.process.pid, signal.SIGCONT)
        back = second.latest("tick")
        until(lambda: together(children.values(), back), "who comes back")
        assert (second.latest("conducts"), second.latest("term")) == (True, term)
        assert not follower.latest("conducts")
        assert second.skipped() == []  # it did not notice

        follower.kill()
        tick = second.latest("tick")
        until(lambda: second.latest("tick") > tick + RATE, "the last one")
        assert second.skipped() == []
        assert all(child.latest("taken") > 50 for child in children.values())

    played = [read(path) for child in children.values() for path in newest(tmp_path / "journals" / child.name)]
    begin, end = max(one.header.tick for one in played), min(one.last for one in played)
    told = [{tick: acts for tick, acts in one.controls.items() if begin <= tick < end} for one in played]
    assert told[0] == told[1]


def newest(folder: Path) -> list[Path]:
    """The journal that was begun last."""
    return sorted(folder.iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name))[-1:]
