"""What may happen to the machine under a running show: a full disk, a clock set back. Real processes throughout."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation.recording import replay as performance
from tests.harness.desktop import Desktop
from tests.harness.limits import fill, small_disk
from tests.harness.playing import Playing
from tests.harness.waiting import ROOT, until


@pytest.fixture
def show(desktop: Desktop) -> Iterator[Playing]:
    one = Playing(desktop.environment)
    yield one
    one.close()


def data(show: Playing) -> Path:
    return show.home / ".local/share/sleeptree"


def further(show: Playing, seconds: int = 2) -> None:
    """It plays on for so long."""
    seen = show.plays()["tick"]
    show.wait(lambda s: s.get("tick", 0) > seen + 120 * seconds, "the show to go on")


def played(show: Playing, address: str, value: float) -> bool:
    """Whether any journal on the disk, read as a replay reads it, has this."""
    return any(
        (address, (value,)) in said
        for path in data(show).glob("journals/*.journal")
        if path.stat().st_size
        for said in performance.read(path).controls.values()
    )


def unwritten(state: dict[str, Any]) -> bool:
    """Whether the show complains that its journal finds no room."""
    return any("journal: No space left" in line for line in state.get("troubles", ()))


def test_a_disk_that_fills_up_stops_nothing_and_loses_nothing(show: Playing) -> None:
    with small_disk(data(show)):
        show.start()
        show.guarded()
        rubbish = data(show) / "rubbish"
        fill(rubbish)
        show.give("/sleeper/7/glow", 0.25)
        show.wait(unwritten, "a word about the journal")
        further(show)
        before = show.guarded()
        os.kill(before["process"], signal.SIGKILL)
        again = show.plays(before["process"])
        assert again["tick"] >= before["snapshot_tick"]
        show.give("/sleeper/8/glow", 0.75)
        further(show)
        rubbish.unlink()
        show.wait(lambda s: not unwritten(s), "the journal to be well")
        until(lambda: played(show, "/sleeper/8/glow", 0.75), "what was given without a disk")
        answered = show.asked("/sync")
        assert [answered[f"/sleeper/{number}/glow"] for number in (7, 8)] == [0.25, 0.75]
        assert show.end()[0] == 0


TURNED = """
import time
from pathlib import Path

_turn, _time, _time_ns = Path({turn!r}), time.time, time.time_ns
time.time = lambda: _time() - float(_turn.read_text())
time.time_ns = lambda: _time_ns() - int(float(_turn.read_text()) * 1e9)
"""


def test_a_clock_that_is_set_back_changes_nothing(show: Playing, tmp_path: Path) -> None:
    turn = tmp_path / "turn"
    turn.write_text("0")
    (tmp_path / "sitecustomize.py").write_text(TURNED.format(turn=str(turn)))
    show.environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    show.start()
    before = show.guarded()
    show.give("/sleeper/7/glow", 0.25)
    (tmp_path / "turned").write_text("7200")
    (tmp_path / "turned").replace(turn)  # at once: an empty file is no hour
    further(show)
    show.give("/sleeper/8/glow", 0.75)
    until(lambda: played(show, "/sleeper/8/glow", 0.75), "what was given in the hour that comes twice")
    latest = show.guarded()
    assert latest["restarts"] == 0
    os.kill(before["process"], signal.SIGKILL)
    again = show.plays(before["process"])
    assert again["tick"] >= latest["snapshot_tick"]
    further(show)
    assert again["at"] < before["at"]
    assert show.end()[0] == 0
    assert played(show, "/sleeper/7/glow", 0.25)
