"""The scenes that can be played, found by the entry-point group `sleeptree.scenes`. Plays nothing itself."""

from __future__ import annotations

import importlib
import inspect
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

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
    return load(_points())


def _points() -> tuple[EntryPoint, ...]:
    return (*entry_points(group=GROUP), *_declared())


def sources(kind: type[Scene]) -> tuple[Path, ...]:
    """The files that a scene is written in: its package's, or its own."""
    written = Path(inspect.getsourcefile(kind) or "")
    return tuple(sorted(written.parent.glob("**/*.py"))) if written.name == "__init__.py" else (written,)


def stamps(files: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """When each file was changed, and its size: files that are just being replaced are left out."""
    found = {}
    for path in files:
        try:
            stat = path.stat()
        except OSError:
            continue
        found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def imported_anew(name: str) -> type[Scene]:
    """The scene `name` as its files are now. What has been made of it before goes on with what it was made of.

    Its modules are forgotten and imported again; where that fails, the old ones stay. Raises what they raise.
    """
    point = [point for point in _points() if point.name == name][-1]
    mine = {key: sys.modules[key] for key in sys.modules if f"{key}.".startswith(f"{point.module}.")}
    for key in mine:
        del sys.modules[key]
    importlib.invalidate_caches()
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # two saves in one second have one time stamp
    try:
        return _scene(point)
    except BaseException:
        for key in [key for key in sys.modules if f"{key}.".startswith(f"{point.module}.")]:
            del sys.modules[key]
        sys.modules.update(mine)
        raise
    finally:
        sys.dont_write_bytecode = writes


def load(points: Iterable[EntryPoint]) -> Repertoire:
    """The scenes `points` lead to. A broken one is named in one line, the others go on; the last of a name wins."""
    scenes: dict[str, type[Scene]] = {}
    broken: dict[str, str] = {}
    for point in sorted(points, key=lambda point: point.name):  # however they were found, the table is the same
        try:
            scene = _scene(point)
            others = [
                other for name, other in scenes.items() if name != point.name
            ]  # it takes the place of its own name
            table([control for other in (*others, scene) for control in other.controls])
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
