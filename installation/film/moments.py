"""Moments of shows kept as snapshots, so that a still or a film from deep inside a night begins in seconds.

They are a cache: a moment that was passed once is found again, and what can't be read is made anew. Whatever could make
another show of the same score and seed (the model's source, numpy, scenes with a state of their own) is in the name of
the folder, so that a kept moment is the one that stepping from the start would reach.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec
import numpy as np

from installation import show as shows
from installation.foundation.atomic import write_atomic
from installation.model import ticks
from installation.model.score import Score
from installation.repertoire import sources
from installation.scene import Scene
from installation.show import Show

EVERY = ticks.ticks(30.0)
"""Ticks from one kept moment to the next."""

FOLDERS = 12
"""Shows whose moments are kept; those that were not asked for longest go."""

_PACKAGE = Path(shows.__file__).parent
_MODEL = (
    "acceptance.py",
    "arguments.py",
    "camerawork.py",
    "cast.py",
    "controls.py",
    "crossfade.py",
    "cuelist.py",
    "fades.py",
    "gestures.py",
    "glides.py",
    "hand.py",
    "history.py",
    "scene.py",
    "show.py",
)

Progress = Callable[[int, int], None]


class Moments:
    """The kept moments of one score and seed.

    `scenes` are those that play. A lone one without a state shares its moments with all its like; without any, moments
    are of the model alone, and a scene that has a state begins as it was born where a kept moment does.
    """

    def __init__(self, folder: Path, score: Score, seed: int, scenes: Mapping[str, type[Scene]]) -> None:
        moved = {name: kind for name, kind in scenes.items() if kind.state}
        self._exact = len(scenes) > 1 or bool(moved)
        self._like = _name(score if self._exact else score.alone(""), seed, moved)
        self._folder = folder / f"{self._like}{_written(moved)}"

    @classmethod
    def of(cls, folder: Path, show: Show, kinds: Mapping[str, type[Scene]]) -> Moments:
        """The exact moments of a show: with what its scenes step."""
        return cls(folder, show.score, show.seed, {name: kinds[name] for name in show.named})

    def reach(self, show: Show, tick: int, progress: Progress | None = None) -> None:
        """Bring a show that nobody plays to `tick`: from the newest kept moment before it, keeping those it passes."""
        self._restored(show, self._before(self._folder, tick, show.tick))
        began = show.tick
        while show.tick < tick:
            show.step()
            if show.tick % EVERY == 0:
                self._keep(show)
            if progress is not None and show.tick % ticks.RATE == 0:
                progress(show.tick - began, tick - began)
        if show.tick - began > ticks.RATE:
            self._keep(show)  # it will be asked for again

    def approach(self, show: Show, tick: int, young: int, progress: Progress | None = None) -> str:
        """Bring a show whose scene is being written to `tick`, soon: what its state is then, in words; "" the show's.

        Where only earlier versions of the scene kept moments near it, it goes on from theirs: with their state where
        that fits, or else as it was born, `young` ticks before or some more. Nothing of that is kept.
        """
        near = tick - 2 * EVERY
        if not self._before(self._folder, tick, max(near, show.tick)):
            for folder in self._earlier():
                said = self._adopted(show, self._before(folder, tick, near))
                said = said or self._born(show, self._before(folder, tick - young, near - young))
                if said:
                    while show.tick < tick:
                        show.step()
                    return said
        self.reach(show, tick, progress)
        return ""

    def _earlier(self) -> list[Path]:
        """Folders of the same show with other versions of its scenes, the newest first."""
        others = [path for path in self._folder.parent.glob(f"{self._like}*") if path != self._folder]
        return sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)

    @staticmethod
    def _adopted(show: Show, kept: Sequence[Path]) -> str:
        for path in kept[:1]:
            with suppress(OSError, ValueError):
                show.restore(path.read_bytes())
                return "what an earlier version of it came to"
        return ""

    @staticmethod
    def _born(show: Show, kept: Sequence[Path]) -> str:
        for path in kept[:1]:
            with suppress(OSError, ValueError):
                show.restore(path.read_bytes(), scenes=False)
                return "only seconds old"
        return ""

    def _restored(self, show: Show, kept: Sequence[Path]) -> None:
        for path in kept:
            with suppress(OSError, ValueError):
                show.restore(path.read_bytes(), self._exact)
                return

    @staticmethod
    def _before(folder: Path, tick: int, after: int) -> list[Path]:
        """Files of moments up to `tick` and later than `after`, the newest first."""
        kept = [path for path in folder.glob("*") if path.name.isdecimal()]
        return sorted((path for path in kept if after < int(path.name) <= tick), reverse=True)

    def _keep(self, show: Show) -> None:
        path = self._folder / f"{show.tick:012d}"
        with suppress(OSError):  # a full disk costs time and nothing else
            if not path.exists():
                if not self._folder.exists():
                    self._make_room()
                write_atomic(path, show.snapshot())

    def _make_room(self) -> None:
        others = sorted(self._folder.parent.glob("*"), key=lambda path: path.stat().st_mtime)
        for folder in others[: max(0, len(others) - FOLDERS + 1)]:
            shutil.rmtree(folder, ignore_errors=True)


def _name(score: Score, seed: int, moved: Mapping[str, type[Scene]]) -> str:
    """A name for all shows that are the same but for how their scenes are written."""
    digest = blake2b(digest_size=12)
    for path in (*(_PACKAGE / name for name in _MODEL), *sorted((_PACKAGE / "model").glob("*.py"))):
        digest.update(path.read_bytes())
    digest.update(msgspec.json.encode((score, seed, sorted(moved), np.__version__)))
    return digest.hexdigest()


def _written(moved: Mapping[str, type[Scene]]) -> str:
    """How scenes are written, as the end of a name; nothing where none has a state."""
    if not moved:
        return ""
    digest = blake2b(digest_size=6)
    for path in (path for kind in moved.values() for path in sources(kind)):
        digest.update(path.read_bytes())
    return f"-{digest.hexdigest()}"
