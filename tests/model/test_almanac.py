"""The date of an evening: where in the year it is, what is rare, and that both are the same each time it is played."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from installation.model import ticks
from installation.model.almanac import LASTS, NIGHT, Almanac, read, season
from installation.model.chance import Chance
from installation.model.score import Course, Score, Section

FESTIVAL = Score(
    "festival",
    (
        Section("together", "harmony", 120.0),
        Section("torn", "glitch", 90.0),
        Section("mended", "resolution", 180.0),
        Section("dark", "harmony", 60.0, presence=0.0),
    ),
)


def test_the_year_begins_on_its_shortest_day() -> None:
    assert season("2026-12-21") == pytest.approx(0.0, abs=0.003)
    assert season("2026-06-21") == pytest.approx(0.5, abs=0.01)
    assert season("2026-03-21") == pytest.approx(0.25, abs=0.01)
    assert 0.0 <= season("2024-12-31") < 0.03


@pytest.mark.parametrize("text", ["", "today", "2026-02-30", "20261121", "2026-11-21T12", "26-11-2026"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month|isoformat"):
        read(text)


def seconds(almanac: Almanac, kind: str, day: str, arcs: int, score: Score = FESTIVAL) -> list[tuple[int, str, float]]:
    """Arc, section and how far through, in every second in which there is something rare."""
    course, found = Course(score), []
    while course.arc < arcs:
        through = getattr(almanac, kind)(course, day)
        if through > 0.0:
            found.append((course.arc, course.section.name, through))
        course.step(ticks.RATE)
    return found


def test_something_rare_comes_once_a_night_where_it_is_calm_and_lit() -> None:
    almanac, arcs = Almanac(FESTIVAL, Chance(1)), round(NIGHT / FESTIVAL.seconds)
    for night in range(3):
        here = [one for one in seconds(almanac, "omen", "2026-11-21", arcs * (night + 1)) if one[0] // arcs == night]
        assert LASTS - 2 <= len(here) <= LASTS
        assert len({(arc, name) for arc, name, _ in here}) == 1
        assert here[0][1] in ("together", "mended")
        through = [share for _, _, share in here]
        assert through == sorted(through)


def test_each_evening_and_each_seed_has_it_at_another_time_and_a_replay_at_the_same() -> None:
    def when(seed: int, day: str) -> tuple[int, str, float]:
        return seconds(Almanac(FESTIVAL, Chance(seed)), "omen", day, 16)[0]

    assert when(1, "2026-11-21") == when(1, "2026-11-21")
    assert len({when(1, f"2026-11-{day}") for day in range(10, 20)}) >= 8
    assert when(1, "2026-11-21") != when(2, "2026-11-21")


def test_one_night_of_the_year_has_something_that_no_other_has() -> None:
    long = Score("long", (Section("calm", "harmony", NIGHT),))
    almanac = Almanac(long, Chance(4))
    nights = [(date(2026, 1, 1) + timedelta(day)).isoformat() for day in range(365)]
    found = [day for day in nights if wondrous(almanac, day)]
    assert len(found) == 1
    assert wondrous(almanac, "2027" + found[0][4:]) is False, "another year, another day"
    assert not wondrous(almanac, "")


def wondrous(almanac: Almanac, day: str) -> bool:
    """Whether anything comes in that night, looked at every 39 s."""
    course = Course(Score("long", (Section("calm", "harmony", NIGHT),)))
    while course.arc == 0:
        if almanac.wonder(course, day) > 0.0:
            return True
        course.step(39.0 * ticks.RATE)
    return False


def test_a_score_that_has_no_calm_has_nothing_rare() -> None:
    torn = Score("torn", (Section("torn", "glitch", 60.0),))
    assert seconds(Almanac(torn, Chance(1)), "omen", "2026-11-21", 10, torn) == []
