"""What every command needs before it can begin: settings, score, scenes, and the show made of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from installation import addresses, repertoire
from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.model import score as scores
from installation.model.score import Score
from installation.scene import Scene
from installation.session import outputs
from installation.session.request import Request, When
from installation.show import ControlSource, Show, Silence
from installation.venue import settings
from installation.venue.settings import Settings, Size
from installation.words import lexicon
from installation.words.lexicon import Lexicon

if TYPE_CHECKING:
    from installation.light.flashguard.guard import Field
    from installation.light.mapping.outputs import OutputLayout
    from installation.light.picture import Picture
    from installation.recording.replay import Controls


@dataclass(frozen=True)
class Production:
    """Everything that a show and its pictures are made of, read and checked."""

    settings: Settings
    score: Score
    seed: int
    scenes: Mapping[str, type[Scene]]
    date: str = field(default="", kw_only=True)  # of the evening, where no calendar says it
    cue: str = field(default="", kw_only=True)  # the section that a rehearsal begins with
    layout: OutputLayout | None = field(default=None, kw_only=True)  # of the outputs that share the canvas, if any

    def unattended(self) -> Production:
        """The same where nobody is there who could press GO: in stills and films no section waits."""
        return replace(self, score=self.score.unattended())

    def show(self) -> Show:
        """The show at its first tick; scenes grow what they grow. Raises Mistake."""
        try:
            show = Show(self.score, self.seed, self.scenes, self.lexicon)
            if self.date:
                show.accept(addresses.DATE, [self.date])
        except ValueError as error:  # a refusal is one too
            raise Mistake(str(error)) from None
        show.glides.others[addresses.VERSE_LANGUAGE] = self.settings.words.language
        return show

    @property
    def lexicon(self) -> Lexicon | None:
        """The venue's own verses. Raises Mistake."""
        path = self.settings.words.lexicon
        try:
            return lexicon.read(Path(path).expanduser()) if path else None
        except OSError as error:
            raise Mistake(f"[words] lexicon: {error.strerror}: {path}") from None
        except ValueError as error:
            raise Mistake(str(error)) from None

    @property
    def reach(self) -> tuple[float, float]:
        """Seconds of the show at which a film of all of it begins, and how long it is."""
        return 0.0, self.score.seconds

    def into(self, when: When, option: str) -> float:
        """Seconds after the beginning of `reach` at which `when`, given with `option`, is. Raises Mistake."""
        if when.clock is not None:
            raise Mistake(f"{option} takes a time of day with --journal: only a recorded night was played at one")
        return when.seconds

    def approach(self, show: Show, tick: int, progress: Callable[[int, int], None]) -> None:
        """Bring a show to `tick`, in seconds where it was kept: nobody plays it, so it is the same each time."""
        from installation.film.moments import Moments

        Moments.of(places.caches() / "moments", show, self.scenes).reach(show, tick, progress)
        show.glides.others[addresses.VERSE_LANGUAGE] = self.settings.words.language  # a kept moment may have another

    def tags(self, start: float, seconds: float) -> dict[str, str]:
        """What a film of so many seconds says of itself: its title, and from what it can be made again."""
        made = f"seed {self.seed}; score {self.score.name}; scene {self.score.scene}"
        return {"title": f"SleepTree, {self.score.name}", "comment": f"{made}; from {start:g} s; {seconds:g} s"}

    def source(self) -> ControlSource:
        """The controls that a film of this takes: those of a replay are what was played then, others have none."""
        return Silence()

    @property
    def controls(self) -> Controls:
        """What that source hands over, by tick."""
        return {}

    @property
    def field(self) -> Field:
        """What the room lets the nearest visitor see."""
        from installation.light.flashguard.guard import Field

        room = Field(self.settings.screen.screen_width_m, self.settings.screen.nearest_viewer_m)
        return room if self.layout is None else self.layout.field(room)

    def picture(self, size: Size, threads: int = 0) -> Picture:
        """Pictures of this show; drawn by as many threads as the venue says, or there are cores."""
        from installation.light.picture import Picture

        return Picture(*size, threads or self.settings.screen.threads or cores(), self.seed, self.field)


def load_production(request: Request, score: str | None = None) -> Production:
    """What `request` asks for; `score` is played where the request names none. Raises Mistake."""
    venue = load_settings(request.config or places.venue())
    found = repertoire.found()
    for line in found.broken:
        print(f"sleeptree: left out: {line}", file=sys.stderr)
    if not found.scenes:
        raise Mistake("there is no scene to play: none is installed in the group sleeptree.scenes")
    arc = _score(request.score or score or venue.show.score)
    scene = request.scene or venue.show.scene
    if scene:
        if scene not in found.scenes:
            raise Mistake(f'--scene takes one of {", ".join(sorted(found.scenes))}, got "{scene[:40]}"')
        arc = arc.alone(scene)
    if hours := venue.show.hours if request.hours is None else request.hours:
        try:
            arc = arc.lasting(hours)
        except ValueError as error:
            raise Mistake(f"hours: {error}") from None
    if request.cue:
        arc = _rehearsed(arc, request.cue)
    seed = venue.show.seed if request.seed is None else request.seed
    layout = outputs.layout(venue, request.config)
    return Production(venue, arc, seed, found.scenes, date=request.date, cue=request.cue, layout=layout)


def _rehearsed(score: Score, cue: str) -> Score:
    """A score that is begun in its middle: everybody is there already."""
    if score.index(cue) is None:
        names = ", ".join(section.name for section in score.section)
        raise Mistake(f'--from takes one of {names}, got "{cue[:40]}"')
    return msgspec.structs.replace(score, settled=True)


def load_settings(path: Path) -> Settings:
    """The settings in a file. Raises Mistake."""
    try:
        return settings.read(path)
    except OSError as error:
        raise Mistake(f"settings: {error.strerror}: {error.filename}") from None
    except ValueError as error:  # a UnicodeDecodeError is one too
        raise Mistake(str(error)) from None


def _score(name: str) -> Score:
    try:
        path = places.score(name)
        return scores.parse(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError:
        raise Mistake(f"{name}: a score is UTF-8 text") from None
    except FileNotFoundError as error:
        raise Mistake(str(error)) from None
    except OSError as error:
        raise Mistake(f"score: {error.strerror}: {error.filename}") from None
    except ValueError as error:
        raise Mistake(str(error)) from None


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def writable(path: Path) -> Path:
    """`path`, for a file that a command is going to write. Raises Mistake before hours of work are spent on it."""
    folder = path.expanduser().absolute().parent
    if path.is_dir():
        raise Mistake(f"{path}: is a folder, a file is wanted")
    if not folder.is_dir():
        raise Mistake(f"{path}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise Mistake(f"{path}: {folder} can't be written to")
    return path.expanduser()
