"""`sleeptree cues`: the cue list of a score, for who runs it; where a show of it plays here, where that is."""

from __future__ import annotations

from collections.abc import Iterable

from installation.model import ticks
from installation.model.score import Score, Section
from installation.session.production import load_production
from installation.session.request import Request
from installation.status import plain
from installation.watch.status_file import running

PLAYS, NEXT = "plays", "GO"
"""What stands before the section that plays, and before the one that GO goes to."""


def cues(request: Request) -> str:
    """Every section with its length, what it waits for, and its note."""
    score = load_production(request).score
    marks = _marks(score, (show for show in running() if show.get("score") == score.name))
    rows = [("", "", "cue", "phase", "at", "lasts", "begins", "at its end", "note")]
    for place, section in enumerate(score.section):
        begins, lasts = ticks.clock(score.begins(place)), f"{section.seconds:g} s"
        row = (marks.get(place, ""), str(place + 1), section.name, section.phase, begins, lasts)
        rows.append((*row, _begins(section), _ends(section), section.note))
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, wide, strict=True)).rstrip() for row in rows]
    return "\n".join(
        [f"{plain(score.name)}: {len(score.section)} cues, {ticks.clock(score.seconds)}", *map(plain, lines)]
    )


def _marks(score: Score, shows: Iterable[dict[str, object]]) -> dict[int, str]:
    """Which cue plays and which stands by, in a show of this score that runs here."""
    marks: dict[int, str] = {}
    for show in shows:
        for name, mark in ((show.get("stands_by"), NEXT), (show.get("section"), PLAYS)):
            if (place := score.index(str(name))) is not None:
                marks[place] = mark
    return marks


def _begins(section: Section) -> str:
    """What happens before it is there."""
    waits = f"after {section.pre_wait:g} s, " if section.pre_wait else ""
    return f"{waits}in {section.swing:g} s"


def _ends(section: Section) -> str:
    out = f"dark in {section.fade_out:g} s, " if section.fade_out else ""
    return out + ("waits for GO" if section.wait else "follows on")
