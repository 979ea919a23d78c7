"""Where the finished picture is streamed to: the settings, which addresses there can be, and how one may be said aloud.

An address may hold a key that is worth as much as a password: whatever is told to anybody is `masked`.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Meta

from installation.venue.table import SettingsTable, Size, size

RTMP = ("rtmp", "rtmps")
SCHEMES = (*RTMP, "srt", "udp")
WITH_PORT = ("srt", "udp")  # have no port that everybody knows
SRT_KEYS = ("streamid", "passphrase", "latency", "mode")
"""What may stand behind an srt address; the latency is in milliseconds."""

PASSPHRASE = (10, 79)  # characters, as SRT has it
LONGEST = 2048
LEAST, LARGEST = 64, (1920, 1080)  # pixels of a side, and of both

ENVIRONMENT = "SLEEPTREE_STREAM"
"""The variable that an address can be in, so that no list of processes shows it."""

_SAID = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,9})://(?:[^/?#]*@)?(\[[0-9A-Fa-f:.]*\]|[\w.-]{0,100})(:\d{1,5})?", re.ASCII
)

RULE = "takes rtmp://, rtmps://, srt:// or udp:// with a host, srt and udp with a port too"


class StreamSettings(SettingsTable, frozen=True):
    """[stream]: where the finished picture goes with its sound, and how it is packed."""

    enabled: bool = False
    url: str = ""
    size: str = "1280x720"
    fps: Annotated[int, Meta(ge=1, le=60)] = 30
    bitrate_kbps: Annotated[int, Meta(ge=200, le=20_000)] = 4500

    @property
    def pixels(self) -> Size:
        """Width and height of the stream."""
        return size(self.size)

    def to(self, url: str) -> StreamSettings:
        """The same to another place; nowhere where that is empty."""
        return msgspec.structs.replace(self, url=url, enabled=bool(url))


def check(stream: StreamSettings) -> None:
    """Raises ValueError with place, rule and offender where something can't be streamed so. No key is told."""
    if stream.enabled or stream.url:
        try:
            check_url(stream.url)
        except ValueError as rule:
            raise ValueError(f"[stream] url {rule}") from None
    try:
        width, height = stream.pixels
        odd, small = width % 2 or height % 2, min(width, height) < LEAST
        if odd or small or width > LARGEST[0] or height > LARGEST[1]:
            most = f"{LARGEST[0]}x{LARGEST[1]}"
            raise ValueError(f"takes even sides of {LEAST} or more, {most} at most, such as 1280x720")
    except ValueError as rule:
        raise ValueError(f'[stream] size {rule}, got "{stream.size[:40]}"') from None


def check_url(url: str) -> None:
    """Raises ValueError with the rule, and with the offender as far as it may be told."""
    wrong = f'{RULE}, got "{masked(url)}"'
    if len(url) > LONGEST or not re.fullmatch(r"[\x21-\x7e]+", url):
        raise ValueError(wrong)
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError:
        raise ValueError(wrong) from None
    if place.scheme not in SCHEMES or not place.hostname or port == 0:
        raise ValueError(wrong)
    if place.scheme in WITH_PORT and port is None:
        raise ValueError(wrong)
    if place.scheme == "srt":
        _check_srt(place.query)


def srt_options(query: str) -> dict[str, str]:
    """What stands behind an srt address, by key."""
    return dict(parse_qsl(query, keep_blank_values=True))


def _check_srt(query: str) -> None:
    given = srt_options(query)
    if given.keys() - set(SRT_KEYS):  # which may be a key without its name
        raise ValueError(f"takes {', '.join(SRT_KEYS)} behind srt://host:port?, got something else")
    if given.get("mode", "caller") != "caller":
        raise ValueError(f'takes mode=caller: it calls a server that listens, got "{given["mode"][:20]}"')
    least, most = PASSPHRASE
    if "passphrase" in given and not least <= len(given["passphrase"]) <= most:
        raise ValueError(f"takes a passphrase of {least}..{most} characters, got {len(given['passphrase'])}")
    latency = given.get("latency", "120")
    if not re.fullmatch(r"\d{1,5}", latency):
        raise ValueError(f'takes a latency in milliseconds, 0..99999, got "{latency[:20]}"')


def masked(url: str) -> str:
    """`url` as it may be said: scheme, host and port. Names, keys and words of passage are left out."""
    match = _SAID.match(url)
    if match is None:
        return "..." if url else ""
    rest = "/..." if len(url) > match.end() else ""
    return f"{match[1]}://{match[2]}{match[3] or ''}{rest}"
