"""The anthology: hearts and lines from a journal, pages the same to the byte, and only what may be printed."""

from __future__ import annotations

import re
import signal
import zlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from installation.book import page
from installation.book.binding import Book, counted, ordinal, pdf
from installation.book.chronicle import SHORTEST, VERSES, Chapter, ChronicleLine, survey
from installation.commands import book as command
from installation.commands.book import book
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.model.score import PHASES
from installation.recording.replay import Performance, Replay
from installation.words.visitors import FOLDER, VisitorLines
from tests.harness.evening import SCENES, Evening

CONSENTED, SILENT = "the sea is in my sleeve", "nobody may print me"


class Night:
    """Three phases of six seconds each, two approved lines, one of which may be printed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        lines = VisitorLines(folder / FOLDER, "2026-05-01")
        lines.offer(CONSENTED, sleeper=16, keep=True)
        lines.offer(SILENT, sleeper=3)
        evening = Evening(folder)
        evening.desk.lines, evening.show.text_of = lines, lines.text
        for number in (1, 2):
            evening.say("/verse/approve", number)
            evening.play(0.2)
        for phase in PHASES:
            evening.say("/show/phase", phase)
            evening.play(SHORTEST + 1.0)
        self.performance: Performance = evening.end()
        begun, source = self.performance.begin(SCENES), Replay(self.performance)
        (self.chapter,) = survey(begun, source, self.performance.last, {1: CONSENTED}, lambda done, of: None)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return Night(tmp_path_factory.mktemp("night"))


def illustrated(chapter: Chapter) -> Chapter:
    ramp = np.arange(160 * 90, dtype=np.uint32).reshape(90, 160)
    return replace(chapter, pictures={phase: ramp + 1000 * i for i, phase in enumerate(PHASES)})


def bound(chapters: list[Chapter]) -> Book:
    return Book(datetime(2026, 5, 1, 21), 7, "rehearsal", ("dark",), "0", 30.0, 0, chapters)


def test_every_phase_has_its_heart_its_verses_and_only_lines_that_may_be_printed(night: Night) -> None:
    chapter = night.chapter
    assert list(chapter.hearts) == list(PHASES)
    ends = np.cumsum([seconds for _, seconds in chapter.phases])
    for phase, (_, seconds), end in zip(PHASES, chapter.phases, ends, strict=True):
        assert end - seconds < ticks.seconds(chapter.hearts[phase]) < end + 1
        assert len(chapter.verses[phase]) == VERSES
    assert [(line.text, line.sleeper) for line in chapter.visitors] == [(CONSENTED, 17)]
    assert len(chapter.coherence) == sum(seconds for _, seconds in chapter.phases)
    verses = " ".join(line.text for lines in chapter.verses.values() for line in lines)
    assert CONSENTED not in verses
    assert SILENT not in verses


def test_a_book_is_the_same_to_the_byte_and_says_from_what_it_was_made(night: Night) -> None:
    chapters = [illustrated(night.chapter)]
    made = pdf(bound(chapters))
    assert made == pdf(bound(chapters))
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", made)) == 5  # title, a spread, visitors, colophon
    text = page.html(bound(chapters))
    assert text == page.html(bound(chapters))
    words = text.decode()
    assert words.count("<img ") == 3
    for said in ("the night of 1 May 2026", "seed 7, score rehearsal", CONSENTED):
        assert said in words
    assert SILENT not in words
    assert not re.search(r"(src|href)=['\"]?https?:", words)


def test_what_visitors_write_is_no_markup_and_spreads_stay_spreads(night: Night) -> None:
    chapter = night.chapter
    foul = ChronicleLine("<script>alert('&')</script> " + "long " * 22, 5, (200, 10, 10))
    chapters = [illustrated(replace(chapter, visitors=(foul,) * n)) for n in (1, 60, 0)]
    assert b"<script>" not in page.html(bound(chapters))
    streams = re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", pdf(bound(chapters)), flags=re.S)
    pages = [data for stream in streams if b" re" in (data := zlib.decompress(stream))[:200]]
    with_pictures = [i for i, data in enumerate(pages, 1) if b" Do" in data]
    assert len(with_pictures) == 6
    assert [number % 2 for number in with_pictures] == [0, 1] * 3


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 10, 11)] == ["first arc", "tenth arc", "arc 11"]
    assert [counted(n, "arc") for n in (0, 1, 2)] == ["0 arcs", "1 arc", "2 arcs"]


@pytest.mark.parametrize(
    ("name", "html", "said"),
    [
        ("a.txt", False, "--out takes a file whose name ends in .pdf"),
        ("a.pdf", True, "--out takes a file whose name ends in .html"),
        ("none/a.pdf", False, "there is no folder"),
    ],
)
def test_what_is_wrong_is_said_before_hours_of_work(tmp_path: Path, name: str, html: bool, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        book(tmp_path / "x.journal", tmp_path / name, html, (160, 90), None)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(Mistake, match=r"pip install sleeptree\[book\]"):
        book(tmp_path / "x.journal", tmp_path / "a.pdf", False, (160, 90), None)


def test_only_lines_that_were_agreed_to_twice_and_are_still_there(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "2026-05-01.lines").write_bytes((night.folder / FOLDER / "2026-05-01.lines").read_bytes())
    monkeypatch.setattr("installation.commands.book.places.data", lambda: tmp_path)
    production = SimpleNamespace(performance=night.performance)
    assert command._consented(production) == {1: CONSENTED}  # type: ignore[arg-type]
    VisitorLines(tmp_path / FOLDER, "2026-05-01").clear()
    assert command._consented(production) == {}  # type: ignore[arg-type]


def _interrupted(*_: object) -> np.ndarray:
    signal.raise_signal(signal.SIGINT)
    return np.zeros((90, 160), np.uint32)


@pytest.mark.whole
def test_the_command_binds_a_night_and_interrupted_leaves_nothing(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernels: None
) -> None:
    played = SimpleNamespace(scenes=SCENES, broken=())
    monkeypatch.setattr("installation.session.production.repertoire.found", lambda: played)
    monkeypatch.setattr("installation.commands.book.places.data", lambda: night.folder)
    venue, out = tmp_path / "venue.toml", tmp_path / "night.pdf"
    venue.write_text("[screen]\nthreads = 1\n")
    assert "1 arc, 1 visitor's line" in book(night.performance.path, out, False, (160, 90), venue)
    first = out.read_bytes()
    book(night.performance.path, out, False, (160, 90), venue)
    assert out.read_bytes() == first
    out.unlink()
    monkeypatch.setattr("installation.book.chronicle.still", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        book(night.performance.path, out, False, (160, 90), venue)
    assert not [path for path in tmp_path.iterdir() if "night.pdf" in path.name]
