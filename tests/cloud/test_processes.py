"""Real processes on a real network of this machine: one is killed, one is stopped, one plays another scene."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from installation.recording.replay import read
from tests.harness.home import environment
from tests.harness.waiting import ROOT, free_ports, until

pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")
pytestmark = pytest.mark.whole

NAMES = ("left", "middle", "right")


class Child:
    """A node's process, and what it has said."""

    def __init__(self, home: Path, name: str, ports: list[int], *more: str) -> None:
        own, *others = ports
        order = [sys.executable, "-m", "tests.harness.cloudnode", name, str(own), "--folder", str(home / "journals")]
        order += ["--connect", *map(str, others), "--named", *NAMES, "--seconds", "600", *more]
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
        return {said["tick"]: said["digest"] for said in list(self.said) if "tick" in said}

    def end(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def nodes(home: Path) -> Iterator[dict[str, Child]]:
    ports = free_ports(4)
    children: dict[str, Child] = {}
    try:
        for name, own in zip(NAMES, ports, strict=False):
            children[name] = Child(home, name, [own, *(port for port in ports if port != own)], "--rate", "60")
        yield children
    finally:
        for child in children.values():
            child.end()


def newest(folder: Path) -> Path:
    """The journal that was begun last."""
    return max(folder.glob("*.journal"), key=lambda path: (path.stat().st_mtime_ns, path.name))


def common(children: dict[str, Child]) -> list[int]:
    """The ticks at which all of them said what they were."""
    return sorted(set.intersection(*(set(child.digests()) for child in children.values())))


def test_three_processes_are_one_show_whatever_becomes_of_one_of_them(tmp_path: Path) -> None:
    with nodes(tmp_path) as children:
        until(lambda: len(common(children)) >= 3, "three nodes in one show")
        first = next(name for name, child in children.items() if child.latest("conducts"))
        seen = common(children)[-1]
        assert all(len({child.digests()[tick] for child in children.values()}) == 1 for tick in common(children))

        gone = children.pop(first)
        os.kill(gone.process.pid, signal.SIGKILL)
        gone.end()
        until(lambda: any(child.latest("conducts") for child in children.values()), "another conductor")
        until(lambda: len([tick for tick in common(children) if tick > seen]) >= 3, "a show without it")
        ours = {name: child.digests() for name, child in children.items()}
        assert all(len({mine[tick] for mine in ours.values()}) == 1 for tick in common(children) if tick > seen)

        follower = next(child for child in children.values() if not child.latest("conducts"))
        os.kill(follower.process.pid, signal.SIGSTOP)
        stopped = follower.latest("tick")
        other = next(child for child in children.values() if child is not follower)
        until(lambda: other.latest("tick") > stopped + 500, "the other, which goes on")
        os.kill(follower.process.pid, signal.SIGCONT)
        until(lambda: len([tick for tick in common(children) if tick > stopped + 500]) >= 2, "who comes back")
        last = common(children)[-1]
        assert len({child.digests()[last] for child in children.values()}) == 1
        assert not follower.latest("conducts")
        assert all(child.latest("taken") > 50 for child in children.values())

    played = {
        name: max((tmp_path / "journals" / name).glob("*"), key=lambda path: path.stat().st_mtime) for name in ours
    }
    kept = [read(path) for path in played.values()]
    begin, end = max(one.header.tick for one in kept), min(one.last for one in kept)
    told = [{tick: acts for tick, acts in one.controls.items() if begin <= tick < end} for one in kept]
    assert told[0] == told[1]
    assert told[0]


def test_a_process_with_another_version_of_a_scene_is_refused_by_name(tmp_path: Path) -> None:
    ports = free_ports(2)
    one = Child(tmp_path, "left", ports, "--rate", "0")
    try:
        until(lambda: one.latest("conducts"), "a show")
        other = Child(tmp_path, "right", ports[::-1], "--rate", "0", "--changed", "0000")
        try:
            until(lambda: other.process.poll() is not None, "its end")
        finally:
            other.end()
        assert other.process.returncode == 2
        assert other.said[-1]["refused"].startswith(
            '--cloud test: left plays another show: scene "mural" is 0000 and not'
        )
        assert one.process.poll() is None
    finally:
        one.end()
