"""Atomic files and locks: written beside their place and moved there whole; held by one process at a time.

Nothing here follows a symbolic link that somebody else may have put where a file is to be made.
"""

from __future__ import annotations

import fcntl
import os
from abc import ABC, abstractmethod
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_MAKE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def write_atomic(path: Path, data: bytes, durable: bool = True) -> None:
    """Write a file so that it is there whole or not at all; `durable`, also after a power cut. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = unfinished(path)
    try:
        with create(fresh) as file:
            write_all(file, data)
            if durable:
                os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


class Unfinished:
    """A file that somebody else writes, for everybody to read: whole under its own name, or not there.

    It is to be written at `path`, beside its place; two processes that write the same one don't meet.
    """

    def __init__(self, place: Path) -> None:
        self._place, self.path = place, place.with_name(f".{place.name}.{os.getpid()}.part")

    def finish(self) -> None:
        """Give it its name. Raises OSError."""
        os.replace(self.path, self._place)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self.path.unlink(missing_ok=True)


def publish(path: Path, data: bytes) -> None:
    """Write a file that everybody may read, so that it is there whole or not at all. Raises OSError."""
    fresh = Unfinished(path)
    try:
        fresh.path.write_bytes(data)
        fresh.finish()
    finally:
        fresh.abandon()


class Whole(ABC):
    """What writes a file in a `with` block: it is finished at the block's end, and an error throws it away."""

    @abstractmethod
    def close(self) -> None:
        """Write what is left and give the file its name."""

    @abstractmethod
    def abandon(self) -> None:
        """Leave nothing behind."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()


def unfinished(path: Path) -> Path:
    """The name beside `path` that a file has until it is whole."""
    return path.with_name(f"{path.name}.new")


def create(path: Path) -> FileIO:
    """A new file for this user alone, unbuffered, instead of whatever has this name. Raises OSError."""
    path.unlink(missing_ok=True)
    return FileIO(os.open(path, _MAKE | os.O_EXCL, 0o600), "r+b")


def write_all(file: FileIO, data: bytes) -> None:
    """All of it, however little the system takes at once. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


def lock(path: Path, shared: bool = False) -> int | None:
    """A descriptor that holds the lock of this file until it is closed; None: somebody else does. Raises OSError.

    `shared`, of a file that is there: others who share it may hold it as well.
    """
    descriptor = os.open(path, _LOOK if shared else _MAKE, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
