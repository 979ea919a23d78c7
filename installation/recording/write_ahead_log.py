"""Write-ahead log: the end of a journal that is not on the disk yet, unbuffered, in the machine's memory.

What acts on a show is written here at the tick at which it acts, before any disk has heard of it: it outlives the
process, whatever ends that, and no slow disk holds a picture up. The first line says of which journal, and from which
of its bytes on, the rest is; so a journal and its write-ahead log overlap and never contradict each other.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from installation.foundation import atomic

NAME = "write-ahead.log"


@dataclass(frozen=True, slots=True)
class Tail:
    """What a write-ahead log holds: the bytes of `journal` from `offset` on, whole lines only."""

    journal: Path
    offset: int
    data: bytes


class WriteAheadLog:
    """One show's; `folders` in the order of preference, the machine's memory first. Thread-safe; never raises."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._journal, self._offset, self._head = Path(), 0, 0
        self.trouble = ""  # one line for the overlay while nothing can be written here

    def begin(self, journal: Path, offset: int, data: bytes = b"") -> None:
        """From now on this is the end of `journal` from `offset` on, which begins with `data`."""
        with self._lock:
            self._begin(journal, offset, data)

    def append(self, data: bytes) -> None:
        """Write whole lines; they outlive this process when this returns."""
        with self._lock:
            if self._file is None:
                return
            try:
                atomic.write_all(self._file, data)
            except OSError as error:
                self.trouble = f"write-ahead log: {error.strerror or error}; the show goes on"

    def trim(self, journal: Path, offset: int) -> None:
        """What stands before `offset` in `journal` is safe elsewhere."""
        with self._lock:
            if self._file is None or journal != self._journal or offset <= self._offset:
                return
            with suppress(OSError):
                self._file.seek(self._head + offset - self._offset)
                self._begin(journal, offset, self._file.read())

    def close(self) -> None:
        """Nothing follows; what is written stays."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _begin(self, journal: Path, offset: int, data: bytes) -> None:
        head = json.dumps({"journal": str(journal.absolute()), "offset": offset}).encode() + b"\n"
        for folder in self._folders:
            try:
                file = _made(folder / NAME, head + data)
            except OSError as error:
                self.trouble = f"write-ahead log: {error.strerror or error}: {folder}; the show goes on"
                continue
            if self._file is not None:
                self._file.close()
            self._file, self.trouble = file, ""
            self._journal, self._offset, self._head = journal, offset, len(head)
            return


def _made(path: Path, data: bytes) -> FileIO:
    """A file with this in it, open for more. No fsync: here a process dies, a power cut is the journal's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = atomic.unfinished(path)
    file = atomic.create(fresh)
    try:
        atomic.write_all(file, data)
        fresh.replace(path)
    except OSError:
        file.close()
        fresh.unlink(missing_ok=True)
        raise
    return file


def read_tail(folders: Sequence[Path]) -> Tail | None:
    """What the last show that wrote ahead here left behind; a torn last line is left out. None: nothing."""
    for folder in folders:
        with suppress(OSError, ValueError, KeyError, TypeError):
            head, _, data = (folder / NAME).read_bytes().partition(b"\n")
            said = json.loads(head)
            return Tail(Path(said["journal"]), int(said["offset"]), data[: data.rfind(b"\n") + 1])
    return None
