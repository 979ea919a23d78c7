"""The scenes that can be played, found by the entry-point group `sleeptree.scenes`. Plays nothing itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from installation.controls import table
from installation.foundation import places
from installation.scene import Scene

GROUP = "sleeptree.scenes"


@dataclass(frozen=True)
class Repertoire:
    """Scenes by name, and a line for each plug-in that could not be used."""

    scenes: Mapping[str, type[Scene]]
    broken: tuple[str, ...]


def found() -> Repertoire:
    """Every scene that is installed or, in a checkout, declared in its pyproject.toml."""
    return load((*entry_points(group=GROUP), *_declared()))


def load(points: Iterable[EntryPoint]) -> Repertoire:
    """The scenes `points` lead to. A broken one is named in one line, the others go on; the last of a name wins."""
    scenes: dict[str, type[Scene]] = {}
    broken: dict[str, str] = {}
    for point in points:
        try:
            scene = _scene(point)
            table([control for other in (*scenes.values(), scene) for control in other.controls])
        except Exception as error:  # anything may happen in somebody else's module, and the show goes on
            broken[point.name] = f'scene "{point.name}" ({point.value}): {_line(error)}'
        else:
            scenes[point.name] = scene
            broken.pop(point.name, None)
    return Repertoire(scenes, tuple(broken.values()))


def _scene(point: EntryPoint) -> type[Scene]:
    scene = point.load()
    if not (isinstance(scene, type) and issubclass(scene, Scene)):
        raise TypeError(f"is {scene!r:.60}, not a subclass of installation.Scene")
    missing = sorted(scene.__abstractmethods__)
    if missing:
        raise TypeError(f"does not say {', '.join(missing)}")
    return scene


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _declared() -> list[EntryPoint]:
    """What a checkout declares: it can be played without having been installed."""
    root = places.checkout()
    if root is None:
        return []
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    rows = declared["project"].get("entry-points", {}).get(GROUP, {})
    return [EntryPoint(name, value, GROUP) for name, value in rows.items()]
