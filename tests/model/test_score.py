"""Scores: the festival's arc, and bad ones refused by file, section and rule."""

from __future__ import annotations

import re

import pytest

from installation.foundation.places import config
from installation.model.score import Course, parse
from installation.model.ticks import RATE

SECTION = '[[section]]\nname = "a"\nphase = "harmony"\nseconds = 2\n'


def test_the_festival_is_one_arc_of_about_seven_minutes() -> None:
    score = parse((config() / "festival.toml").read_text(encoding="utf-8"), "festival.toml")
    assert [s.name for s in score.section][:2] == ["gathering", "communion"]
    assert {s.phase for s in score.section} == {"harmony", "glitch", "resolution"}
    assert 390 <= score.seconds <= 450
    heart = score.heart("glitch")
    assert heart == 90 + 75 + 35 + 55 / 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "bad.toml: not TOML"),
        ('name = "x"', "bad.toml: a score needs at least one [[section]]"),
        ('name = "x"\nsection = 3', "bad.toml: a score needs at least one [[section]]"),
        (SECTION, "bad.toml: name is missing"),
        (
            'name = "x"\ntempo = 3\n' + SECTION,
            "bad.toml: tempo is not a setting; there are name, section, settled, scene",
        ),
        (
            'name = "x"\n' + SECTION.replace("harmony", "disco"),
            'bad.toml: section 1 (a): phase takes one of harmony, glitch, resolution, got "disco"',
        ),
        (
            'name = "x"\n' + SECTION.replace("2", "0"),
            "bad.toml: section 1 (a): seconds takes a number in 0.5..86400, got 0",
        ),
        (
            'name = "x"\n' + SECTION.replace("2", "nan"),
            "bad.toml: section 1 (a): seconds takes a number in 0.5..86400, got nan",
        ),
        (
            'name = "x"\n' + SECTION.replace("2", '"long"'),
            'bad.toml: section 1 (a): seconds takes a number, got "long"',
        ),
        ('name = "x"\n' + SECTION + "presence = 2", "bad.toml: section 1 (a): presence takes a number in 0..1, got 2"),
        (
            'name = "x"\n' + SECTION + "lenght = 2",
            "bad.toml: section 1 (a): lenght is not a setting; there are name, phase, seconds, ",
        ),
        ('name = "x"\n' + SECTION.replace("seconds = 2", ""), "bad.toml: section 1 (a): seconds is missing"),
        (
            'name = "x"\n' + SECTION + '[section.controls]\n"/b" = 1\n"/a" = [2]',
            "bad.toml: section 1 (a): controls /a takes true or false or a number or a text, got [2]",
        ),
        (
            'name = "x"\n' + SECTION + 'scene = "a"\ncrossfade = 0\n',
            "bad.toml: section 1 (a): crossfade takes a number in 0.1..3600, got 0",
        ),
        ('name = "x"\n' + SECTION + SECTION, 'bad.toml: section 2: the name "a" is taken by section 1'),
    ],
)
def test_a_bad_score_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        parse(text, "bad.toml")
    assert "\n" not in str(caught.value)


def test_a_course_comes_round_as_another_arc() -> None:
    score = parse('name = "x"\n' + SECTION + SECTION.replace('"a"', '"b"'), "x")
    course = Course(score)
    began = [(course.arc, course.section.name) for _ in range(960) if course.step(2.0)]
    assert began == [(0, "b"), (1, "a"), (1, "b"), (2, "a"), (2, "b"), (3, "a"), (3, "b"), (4, "a")]


def test_a_course_says_how_far_it_is_in_its_phase_and_in_its_arc() -> None:
    lengths = (("a", "harmony", 10), ("b", "harmony", 30), ("c", "glitch", 20), ("d", "harmony", 40))
    text = "".join(f'[[section]]\nname = "{n}"\nphase = "{p}"\nseconds = {s}\n' for n, p, s in lengths)
    course = Course(parse('name = "four"\n' + text, "four.toml"))
    seen = []
    for _ in range(100 * RATE):
        seen.append((course.arc_progress, course.phase_progress))
        course.step(1.0)
    at = [seen[s * RATE] for s in (0, 10, 25, 40, 50, 60, 80)]
    assert [arc for arc, _ in at] == pytest.approx([0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.8])
    assert [phase for _, phase in at] == pytest.approx([0.0, 0.25, 0.625, 0.0, 0.5, 0.0, 0.5])
    assert course.arc == 1
    assert course.arc_progress == 0.0
