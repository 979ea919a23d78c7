"""`sleeptree words`: visitors' lines of a night, and what staff decide about them; where a show plays, it follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from installation.controls import Refused
from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.foundation.refusal import plain
from installation.recording.nights import night as evening
from installation.recording.nights import wall
from installation.words.visitors import FOLDER, State, VisitorLine, VisitorLines

DECISIONS: dict[str, State] = {"approve": "approved", "hide": "hidden", "ban": "banned"}


def words(step: str, number: int | None, night: str | None) -> Iterator[str]:
    """Do `step`, and say what is there now. Raises Mistake."""
    if night is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", night):
        raise Mistake(f'--night takes a date such as 2026-05-01, got "{plain(night[:40])}"')
    lines = VisitorLines(places.data() / FOLDER, night or evening(wall()))
    if step in DECISIONS:
        if number is None:
            raise Mistake(f"words {step} takes the number of a line")
        try:
            yield _said(lines.decide(number, DECISIONS[step]))
        except Refused as error:
            raise Mistake(str(error)) from None
    elif number is not None:
        raise Mistake(f"words {step} takes no number, got {number}")
    elif step == "clear":
        lines.clear()
        yield f"{lines.path}: emptied"
    else:
        found = lines.listed()
        yield from map(_said, found)
        yield f"{lines.night}: {len(found)} lines, {lines.waiting} wait"
    if lines.trouble:
        raise Mistake(lines.trouble)


def _said(line: VisitorLine) -> str:
    looked = f"  ! {line.marked}" if line.marked else ""
    return f"{line.id:4}  {line.state:8}  sleeper {line.sleeper + 1:3}  {plain(line.text)}{looked}"
