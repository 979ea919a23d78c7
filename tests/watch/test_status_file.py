"""Log and state: what is written turns over, survives a full disk, and only shows that run are told of."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from installation.live.frame_pacing import Times
from installation.watch import log
from installation.watch.status_file import Log, Records, line, running
from installation.watch.telemetry import histogram
from tests.harness.waiting import ROOT


def test_a_log_turns_over_and_keeps_so_many_files(tmp_path: Path) -> None:
    kept = Log(tmp_path / "a.log")
    kept.limit(0.001, 3)
    for i in range(200):
        kept.add(line("thing", number=i))
    kept.close()
    files = sorted(tmp_path.iterdir(), key=lambda path: path.name)
    assert [path.name for path in files] == ["a.log", "a.log.1", "a.log.2"]
    assert all(path.stat().st_size <= 1000 for path in files)
    numbers = [json.loads(text)["number"] for path in reversed(files) for text in path.read_text("utf-8").splitlines()]
    assert numbers == list(range(numbers[0], 200))


def test_a_log_of_one_file_begins_anew(tmp_path: Path) -> None:
    kept = Log(tmp_path / "a.log")
    kept.limit(0.001, 1)
    for i in range(100):
        kept.add(line("thing", number=i))
    kept.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]


def test_a_log_that_can_not_be_written_is_counted(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where a folder should be", encoding="utf-8")
    kept = Log(tmp_path / "logs" / "a.log")
    kept.add("word")
    assert kept.lost == 1
    (tmp_path / "logs").unlink()
    kept.add("word")
    kept.close()
    assert (kept.path.read_text(encoding="utf-8"), kept.lost) == ("word\n", 1)


def test_what_runs_is_told_and_what_was_cut_off_is_cleared_away(tmp_path: Path) -> None:
    words = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from installation.watch.status_file import Records
records = Records(Path({str(tmp_path / "logs")!r}), Path({str(tmp_path / "run")!r}))
records.publish({{"tick": 7}})
print("ready", flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        own = Records(tmp_path / "logs", tmp_path / "run")
        own.publish({"tick": 9})
        assert sorted(state["tick"] for state in running(tmp_path / "run")) == [7, 9]
        other.kill()
        other.wait()
        assert [state["tick"] for state in running(tmp_path / "run")] == [9]
        own.close()
    assert list(running(tmp_path / "run")) == []
    assert list((tmp_path / "run").iterdir()) == []


def test_a_show_that_somebody_looks_for_as_it_begins_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, looked = fcntl.flock, 0

    def locks(file: object, how: int) -> None:
        nonlocal looked
        looked += 1
        if looked == 1:
            assert list(running(tmp_path)) == []  # between the file and its lock: nobody holds it
        lock(file, how)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", locks)
    records = Records(tmp_path / "logs", tmp_path)
    records.publish({"tick": 7})
    assert [state["tick"] for state in running(tmp_path)] == [7]
    records.close()


def test_the_log_takes_all_and_the_console_what_is_serious(capsys: pytest.CaptureFixture[str]) -> None:
    before = structlog.get_config()
    said: list[dict[str, str]] = []
    try:
        log.configure(lambda message: said.append(dict(message)))
        structlog.get_logger("a").info("small", number=3)
        structlog.get_logger("a").warning("large", place=Path("x"))
    finally:
        structlog.configure(**before)
    events = [json.loads(one["log"]) for one in said]
    assert [(one["event"], one["level"]) for one in events] == [("small", "info"), ("large", "warning")]
    assert events[0]["number"] == 3
    err = capsys.readouterr().err
    assert "large" in err
    assert "small" not in err


def test_a_histogram_counts_every_picture_once() -> None:
    times = Times()
    for ms in (1, 8, 9, 16, 17, 18, 40, 60, 2000):
        times.add(ms * 1_000_000 - 1000)
    counted = histogram(times)
    assert sum(counted.values()) == 9
    assert counted["<=8"] == 2
    assert counted[">1000"] == 1


def test_times_since_an_earlier_copy_are_those_after_it() -> None:
    times = Times()
    for _ in range(50):
        times.add(100_000_000)
    hour = times.copy()
    for _ in range(10):
        times.add(5_000_000)
    since = times.since(hour)
    assert len(since) == 10
    assert since.summary()["worst"] < 6.0
    assert since.summary()["median"] == pytest.approx(5.0, abs=0.1)
    assert since.rate == pytest.approx(200.0)
