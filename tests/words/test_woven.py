"""From a visitor's hand to a moment's poem: over the desk, by number through the journal, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.addresses import VERSE_CLEAR, VERSE_LINE
from installation.commands.words import words
from installation.foundation.errors import Mistake
from installation.remote.inbox import Source
from installation.session.production import load_production
from installation.session.request import Request
from installation.words.visitors import VisitorLines
from tests.harness.evening import Evening, replayed

HAND = Source("udp", "10.0.0.1", 1)
TEXT = "the sea is in my sleeve"


@pytest.fixture
def lines(tmp_path: Path) -> VisitorLines:
    return VisitorLines(tmp_path / "words", "2026-05-01")


@pytest.fixture
def evening(tmp_path: Path, lines: VisitorLines) -> Evening:
    evening = Evening(tmp_path)
    evening.desk.lines = lines
    evening.show.text_of = lines.text
    return evening


def seen(evening: Evening) -> list[tuple[str, int]]:
    poem = evening.show.moment().poem
    return [(line.text, line.sleeper) for i in range(6) if (line := poem.line(i, "harmony")).visitor]


def test_a_line_is_seen_when_it_is_approved_and_gone_when_it_is_taken_back(evening: Evening) -> None:
    evening.say("/sleeper/17/line", TEXT)
    evening.play(0.3)
    assert seen(evening) == []
    evening.say("/verse/approve", 1)
    evening.play(0.3)
    assert seen(evening) == [(TEXT, 16)] * 2
    evening.say("/show/calm")
    evening.play(0.3)
    assert seen(evening) == [(TEXT, 16)] * 2
    evening.say("/verse/hide", 1.0)
    evening.play(0.3)
    assert seen(evening) == []
    evening.say("/verse/approve", 1)
    evening.play(0.3)
    evening.say(VERSE_CLEAR)
    evening.play(0.3)
    assert seen(evening) == []


def test_the_journal_has_numbers_and_a_replay_shows_nothing_where_the_text_is_gone(
    evening: Evening, lines: VisitorLines
) -> None:
    evening.say(VERSE_LINE, TEXT)
    evening.say("/verse/approve", 1)
    evening.say("/verse/language", "de")
    evening.play(2.2)
    performance = evening.end()
    written = performance.path.read_bytes()
    assert b"sleeve" not in written
    assert b'"/verse/shown","1:90"' in written
    again, replay = replayed(performance)
    assert replay.strayed is None
    assert again.snapshot() == evening.show.snapshot()
    poem = again.moment().poem
    assert (poem.line(1, "harmony").text, poem.line(1, "harmony").visitor) == ("", 1)
    assert poem.line(0, "harmony").text == evening.show.moment().poem.line(0, "harmony").text
    again.text_of = lines.text
    again.step()
    assert again.moment().poem.line(1, "harmony").text == TEXT


@pytest.mark.parametrize(
    ("address", "value", "reason"),
    [
        (VERSE_LINE, "x" * 300, "words"),
        (VERSE_LINE, "שלום", "words"),
        (VERSE_LINE, "\x00\x1b", "words"),
        (VERSE_LINE, 7, "type"),
        ("/verse/approve", 3, "words"),
        ("/verse/approve", "x", "type"),
        ("/verse/ban", 0, "words"),
        ("/sleeper/900/line", TEXT, "unknown"),
        ("/verse/language", "klingon", "type"),
    ],
)
def test_what_is_wrong_is_refused_by_name_and_never_said_again(
    evening: Evening, address: str, value: object, reason: str
) -> None:
    evening.say(address, value)
    evening.play(0.1)
    counters = evening.desk.counters
    assert dict(counters.refused) == {reason: 1}
    assert "xxx" not in counters.latest


def test_a_flood_of_lines_leaves_the_show_and_its_numbers(evening: Evening, lines: VisitorLines) -> None:
    for i in range(2_000):
        evening.desk.receive(VERSE_LINE, [f"line {i}"], HAND, i)
    evening.play(0.2)
    assert len(lines.listed()) == 6
    assert evening.desk.counters.refused["flood"] == 1_994


def test_a_stranger_cannot_show_what_nobody_approved(evening: Evening) -> None:
    evening.say(VERSE_LINE, TEXT)
    evening.say("/verse/shown", "1:1 2:2")
    evening.play(0.3)
    assert all(text == "" for text, _ in seen(evening))
    evening.play(0.3)
    assert seen(evening) == []  # the staff's word is said again


def test_the_command_decides_while_the_show_plays(
    evening: Evening, lines: VisitorLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installation.commands.words.places.data", lambda: lines.path.parents[1])
    evening.say(VERSE_LINE, TEXT)
    listed = list(words("list", None, lines.night))
    assert listed == [f"   1  held      sleeper  90  {TEXT}", "2026-05-01: 1 lines, 1 wait"]
    assert "approved" in next(words("approve", 1, lines.night))
    evening.play(0.3)
    assert seen(evening) == [(TEXT, 89)] * 2
    assert "emptied" in next(words("clear", None, lines.night))
    evening.play(0.3)
    assert seen(evening) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("approve", None, None), "words approve takes the number of a line"),
        (("hide", 3, "2026-05-01"), "there is no line 3 tonight"),
        (("clear", 3, None), "words clear takes no number, got 3"),
        (("list", None, "../x"), '--night takes a date such as 2026-05-01, got "../x"'),
    ],
)
def test_a_command_that_is_wrong_is_one_line(
    given: tuple[str, int | None, str | None], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("installation.commands.words.places.data", lambda: tmp_path)
    with pytest.raises(Mistake, match=said):
        list(words(*given))


def test_the_venue_says_the_language_and_a_foul_lexicon_is_one_line(tmp_path: Path) -> None:
    venue = tmp_path / "venue.toml"
    venue.write_text('[words]\nlanguage = "fr"\n')
    assert load_production(Request(venue)).show().moment().controls["/verse/language"] == "fr"
    (tmp_path / "own.toml").write_text("name = 3")
    for name, said in (("own.toml", "name takes a text, got 3"), ("none.toml", "No such file")):
        venue.write_text(f'[words]\nlexicon = "{tmp_path / name}"\n')
        with pytest.raises(Mistake, match=said):
            load_production(Request(venue)).show()


def test_verses_are_written_ahead_for_a_scene_that_shows_them(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    kind = type(evening.show.cast.part(evening.show.playing[0]).scene)
    assert not kind.writes
    evening.play(0.5)
    assert not evening.show.poet._lines
    kind.writes = True
    try:
        evening.play(1.0)
    finally:
        kind.writes = False
    assert [len(lines) for lines in evening.show.poet._lines.values()] == [10]
