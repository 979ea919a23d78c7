"""What the options and arguments of the command line take, each declared once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from installation.controls import SLEEPERS
from installation.foundation.errors import Mistake
from installation.model import score
from installation.session.request import When
from installation.venue import settings, streaming
from installation.venue.settings import Size

SEEDS = 2**63 - 1
BEGINNING = When()


def pixels(option: str, text: str) -> Size:
    """WxH; what is none is refused by the name of `option`."""
    try:
        return settings.size(text)
    except ValueError as rule:
        raise Mistake(f'{option} {rule}, got "{text[:40]}"') from None


def rectangle(option: str, text: str) -> tuple[int, int, int, int]:
    """X,Y,W,H; what is none is refused by the name of `option`."""
    found = re.fullmatch(r"(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})", text.strip(), re.ASCII)
    if found is None:
        raise Mistake(f'{option} takes left, top, width and height such as 0,0,1920,1080, got "{text[:40]}"')
    left, top, width, height = map(int, found.groups())
    return left, top, width, height


def name_of(option: str) -> Callable[[str], str]:
    """Reads a name, which becomes part of an address; what is none is refused by the name of `option`."""

    def read(text: str) -> str:
        if text and not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", text, re.ASCII):
            raise Mistake(f'{option} takes up to 32 letters, digits, - and _, got "{text[:40]}"')
        return text

    return read


def number(option: str, least: float, most: float = math.inf) -> Callable[[str | float], float]:
    """Reads the number that `option` takes; what is none is refused by name."""
    span = f"{least:g}..{most:g}" if most < math.inf else f"of {least:g} or more"

    def read(text: str | float) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (least <= value <= most) or value == math.inf:
            raise Mistake(f'{option} takes one number {"in " if most < math.inf else ""}{span}, got "{str(text)[:40]}"')
        return value

    return read


def whole(option: str, least: int, most: int) -> Callable[[str | int], int]:
    """Reads the whole number that `option` takes; what is none is refused by name."""

    def read(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise Mistake(f'{option} takes a whole number in {least}..{most}, got "{str(text)[:40]}"')
        return value

    return read


MOST = 100
"""Whole numbers that one option takes."""


def several(option: str, least: int, most: int) -> Callable[[str], tuple[int, ...]]:
    """Reads whole numbers and spans of them, `1-12,40`; what is none is refused by name."""

    def read(text: str) -> tuple[int, ...]:
        found: list[int] = []
        for word in text.split(","):
            first, span, last = word.strip().partition("-")
            ends = [whole(option, least, most)(end) for end in (first, last if span else first)]
            if ends[0] > ends[1] or ends[1] - ends[0] >= MOST:
                raise Mistake(f'{option} takes spans of at most {MOST}, the smaller end first, got "{word[:40]}"')
            found += range(ends[0], ends[1] + 1)
        if len(found) > MOST:
            raise Mistake(f"{option} takes at most {MOST} numbers, got {len(found)}")
        return tuple(dict.fromkeys(found))

    return read


def moment(option: str) -> Callable[[str | When], When]:
    """Reads the seconds, or the time of day (21:14 or 21:14:05), that `option` takes; what is neither is refused."""
    seconds = number(option, 0)

    def read(text: str | When) -> When:
        if isinstance(text, When):
            return text
        clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", text.strip())
        if clock is None:
            return When(seconds(text))
        return When(clock=(int(clock[1]), int(clock[2]), int(clock[3] or 0)))

    return read


def stream_url(text: str) -> str:
    """Where `--stream` goes; what can't be streamed to is refused, and no key of it is said."""
    try:
        streaming.check_url(text)
    except ValueError as rule:
        raise Mistake(f"--stream {rule}") from None
    return text


class Fps(StrEnum):
    """Pictures a second that a film can have: they divide the show's 120 ticks a second."""

    LOOP = "20"
    CINEMA = "24"
    VIDEO = "30"
    EVEN = "40"
    SMOOTH = "60"


class SceneStep(StrEnum):
    """What can be done about scenes."""

    NEW = "new"


class FarmStep(StrEnum):
    """What a machine can do for a farm."""

    WORKER = "worker"


class PhaseName(StrEnum):
    """The phases of the piece."""

    HARMONY = score.HARMONY
    GLITCH = score.GLITCH
    RESOLUTION = score.RESOLUTION


class ControllerName(StrEnum):
    """The controllers that there are surfaces for."""

    TOUCHOSC = "touchosc"
    OPENSTAGECONTROL = "openstagecontrol"


class KioskStep(StrEnum):
    """What can be done about autostart."""

    INSTALL = "install"
    REMOVE = "remove"


class ProjectorStep(StrEnum):
    """What can be done about projectors."""

    ON = "on"
    OFF = "off"
    STATUS = "status"


class WordsStep(StrEnum):
    """What can be done about visitors' lines."""

    LIST = "list"
    APPROVE = "approve"
    HIDE = "hide"
    BAN = "ban"
    CLEAR = "clear"


Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The venue's settings (TOML).")]
ScoreName = Annotated[str | None, typer.Option("--score", metavar="FILE", help="The arc: a file, or a shipped name.")]
SceneName = Annotated[str | None, typer.Option("--scene", metavar="NAME", help="The scene, whatever the score says.")]
Seed = Annotated[
    int | None,
    typer.Option("--seed", metavar="N", parser=whole("--seed", 0, SEEDS), help="Another seed, another tree."),
]
Hours = Annotated[
    float | None,
    typer.Option(
        metavar="H", parser=number("--hours", 0.001, 24.0), help="So long an arc.", show_default="as it is written"
    ),
]
Date = Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The evening: the tree's year, and what is rare.")]
DisplayNumber = Annotated[
    int | None, typer.Option(metavar="N", parser=whole("--display", 1, 64), help="Which display, from 1.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", parser=whole("--workers", 1, 256), help="Processes that draw; a core each."),
]
WindowSize = Annotated[str | None, typer.Option("--window", metavar="WxH", help="In a window of this size.")]
CloudName = Annotated[
    str,
    typer.Option(
        "--cloud",
        metavar="NAME",
        parser=name_of("--cloud"),
        help=r"One show on several machines, those of this cloud (extra \[cloud]).",
    ),
]
Silent = Annotated[bool, typer.Option("--silent", help="Without sound.")]
Device = Annotated[
    str | None, typer.Option("--device", metavar="NAME", help="Loudspeakers: a part of their name, or their number.")
]
ReportFile = Annotated[Path | None, typer.Option("--report", metavar="FILE.json", help="Write how it ran, at the end.")]
Start = Annotated[
    float, typer.Option("--from", metavar="S", parser=number("--from", 0), help="Begin S seconds into the show.")
]
Length = Annotated[
    float | None,
    typer.Option(metavar="S", parser=number("--seconds", 0.01), help="How long.", show_default="to the end of the arc"),
]
Ends = Annotated[
    float | None, typer.Option(metavar="S", parser=number("--seconds", 0), help="End by itself after S seconds.")
]
OutputName = Annotated[
    str | None, typer.Option("--output", metavar="NAME", help=r"What this \[\[output]] of the canvas alone shows.")
]
StreamUrl = Annotated[
    str | None,
    typer.Option(
        "--stream",
        metavar="URL",
        parser=stream_url,
        envvar=streaming.ENVIRONMENT,
        help="Send picture and sound to a media server: rtmp://, rtmps://, srt://host:port, udp://host:port.",
    ),
]
Binaural = Annotated[bool, typer.Option("--binaural", help="For headphones: as a head in the middle hears it.")]
Performed = Annotated[
    Path | None,
    typer.Option("--journal", metavar="JOURNAL", help="The performance in this journal; `last` is the newest."),
]

Unsupervised = Annotated[
    bool, typer.Option("--unsupervised", help="In this process, which nobody watches or starts again.")
]
SupervisorLinkOption = Annotated[str | None, typer.Option("--supervisor-link", hidden=True)]
StartOfNight = Annotated[
    When,
    typer.Option(
        "--from",
        metavar="S|H:MM[:SS]",
        parser=moment("--from"),
        help="Begin S seconds into the journal, or at this time of day.",
        show_default=False,
    ),
]
Moment = Annotated[
    When | None,
    typer.Option(
        metavar="S|H:MM[:SS]",
        parser=moment("--at"),
        help="Or this moment of the show; with --journal, it may be a time of day.",
    ),
]
SleeperNumber = Annotated[
    int | None,
    typer.Option(
        "--sleeper",
        metavar="N",
        parser=whole("--sleeper", 1, SLEEPERS),
        help="A memento: this sleeper's light is marked, as on the wall when a phone asks where it is.",
    ),
]
LineNumber = Annotated[
    int | None, typer.Argument(metavar="N", parser=whole("N", 1, 10**9), help="Of the line.", show_default=False)
]
Evening = Annotated[
    str | None, typer.Option("--night", metavar="DATE", help="Another evening's, 2026-05-01.", show_default="tonight")
]
JournalFile = Annotated[Path, typer.Argument(metavar="JOURNAL", help="A file, or `last` for the newest.")]
