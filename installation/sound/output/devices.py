"""The sound devices of this machine, and the only place that knows sounddevice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

INSTALL = "install PortAudio (Debian, Ubuntu: apt install libportaudio2; macOS: brew install portaudio)"


class NoPortAudio(Exception):
    """The library that speaks to sound devices is not there; the text says how to get it."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that can play, or that can hear."""

    number: int
    name: str
    channels: int
    default: bool


def loudspeakers() -> list[Device]:
    """The devices of this machine that can play. Raises NoPortAudio."""
    return _devices("output")


def microphones() -> list[Device]:
    """The devices of this machine that can hear. Raises NoPortAudio."""
    return _devices("input")


def _devices(way: Literal["input", "output"]) -> list[Device]:
    sd = portaudio()
    default = sd.default.device[way]
    return [
        Device(number, str(found["name"]), int(found[f"max_{way}_channels"]), number == default)
        for number, found in enumerate(sd.query_devices())
        if found[f"max_{way}_channels"] > 0
    ]


def chosen(found: list[Device], name: str, fallback: bool) -> Device | None:
    """The device that is called `name`, a part of it or its number; the default where that is empty or may be.

    None: there is none.
    """
    default = next((one for one in found if one.default), None)
    if not name:
        return default
    named = [one for one in found if one.name.casefold() == name.casefold()]
    named += [one for one in found if name.casefold() in one.name.casefold()]
    named += [one for one in found if name.isdecimal() and one.number == int(name)]
    return named[0] if named else default if fallback else None


def portaudio() -> Any:
    """sounddevice, which speaks to devices. Raises NoPortAudio."""
    try:
        import sounddevice
    except OSError as error:
        raise NoPortAudio(f"no sound: {INSTALL}: {error}") from None
    return sounddevice
