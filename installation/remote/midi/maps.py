"""A device's map: which of its faders, knobs and pads is which control; a TOML file each, learnt or written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from installation.controls import Control, Refused, Table
from installation.foundation.atomic import write_atomic
from installation.foundation.refusal import Keys, converted, parsed, plain

Kind = Literal["cc7", "cc14", "nrpn", "note", "pitch", "relative"]

MOST = {"cc7": 127, "cc14": 31, "nrpn": 16_383, "note": 127, "pitch": 0, "relative": 127}
"""The highest number of each kind."""


class Map(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One [[map]]: a fader, knob or pad, and the control that it moves."""

    control: str
    cc: Annotated[int, Meta(ge=0, le=16_383)] = 0  # of the controller, the note or the NRPN
    channel: Annotated[int, Meta(ge=1, le=16)] = 1
    kind: Kind = "cc7"
    low: float | None = None  # at its lowest; None: the control's own
    high: float | None = None
    value: str | float | None = None  # what a pad says when it is pressed; None: what the control takes


class DeviceMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device's file. With `motors` its faders stand where the controls do, so that none jumps."""

    motors: bool = False
    feedback: bool = True
    map: tuple[Map, ...] = ()

    def learnt(self, one: Map) -> DeviceMap:
        """With another one, instead of what moved the same control or was moved by the same fader before."""
        place = (one.kind, one.channel, one.cc)
        kept = [m for m in self.map if m.control != one.control and (m.kind, m.channel, m.cc) != place]
        return msgspec.structs.replace(self, map=(*kept, one))

    def forgotten(self, address: str) -> DeviceMap:
        """Without what moves this control."""
        return msgspec.structs.replace(self, map=tuple(m for m in self.map if m.control != address))


def file(folder: Path, device: str) -> Path:
    """Where a device's map is."""
    return folder / f"{re.sub(r'[^A-Za-z0-9.+-]+', '-', device).strip('-.')[:80] or 'device'}.toml"


def read(path: Path, rows: Table) -> DeviceMap:
    """A device's map; an empty one where there is none yet. Raises ValueError naming file, place, rule and offender."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return DeviceMap()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    found = converted(parsed(text, str(path)), DeviceMap, str(path), _place)
    for number, one in enumerate(found.map, 1):
        try:
            check(one, rows)
        except Refused as refused:
            raise ValueError(f"{path}: [[map]] {number} {refused}") from None
    return found


def check(one: Map, rows: Table) -> Control:
    """The control that a map moves. Raises Refused with the rule where it can't."""
    control, _ = rows.find(one.control)
    if control.role == "output":
        raise Refused("output", f"control {one.control} is sent by the show and can't be set")
    if control.kind in ("number", "switch", "bang") or words(control) or one.value is not None:
        if one.cc > MOST[one.kind]:
            raise Refused("type", f"cc takes a whole number <= {MOST[one.kind]} where kind is {one.kind}, got {one.cc}")
        return control
    raise Refused("type", f'control {one.control} takes {control.takes}, which a fader can\'t say without a "value"')


def words(control: Control) -> tuple[str, ...]:
    """What may be said of a control, where that is one of several words, whatever may follow it."""
    return control.choices or (control.arguments[0].choices if control.arguments else ())


def write(path: Path, found: DeviceMap) -> None:
    """Keep it; whoever reads meanwhile has the former or the new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, "\n".join(_lines(found)).encode() + b"\n")


def _lines(found: DeviceMap) -> Iterable[str]:
    yield "# A device's map: docs/midi.md. /midi/learn writes it anew; what is changed here acts within a second."
    yield f"motors = {str(found.motors).lower()}"
    yield f"feedback = {str(found.feedback).lower()}"
    for one in found.map:
        yield "\n[[map]]"
        for key in one.__struct_fields__:
            value = getattr(one, key)
            if value is not None:
                yield f"{key} = {msgspec.json.encode(value).decode()}"  # numbers and plain text are the same in TOML


def _place(keys: Keys) -> str:
    if not keys:
        return "the file"
    return f"[[map]] {' '.join(keys[1:])}".strip() if keys[0] == "map" else plain(" ".join(keys))
