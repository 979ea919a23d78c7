"""What is kept so that a show can go on where it was: a snapshot each second, and every control given since.

A snapshot is written beside its place, brought to the disk and moved there whole; two are kept, each with a checksum.
Controls are appended to a file the moment they act, unbuffered: they outlive the process, whatever ends it. Where the
disk takes nothing more, the machine's memory does.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import Any

import msgspec

from installation.controls import Accepted, Refused
from installation.foundation.atomic import write_atomic
from installation.model import ticks
from installation.show import Show
from installation.status import Status

MAGIC = b"SLEEPTREE SNAPSHOT 1\n"
EVERY = ticks.RATE
"""Ticks between two snapshots."""

SLOTS = ("one", "two")
GIVEN = 3  # files of controls that are kept: one a snapshot
STALE = 600.0
"""Seconds after which a show that was cut off begins anew instead of going on."""

_SUM = 16  # bytes


@dataclass(frozen=True)
class Checkpoint:
    """What was found."""

    snapshot: bytes
    tick: int
    at: float  # Unix seconds
    given: Mapping[int, Sequence[tuple[str, Sequence[Any]]]] = field(default_factory=dict)

    def restore(self, show: Show) -> None:
        """The show as it was at the snapshot. Raises ValueError."""
        show.restore(self.snapshot)

    @property
    def last(self) -> int:
        """The tick up to which something was given: the show can be played up to it before anybody sees it."""
        return max((tick + 1 for tick in self.given), default=self.tick)

    def give(self, show: Show, record: Callable[[int, Accepted], None]) -> list[str]:
        """Hand over what was given at the show's tick, before it steps. Returns what is refused today."""
        refused = []
        for address, arguments in self.given.get(show.tick, ()):
            try:
                accepted = show.accept(address, arguments)
            except Refused as error:
                refused.append(str(error))
            else:
                record(show.tick, accepted)
        return refused


class CheckpointStore:
    """Follows one show. `folders` in the order of preference, the last in memory; `going_on` is what it goes on from.

    What is in `before` is called before a snapshot is put in place: whatever is older than it must be safe by then.
    """

    def __init__(self, folders: Sequence[Path], going_on: Checkpoint | None = None) -> None:
        self._folders = folders
        self.before: list[Callable[[], None]] = []
        self._news = threading.Condition()
        self._waiting: tuple[int, bytes] | None = None
        self._closing = False
        self._slot = 0
        self._given: FileIO | None = None
        self.trouble = ""  # one line for the overlay
        self.newest = -1  # tick of the newest snapshot that is in place
        if going_on is not None:
            self._again(going_on)
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
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
        self._begin(show.tick)
        with self._news:
            self._waiting = (show.tick, snapshot)
            self._news.notify()

    def write(self, tick: int, accepted: Accepted) -> None:
        """A control that acts in the step from `tick` on."""
        line = json.dumps([tick, accepted.address, *accepted.arguments], separators=(",", ":"))
        if self._given is not None:
            try:
                self._given.write(f"{line}\n".encode())
            except OSError as error:
                self.trouble = f"snapshots: {error.strerror or error}"
                self._begin(tick)

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
        if self._given is not None:
            self._given.close()

    def _begin(self, tick: int) -> None:
        """A new file of controls; those of older snapshots go. In memory rather than on a disk: nothing waits there."""
        if self._given is not None:
            self._given.close()
            self._given = None
        for folder in reversed(self._folders):
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                self._given = FileIO(folder / f"given-{tick:012d}", "ab")
                for old in sorted(folder.glob("given-*"))[:-GIVEN]:
                    old.unlink()
                return

    def _again(self, kept: Checkpoint) -> None:
        """One file with all that was given since, before those it was found in are forgotten."""
        lines = [
            json.dumps([tick, address, *said]) for tick in sorted(kept.given) for address, said in kept.given[tick]
        ]
        folder, name = self._folders[-1], f"given-{kept.tick:012d}"
        with suppress(OSError):
            write_atomic(folder / name, "".join(f"{line}\n" for line in lines).encode())
            for old in (path for folder in self._folders for path in folder.glob("given-*")):
                if old != folder / name:
                    old.unlink()
            self._given = FileIO(folder / name, "ab")

    def _run(self) -> None:
        while True:
            with self._news:
                while self._waiting is None and not self._closing:
                    self._news.wait()
                waiting, self._waiting = self._waiting, None
            if waiting is None:
                return
            for make_safe in self.before:
                make_safe()
            self._place(*waiting)

    def _place(self, tick: int, snapshot: bytes) -> None:
        data = written(tick, snapshot)
        self._slot = 1 - self._slot
        for folder in self._folders:
            try:
                write_atomic(folder / f"snapshot-{SLOTS[self._slot]}", data)
            except OSError as error:
                self.trouble = f"snapshots: {error.strerror or error}: {folder}; the show goes on"
                continue
            if folder == self._folders[0]:
                self.trouble = ""
            self.newest = tick  # the last word: whoever waits for it finds the rest as it should be
            return


def written(tick: int, snapshot: bytes) -> bytes:
    """A snapshot as its file."""
    body = json.dumps({"tick": tick, "at": time.time()}).encode() + b"\n" + snapshot
    return MAGIC + blake2b(body, digest_size=_SUM).digest() + body


def read(path: Path) -> Checkpoint:
    """One snapshot. Raises ValueError when it isn't whole, OSError when it can't be read."""
    data = path.read_bytes()
    body = data[len(MAGIC) + _SUM :]
    if not data.startswith(MAGIC) or blake2b(body, digest_size=_SUM).digest() != data[len(MAGIC) :][:_SUM]:
        raise ValueError(f"{path}: not a whole snapshot")
    head, _, snapshot = body.partition(b"\n")
    said = json.loads(head)
    return Checkpoint(snapshot, int(said["tick"]), float(said["at"]))


def found(folders: Sequence[Path]) -> Iterator[Checkpoint]:
    """Every snapshot that is whole, the newest first, with what was given since."""
    whole = []
    for folder in folders:
        for slot in SLOTS:
            with suppress(OSError, ValueError):
                whole.append(read(folder / f"snapshot-{slot}"))
    given = _given(folders)
    for kept in sorted(whole, key=lambda one: one.tick, reverse=True):
        since = {tick: said for tick, said in given.items() if tick >= kept.tick}
        yield Checkpoint(kept.snapshot, kept.tick, kept.at, since)


def _given(folders: Sequence[Path]) -> dict[int, list[tuple[str, Sequence[Any]]]]:
    given: dict[int, list[tuple[str, Sequence[Any]]]] = {}
    for path in sorted((path for folder in folders for path in folder.glob("given-*")), key=lambda path: path.name):
        with suppress(OSError):
            for line in path.read_bytes().split(b"\n"):
                with suppress(ValueError, IndexError, TypeError):  # the last line may be torn
                    tick, address, *arguments = json.loads(line)
                    given.setdefault(int(tick), []).append((str(address), arguments))
    return given


def forget(folders: Sequence[Path]) -> None:
    """Nothing is kept any more: a new show begins."""
    for folder in folders:
        for path in (*folder.glob("snapshot-*"), *folder.glob("given-*"), folder / "opening"):
            with suppress(OSError):
                path.unlink(missing_ok=True)
