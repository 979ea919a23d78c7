"""Checkpoints: a snapshot of the show each second and the place in its journal from which on everything followed.

A checkpoint is written beside its place, brought to the disk and moved there whole; two are kept, each with a checksum.
Where the disk takes nothing more, the machine's memory does. What was played since stands in the journal and in its
write-ahead log: recovery.py puts the three together.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec

from installation.foundation.atomic import write_atomic
from installation.model import ticks
from installation.recording.journal import Journal
from installation.recording.write_ahead_log import NAME as LOG
from installation.show import Show
from installation.status import Status

MAGIC = b"SLEEPTREE CHECKPOINT 2\n"
EVERY = ticks.RATE
"""Ticks between two checkpoints."""

SLOTS = ("one", "two")
_SUM = 16  # bytes


@dataclass(frozen=True)
class Checkpoint:
    """What was found."""

    snapshot: bytes
    tick: int
    at: float  # Unix seconds
    journal: Path | None = None  # in which stands what was played, if anything was
    offset: int = 0  # byte of it from which on it was played after this

    def restore(self, show: Show) -> None:
        """The show as it was at the snapshot, with whatever scenes there are today. Raises ValueError."""
        show.restore(self.snapshot, fitting=True)


class CheckpointStore:
    """Follows one show and its journal, in that order. `folders` in the order of preference, the last in memory."""

    def __init__(self, folders: Sequence[Path], journal: Journal | None = None) -> None:
        self._folders, self._journal = folders, journal
        self._news = threading.Condition()
        self._waiting: Checkpoint | None = None
        self._closing = False
        self._slot = 0
        self.trouble = ""  # one line for the overlay
        self.newest = -1  # tick of the newest checkpoint that is in place
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if show.tick % EVERY == 0:
            self.keep(show)

    def keep(self, show: Show) -> None:
        """Keep the show as it is; a thread writes it."""
        try:
            snapshot = show.snapshot()
        except (TypeError, ValueError) as error:  # a scene's attribute that is no plain value
            self.trouble = " ".join(str(error).split())
            return
        journal = self._journal
        path, offset = (None, 0) if journal is None else (journal.path, journal.offset)
        with self._news:
            self._waiting = Checkpoint(snapshot, show.tick, time.time(), path, offset)
            self._news.notify()

    def gauge(self, status: Status) -> Status:
        """With the tick of the newest snapshot, and what is wrong with them."""
        troubles = (*status.troubles, *filter(None, [self.trouble]))
        return msgspec.structs.replace(status, snapshot_tick=self.newest, troubles=troubles)

    def close(self) -> None:
        """Everything is in its place when this returns."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while True:
            with self._news:
                while self._waiting is None and not self._closing:
                    self._news.wait()
                waiting, self._waiting = self._waiting, None
            if waiting is None:
                return
            if self._journal is not None:
                self._journal.flush()  # a checkpoint may not be younger than what it stands on
            self._place(waiting)
            if self._journal is not None:
                self._journal.checkpointed(waiting.offset)

    def _place(self, checkpoint: Checkpoint) -> None:
        data = encoded(checkpoint)
        self._slot = 1 - self._slot
        for folder in self._folders:
            try:
                write_atomic(folder / f"snapshot-{SLOTS[self._slot]}", data)
            except OSError as error:
                self.trouble = f"snapshots: {error.strerror or error}: {folder}; the show goes on"
                continue
            if folder == self._folders[0]:
                self.trouble = ""
            self.newest = checkpoint.tick  # the last word: whoever waits for it finds the rest as it should be
            return


def encoded(checkpoint: Checkpoint) -> bytes:
    """A checkpoint as its file."""
    head = {
        "tick": checkpoint.tick,
        "at": checkpoint.at,
        "journal": None if checkpoint.journal is None else str(checkpoint.journal.absolute()),
        "offset": checkpoint.offset,
    }
    body = json.dumps(head).encode() + b"\n" + checkpoint.snapshot
    return MAGIC + blake2b(body, digest_size=_SUM).digest() + body


def read(path: Path) -> Checkpoint:
    """One checkpoint. Raises ValueError when it isn't whole, OSError when it can't be read."""
    data = path.read_bytes()
    body = data[len(MAGIC) + _SUM :]
    if not data.startswith(MAGIC) or blake2b(body, digest_size=_SUM).digest() != data[len(MAGIC) :][:_SUM]:
        raise ValueError(f"{path}: not a whole checkpoint")
    head, _, snapshot = body.partition(b"\n")
    said = json.loads(head)
    journal = None if said["journal"] is None else Path(said["journal"])
    return Checkpoint(snapshot, int(said["tick"]), float(said["at"]), journal, int(said["offset"]))


def found(folders: Sequence[Path]) -> Iterator[Checkpoint]:
    """Every checkpoint that is whole, the newest first."""
    whole = []
    for folder in folders:
        for slot in SLOTS:
            with suppress(OSError, ValueError):
                whole.append(read(folder / f"snapshot-{slot}"))
    yield from sorted(whole, key=lambda one: one.tick, reverse=True)


def forget(folders: Sequence[Path]) -> None:
    """Nothing is kept any more: a new show begins."""
    for folder in folders:
        for path in (*folder.glob("snapshot-*"), folder / LOG, folder / "production"):
            with suppress(OSError):
                path.unlink(missing_ok=True)
