"""A process that must not outlive the one that started it."""

from __future__ import annotations

import ctypes
import signal
import sys
from contextlib import suppress

_DEATH = 1  # PR_SET_PDEATHSIG


def die_with_parent() -> None:
    """On Linux the kernel kills this process with the thread that started it, whatever it is doing."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)
