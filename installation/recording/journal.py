"""The journal of a night: every accepted control with its tick, so that what was played is never lost.

A file of lines, append-only. The first is an object with everything a show is made of (seed, score, version, the
table's digest, and a snapshot where the file doesn't begin with the show); a control is a list
`[tick, address, argument, ...]`; once a second comes a mark with the wall clock and a digest of the moment, by which
a replay knows whether it is still the same show. A show that was cut off and goes on continues its file, so that a
night is one journal however often it crashed. After a power cut only the last line can be torn.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from io import FileIO
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import structlog

from installation.controls import Accepted, Table
from installation.foundation.atomic import write_all
from installation.model import ticks
from installation.model.score import Score
from installation.recording.nights import night
from installation.recording.write_ahead_log import Tail, WriteAheadLog
from installation.scene import Light, Moment
from installation.show import Show

_log = structlog.get_logger("journal")

FORMAT = 1
"""What this version writes and reads."""

FOLDER = "journals"
"""The folder of journals, among the show's data."""

FLUSH = 0.5
"""Seconds between two writes to the disk."""

MOST = 200_000
"""Lines that are kept while the disk takes none."""

LARGEST = 1 << 30
"""Bytes of one journal: a performer's night is a fifth of that. What is played beyond is not written down, and said."""


LATEST = 4e9
"""Unix seconds that a journal may speak of: the end of this century, nearly; calendars know no year 1e300."""


class Header(msgspec.Struct, frozen=True):
    """The first line."""

    journal: int
    sleeptree: str  # version
    began: Annotated[float, msgspec.Meta(ge=0.0, le=LATEST)]  # Unix seconds
    seed: int
    score: Score
    table: str  # digest
    tick: int = 0  # at which this file begins
    snapshot: str = ""  # base64, of the show at that tick


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Once a second, and at the end."""

    tick: int
    at: float  # Unix seconds
    section: str
    digest: str
    end: bool = False
    restart: bool = False  # the show was cut off, and goes on from here
    recast: str = ""  # a scene that is another version of itself from here on: a replay of what follows is another show


class Journal:
    """Writes the journals of one show into a folder, a file a night. `write` and `mark` never wait for the disk.

    What is written goes into the write-ahead `log` at once, where there is one. A show that `goes_on` continues the
    journal whose end that is; the show must have caught up with it.
    """

    def __init__(
        self, folder: Path, show: Show, at: float, log: WriteAheadLog | None = None, goes_on: Tail | None = None
    ) -> None:
        self._folder, self._log = folder, log
        self._lines: list[tuple[Path, bytes]] = []  # not on the disk yet
        self._lock = threading.Lock()  # of the lines
        self._disk = threading.Lock()
        self._lost = self._full = False
        self.offset = 0  # bytes of this journal, wherever they are
        self.trouble = ""  # one line for the overlay while nothing can be written
        if goes_on is None:
            self._begin(show, at)
        else:
            self._continue(goes_on, show, at)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def write(self, tick: int, accepted: Accepted) -> None:
        """One accepted control, that acts in the step from `tick` on."""
        self._add(json.dumps([tick, accepted.address, *accepted.arguments], ensure_ascii=False, separators=(",", ":")))

    def mark(self, show: Show, at: float, end: bool = False, restart: bool = False, recast: str = "") -> None:
        """To be called after each step with the wall clock (Unix seconds); writes a mark each second."""
        if show.tick % ticks.RATE and not (end or restart or recast):
            return
        now = show.moment()
        mark = Mark(show.tick, round(at, 3), now.section, digest(now), end, restart, recast)
        self._add(msgspec.json.encode(mark).decode())
        if not end and (self._lost or night(at) != self._night):
            self._begin(show, at)

    def begin_anew(self, show: Show, at: float) -> None:
        """The show stands elsewhere than where it stepped to: another file begins with it as it is."""
        self._begin(show, at)

    def checkpointed(self, offset: int) -> None:
        """What stands before `offset` is in a checkpoint: a journal that is full forgets it."""
        if self._full and self._log is not None:
            self._log.trim(self.path, offset)

    def close(self, show: Show, at: float) -> None:
        """Write the last mark, and everything to the disk."""
        self.mark(show, at, end=True)
        self._closing.set()
        self._thread.join(timeout=5.0)
        self.flush()

    def flush(self) -> None:
        """Everything written so far is on the disk when this returns; where it can't be, it is kept and said."""
        with self._disk:
            with self._lock:
                lines, self._lines = self._lines, []
            for path in dict.fromkeys(path for path, _ in lines):
                try:
                    size = _append(path, b"".join(line for of, line in lines if of == path))
                except OSError as error:
                    self._complain(f"{error.strerror or error}: {path}")
                    break
                lines = [(of, line) for of, line in lines if of != path]
                self.trouble = self.trouble if self._full else ""
                if self._log is not None:
                    self._log.trim(path, size)
            with self._lock:
                self._lines = lines + self._lines
                if len(self._lines) > MOST:  # a journal with a hole is worth nothing: the next mark begins a whole one
                    self._lines, self._lost = [], True

    def _add(self, line: str) -> None:
        data = line.encode() + b"\n"
        if self.offset + len(data) > LARGEST and not self._full:
            self._full = True
            self._complain(f"{self.path}: {LARGEST >> 20} MB are written down, and no more until the next night")
        with self._lock:
            self.offset += len(data)
            if not self._full:
                self._lines.append((self.path, data))
        if self._log is not None:
            self._log.append(data)

    def _begin(self, show: Show, at: float) -> None:
        self._night, self._lost, self._full, self.offset = night(at), False, False, 0
        self.path = self._new(f"{self._night}-{datetime.fromtimestamp(at):%H%M%S}")
        if self._log is not None:
            self._log.begin(self.path, 0)
        header = Header(
            journal=FORMAT,
            sleeptree=_version(),
            began=round(at, 3),
            seed=show.seed,
            score=show.score,
            table=table_digest(show.table),
            tick=show.tick,
            snapshot=base64.b64encode(show.snapshot()).decode() if show.tick else "",
        )
        self._add(msgspec.json.encode(header).decode())

    def _continue(self, end: Tail, show: Show, at: float) -> None:
        """Go on in a journal of which `end` is known; what of that the disk doesn't have yet is written first."""
        self.path, self.offset = end.journal, end.offset + len(end.data)
        self._night = self.path.name[: len(night(at))]
        self._full = self.offset >= LARGEST
        saved = end.offset
        with suppress(OSError):
            saved = min(self.path.stat().st_size, self.offset)
            os.truncate(self.path, saved)  # a torn line is no part of it
        unsaved = end.data[max(0, saved - end.offset) :]
        if not self._full:
            self._lines = [(self.path, unsaved)] if unsaved else []
        if self._log is not None:
            self._log.begin(self.path, self.offset - len(unsaved), unsaved)
        self.mark(show, at, restart=True)

    def _new(self, name: str) -> Path:
        """A file of this name that no other show writes; or, where none can be made, what it would be called."""
        path = self._folder / f"{name}.journal"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
        except FileExistsError:
            return self._new(f"{name}+") if path.exists() else path
        except OSError as error:
            self._complain(f"{error.strerror or error}: {path}")
        return path

    def _complain(self, what: str) -> None:
        trouble = f"journal: {what}; the show goes on"
        if trouble != self.trouble:
            self.trouble = trouble
            _log.warning(trouble)

    def _run(self) -> None:
        while not self._closing.wait(FLUSH):
            self.flush()


def continues(path: Path, show: Show) -> bool:
    """Whether the journal at `path` can be continued by `show`: it is on the disk, and of the same score and seed."""
    try:
        with path.open("rb") as file:
            first = file.readline()
        header = msgspec.json.decode(first, type=Header) if first else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False
    if header is None:  # a disk that was full from the beginning: all of it was written ahead
        return True
    return (header.seed, header.score, header.table) == (show.seed, show.score, table_digest(show.table))


def _append(path: Path, data: bytes) -> int:
    """All of it at the end of the file, on the disk for sure; how long that is now. With an OSError, none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileIO(path, "ab") as file:
        before = file.tell()
        try:
            write_all(file, data)
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise
        return before + len(data)


def digest(moment: Moment, lights: Iterable[Light] = ()) -> str:
    """16 hex digits of everything in a moment and, where they are given, in its lights: equal to the byte or not."""
    sums = blake2b(digest_size=8)
    for part in (moment, *lights):
        _digest(part, sums)
    return sums.hexdigest()


def _digest(part: Any, sums: Any) -> None:
    if isinstance(part, np.ndarray):
        sums.update(f"{part.dtype.str}{part.shape}".encode())
        sums.update(np.ascontiguousarray(part).tobytes())
    elif hasattr(part, "__dataclass_fields__"):
        sums.update(type(part).__name__.encode())
        for name in part.__dataclass_fields__:
            _digest(getattr(part, name), sums)
    elif isinstance(part, Mapping):
        for key in sorted(part):
            sums.update(f"{key}={part[key]!r};".encode())
    elif isinstance(part, (tuple, list)):
        for one in part:
            _digest(one, sums)
    else:
        sums.update(f"{part!r};".encode())


def table_digest(table: Table) -> str:
    """16 hex digits of what a show takes."""
    played = [row for row in table.values() if row.role == "input"]
    rows = "".join(f"{r.address} {r.default!r} {r.low!r} {r.high!r} {r.glide!r} {r.choices}\n" for r in played)
    return blake2b(rows.encode(), digest_size=8).hexdigest()


def _version() -> str:
    try:
        return version("sleeptree")
    except PackageNotFoundError:
        return "uninstalled"
