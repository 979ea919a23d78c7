"""A journal read back: a performance that can be replayed, filmed or told about. Reads files, no clock."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from installation import addresses
from installation.controls import Refused, Table
from installation.model import ticks
from installation.recording.journal import FORMAT, Header, Mark, digest, table_digest
from installation.remote.inbox import Source
from installation.scene import Scene
from installation.show import Show
from installation.status import Status
from installation.words.lexicon import Lexicon

GAP = 1.5
"""Seconds by which the clock may run ahead of the show between two marks before it counts as a gap."""


Controls = Mapping[int, Sequence[tuple[str, tuple[Any, ...]]]]
"""Addresses and arguments by the tick at which they act, in order."""


def give(show: Show, controls: Controls) -> list[str]:
    """Hand over what was accepted at the show's tick, before it steps. Returns what is refused today."""
    refused = []
    for address, arguments in controls.get(show.tick, ()):
        try:
            show.accept(address, arguments)
        except Refused as error:
            refused.append(str(error))
    return refused


@dataclass(frozen=True, slots=True)
class Performance:
    """What a journal holds."""

    path: Path
    header: Header
    controls: Controls
    marks: tuple[Mark, ...]
    torn: bool  # the last line was cut off, as after a power cut, and is not part of this

    @property
    def last(self) -> int:
        """The tick at which the performance ends."""
        return max((self.header.tick, *(m.tick for m in self.marks[-1:]), *self.controls))

    @property
    def seconds(self) -> float:
        """How long it is."""
        return ticks.seconds(self.last - self.header.tick)

    def tick_at(self, hour: int, minute: int, second: int = 0) -> int:
        """The tick that was played at this time of day; where there was no show just then, the next one.

        Raises ValueError with the times between which it was played.
        """
        began = datetime.fromtimestamp(self.header.began)
        at = began.replace(hour=hour, minute=minute, second=second, microsecond=0)
        if at < began:
            at += timedelta(days=1)
        before, latest = self.header.tick, began
        for mark in self.marks:
            latest = datetime.fromtimestamp(mark.at)
            if latest >= at:
                return max(before, mark.tick - ticks.ticks((latest - at).total_seconds()))
            before = mark.tick
        raise ValueError(f"{self.path.name} was played from {began:%H:%M:%S} to {latest:%H:%M:%S}")

    @property
    def date(self) -> str:
        """The evening's date, the first that was said; empty where nobody did."""
        said = (arguments[0] for acts in self.controls.values() for name, arguments in acts if name == addresses.DATE)
        return str(next(said, ""))

    def begin(self, scenes: Mapping[str, type[Scene]], lexicon: Lexicon | None = None) -> Show:
        """The show as it was when this file began. Raises ValueError when it can't be made from these scenes."""
        show = Show(self.header.score, self.header.seed, scenes, lexicon)
        if self.header.snapshot:
            show.restore(base64.b64decode(self.header.snapshot))
        return show

    def differs(self, table: Table) -> str:
        """One line when the table of controls isn't the one that was played; empty otherwise."""
        if table_digest(table) == self.header.table:
            return ""
        return f"{self.path.name}: played with another table of controls (version {self.header.sleeptree})"

    def strays(self, show: Show, marks: Mapping[int, Mark] | None = None) -> bool:
        """Whether the show is no longer the one that was played; only known at ticks that have a mark."""
        mark = (marks if marks is not None else self.by_tick()).get(show.tick)
        return mark is not None and mark.digest != digest(show.moment())

    def by_tick(self) -> dict[int, Mark]:
        """The marks by their ticks."""
        return {mark.tick: mark for mark in self.marks}


class Replay:
    """A performance at the desk: the show is given what was accepted then, and nobody can say anything else."""

    def __init__(self, performance: Performance) -> None:
        self._performance = performance
        self._marks = performance.by_tick()
        self.refused: list[str] = []
        self.strayed: int | None = None  # the tick at which the show was first seen to be another than was played

    def receive(self, address: str, arguments: Sequence[object], source: Source, now_ns: int) -> int:
        """Nothing: what is replayed can't be played."""
        return 0

    def deliver(self, show: Show, now_ns: int) -> int:
        """What was accepted at this tick, and a look whether it is still the same show."""
        if self.strayed is None and self._performance.strays(show, self._marks):
            self.strayed = show.tick
        self.refused += give(show, self._performance.controls)
        return len(self._performance.controls.get(show.tick, ()))

    def gauge(self, status: Status) -> Status:
        """With what is replayed, and whether it still is."""
        return msgspec.structs.replace(status, troubles=(*status.troubles, self._line()))

    def _line(self) -> str:
        if self.strayed is not None:
            return f"replays {self._performance.path.name}; another show since {ticks.seconds(self.strayed):.0f} s"
        return f"replays {self._performance.path.name}"


def read(path: Path) -> Performance:
    """A journal. Raises ValueError naming file, line and what is wrong; OSError when it can't be opened."""
    text = path.read_bytes()
    lines = text.split(b"\n")
    torn = lines.pop() != b""
    header = _header(lines[0] if lines else b"", path)
    controls: dict[int, list[tuple[str, tuple[Any, ...]]]] = {}
    marks: list[Mark] = []
    collect(lines[1:], header.tick, path, controls, marks)
    return Performance(path, header, controls, tuple(marks), torn)


def collect(
    lines: Iterable[bytes],
    tick: int,
    path: Path,
    controls: dict[int, list[tuple[str, tuple[Any, ...]]]],
    marks: list[Mark],
) -> None:
    """Add controls and marks from a journal's lines after `tick`. Raises ValueError naming the line and what is wrong.

    What stood before that line has been added.
    """
    for number, line in enumerate(lines, 2):
        try:
            entry: Any = msgspec.json.decode(line)
            if isinstance(entry, list):
                tick = _later(entry[0], tick)
                if not isinstance(entry[1], str):
                    raise ValueError("an address is text")
                controls.setdefault(tick, []).append((entry[1], tuple(entry[2:])))
            else:
                marks.append(msgspec.convert(entry, Mark))
                tick = _later(marks[-1].tick, tick)
        except (
            msgspec.DecodeError,
            msgspec.ValidationError,
            UnicodeDecodeError,
            IndexError,
            ValueError,
            RecursionError,
        ) as error:
            raise ValueError(f"{path}: line {number} is neither a control nor a mark: {error}") from None


def _header(line: bytes, path: Path) -> Header:
    try:
        header = msgspec.json.decode(line, type=Header)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{path}: line 1 is not a journal's first line: {error}") from None
    if header.journal != FORMAT:
        raise ValueError(f"{path}: a journal of format {header.journal}, this version reads {FORMAT}")
    return header


def _later(tick: object, than: int) -> int:
    if not isinstance(tick, int) or tick < than:
        raise ValueError(f"tick {tick} after tick {than}")
    return tick


def summary(performance: Performance) -> list[str]:
    """What happened, for people: length, sections, controls moved, gaps."""
    header, marks = performance.header, performance.marks
    began = datetime.fromtimestamp(header.began)
    lines = [
        f"{performance.path.name}: {began:%Y-%m-%d %H:%M:%S}, {ticks.clock(performance.seconds)} long, "
        f"score {header.score.name}, seed {header.seed}, version {header.sleeptree}",
    ]
    if performance.date:
        lines.append(f"the evening of {performance.date}")
    if header.tick:
        lines.append(f"goes on from {ticks.clock(ticks.seconds(header.tick))} of the show")
    lines += [f"  {ticks.clock(ticks.seconds(tick - header.tick))}  {name}" for tick, name in _sections(marks)]
    said = [address for acts in performance.controls.values() for address, _ in acts]
    moved = Counter(address for address in said if address != addresses.CHANGE)
    lines.append(f"controls: {moved.total()} accepted, {len(moved)} addresses moved")
    lines += [f"  {many:6}  {address}" for address, many in moved.most_common()]
    restarts = sum(mark.restart for mark in marks)
    lines += [f"cut off and gone on: {restarts} times"] if restarts else []
    gaps = [
        f"  {ticks.clock(ticks.seconds(a.tick - header.tick))}  {missing:.1f} s without a show"
        for a, b in pairwise(marks)
        if (missing := b.at - a.at - ticks.seconds(b.tick - a.tick)) > GAP
    ]
    lines += ["gaps:", *gaps] if gaps else ["gaps: none"]
    if performance.torn:
        lines.append("the last line is torn and left out: the show was cut off here")
    elif not (marks and marks[-1].end):
        lines.append("the journal has no end: the show was cut off here, or still plays")
    return lines


def _sections(marks: Iterable[Mark]) -> list[tuple[int, str]]:
    entered: list[tuple[int, str]] = []
    for mark in marks:
        if not entered or entered[-1][1] != mark.section:
            entered.append((mark.tick, mark.section))
    return entered
