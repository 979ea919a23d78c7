"""The poem of a moment: the verses that a scene may write now, and visitors' lines among them. Only looks.

A scene asks for a line by its index within the arc's phase, as often as it likes; the same index is the same line,
until a visitor's line takes its place or is taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from installation.model.score import GLITCH, HARMONY, RESOLUTION, Phase
from installation.words.poet import Poet

Text = Callable[[int], str]
"""The text of a visitor's line by its number; empty where it is gone."""

EVERY = 3
"""In harmony and in resolution, every so manieth line is a visitor's, where there are any."""

AHEAD: tuple[tuple[Phase, int], ...] = ((HARMONY, 24), (RESOLUTION, 24), (GLITCH, 18))
"""Lines of each phase that are written before anybody asks."""


@dataclass(frozen=True, slots=True)
class PoemLine:
    """One line to be written."""

    text: str  # empty where there is nothing to write
    sleeper: int  # 0-based, in whose hue it is
    visitor: int = 0  # the number of a visitor's line; 0: the poet's own


class Poem:
    """What `Moment.poem` is. Two of them are the same where their `repr` is; it says nothing of anybody's text."""

    __slots__ = ("_arc", "_language", "_phase", "_poet", "_shown", "_text")

    def __init__(self, poet: Poet, language: str, arc: int, phase: Phase, shown: str, text: Text) -> None:
        self._poet, self._language, self._arc, self._phase = poet, language, arc, phase
        self._shown, self._text = shown, text

    def __repr__(self) -> str:
        return f"Poem({self._language}, {self._arc}, {self._phase}, {self._shown!r})"

    def line(self, index: int, phase: Phase | None = None, unrest: float = 1.0) -> PoemLine:
        """The line at `index`, 0 or more, of this phase or another one; a glitch line as torn as `unrest` 0..1 is.

        Visitors' lines are never torn, so the glitch has none. The text of one that was taken back is empty.
        """
        of = self._phase if phase is None else phase
        visitors = places(self._shown)
        if visitors and of != GLITCH and index % EVERY == 1:
            number, sleeper = visitors[(index // EVERY) % len(visitors)]
            return PoemLine(self._text(number), sleeper, number)
        written = self._poet.line(self._language, self._arc, of, index)
        text = written.text
        if of == GLITCH:
            text = self._poet.torn(self._language, self._arc, index, round(2.0 * min(max(unrest, 0.0), 1.0)))
        return PoemLine(text, written.sleeper)


def places(shown: str) -> tuple[tuple[int, int], ...]:
    """Numbers and 0-based sleepers of the visitors' lines that /verse/shown names; what is none is left out."""
    found = []
    for place in shown.split():
        number, _, sleeper = place.partition(":")
        if number.isdecimal() and sleeper.isdecimal() and len(place) < 16 and int(number) and int(sleeper):
            found.append((int(number), int(sleeper) - 1))
    return tuple(found)
