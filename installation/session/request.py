"""What a command line asks for. Knows no arrays: every command begins here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from installation.venue.settings import Size


@dataclass(frozen=True)
class Request:
    """What the command line says about what is played; None leaves it to the venue's settings."""

    config: Path | None = None
    score: str | None = None
    scene: str | None = None
    seed: int | None = None
    hours: float | None = None  # that an arc lasts
    date: str = ""  # of the evening; what is played live has its own
    cue: str = ""  # the section that a rehearsal begins with


@dataclass(frozen=True)
class When:
    """A moment of what is played: so many seconds in, or a time of day (hour, minute, second) of a recorded night."""

    seconds: float = 0.0
    clock: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class PlayOptions:
    """What the command line says about how the piece is played; None leaves it to the venue's settings."""

    display: int | None = None
    window: Size | None = None
    seconds: float | None = None
    report: Path | None = None
    listen: str | None = None
    osc_port: int | None = None
    silent: bool = False
    device: str | None = None  # loudspeakers
    journal: Path | None = None  # to be replayed
    start: When = When()  # of the replay
    pages: bool = False  # serve the visitors' page, whatever the settings say
    watch: bool = False  # scenes that are saved fade in
    link: bool = False  # Ableton Link leads, whatever the settings say
    stream: str | None = None  # the media server, which may have a key in it: never said aloud
    cloud: str = ""  # the name of the Sleep Cloud that this show is part of; empty: of none
    node: str = ""  # as which node
    crop: tuple[int, int, int, int] | None = None  # of the canvas: left, top, width, height
    canvas: Size | None = None
