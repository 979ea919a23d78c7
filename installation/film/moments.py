"""Moments of shows kept as snapshots, so that a still or a film from deep inside a night begins in seconds.

They are a cache: a moment that was passed once is found again, and what can't be read is made anew. Whatever could make
another show of the same score and seed (the model's source, numpy, scenes with a state of their own) is in the name of
the folder, so that a kept moment is the one that stepping from the start would reach.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
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
_MODEL = ("controls.py", "glides.py", "scene.py", "show.py", "foundation/snapshot.py")

Progress = Callable[[int, int], None]


class Moments:
    """The kept moments of one score and seed.

    `scenes` are those that play. A lone one without a state shares its moments with all its like; without any, moments
    are of the model alone, and a scene that has a state begins as it was born where a kept moment does.
    """

    def __init__(self, folder: Path, score: Score, seed: int, scenes: Mapping[str, type[Scene]]) -> None:
        moved = {name: kind for name, kind in scenes.items() if kind.state}
        self._exact = len(scenes) > 1 or bool(moved)
        self._folder = folder / _name(score if self._exact else score.alone(""), seed, moved)

    @classmethod
    def of(cls, folder: Path, show: Show, kinds: Mapping[str, type[Scene]]) -> Moments:
        """The exact moments of a show: with what its scenes step."""
        return cls(folder, show.score, show.seed, {name: kinds[name] for name in show.named})

    def reach(self, show: Show, tick: int, progress: Progress | None = None) -> None:
        """Bring a show that nobody plays to `tick`: from the newest kept moment before it, keeping those it passes."""
        for kept in self._before(tick, show.tick):
            with suppress(OSError, ValueError):
                show.restore(kept.read_bytes(), self._exact)
                break
        began = show.tick
        while show.tick < tick:
            show.step()
            if show.tick % EVERY == 0:
                self._keep(show)
            if progress is not None and show.tick % ticks.RATE == 0:
                progress(show.tick - began, tick - began)
        if show.tick - began > ticks.RATE:
            self._keep(show)  # it will be asked for again

    def _before(self, tick: int, after: int) -> list[Path]:
        """Files of moments up to `tick` and later than `after`, the newest first."""
        kept = [path for path in self._folder.glob("*") if path.name.isdecimal()]
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
    digest = blake2b(digest_size=12)
    model = [*(_PACKAGE / name for name in _MODEL), *sorted((_PACKAGE / "model").glob("*.py"))]
    for path in (*model, *(path for kind in moved.values() for path in sources(kind))):
        digest.update(path.read_bytes())
    digest.update(msgspec.json.encode((score, seed, sorted(moved), np.__version__)))
    return digest.hexdigest()
