"""Visitors' lines: made plain, marked, decided by people, kept where they can be emptied, whatever comes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.controls import Refused
from installation.words.moderation import marked, skeleton
from installation.words.normalise import LONGEST, normalised
from installation.words.visitors import MINUTE, OF_ALL, OF_ONE, SLOTS, WAITING, VisitorLines

NIGHT = "2026-11-21"


@pytest.fixture
def lines(tmp_path: Path) -> VisitorLines:
    return VisitorLines(tmp_path / "words", NIGHT)


# what a line may be


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  the pool\n remembers \t ", "the pool remembers"),
        ("ｆｕｌｌ width", "full width"),
        ("hold\u200b \u202estill\u2066", "hold still"),
        ("hi\x00\x1b there", "hi there"),
        ("hello 👋🏽 moon 👨‍👩‍👧‍👦", "hello moon"),
        ("h" + "\u0301" * 50 + "i", "h\u0301\u0301i"),
        ("e\u0301t\u0113", "étē"),
        ("schöne Nächte, Łódź", "schöne Nächte, Łódź"),
    ],
)
def test_a_line_is_made_plain(text: str, shown: str) -> None:
    assert normalised(text) == shown


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "needs letters"),
        (" \u200b\u3000 ", "needs letters"),
        ("👨‍👩‍👧‍👦", "needs letters"),
        ("a" * 300, "has at most 140 characters, got 300"),
        ("a" * 10**6, "has at most 140 characters, got 1000000"),
        ("שלום", "runs from left to right here, got Hebrew Letter Shin"),
        ("مرحبا", "runs from left to right here, got Arabic Letter Meem"),
        ("家に帰る", "has letters that can be written here, got Cjk Unified Ideograph-5Bb6"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(text: str, rule: str, lines: VisitorLines) -> None:
    with pytest.raises(Refused) as refused:
        lines.offer(text)
    assert str(refused.value) == f"/verse/line: a line {rule}"
    assert not lines.listed()


@given(st.text(max_size=400))
def test_any_text_is_made_plain_once_and_for_all_or_refused(text: str) -> None:
    try:
        line = normalised(text)
    except ValueError:
        return
    assert normalised(line) == line
    assert 0 < len(line) <= LONGEST
    assert line.isprintable()
    marked(line)


# what staff should look at


@pytest.mark.parametrize(
    "text",
    [
        "fuck you", "f u c k", "f.u.c.k", "fuuuuck", "fuсk", "ｆｕｃｋ", "fu\u200bck", "FuCk!", "sh1t",  # en
        "arschloch", "Ar$chl0ch", "ärschlöcher", "Fоtzе", "du hurensohn", "scheißegal", "s c h e i ß e",  # de
        "putain", "рutаin", "p.u.t.a.i.n", "m3rd3 alors", "ENCULÉÉÉ", "fils de pute", "con\u00adnard",  # fr
        "sieg heil", "call 0176 1234567", "see www.moon.com", "me@moon.de", "poo poo pool",
    ],
)  # fmt: skip
def test_disguises_fall_off_in_three_languages(text: str) -> None:
    assert marked(text)


@pytest.mark.parametrize(
    "text",
    ["Scunthorpe", "i assume shitake", "the class analysis", "Dickens", "bitte halt mich", "wir wachsen", "la raison",
     "connu de tous", "a titan of the document", "we are 240, at 21:30", "the pool remembers", "basement", "grass"],
)  # fmt: skip
def test_the_innocent_are_not_marked(text: str) -> None:
    assert marked(text) == ""


def test_a_skeleton_is_lower_case_ascii() -> None:
    assert skeleton("  Äрfеl, f-u-n &  Ｍoon ") == "apfel fun moon"


# who decides


def test_a_line_is_held_until_somebody_approves_it(lines: VisitorLines) -> None:
    line = lines.offer("the sea is in my sleeve", sleeper=16)
    assert (line.state, line.marked, lines.waiting, lines.shown, lines.text(1)) == ("held", "", 1, "", "")
    assert lines.decide(1, "approved").state == "approved"
    assert (lines.waiting, lines.shown, lines.text(1)) == (0, "1:17", "the sea is in my sleeve")
    lines.decide(1, "hidden")
    assert (lines.shown, lines.text(1)) == ("", "")


def test_an_open_house_shows_what_is_not_marked_at_once(tmp_path: Path) -> None:
    lines = VisitorLines(tmp_path, NIGHT, opened=True)
    assert lines.offer("the sea is in my sleeve").state == "approved"
    assert lines.offer("f u c k").state == "held"


def test_a_ban_keeps_a_line_and_its_writer_out_for_the_night(lines: VisitorLines) -> None:
    lines.decide(lines.offer("a bad thing", source="10.0.0.7").id, "banned")
    for text, source in (("something else", "10.0.0.7"), ("A  b4d thing", "10.0.0.8")):
        with pytest.raises(Refused, match="banned for the night"):
            lines.offer(text, source=source)
    assert "10.0.0.7" not in lines.path.read_text()


def test_clear_takes_all_back_and_empties_the_file_and_numbers_go_on(lines: VisitorLines) -> None:
    lines.decide(lines.offer("the sea is in my sleeve").id, "approved")
    lines.clear()
    assert (lines.listed(), lines.shown, lines.text(1)) == ((), "", "")
    assert "sleeve" not in lines.path.read_text()
    assert lines.offer("another").id == 2
    assert VisitorLines(lines.path.parent, NIGHT).offer("a third").id == 3


def test_a_number_that_is_none_is_refused_by_name(lines: VisitorLines) -> None:
    with pytest.raises(Refused, match=r"^/verse: there is no line 7 tonight$"):
        lines.decide(7, "approved")


def test_the_newest_are_woven_in_and_places_stay(lines: VisitorLines) -> None:
    for i in range(SLOTS + 2):
        lines.decide(
            lines.offer(f"line {'abcdefghijklmnopqrstuvw'[i]}", f"host {i}", i * MINUTE, sleeper=i).id, "approved"
        )
    shown = [int(place.partition(":")[0]) for place in lines.shown.split()]
    assert shown == [SLOTS + 1, SLOTS + 2, *range(3, SLOTS + 1)]
    lines.decide(5, "hidden")
    assert lines.shown.split()[4] == "-"


# what is thrown at it


def test_a_flood_is_refused_by_name_and_nobody_else_is_shut_out(lines: VisitorLines) -> None:
    refusals = []
    for i in range(10_000):  # in a minute, of one visitor
        try:
            lines.offer(f"line number {i % 7}", "10.0.0.7", i * MINUTE // 10_000)
        except Refused as refused:
            refusals.append((refused.reason, str(refused)))
    assert len(lines.listed()) == OF_ONE
    assert set(refusals) == {("flood", f"/verse/line: {OF_ONE} lines a minute are taken")}
    assert lines.offer("i came later", "10.0.0.8", MINUTE - 1).id == OF_ONE + 1


def test_no_more_wait_than_staff_can_read(lines: VisitorLines) -> None:
    for i in range(WAITING):
        lines.offer("again and again", f"host {i}", i * MINUTE // OF_ALL)
    with pytest.raises(Refused, match=f"{WAITING} lines wait for the staff"):
        lines.offer("and again", "another host", 100 * MINUTE)


# its file


def test_a_night_goes_on_after_a_crash_and_two_who_decide_see_each_other(lines: VisitorLines) -> None:
    lines.offer("the sea is in my sleeve", source="a", keep=True)
    other = VisitorLines(lines.path.parent, NIGHT)
    assert other.listed() == lines.listed()
    other.decide(1, "approved")
    assert lines.refresh()
    assert lines.text(1) == "the sea is in my sleeve"
    assert not lines.refresh()
    lines.offer("two")
    assert other.offer("three").id == 3
    other.clear()
    assert lines.refresh()
    assert lines.listed() == ()


def test_a_torn_or_hostile_file_loses_what_is_torn_only(lines: VisitorLines) -> None:
    lines.offer("the first")
    with lines.path.open("ab") as file:
        file.write(
            b'[1,2]\n{"id":"x","text":3}\n\xff\xfe\n{"id":9,"text":"\\u202e","sleeper":1}\n' + b"[" * 5000 + b"\n"
        )
        file.write(b'{"id":2,"text":"the second","sleeper":3}\n{"id":1,"state":"shouted"}\n{"id":3,"te')
    again = VisitorLines(lines.path.parent, NIGHT)
    assert [(line.text, line.state) for line in again.listed()] == [("the first", "held"), ("the second", "held")]


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("not a folder")
    lines = VisitorLines(tmp_path / "words", NIGHT)
    lines.decide(lines.offer("the sea is in my sleeve").id, "approved")
    assert lines.text(1)
    assert lines.trouble.startswith("words: ")


def test_another_night_begins_with_nothing(lines: VisitorLines) -> None:
    lines.offer("the sea is in my sleeve")
    assert lines.refresh("2026-11-22")
    assert lines.listed() == ()
    assert lines.path.name == "2026-11-22.lines"
    assert lines.refresh(NIGHT)
    assert len(lines.listed()) == 1
