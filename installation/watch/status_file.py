"""What is written about a running show: its log, and the state that `sleeptree status` reads. Never sent anywhere.

A line a thing in a file that rotates; the state in one small file, made anew each second, beside a lock that is held
for as long as the show runs. No disk that is full or slow may stop the show: what can't be written is counted.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from io import FileIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from installation.foundation import places
from installation.foundation.atomic import lock, unfinished, write_atomic

MEGABYTES, FILES = 2.0, 5
"""Of the log: the size at which a new file is begun, and how many are kept."""

_LOCKED_S = 1.0  # in which somebody who looks what runs has long looked


def line(event: str, **said: object) -> str:
    """One thing that happened, as a line of the log: JSON, with the wall clock."""
    at = datetime.now().astimezone().isoformat(timespec="milliseconds")
    return json.dumps({"at": at, "event": event, **said}, ensure_ascii=False, default=str)


class Log:
    """The log's file, and those before it: `name.1` is the last one that was full. Never raises."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost = 0  # lines that could not be written
        self._size, self._files = int(MEGABYTES * 1e6), FILES
        self._file: FileIO | None = None

    def limit(self, megabytes: float, files: int) -> None:
        """How much of it is kept."""
        self._size, self._files = int(megabytes * 1e6), files

    def add(self, text: str) -> None:
        """One more line."""
        data = text.encode(errors="replace") + b"\n"
        try:
            file = self._open()
            if 0 < file.tell() > self._size - len(data):
                self.close()
                self._turn()
                file = self._open()
            file.write(data)
        except OSError:
            self.lost += 1
            self.close()

    def _open(self) -> FileIO:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(self.path, "ab")
        return self._file

    def _turn(self) -> None:
        names = [self.path, *(self.path.with_name(f"{self.path.name}.{i}") for i in range(1, self._files))]
        for older, newer in pairwise(reversed(names)):
            if newer.exists():
                newer.replace(older)
        if len(names) == 1:
            self.path.unlink()

    def close(self) -> None:
        """Until the next line."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._file = None


class Records:
    """Log and state of one show. Made by whoever watches over it: the supervisor, or the show itself."""

    def __init__(self, logs: Path | None = None, runtime: Path | None = None) -> None:
        self.log = Log((logs or places.logs()) / "sleeptree.log")
        self._folder = runtime or places.runtime()
        self._name = f"show-{os.getpid()}"
        self._lock: int | None = None
        self._state = self._folder / f"{self._name}.json"
        self._hold()

    def _hold(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = _held(self._folder / f"{self._name}.lock")
        except OSError as error:
            self.say("no status", why=str(error))

    def say(self, event: str, **said: object) -> None:
        """Something happened."""
        self.log.add(line(event, **said))

    def take(self, message: Mapping[str, Any]) -> None:
        """What the show says of itself: {"log": a line} or {"log_size": [megabytes, files]}."""
        if "log" in message:
            self.log.add(str(message["log"]))
        if "log_size" in message:
            self.log.limit(*message["log_size"])

    def publish(self, state: Mapping[str, Any]) -> None:
        """The state, for whoever asks."""
        said = json.dumps({**state, "at": time.time()}, default=str)
        with suppress(OSError):
            write_atomic(self._state, said.encode(errors="replace"), durable=False)

    def close(self) -> None:
        """The show is over."""
        for path in (self._state, unfinished(self._state), self._folder / f"{self._name}.lock"):
            with suppress(OSError):
                path.unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        self.log.close()


def _held(path: Path) -> int:
    """The lock of the file at `path`. Raises OSError.

    Whoever looks what runs just then may have it locked for a moment, and clear it away as one that nobody holds.
    """
    end = time.monotonic() + _LOCKED_S
    while True:
        mine = lock(path)
        if mine is not None:
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(mine), path.stat()):
                    return mine
            os.close(mine)
        if time.monotonic() > end:
            raise BlockingIOError(errno.EWOULDBLOCK, "somebody else holds it", str(path))
        time.sleep(0.001)


def running(runtime: Path | None = None) -> Iterator[dict[str, Any]]:
    """The state of every show that runs on this machine, as this user. Those that were cut off are cleared away."""
    for held in sorted((runtime or places.runtime()).glob("show-*.lock")):
        state = held.with_suffix(".json")
        with suppress(OSError, ValueError):
            mine = lock(held, shared=True)  # others may look, too
            if mine is None:  # its show holds it
                said = json.loads(state.read_text(encoding="utf-8"))
                if isinstance(said, dict):
                    yield said
                continue
            try:
                state.unlink(missing_ok=True)
                held.unlink(missing_ok=True)
            finally:
                os.close(mine)
