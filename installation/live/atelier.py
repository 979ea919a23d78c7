"""Scenes that are written while they play: a saved one is rehearsed beside the show, and fades in between two ticks.

A thread looks at the files twice a second. What can't be imported, built, stepped or drawn leaves the old scene where
it is, and is said. A show played so is not the one that its journal replays: scenes changed while it played.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from installation import repertoire
from installation.cast import Part
from installation.model import ticks
from installation.scene import Moment, Scene
from installation.show import Show

POLL_S = 0.5  # between two looks at the files

Wrapped = Callable[[str, type[Scene]], type[Scene]]
"""Makes of a scene's class the one that plays, such as one that another stands in for when it fails."""


class SceneSources:
    """Scenes as this process imported them: what their files were then. A process that takes over may be behind."""

    def __init__(self, kinds: Mapping[str, type[Scene]]) -> None:
        self.kinds = dict(kinds)
        self.stamps = {name: repertoire.stamps(repertoire.sources(kind)) for name, kind in kinds.items()}


class Atelier:
    """Follows a show and puts saved scenes into it. `say` hears a line for each; `note` is told what was put in."""

    def __init__(
        self,
        written: SceneSources,
        wrapped: Wrapped,
        say: Callable[[str], None],
        note: Callable[[Show, str], None],
    ) -> None:
        self._wrapped, self._say, self._note = wrapped, say, note
        self._kinds, self._stamps = written.kinds, dict(written.stamps)
        self._now: tuple[Show, Moment] | None = None
        self._ready: list[tuple[str, type[Scene], Part]] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="atelier", daemon=True)

    def begin(self) -> None:
        """Begin to look at the files."""
        self._thread.start()

    def close(self) -> None:
        """Look no longer."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped: what was rehearsed enters."""
        if self._now is None or show.tick % ticks.RATE == 0:
            self._now = show, show.moment()
        while self._ready:
            name, kind, part = self._ready.pop(0)
            try:
                show.recast(name, kind, part)
            except ValueError as error:
                self._say(str(error))
            else:
                self._note(show, name)
                self._say(f"{name}: as it was saved")

    def look(self) -> None:
        """Rehearse every scene whose files have changed since the last look."""
        for name, kind in self._kinds.items():
            stamps = repertoire.stamps(repertoire.sources(kind))
            if self._now is not None and stamps != self._stamps[name]:
                self._stamps[name] = stamps
                try:
                    self._rehearse(name, *self._now)
                except Exception as error:  # anything may be written in a scene that is being written
                    said = f"{type(error).__name__}: {' '.join(str(error).split())}"
                    self._say(f"{name}: the old one plays on: {said}")

    def _rehearse(self, name: str, show: Show, now: Moment) -> None:
        kind = repertoire.imported_anew(name)
        trial = kind(show.cast.chance_of(name), show.cast.company)
        trial.step(now)
        tuple(trial.light(now))
        tuple(trial.sound(now))
        trial.view(now).axes()
        played = self._wrapped(name, kind)
        self._ready.append((name, played, show.cast.made(name, played)))

    def _run(self) -> None:
        while not self._ending.wait(POLL_S):
            self.look()
