"""A recorded performance as a production: to be replayed, filmed, heard or told about."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.recording import replay as performances
from installation.recording.journal import FOLDER
from installation.recording.nights import night
from installation.recording.replay import Controls, Performance, Replay
from installation.session.production import Production, load_production
from installation.session.request import Request, When
from installation.show import Show
from installation.words.visitors import FOLDER as LINES
from installation.words.visitors import VisitorLines


@dataclass(frozen=True)
class ReplayProduction(Production):
    """The production of a show that was played before: seed, score and controls are the journal's."""

    performance: Performance
    restart: bool = False  # by another process than the one that began

    def show(self) -> Show:
        """The show as it was when the journal began. Raises Mistake."""
        try:
            show = self.performance.begin(self.scenes, self.lexicon)
        except ValueError as error:
            raise Mistake(f"{self.performance.path}: {error}") from None
        show.text_of = VisitorLines(places.data() / LINES, night(self.performance.header.began)).text
        if (changed := self.performance.differs(show.table)) and not self.restart:
            print(f"sleeptree: {changed}; it may not be the same show", file=sys.stderr)
        return show

    @property
    def reach(self) -> tuple[float, float]:
        """From the first whole second of the journal to its end."""
        begins = float(-(-self.performance.header.tick // ticks.RATE))
        return begins, ticks.seconds(self.performance.last) - begins

    def into(self, when: When, option: str) -> float:
        """Seconds after the journal's first whole second at which `when` was, or is by the clock of then."""
        begins, length = self.reach
        seconds = when.seconds
        if when.clock is not None:
            try:
                seconds = max(0.0, ticks.seconds(self.performance.tick_at(*when.clock)) - begins)
            except ValueError as error:
                raise Mistake(f"{option}: {error}") from None
        if seconds > length:
            raise Mistake(f"{option} takes up to the {length:g} s that there are, got {seconds:g}")
        return seconds

    def approach(self, show: Show, tick: int, progress: Callable[[int, int], None]) -> None:
        """Nothing is kept of a performance: its first tick is where it was begun."""

    def tags(self, start: float, seconds: float) -> dict[str, str]:
        """As of any show, and the date of the night that it was."""
        return {**super().tags(start, seconds), "date": night(self.performance.header.began)}

    @property
    def controls(self) -> Controls:
        """What was accepted then, by tick."""
        return self.performance.controls

    def source(self) -> Replay:
        """What was accepted then, tick by tick."""
        return Replay(self.performance)


def load_replay(journal: Path, config: Path | None = None) -> ReplayProduction:
    """The show of a journal, with the screen and the scenes of today. Raises Mistake."""
    played = read_journal(journal)
    if played.torn:
        print(f"sleeptree: {played.path}: the last line is torn and left out", file=sys.stderr)
    now = load_production(Request(config))
    return ReplayProduction(
        now.settings, played.header.score, played.header.seed, now.scenes, played, layout=now.layout
    )


def resume_replay(journal: Path, now: Production) -> ReplayProduction:
    """The show of a journal once more, as `now`, by a process that takes over from another. Raises Mistake."""
    played = read_journal(journal)
    return ReplayProduction(
        now.settings, played.header.score, played.header.seed, now.scenes, played, restart=True, layout=now.layout
    )


LAST = "last"
"""Instead of a file: the newest journal of this machine."""


def read_journal(path: Path) -> Performance:
    """The performance in a journal; `last` is the newest. Raises Mistake."""
    try:
        return performances.read(_newest() if str(path) == LAST and not path.exists() else path)
    except OSError as error:
        raise Mistake(f"journal: {error.strerror}: {path}") from None
    except ValueError as error:
        raise Mistake(str(error)) from None


def journals() -> list[Path]:
    """Every journal of this machine, the newest last."""
    return sorted((places.data() / FOLDER).glob("*.journal"), key=lambda path: path.stat().st_mtime)


def _newest() -> Path:
    if not (kept := journals()):
        raise Mistake(f"journal: there is none yet in {places.data() / FOLDER}")
    return kept[-1]
