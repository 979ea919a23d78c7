"""Controller surfaces laid out from the table of controls: what is on which page, where, and under which words.

Knows no file format: `touchosc.py` and `stagecontrol.py` write what is arranged here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from installation import addresses
from installation.controls import Control

WIDTH, HEIGHT = 1024, 720
"""Pixels of a page."""

SLEEPERS = 12
"""Sleepers on a surface; a room of people has its sensors, not faders."""

LOOKS = ("one", "two", "three", "four")
"""Presets that a surface can save, load and morph between."""

FADES_S = ("3", "12", "30")
"""Seconds of the ways that a surface has a GO for."""

GESTURES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("record", addresses.RECORD, ("8",)),
    ("loop", addresses.PLAY, ()),
    ("swing", addresses.LFO, ("30", "0.2", "wander")),
    ("some-\nwhere", addresses.RANDOM, ("LOW", "HIGH")),
    ("end", addresses.END, ()),
    ("lock", addresses.LOCK_CONTROL, ("1",)),
    ("un-\nlock", addresses.LOCK_CONTROL, ("0",)),
)
"""What is done with a number besides setting it: a word, whom it is asked of, and what is said after the number."""

UNTOUCHED = {
    addresses.GO_FROM,
    addresses.GOTO,
    addresses.DATE,
    addresses.LEARN,
    addresses.FORGET,
    addresses.VERSE_LINE,
    addresses.SLEEPER_LINE,
    addresses.VERSE_APPROVE,
    addresses.VERSE_HIDE,
    addresses.VERSE_BAN,
    addresses.VERSE_SHOWN,
    addresses.CHANGE,
    addresses.VOICE_LEVEL,
    addresses.VOICE_ONSET,
    addresses.VOICE_PITCH,
    addresses.VOICE_CONFIDENCE,
}
"""What takes a text, the number of one or a day, which no fader and no button says; and what ears say."""

GAP = 8
_STRIP = 104  # height of the states at the foot of every page
_LINES = 2  # that they stand in
_CAPTION = 40  # height of the words under a fader
_BUTTON = 72  # height of a row of buttons
_SMALL = 46  # height of a button in a sleeper's column, where there are many
_ACROSS = 8  # buttons in a row

_SHARED = {
    **{"camera": "light", "dmx": "light", "verse": "show", "sync": "show", "sleeper": "sleepers"},
    **dict.fromkeys(("preset", "undo", "redo", "lock", "gesture"), "hands"),
}
"""The pages of rooms that share one."""

Frame = tuple[int, int, int, int]
"""Left, top, width, height in pixels."""


@dataclass(frozen=True, slots=True)
class Widget:
    """One thing to touch or to read."""

    kind: Literal["fader", "toggle", "button", "readout", "caption"]
    frame: Frame
    text: str
    address: str = ""
    arguments: tuple[str, ...] = ()  # words sent before the value; a button's only ones
    low: float = 0.0
    high: float = 1.0
    default: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """One tab of a surface."""

    name: str
    widgets: tuple[Widget, ...]


def pages(rows: Mapping[str, Control], choices: Mapping[str, Sequence[str]] | None = None) -> list[Page]:
    """A page a room of the table. `choices` are words that the table doesn't know: the score's sections, the scenes."""
    told = [row for row in rows.values() if row.role == "output" and row.address != addresses.STATE_PRESETS]
    strip = _readouts(told)
    rooms: dict[str, list[Control]] = {}
    of_numbers = {address for _, address, _ in GESTURES}
    for row in rows.values():
        if row.role != "output" and row.address not in UNTOUCHED | of_numbers:
            rooms.setdefault(_page_of(row), []).append(row)
    names = [name for name in rooms if name != "sleepers"]
    said = {addresses.GO_FADE: FADES_S, **(choices or {})}
    surface = [Page(name, (*_room(rooms[name], said), *strip)) for name in names]
    surface.append(Page("gestures", (*_gestures(rows), *strip)))
    return [*surface, Page("sleepers", (*_sleepers(rooms.get("sleepers", [])), *strip))]


def _page_of(row: Control) -> str:
    room = row.address.split("/")[1]
    return _SHARED.get(room, room)


def _room(rows: Sequence[Control], choices: Mapping[str, Sequence[str]]) -> list[Widget]:
    """Faders side by side, and everything that is pressed in a grid below."""
    faders = [row for row in rows if row.kind in ("number", "morph") or row.address == addresses.AT]
    pressed = [row for row in rows if row not in faders]
    keys = [(row, word) for row in pressed for word in _words(row, choices)]
    lines = -(-len(keys) // _ACROSS)
    foot = HEIGHT - _STRIP - 2 * GAP
    below = foot - lines * (_BUTTON + GAP)
    widgets: list[Widget] = []
    for row, column in zip(faders, _columns(len(faders)), strict=True):
        widgets += _fader(row, row.address, _name(row), (column[0], GAP, column[1], below - GAP))
    grid = _columns(_ACROSS)
    for i, (row, word) in enumerate(keys):
        left, width = grid[i % _ACROSS]
        widgets.append(_key(row, row.address, word, (left, below + i // _ACROSS * (_BUTTON + GAP), width, _BUTTON)))
    return widgets


def _words(row: Control, choices: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """What a row has a button for each of; one without a word for bangs and switches."""
    if row.kind == "several":
        return LOOKS if row.role == "request" else choices.get(row.address, row.arguments[0].choices)
    return choices.get(row.address, row.choices) if row.kind == "word" else ("",)


def _fader(row: Control, address: str, name: str, frame: Frame) -> list[Widget]:
    left, top, width, height = frame
    morph = row.kind == "morph"
    words = LOOKS[:2] if morph else ()
    default = 0.0 if morph or not isinstance(row.default, float) else row.default
    caption = f"{name}\n{' to '.join(words) if morph else row.span}"
    return [
        Widget("fader", (left, top, width, height - _CAPTION), name, address, words, row.low, row.high, default),
        Widget("caption", (left, top + height - _CAPTION, width, _CAPTION), caption),
    ]


def _key(row: Control, address: str, word: str, frame: Frame) -> Widget:
    if row.kind == "switch":
        return Widget("toggle", frame, _name(row), address, default=float(bool(row.default)))
    return Widget("button", frame, f"{_name(row)} {word}".strip(), address, (word,) if word else ())


def _gestures(rows: Mapping[str, Control]) -> list[Widget]:
    """A column for every number that is played, and in it what can be done with it."""
    played = [
        row for row in rows.values() if row.kind == "number" and row.group in ("dream", "light", "sound", "camera")
    ]
    widgets: list[Widget] = []
    top = GAP + _CAPTION
    tall = (HEIGHT - _STRIP - 2 * GAP - top) // len(GESTURES)
    for row, (left, width) in zip(played, _columns(len(played)), strict=True):
        widgets.append(Widget("caption", (left, GAP, width, _CAPTION), "\n".join(row.address[1:].split("/"))))
        ends = {"LOW": f"{row.low:g}", "HIGH": f"{row.high:g}"}
        for i, (word, address, more) in enumerate(GESTURES):
            words = (row.address, *(ends.get(one, one) for one in more))
            widgets.append(Widget("button", (left, top + i * tall, width, tall - GAP), word, address, words))
    return widgets


def _sleepers(rows: Sequence[Control]) -> list[Widget]:
    """A column a sleeper: what is pressed on top, faders below."""
    pressed = [row for row in rows if row.kind in ("bang", "switch")]
    faders = [row for row in rows if row.kind == "number"]
    widgets: list[Widget] = []
    top = GAP + len(pressed) * (_SMALL + GAP)
    tall = (HEIGHT - _STRIP - 2 * GAP - top) // max(1, len(faders))
    for n, (left, width) in enumerate(_columns(SLEEPERS), 1):
        for i, row in enumerate(pressed):
            key = _key(row, row.address.replace("/N/", f"/{n}/"), "", (left, GAP + i * (_SMALL + GAP), width, _SMALL))
            widgets.append(Widget(key.kind, key.frame, f"{n} {key.text}", key.address, default=key.default))
        for i, row in enumerate(faders):
            address = row.address.replace("/N/", f"/{n}/")
            widgets += _fader(row, address, f"{n} {_name(row)}", (left, top + i * tall, width, tall - GAP))
    return widgets


def _readouts(rows: Sequence[Control]) -> list[Widget]:
    """The states, each with its name and unit over it, in lines at the foot."""
    half, across = _STRIP // _LINES // 2, -(-len(rows) // _LINES)
    columns = _columns(across)
    widgets: list[Widget] = []
    for i, row in enumerate(rows):
        left, width = columns[i % across]
        top = HEIGHT - _STRIP + i // across * 2 * half
        name = f"{_name(row)} ({row.unit})" if row.unit else _name(row)
        widgets.append(Widget("caption", (left, top, width, half), name))
        widgets.append(Widget("readout", (left, top + half, width, half - 4), name, row.address))
    return widgets


def _columns(count: int) -> list[tuple[int, int]]:
    """Left edge and width of `count` columns across a page."""
    width = (WIDTH - GAP) // max(1, count)
    return [(GAP + i * width, width - GAP) for i in range(count)]


def _name(row: Control) -> str:
    """The last word of the address; rooms that share a page say which they are."""
    parts = row.address.split("/")
    shares = len(parts) > 2 and parts[1] in _SHARED and parts[1] != "sleeper"
    return f"{parts[1]} {parts[-1]}" if shares else parts[-1]
