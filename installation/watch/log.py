"""How things are logged: structlog, a line a thing, to whoever keeps the records; on the console what is serious."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from installation.watch.status_file import line

TAIL = 16_384  # bytes at a log's end that are read for its last lines
_SERIOUS = ("warning", "error", "critical")


def configure(say: Callable[[Mapping[str, Any]], None]) -> None:
    """From now on `say` is given every line, as {"log": line}. To be called once, before anything is logged."""
    words = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())

    def keep(logger: Any, level: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        rest = {name: value for name, value in said.items() if name != "event"}
        say({"log": line(str(said["event"]), level=level, **rest)})
        if level not in _SERIOUS:
            raise structlog.DropEvent
        return said

    structlog.configure(processors=[keep, words], logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def tail(path: Path, many: int) -> list[str]:
    """The last `many` lines of a log, as they stand there; none where there is no such file."""
    with suppress(OSError), path.open("rb") as file:
        before = max(0, file.seek(0, os.SEEK_END) - TAIL)
        file.seek(before)
        lines = file.read(TAIL).decode("utf-8", "replace").splitlines()
        return lines[1 if before else 0 :][-many:]
    return []
