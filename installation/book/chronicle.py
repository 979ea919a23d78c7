"""What a book of a night has: for each arc a picture at the heart of each phase, verses, visitors' lines, coherence.

The performance is played twice, faster than it was: once to see where the hearts are, once to draw them.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from installation.addresses import VERSE_SHOWN as SHOWN
from installation.film.film import ROLL, Pixels, still
from installation.light.picture import Picture
from installation.model import ticks
from installation.model.score import PHASES, Phase
from installation.scene import Moment
from installation.show import ControlSource, Show, advance
from installation.words.poem import PoemLine, places

VERSES = 4
"""Lines of each phase that stand in the book."""

SHORTEST = 5
"""Seconds of a phase below which it has no heart."""

Progress = Callable[[int, int], None]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class ChronicleLine:
    """A verse, or a visitor's line, and in which colour its sleeper shines."""

    text: str
    sleeper: int  # from 1
    colour: Colour  # sRGB


@dataclass(frozen=True)
class Chapter:
    """One arc."""

    arc: int  # from 1
    began: int  # tick
    ended: int  # tick
    hearts: Mapping[Phase, int]  # ticks
    verses: Mapping[Phase, tuple[ChronicleLine, ...]]
    visitors: tuple[ChronicleLine, ...]
    coherence: tuple[float, ...]  # one a second
    phases: tuple[tuple[Phase, int], ...]  # in their order, with their seconds
    pictures: Mapping[Phase, Pixels] = field(default_factory=dict)

    @property
    def curve(self) -> list[tuple[float, float]]:
        """Coherence in some hundred points: the share of the arc, and its value there."""
        n = max(len(self.coherence) - 1, 1)
        return [(i / n, value) for i, value in enumerate(self.coherence) if i % max(n // 400, 1) == 0]


def survey(
    show: Show,
    source: ControlSource,
    last: int,
    consented: Mapping[int, str],
    progress: Progress,
) -> list[Chapter]:
    """The chapters of a performance up to tick `last`, without their pictures.

    `consented` has the texts that may be printed, by the numbers of visitors' lines. Arcs without a lit phase are
    left out.
    """
    began, arcs = show.tick, dict[int, list[Moment]]()
    while show.tick < last:
        advance(show, source)
        if show.tick % ticks.RATE == 0:
            progress(show.tick - began, last - began)
            now = show.moment()
            arcs.setdefault(now.arc, []).append(now)
    chapters = [_chapter(moments, consented) for moments in arcs.values()]
    return [chapter for chapter in chapters if chapter.hearts]


def illustrated(
    show: Show, source: ControlSource, chapters: Sequence[Chapter], picture: Callable[[], Picture], progress: Progress
) -> list[Chapter]:
    """The chapters with their pictures: the same performance from its beginning once more."""
    hearts = sorted((tick, i, phase) for i, chapter in enumerate(chapters) for phase, tick in chapter.hearts.items())
    drawn: list[dict[Phase, Pixels]] = [{} for _ in chapters]
    began, last = show.tick, hearts[-1][0] if hearts else show.tick
    for tick, i, phase in hearts:
        while show.tick < tick - ROLL:
            advance(show, source)
            if show.tick % ticks.RATE == 0:
                progress(show.tick - began, last - began)
        eye = picture()
        drawn[i][phase] = still(show, eye, tick, None, source).copy()
        progress(show.tick - began, last - began)
        eye.close()
    return [replace(chapter, pictures=pictures) for chapter, pictures in zip(chapters, drawn, strict=True)]


def _chapter(moments: Sequence[Moment], consented: Mapping[int, str]) -> Chapter:
    """One arc, from a moment a second."""
    runs = [(phase, list(run)) for phase, run in groupby(moments, key=lambda now: now.phase)]
    hearts: dict[Phase, int] = {}
    for phase in PHASES:
        lit = [[now for now in run if now.presence > 0.5] for of, run in runs if of == phase]
        longest = max(lit, key=len, default=[])
        if len(longest) >= SHORTEST:
            hearts[phase] = longest[len(longest) // 2].tick
    end = moments[-1]
    shown = {place for now in moments for place in places(str(now.controls[SHOWN]))}
    visitors = [PoemLine(consented[n], sleeper, n) for n, sleeper in sorted(shown) if n in consented]
    verses = {phase: tuple(_lines(end, _verses(end, phase))) for phase in hearts}
    return Chapter(
        end.arc + 1,
        moments[0].tick,
        end.tick,
        hearts,
        verses,
        tuple(_lines(end, visitors)),
        tuple(round(now.coherence, 4) for now in moments),
        tuple((phase, len(run)) for phase, run in runs),
    )


def _verses(now: Moment, phase: Phase) -> list[PoemLine]:
    """The first lines of a phase that are the poet's own; worlds that write begin with these."""
    own = (line for i in range(3 * VERSES) if not (line := now.poem.line(i, phase)).visitor)
    return [line for line, _ in zip(own, range(VERSES), strict=False)]


def _lines(now: Moment, lines: Sequence[PoemLine]) -> list[ChronicleLine]:
    return [
        ChronicleLine(line.text, line.sleeper + 1, _colour(float(now.sleepers.hue[line.sleeper]))) for line in lines
    ]


def _colour(hue: float) -> Colour:
    """A sleeper's hue as ink on a dark page."""
    red, green, blue = colorsys.hls_to_rgb(hue % 1.0, 0.78, 0.55)
    return round(255 * red), round(255 * green), round(255 * blue)
