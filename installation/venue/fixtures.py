"""[dmx] and [[fixture]]: the room's own lights, as the venue's settings name them; and what of these can't be."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Annotated, Literal

from msgspec import Meta, field

from installation.controls import SLEEPERS
from installation.foundation.refusal import plain
from installation.venue.table import SettingsTable

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Level = Annotated[int, Meta(ge=0, le=255)]
Kind = Literal["dimmer", "rgb", "rgbw", "rgb16"]

CHANNELS: dict[Kind, int] = {"dimmer": 1, "rgb": 3, "rgbw": 4, "rgb16": 6}
"""How many channels a fixture of each kind has."""

SLOTS = 512
"""Channels of a universe."""

UNIVERSES = {"sacn": (1, 63_999), "artnet": (0, 32_767)}
"""The first and the last universe of each protocol."""


class Dmx(SettingsTable, frozen=True):
    """[dmx]: whether and how the lights of the room are reached."""

    enabled: bool = False
    protocol: Literal["sacn", "artnet"] = "sacn"
    host: str = ""  # ADDRESS or ADDRESS:PORT; empty: everybody who listens to a universe
    interface: str = ""  # this machine's own address on the lights' network; empty: as the system routes
    universe: Annotated[int, Meta(ge=0, le=63_999)] = 1
    sync: Annotated[int, Meta(ge=0, le=63_999)] = 0  # the universe that tells all lights to show what they were sent
    priority: Annotated[int, Meta(ge=0, le=200)] = 100  # of sACN's sources: the highest is followed
    rate: Annotated[int, Meta(ge=1, le=44)] = 30  # a second


class Fixture(SettingsTable, frozen=True):
    """One [[fixture]]: where it is on the line, what it is, and whose light it has."""

    name: str
    channel: Annotated[int, Meta(ge=1, le=SLOTS)]
    universe: Annotated[int, Meta(ge=0, le=63_999)] | None = None  # None: that of [dmx]
    kind: Kind = "rgb"
    source: str = field(default="picture", name="from")
    at: tuple[Share, Share, Share, Share] = (0.0, 0.0, 1.0, 1.0)  # left, top, right, bottom of the picture
    least: Level = 0
    most: Level = 255
    gamma: Annotated[float, Meta(ge=0.5, le=4.0)] = 2.2  # 2.2: it is linear; 1: it has a dimmer's curve of its own

    @property
    def sleeper(self) -> int | None:
        """Whose light it has, from 0; None for what is no single sleeper's."""
        word, _, number = self.source.partition(":")
        return int(number) - 1 if word == "sleeper" and number.isascii() and number.isdigit() else None


def target(host: str) -> tuple[str, int]:
    """Address and port of `ADDRESS` or `ADDRESS:PORT`; "" and 0 where none is written. Raises ValueError."""
    to, _, port = host.partition(":")
    if host:
        IPv4Address(to)
    number = int(port) if port else 0
    if not 0 <= number < 65_536:
        raise ValueError(port)
    return to, number


def check(dmx: Dmx, fixtures: Sequence[Fixture], source: str) -> None:
    """Raises ValueError naming the place, the rule and the offender, where one can't be or is in another's way."""
    _reach(dmx, source)
    names: set[str] = set()
    taken: dict[tuple[int, int], str] = {}
    for number, one in enumerate(fixtures, 1):
        place = f'{source}: [[fixture]] {number} "{plain(one.name[:40])}"'
        if one.name in names:
            raise ValueError(f"{place} name is another's already")
        names.add(one.name)
        for rule in (_of_its_own(one), _universe(dmx, one), _overlap(dmx, one, taken)):
            if rule:
                raise ValueError(f"{place} {rule}")
    if dmx.protocol == "artnet" and dmx.sync > 1:
        raise ValueError(f"{source}: [dmx] sync takes 0 or 1 where protocol is artnet, got {dmx.sync}")
    if dmx.enabled and not fixtures:
        raise ValueError(f"{source}: [dmx] enabled takes at least one [[fixture]], got none")


def _reach(dmx: Dmx, source: str) -> None:
    for key, text, rule in (
        ("host", dmx.host, "ADDRESS or ADDRESS:PORT in numbers, such as 10.0.0.7"),
        ("interface", dmx.interface, "an address of this machine in numbers, such as 10.0.0.2"),
    ):
        try:
            port = target(text)[1]
        except ValueError:
            port = -1
        if port < 0 or (port and key == "interface"):
            raise ValueError(f'{source}: [dmx] {key} takes {rule}, got "{plain(text[:40])}"')


def _of_its_own(one: Fixture) -> str:
    """What is wrong with a fixture alone; empty where nothing is."""
    last = SLOTS + 1 - CHANNELS[one.kind]
    left, top, right, bottom = one.at
    if one.channel > last:
        return f"channel takes a whole number <= {last} where kind is {one.kind}, got {one.channel}"
    known = one.source in ("picture", "breath", "jewels") or one.sleeper in range(SLEEPERS)
    if not known:
        words = f"picture, breath, jewels or sleeper:N with N in 1..{SLEEPERS}"
        return f'from takes one of {words}, got "{plain(one.source[:40])}"'
    if left >= right or top >= bottom:
        return f"at takes left, top, right and bottom, the first two less than the others, got {list(one.at)}"
    if one.least > one.most:
        return f"least takes no more than most, {one.most}, got {one.least}"
    return ""


def _universe(dmx: Dmx, one: Fixture) -> str:
    first, last = UNIVERSES[dmx.protocol]
    universe = dmx.universe if one.universe is None else one.universe
    if not first <= universe <= last:
        return f"universe takes a whole number in {first}..{last} where protocol is {dmx.protocol}, got {universe}"
    return ""


def _overlap(dmx: Dmx, one: Fixture, taken: dict[tuple[int, int], str]) -> str:
    """Whose channel one of its own is, too. Notes which it has in `taken`."""
    universe = dmx.universe if one.universe is None else one.universe
    for channel in range(one.channel, one.channel + CHANNELS[one.kind]):
        other = taken.setdefault((universe, channel), one.name)
        if other != one.name:
            return f'channel {channel} is that of "{plain(other[:40])}", too'
    return ""
