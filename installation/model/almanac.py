"""What the date of an evening is good for: where in the year it is, and what happens once a night or once a year.

All of it from seed, date and where the show is in its score: a replay of the same evening has the same rarities. Reads
no clock: the date comes in as a control.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from installation.model.chance import Chance
from installation.model.score import GLITCH, Course, Score

LASTS = 40.0
"""Seconds that something rare lasts."""

NIGHT = 7_200.0
"""Seconds of score that count as a night, where arcs are shorter than that."""

YEAR = 365.2425


def read(text: str) -> date:
    """The date that is written as 2026-11-21. Raises ValueError for anything else."""
    if len(text) != 10:
        raise ValueError(f'a date is written as 2026-11-21, got "{text[:20]}"')
    return date.fromisoformat(text)


def season(text: str) -> float:
    """0..1 through the year of the northern half of the earth: 0 its shortest day, 0.5 its longest."""
    day = read(text)
    return ((day - date(day.year, 12, 21)).days / YEAR) % 1.0


@dataclass(frozen=True)
class _Rarity:
    arc: int
    place: int  # section
    start: float  # seconds into it


class Almanac:
    """Says what is rare now: `of` gives how far it is, 0..1, and 0 while nothing is, which is nearly always."""

    def __init__(self, score: Score, chance: Chance) -> None:
        lit = enumerate(score.section)
        self._places = [
            i for i, s in lit if s.phase != GLITCH and s.presence == 1.0 and s.seconds >= LASTS + 2.0 * s.fade
        ]
        self._score, self._chance = score, chance
        self._known: dict[tuple[str, str, int], _Rarity] = {}  # the last few: they are asked for each tick
        self._nights: dict[str, bool] = {}  # whether the last evening that was asked for is the year's one
        self._arcs = max(1, round(NIGHT / score.seconds))  # of which one has something rare

    def omen(self, course: Course, day: str) -> float:
        """0..1 through what comes once a night."""
        return self._of("night", course, day)

    def wonder(self, course: Course, day: str) -> float:
        """0..1 through what comes in one night of the year."""
        if day not in self._nights:
            self._nights = {day: bool(day) and self._chosen(read(day))}  # it is asked for each tick
        return self._of("wonder", course, day) if self._nights[day] else 0.0

    def _chosen(self, evening: date) -> bool:
        """Whether this is the one night of its year."""
        return evening.timetuple().tm_yday == self._chance.of("year").at(evening.year).integers(1, 366)

    def _of(self, kind: str, course: Course, day: str) -> float:
        if course.place not in self._places:
            return 0.0
        rare = self._rarity(kind, day, course.arc // self._arcs)
        if (rare.arc, rare.place) != (course.arc % self._arcs, course.place):
            return 0.0
        through = (course.elapsed_s - rare.start) / LASTS
        return through if 0.0 < through < 1.0 else 0.0

    def _rarity(self, kind: str, day: str, night: int) -> _Rarity:
        key = (kind, day, night)
        if key not in self._known:
            draw = self._chance.of(f"{kind} {day}").at(night)
            place = int(draw.choice(self._places))
            section = self._score.section[place]
            start = section.fade + float(draw.uniform()) * (section.seconds - section.fade - LASTS)
            if len(self._known) > 8:
                self._known.clear()
            self._known[key] = _Rarity(int(draw.integers(self._arcs)), place, start)
        return self._known[key]
