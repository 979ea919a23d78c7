"""A film drawn by the workers of a real dask scheduler is the film that one process makes, whoever dies meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from installation.film import segments
from installation.foundation.errors import Mistake
from installation.session.filming import Reel, shoot
from installation.session.production import load_production
from installation.session.request import Request
from tests.film.test_segments import SIZE, filmed, watch
from tests.harness.home import environment
from tests.harness.waiting import free_ports

pytest.importorskip("distributed", reason="the extra [farm] is not installed")
pytestmark = pytest.mark.whole


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SECONDS", 0.5)


@contextmanager
def child(home: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, *command], env=environment(home), cwd=home, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            for each in (*psutil.Process(process.pid).children(recursive=True), process):
                each.kill()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    (port,) = free_ports(1)
    options = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    with child(tmp_path, "-m", "distributed.cli.dask_scheduler", *options):
        yield f"tcp://127.0.0.1:{port}"


def test_a_farm_makes_the_same_film_though_a_worker_is_killed(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    with child(tmp_path, "-m", "installation", "farm", "worker", scheduler, "--workers", "2") as workers:
        assert workers.stdout is not None
        assert workers.stdout.readline().startswith("farm: 2 workers draw for tcp://")

        def kill(done: int, of: int) -> None:
            if done and not killed:
                drawing = [p for p in psutil.Process(workers.pid).children() if "spawn_main" in " ".join(p.cmdline())]
                killed.append(drawing[0].pid)
                drawing[0].kill()

        watch(monkeypatch, kill)
        reel = Reel(SIZE, 24, 5.0, 2.0, out=tmp_path / "farm.mp4", farm=scheduler)
        shoot(load_production(Request(score="abridged", seed=5)), reel)
    assert killed
    assert (tmp_path / "farm.mp4").read_bytes() == filmed(tmp_path / "here.mp4")


def test_a_scheduler_that_is_not_there_is_said(tmp_path: Path) -> None:
    reel = Reel(SIZE, 24, 5.0, 2.0, out=tmp_path / "farm.mp4", farm=f"tcp://127.0.0.1:{free_ports(1)[0]}")
    with pytest.raises(Mistake, match=r"--farm tcp://127.0.0.1:\d+: no scheduler answers there"):
        shoot(load_production(Request(score="abridged", seed=5)), reel)
    assert not list(tmp_path.iterdir())


def test_workers_that_differ_are_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from installation.film import farm

    monkeypatch.setattr(farm, "probe", lambda: ("1.0", "mine"))
    said: list[str] = []
    there = {"tcp://a": ("1.0", "mine"), "tcp://b": ("1.0", "other"), "tcp://c": ("0.9", "mine")}
    assert farm.alike(there, False, said.append) == ["tcp://a"]
    assert [line.split()[1] for line in said] == ["tcp://b", "tcp://c"]
    assert farm.alike(there, True, said.append) == ["tcp://a", "tcp://b"]
