"""What was played, again: `sleeptree replay`, `sleeptree journal`, and the opening that a film of a journal needs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.recording import replay as performances
from installation.recording.journal import FOLDER
from installation.recording.replay import Performance
from installation.session.production import Opening, opened
from installation.session.request import Wish
from installation.show import Show


@dataclass(frozen=True)
class Reopening(Opening):
    """The opening of a show that was played before: seed, score and controls are the journal's."""

    performance: Performance
    again: bool = False  # by another process than the one that began

    def show(self) -> Show:
        """The show as it was when the journal began. Raises Mistake."""
        try:
            show = self.performance.begin(self.scenes)
        except ValueError as error:
            raise Mistake(f"{self.performance.path}: {error}") from None
        if (changed := self.performance.differs(show.table)) and not self.again:
            print(f"sleeptree: {changed}; it may not be the same show", file=sys.stderr)
        return show

    @property
    def reach(self) -> tuple[float, float]:
        """From the first whole second of the journal to its end."""
        begins = float(-(-self.performance.header.tick // ticks.RATE))
        return begins, ticks.seconds(self.performance.last) - begins

    def before(self, show: Show) -> None:
        """Hand over what was accepted at this tick."""
        self.performance.give(show)


def reopened(journal: Path, config: Path | None = None) -> Reopening:
    """The show of a journal, with the screen and the scenes of today. Raises Mistake."""
    played = _read(journal)
    if played.torn:
        print(f"sleeptree: {played.path}: the last line is torn and left out", file=sys.stderr)
    now = opened(Wish(config))
    return Reopening(now.settings, played.header.score, played.header.seed, now.scenes, played)


def taken_up(journal: Path, now: Opening) -> Reopening:
    """The show of a journal once more, as `now`, by a process that takes over from another. Raises Mistake."""
    played = _read(journal)
    return Reopening(now.settings, played.header.score, played.header.seed, now.scenes, played, again=True)


def journal(path: Path) -> str:
    """What happened in a night."""
    return "\n".join(performances.summary(_read(path)))


LAST = "last"
"""Instead of a file: the newest journal of this machine."""


def _read(path: Path) -> Performance:
    try:
        return performances.read(_newest() if str(path) == LAST and not path.exists() else path)
    except OSError as error:
        raise Mistake(f"journal: {error.strerror}: {path}") from None
    except ValueError as error:
        raise Mistake(str(error)) from None


def _newest() -> Path:
    folder = places.data() / FOLDER
    kept = sorted(folder.glob("*.journal"), key=lambda path: path.stat().st_mtime)
    if not kept:
        raise Mistake(f"journal: there is none yet in {folder}")
    return kept[-1]
