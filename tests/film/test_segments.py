"""A film is cut into segments; whoever draws them, and however often that is interrupted, it is the same film."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import av
import psutil
import pytest
from msgspec import structs

from installation.film import segments
from installation.film.film import Cut
from installation.film.segments import Segment, plan, split
from installation.foundation.errors import Mistake
from installation.light.flashguard.guard import Field
from installation.recording.replay import Controls, give
from installation.session.filming import Reel, shoot
from installation.session.production import load_production
from installation.session.progress import Bar
from installation.session.request import Request
from installation.show import Show

SIZE = (64, 36)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SECONDS", 0.5)


def filmed(path: Path, workers: int = 1, seconds: float = 2.0) -> bytes:
    production = load_production(Request(score="abridged", seed=5))
    shoot(production, Reel(SIZE, 24, 5.0, seconds, out=path, workers=workers))
    return path.read_bytes()


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "SECONDS", 0.5)
        return filmed(tmp_path_factory.mktemp("serial") / "film.mp4")


@pytest.mark.parametrize(("frames", "fps"), [(1, 60), (1200, 60), (1201, 60), (24_300, 60), (9_719, 24)])
def test_segments_are_the_film_without_gap_or_overlap(monkeypatch: pytest.MonkeyPatch, frames: int, fps: int) -> None:
    monkeypatch.setattr(segments, "SECONDS", 20.0)
    whole = Cut(840, frames, fps)
    parts = split(whole)
    shown = [part.first + i * part.every for part in parts for i in range(part.frames)]
    assert shown == [whole.first + i * whole.every for i in range(frames)]
    assert max(part.frames for part in parts) <= 20 * fps
    assert max(part.frames for part in parts) - min(part.frames for part in parts) <= 1


def test_a_segment_has_the_visitors_lines_that_are_woven_in_meanwhile() -> None:
    show = load_production(Request(score="abridged", seed=5)).show()
    show.text_of = {1: "the first", 2: "the second", 3: "never"}.__getitem__
    controls = {30: [("/verse/shown", ("1:4",))], 600: [("/verse/shown", ("2:9",))]}
    whole = Segment(0, show.score, show.seed, b"", (), Cut(0, 24, 24), SIZE, Field(), "h264")
    parts = list(plan(show, whole, Given(controls), controls))
    assert [part.lines for part in parts] == [((1, "the first"),), ((1, "the first"),)]
    later = structs.replace(whole, cut=Cut(600, 24, 24))
    assert next(plan(show, later, Given(controls), controls)).lines == ((1, "the first"), (2, "the second"))


class Given:
    """Somebody who hands over what was accepted."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    def deliver(self, show: Show, now_ns: int) -> int:
        return len(give(show, self._controls))


def test_a_joined_film_has_each_picture_once_and_its_sound(tmp_path: Path, serial: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(serial)
    with av.open(str(path)) as file:
        frames = list(file.decode(video=0))
        assert [round(frame.pts * frame.time_base * 24) for frame in frames] == list(range(48))
        assert file.streams.video[0].frames == 48
    with av.open(str(path)) as file:
        heard = sum(frame.samples for frame in file.decode(audio=0))
    assert heard == pytest.approx(2 * 48_000, abs=1024)


@pytest.mark.whole
def test_two_processes_make_the_same_film_as_one(tmp_path: Path, serial: bytes) -> None:
    assert filmed(tmp_path / "film.mp4", workers=2) == serial
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.whole
def test_a_worker_that_is_killed_costs_its_segment_alone(
    tmp_path: Path, serial: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []

    def kill(done: int, of: int) -> None:
        if done >= 5 and not killed:
            killed.append(workers()[-1].pid)
            os.kill(killed[0], signal.SIGKILL)

    watch(monkeypatch, kill)
    assert filmed(tmp_path / "film.mp4", workers=2) == serial
    assert killed


@pytest.mark.whole
def test_a_segment_whose_process_always_dies_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(done: int, of: int) -> None:
        for worker in workers():
            worker.kill()

    watch(monkeypatch, kill)
    with pytest.raises(Mistake, match=r"film: segment \d: its process died 3 times"):
        filmed(tmp_path / "film.mp4", workers=2)
    assert not (tmp_path / "film.mp4").exists()
    assert not workers()


@pytest.mark.whole
def test_an_interrupted_film_goes_on_from_its_segments(
    tmp_path: Path, serial: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, parts = tmp_path / "film.mp4", tmp_path / "film.mp4.parts"

    def interrupt(done: int, of: int) -> None:
        if done == 30:  # in the third of four
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        watch(patch, interrupt)
        with pytest.raises(KeyboardInterrupt):
            filmed(path)
    assert f"2 segments are kept in {parts}" in capsys.readouterr().err
    assert sorted(kept.suffix for kept in parts.iterdir()) == [".json", ".json", ".mp4", ".mp4"]
    drawn: list[int] = []
    watch(monkeypatch, lambda done, of: drawn.append(done))
    assert filmed(path) == serial
    assert min(drawn) == 12, "the first segment counts at once"
    assert [*drawn[:2], drawn[2]] == [12, 24, 25], "and so does the second; then the third is drawn"
    assert not parts.exists()


@pytest.mark.whole
def test_an_interrupted_film_of_another_seed_is_not_gone_on_with(tmp_path: Path, serial: bytes) -> None:
    path, parts = tmp_path / "film.mp4", tmp_path / "film.mp4.parts"
    parts.mkdir()
    for i in range(4):
        (parts / f"{i:04d}-0123456789abcdef.mp4").write_bytes(b"another film")
        (parts / f"{i:04d}-0123456789abcdef.json").write_text("[0.0, []]")
    assert filmed(path) == serial


def test_what_somebody_else_put_beside_the_parts_stays(tmp_path: Path) -> None:
    parts = tmp_path / "film.mp4.parts"
    parts.mkdir()
    (parts / "notes.txt").write_text("mine")
    filmed(tmp_path / "film.mp4", seconds=0.5)
    assert [path.name for path in parts.iterdir()] == ["notes.txt"]


def workers() -> list[psutil.Process]:
    """The processes that draw, and not the one that Python keeps for itself."""
    alive = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "spawn_main" in " ".join(child.cmdline())]


def watch(patch: pytest.MonkeyPatch, told: Callable[[int, int], None]) -> None:
    """Let `told` see how far the film is, before the bar shows it."""
    shown = Bar.__call__

    def call(self: Bar, done: int, of: int) -> None:
        if of == 48:  # pictures, and not the ticks of what is rolled in
            told(done, of)
        shown(self, done, of)

    patch.setattr(Bar, "__call__", call)
