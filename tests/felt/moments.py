"""A steady minute of each phase, and the same seconds of it with a control at one end of its range.

The picture's half (test_seen.py) and the sound's half (test_heard.py) look at and listen to the same shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from installation import repertoire
from installation.controls import TABLE, Control
from installation.model import ticks
from installation.model.score import Phase, Score, Section
from installation.show import Show

SETTLED_S = 60.0
"""Seconds after which a phase is what it will be: unrest and bloom have arrived, and the sleepers agree or don't."""

REACHED_S = 8.0
"""Seconds in which the slowest control has glided to its end and the community has answered."""


def show(phase: Phase) -> Show:
    """The show that is nothing but one phase, a minute in: the same object each time, as if nobody had touched it."""
    playing, settled = _settled(phase)
    playing.restore(settled)
    return playing


@cache
def _settled(phase: Phase) -> tuple[Show, bytes]:
    score = Score(phase, (Section(phase, phase, 3_600.0),), settled=True)
    playing = Show(score, 1, repertoire.found().scenes)
    run(playing, SETTLED_S)
    return playing, playing.snapshot()


def run(playing: Show, seconds: float) -> None:
    """Step a show on."""
    for _ in range(ticks.ticks(seconds)):
        playing.step()


def ends(row: Control) -> tuple[float, ...]:
    """The ends of a number's range that are not its default."""
    return tuple(end for end in (row.low, row.high) if end != row.default)


def numbers() -> Iterator[Control]:
    """Every number that the show itself plays; a sleeper's own are felt by who wears the jewel."""
    for row in TABLE.values():
        if row.role == "input" and row.kind == "number" and "/N/" not in row.address:
            yield row
