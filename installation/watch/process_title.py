"""What a list of processes shows of this one."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from pathlib import Path

_START, _END = 45, 46  # of the command line in memory: fields 48 and 49 of proc_pid_stat(5), after the name


def hide(word: str) -> bool:
    """Put stars over `word` in this process's command line, as `ps` shows it; whether that could be done.

    Linux alone lets a process know where that is. Whoever looked before has seen it.
    """
    found = False
    if word and sys.platform.startswith("linux"):
        with suppress(OSError, ValueError, IndexError):
            fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
            start, end = int(fields[_START]), int(fields[_END])
            secret, shown = word.encode(), ctypes.string_at(start, end - start) if 0 < start < end else b""
            at = shown.find(secret)
            while at >= 0:
                ctypes.memset(start + at, ord("*"), len(secret))
                found, at = True, shown.find(secret, at + len(secret))
    return found
