"""The venue's settings: config/venue.toml, checked and frozen. Holds places and devices, never the range of a control.

A wrong key or value is refused in one line that names file, table, key, rule and offender.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from installation.foundation.refusal import Keys, converted, parsed, plain
from installation.venue import cloud, fixtures, opening_hours, outputs, streaming
from installation.venue.cloud import CloudSettings
from installation.venue.fixtures import Dmx, Fixture
from installation.venue.outputs import CanvasSettings, OutputSettings
from installation.venue.streaming import StreamSettings
from installation.venue.table import SettingsTable, Size, size

__all__ = ["Settings", "Size", "size"]


OVERLAY = re.compile(r"here|page|display ([1-9]|[1-5]\d|6[0-4])", re.ASCII)
"""Where words may be: over the picture, on the operator's page alone, or in a window on a display."""


class ScreenSettings(SettingsTable, frozen=True):
    """[screen]: which display, how large, how often; and what the flash guard must know of the room."""

    display: Annotated[int, Meta(ge=1, le=64)] = 1
    size: str = ""
    fullscreen: bool = True
    overlay: str = "page"
    fps: Annotated[int, Meta(ge=0, le=1000)] = 0
    threads: Annotated[int, Meta(ge=0, le=256)] = 0
    present: Literal["auto", "memory", "gpu"] = "auto"
    screen_width_m: Annotated[float, Meta(ge=0.1, le=1000.0)] | None = None
    nearest_viewer_m: Annotated[float, Meta(ge=0.1, le=1000.0)] | None = None

    @property
    def pixels(self) -> Size | None:
        """The size to draw at; None for the display's own."""
        return size(self.size) if self.size else None

    @property
    def beside(self) -> int:
        """The display on which words have a window of their own; 0: none has."""
        return int(self.overlay.removeprefix("display ")) if self.overlay.startswith("display ") else 0


class Playing(SettingsTable, frozen=True):
    """[show]: what is played."""

    score: str = "festival"
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 1
    scene: str = ""
    hours: Annotated[float, Meta(ge=0.0, le=24.0)] = 0.0  # that an arc lasts; 0: as it is written


Port = Annotated[int, Meta(ge=1, le=65_535)]


class Osc(SettingsTable, frozen=True):
    """[osc]: where messages come in, from whom, and who is told what was accepted."""

    enabled: bool = True
    listen: str = "127.0.0.1"
    port: Port = 9000
    allow: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()


class OscQuerySettings(SettingsTable, frozen=True):
    """[oscquery]: whether and where controllers can ask what there is to play."""

    enabled: bool = True
    port: Port = 9001


class PagesSettings(SettingsTable, frozen=True):
    """[pages]: the visitors' page, for phones in this house's network; and the operator's, for who runs the show."""

    enabled: bool = False
    listen: str = "0.0.0.0"
    port: Port = 8080
    names: tuple[str, ...] = ()
    entry_word: bool = True
    seats: Annotated[int, Meta(ge=0, le=240)] = 200
    sockets: Annotated[int, Meta(ge=1, le=8_000)] = 2_000
    sockets_of_host: Annotated[int, Meta(ge=0, le=8_000)] = 8
    seats_of_host: Annotated[int, Meta(ge=1, le=240)] = 3
    keep_beats: bool = True
    words: bool = False
    operator: bool = True
    operator_listen: str = "127.0.0.1"
    operator_port: Port = 8081


class Midi(SettingsTable, frozen=True):
    """[midi]: which devices play the show, and what their clocks mean."""

    enabled: bool = False
    ports: tuple[str, ...] = ()  # a part of a name, or a file; empty: every one
    clock_beats: Annotated[float, Meta(ge=0.0, le=64.0)] = 0.0  # of MIDI's clock that are a breath; 0: it means nothing
    timecode: bool = False  # MTC says which section plays


class LinkSettings(SettingsTable, frozen=True):
    """[link]: whether the tempo of an Ableton Link session leads."""

    enabled: bool = False
    beats: Annotated[float, Meta(ge=0.0, le=64.0)] = 0.0  # that are a breath; 0: as many as a tap makes one of


class Sound(SettingsTable, frozen=True):
    """[sound]: which loudspeakers, and how."""

    enabled: bool = True
    device: str = ""  # a part of its name, or its number; empty: the system's default
    fallback: bool = True  # play on the default device when `device` is not there
    channels: Annotated[int, Meta(ge=1, le=8)] = 2
    channel_map: tuple[Annotated[int, Meta(ge=1, le=64)], ...] = ()
    rate: Annotated[int, Meta(ge=44_100, le=96_000)] = 48_000

    @property
    def routes(self) -> tuple[int, ...]:
        """The device's channel, from 0, for each of ours."""
        return tuple(channel - 1 for channel in self.channel_map) or tuple(range(self.channels))


class Hearing(SettingsTable, frozen=True):
    """[hearing]: where the hearing guard's limits are. It can be made stricter; nothing switches it off."""

    ceiling_dbtp: Annotated[float, Meta(ge=-20.0, le=-1.0)] = -3.0
    momentary_max_lufs: Annotated[float, Meta(ge=-40.0, le=-8.0)] = -14.0
    onset_db_per_s: Annotated[float, Meta(ge=10.0, le=120.0)] = 60.0
    laeq15_limit_dba: Annotated[float, Meta(ge=50.0, le=100.0)] = 85.0
    cal_dba_at_minus20dbfs_pink: Annotated[float, Meta(ge=40.0, le=130.0)] | None = None  # absent: not calibrated
    cal_date: datetime.date | None = None
    cal_position: str | None = None

    @property
    def calibrated(self) -> str:
        """When and where, to be written after that word."""
        when = f" {self.cal_date.isoformat()}" if self.cal_date is not None else ""
        return f"{when}, {self.cal_position}" if self.cal_position else when


class VoiceSettings(SettingsTable, frozen=True):
    """[voice]: whether a microphone is listened to, which, and whether what it hears is held on to."""

    enabled: bool = False
    input: str = ""  # a part of its name, or its number; empty: the system's default
    anchor: bool = False  # Dream Trek's anchor and the stabiliser follow /voice/..., whoever sends that


class ProjectorSettings(SettingsTable, frozen=True):
    """One [[projector]] that speaks PJLink."""

    host: Annotated[str, Meta(min_length=1)]
    password: str = ""
    port: Port = 4352
    on_before: Annotated[int, Meta(ge=0, le=120)] = 10  # minutes before the house opens


class Words(SettingsTable, frozen=True):
    """[words]: in which language the verses are, and whether visitors' lines wait for the staff."""

    language: Literal["en", "de", "fr", "own"] = "en"
    lexicon: str = ""  # a file: the venue's own verses, spoken as "own"
    open: bool = False  # lines that no list marks are shown without anybody's decision


class Hours(SettingsTable, frozen=True):
    """[hours]: when the house is open. Outside, the show is dark and silent, and goes on."""

    open: tuple[str, ...] = ()  # empty: always


class Care(SettingsTable, frozen=True):
    """[care]: when the show counts as hung, and how often it may fail before something simpler is played."""

    hang_s: Annotated[float, Meta(ge=1.0, le=60.0)] = 2.4
    failures: Annotated[int, Meta(ge=1, le=1000)] = 5
    within_s: Annotated[float, Meta(ge=1.0, le=86_400.0)] = 60.0


class LogFiles(SettingsTable, frozen=True):
    """[log]: how much of the log is kept."""

    megabytes: Annotated[float, Meta(ge=0.01, le=1000.0)] = 2.0
    files: Annotated[int, Meta(ge=1, le=100)] = 5


class Settings(SettingsTable, frozen=True):
    """The whole file, a field a table."""

    screen: ScreenSettings = ScreenSettings()
    show: Playing = Playing()
    osc: Osc = Osc()
    oscquery: OscQuerySettings = OscQuerySettings()
    pages: PagesSettings = PagesSettings()
    midi: Midi = Midi()
    link: LinkSettings = LinkSettings()
    sound: Sound = Sound()
    hearing: Hearing = Hearing()
    dmx: Dmx = Dmx()
    fixture: tuple[Fixture, ...] = ()
    canvas: CanvasSettings = CanvasSettings()
    output: tuple[OutputSettings, ...] = ()
    cloud: CloudSettings = CloudSettings()
    voice: VoiceSettings = VoiceSettings()
    stream: StreamSettings = StreamSettings()
    words: Words = Words()
    hours: Hours = Hours()
    projector: tuple[ProjectorSettings, ...] = ()
    care: Care = Care()
    log: LogFiles = LogFiles()


def read(path: Path) -> Settings:
    """The settings in `path`. Raises ValueError naming file, table, key and rule; OSError when it can't be read."""
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(text: str, source: str) -> Settings:
    """The settings written in `text`; `source` is what errors call it."""
    settings = converted(parsed(text, source), Settings, source, _place)
    if settings.screen.size:
        try:
            size(settings.screen.size)
        except ValueError as rule:
            raise ValueError(f'{source}: [screen] size {rule}, got "{plain(settings.screen.size[:40])}"') from None
    try:
        outputs.check(settings.canvas, settings.output)
        streaming.check(settings.stream)
        cloud.check(settings.cloud)
    except ValueError as rule:
        raise ValueError(f"{source}: {rule}") from None
    if not OVERLAY.fullmatch(settings.screen.overlay):
        places = '"here", "page", "display 1" .. "display 64"'
        word = plain(settings.screen.overlay[:40])
        raise ValueError(f'{source}: [screen] overlay takes one of {places}, got "{word}"')
    for line in settings.hours.open:
        try:
            opening_hours.parse(line)
        except ValueError as rule:
            raise ValueError(f'{source}: [hours] open {rule}, got "{plain(line[:60])}"') from None
    sound = settings.sound
    if sound.channel_map and len(sound.channel_map) != sound.channels:
        got = list(sound.channel_map)
        raise ValueError(f"{source}: [sound] channel_map takes {sound.channels} channels of the device, got {got}")
    fixtures.check(settings.dmx, settings.fixture, source)
    return settings


def _place(keys: Keys) -> str:
    if not keys:
        return "the file"
    listed = keys[1:2] and keys[1].isdigit()  # one of several [[tables]] of the same name
    return f"{f'[[{keys[0]}]]' if listed else f'[{keys[0]}]'} {' '.join(keys[1:])}".strip()
