"""What every command needs before it can begin: settings, score, scenes, and the show made of them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from installation import places, repertoire, settings
from installation.model import score as scores
from installation.model.score import Score
from installation.settings import Settings
from installation.show import Show


class Mistake(Exception):
    """What was asked for can't be done; the text is the one line that says where, by which rule, and why."""


@dataclass(frozen=True)
class Wish:
    """What the command line says about what is played; None leaves it to the venue's settings."""

    config: Path | None = None
    score: str | None = None
    scene: str | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Opening:
    """Settings and a show at its first tick."""

    settings: Settings
    show: Show


def opened(wish: Wish, score: str | None = None) -> Opening:
    """The show that `wish` asks for; `score` is played where the wish names none. Raises Mistake."""
    venue = _settings(wish.config)
    found = repertoire.found()
    for line in found.broken:
        print(f"sleeptree: left out: {line}", file=sys.stderr)
    arc = _score(wish.score or score or venue.show.score)
    scene = wish.scene or venue.show.scene
    if scene:
        sections = tuple(msgspec.structs.replace(section, scene="") for section in arc.section)
        arc = msgspec.structs.replace(arc, scene=scene, section=sections)
    if not found.scenes:
        raise Mistake("there is no scene to play: none is installed in the group sleeptree.scenes")
    try:
        return Opening(venue, Show(arc, venue.show.seed if wish.seed is None else wish.seed, found.scenes))
    except ValueError as error:
        raise Mistake(str(error)) from None


def _settings(path: Path | None) -> Settings:
    try:
        return settings.read(path or places.venue())
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
