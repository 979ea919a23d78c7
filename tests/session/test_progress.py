"""Whoever asks a long piece of work to end is heard between two steps of it, and nowhere else."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial

import pytest

from installation.session.progress import COSTS, Bar
from tests.harness.waiting import until

ENDS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


def interrupted(work: Callable[[Bar], None]) -> None:
    with Bar("work") as progress:
        work(progress)


@ENDS
def test_the_end_waits_for_the_next_step(number: signal.Signals) -> None:
    done = []

    def work(progress: Bar) -> None:
        progress(0, 2)
        signal.raise_signal(number)
        done.append("a file that was begun is finished")
        progress(1, 2)
        done.append("the next one is not begun")

    with pytest.raises(KeyboardInterrupt):
        interrupted(work)
    assert done == ["a file that was begun is finished"]


@ENDS
def test_the_end_waits_for_the_block_where_there_is_no_step(number: signal.Signals) -> None:
    done = []

    def work(_: Bar) -> None:
        signal.raise_signal(number)
        done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        interrupted(work)
    assert done == ["all of it"]


@ENDS
def test_who_asks_twice_does_not_wait(number: signal.Signals) -> None:
    done = []

    def work(_: Bar) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(number)
        done.append("not reached")

    with pytest.raises(KeyboardInterrupt):
        interrupted(work)
    assert done == []


def test_a_fault_of_the_work_is_not_hidden_by_the_end() -> None:
    def work(_: Bar) -> None:
        signal.raise_signal(signal.SIGINT)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted(work)


def test_afterwards_signals_mean_what_they_meant() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Bar("work"):
        assert signal.getsignal(signal.SIGINT) not in before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_work_that_lasts_says_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installation.session.progress.TIMEOUT_S", 0.0)
    with Bar("film") as progress:
        for done in range(1, 101):
            progress(done, 100)
    said = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in said] == [f"film: {tenth} %" for tenth in range(10, 101, 10)]


def test_a_pause_has_a_word_while_it_lasts_and_none_where_it_does_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installation.session.progress.TIMEOUT_S", 0.05)
    said: list[str] = []

    def heard() -> bool:
        said.extend(capsys.readouterr().err.splitlines())
        return bool(said)

    with Bar("film", ("sound",)) as progress:
        progress.prepare("points")
        until(heard, "a word, with nothing else going on")
        monkeypatch.setattr("installation.session.progress.TIMEOUT_S", 3600.0)
        progress.prepare("guard")
        progress(1, 100)
    assert not any("guard" in line for line in [*said, *capsys.readouterr().err.splitlines()])
    assert said == [f"film: compiling the points once: about {5 * round(sum(COSTS.values()) / 5)} s left"]


def test_the_estimate_follows_the_pace_of_the_compiler(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("installation.session.progress.TIMEOUT_S", 0.0)
    bar = Bar("film", ("sound",))
    monkeypatch.setattr(bar._progress, "get_time", lambda: now[0])
    said: list[str] = []

    def heard(word: str) -> bool:
        said.extend(capsys.readouterr().err.splitlines())
        return any(word in line for line in said)

    with bar as progress:
        for stage, seconds in zip(("points", "strokes"), (2.0 * COSTS["points"], 0.0), strict=True):
            progress.prepare(stage)
            until(partial(heard, stage), f"a word about {stage}")
            now[0] += seconds
    left = 2.0 * (sum(COSTS.values()) - COSTS["points"])
    assert said[1] == f"film: compiling the strokes once: about {5 * round(left / 5)} s left"
