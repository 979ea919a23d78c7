"""Crash recovery: a show that was cut off goes on where it was, and nothing that was played is lost.

Three things are kept while a show plays, and together they are the show at any tick:

1. a checkpoint each second (checkpoint.py): everything that moves, and a place in the journal;
2. the journal (journal.py): every control that acted, each second a mark; on the disk half a second later;
3. the write-ahead log (write_ahead_log.py): what the journal's file doesn't have yet, in the machine's memory.

A process that is killed leaves the third, a power cut the first two. Who goes on takes the newest checkpoint that is
whole, restores it, steps through what the journal says of the time since, in a moment and in the dark, and continues
the same journal. The supervisor (watch/supervisor.py) has a process waiting for this, loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from installation.recording import checkpoint
from installation.recording.checkpoint import Checkpoint
from installation.recording.journal import Mark, continues, digest
from installation.recording.replay import Controls, collect, give
from installation.recording.write_ahead_log import Tail, read_tail
from installation.show import Show, advance

_log = structlog.get_logger("recovery")

STALE_S = 600.0
"""Seconds after which a show that was cut off begins anew instead of going on."""


@dataclass(frozen=True)
class Resumption:
    """A checkpoint that a show was brought back to, and what was played after it."""

    checkpoint: Checkpoint
    controls: Controls = field(default_factory=dict)
    marks: Sequence[Mark] = ()
    journal_end: Tail | None = None  # of the journal that is continued; None: another one begins

    @property
    def last(self) -> int:
        """The newest tick that is known of the show that was cut off."""
        marked = self.marks[-1].tick if self.marks else self.checkpoint.tick
        return max((marked, *(tick + 1 for tick in self.controls)))

    def catch_up(self, show: Show) -> None:
        """Step the restored show through what was played since, to the newest tick that is known."""
        played = _Played(self)
        while show.tick < self.last:
            advance(show, played)
        given = sum(map(len, self.controls.values()))
        _log.info(
            "goes on",
            snapshot=self.checkpoint.tick,
            tick=show.tick,
            given=given,
            refused=played.refused,
            strayed=played.strayed,
        )


class _Played:
    """What was played after a checkpoint, as a source of controls."""

    def __init__(self, resumption: Resumption) -> None:
        self._controls = resumption.controls
        self._marks = {mark.tick: mark for mark in resumption.marks}
        self.refused: list[str] = []
        self.strayed: int | None = None  # the tick at which it was seen to be another show than was cut off

    def deliver(self, show: Show, now_ns: int) -> int:
        """What acted at the show's tick."""
        mark = self._marks.get(show.tick)
        if self.strayed is None and mark is not None and mark.digest != digest(show.moment()):
            self.strayed = show.tick
        self.refused += give(show, self._controls)
        return len(self._controls.get(show.tick, ()))


def restore(show: Show, folders: Sequence[Path], newer_than: float = 0.0) -> Resumption | None:
    """Bring `show` back to the newest checkpoint that is whole and is its own; None: there is none.

    `folders` as checkpoints are kept in; what is older than `newer_than` (Unix seconds) doesn't count. A show that was
    refused half-way is not what it was: whoever gets None makes a new one.
    """
    for found in checkpoint.found(folders):
        if found.at < newer_than:
            return None
        try:
            found.restore(show)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            _log.warning("a checkpoint is refused", tick=found.tick, why=" ".join(str(error).split()))
        else:
            return _resumption(found, show, folders)
    return None


def _resumption(found: Checkpoint, show: Show, folders: Sequence[Path]) -> Resumption:
    """The checkpoint and the journal's bytes since: those on the disk, and those that were written ahead."""
    if found.journal is None:
        return Resumption(found)
    end = _end(found.journal, found.offset, read_tail([*reversed(folders)]))
    controls: dict[int, list[tuple[str, tuple[Any, ...]]]] = {}
    marks: list[Mark] = []
    try:
        collect(end.data[found.offset - end.offset :].split(b"\n")[:-1], found.tick, end.journal, controls, marks)
    except ValueError as error:  # what came before is still worth something
        _log.warning("the journal's end is damaged", why=str(error))
        return Resumption(found, controls, marks)
    return Resumption(found, controls, marks, end if continues(end.journal, show) else None)


def _end(journal: Path, offset: int, ahead: Tail | None) -> Tail:
    """Everything of `journal` from `offset` on, and what was written ahead and is not on the disk even before that."""
    disk = _from(journal, offset)
    if ahead is not None and ahead.journal == journal:
        if ahead.offset < offset:
            return ahead
        if ahead.offset - offset <= len(disk):
            disk = disk[: ahead.offset - offset] + ahead.data
    return Tail(journal, offset, disk[: disk.rfind(b"\n") + 1])


def _from(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
    except OSError:
        return b""
