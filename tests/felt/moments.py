"""A steady stretch of each phase, and the same seconds of it with a control at one end of its range.

The picture's half (test_seen.py) and the sound's half (test_heard.py) look at and listen to the same shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from installation import repertoire
from installation.controls import TABLE, Control
from installation.light.picture import Picture, look
from installation.model import ticks
from installation.model.score import Phase, Score, Section
from installation.show import Show

SETTLED_S = 24.0
"""Seconds after which a phase is what it will be: unrest has arrived, the sleepers agree or don't, the chord landed."""

LINGER_S = 2.0
"""Seconds that a picture remembers."""
COMMUNITY_S = 8.0
"""Seconds in which the sleepers have answered."""

Pixels = NDArray[np.uint32]
Size = tuple[int, int]


def show(phase: Phase) -> Show:
    """The show that is nothing but one phase, a minute in: the same object each time, as if nobody had touched it."""
    playing, settled = _settled(phase)
    playing.restore(settled)
    return playing


@cache
def _settled(phase: Phase) -> tuple[Show, bytes]:
    score = Score(phase, (Section(phase, phase, 3_600.0, ramp=4.0),), settled=True)
    playing = Show(score, 1, repertoire.found().scenes)
    run(playing, SETTLED_S)
    return playing, playing.snapshot()


def run(playing: Show, seconds: float) -> None:
    """Step a show on."""
    for _ in range(ticks.ticks(seconds)):
        playing.step()


def touch(playing: Show, address: str, value: float) -> None:
    """Set a control, whose glide is over at once: what it does is asked about, not how it comes."""
    playing.accept(address, [value])
    playing.glides.start(address, value)


def answered(row: Control) -> float:
    """Seconds after which what a control does is seen: the community is asked, or the picture is."""
    return COMMUNITY_S if row.address.split("/")[1] == "dream" else LINGER_S


def picture(phase: Phase, size: Size, address: str = "", value: float = 0.0, after: float = LINGER_S) -> Pixels:
    """What a phase looks like so many seconds after one control was set, (height, width) of 0x00RRGGBB."""
    playing = show(phase)
    if address:
        touch(playing, address, value)
    run(playing, after - LINGER_S)
    drawn, pixels = Picture(*size, 1, playing.seed), np.zeros(size[::-1], np.uint32)
    trailing = playing.moment().number("/light/trails") > 0.0
    for _ in range(round(LINGER_S * 120)):
        playing.step()
        if trailing and drawn.lingers(playing.tick):
            drawn.linger(look(playing))
    drawn.draw(look(playing), pixels, 1 / 60)
    drawn.close()
    return pixels


def ends(row: Control) -> tuple[float, ...]:
    """The ends of a number's range that are not its default."""
    return tuple(end for end in (row.low, row.high) if end != row.default)


def numbers() -> Iterator[Control]:
    """Every number that the show itself plays; a sleeper's own are felt by who wears the jewel."""
    for row in TABLE.values():
        if row.role == "input" and row.kind == "number" and "/N/" not in row.address:
            yield row


def felt(sense: Literal["seen", "heard"]) -> list[object]:
    """Parameters (row, end, phase) for each end of each control and phase that the table names for `sense`.

    The first phase of each is tried every time; the others are `whole`.
    """
    found: list[object] = []
    for row in numbers():
        phases: tuple[Phase, ...] = getattr(row, sense)
        for end, phase in itertools.product(ends(row), phases):
            marks = () if phase == phases[0] else (pytest.mark.whole,)
            found.append(pytest.param(row, end, phase, id=f"{row.address} {end:g} {phase}", marks=marks))
    return found
