"""A process that must not outlive the one that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

_DEATH = 1  # PR_SET_PDEATHSIG


def die_with_parent() -> None:
    """On Linux the kernel kills this process with the thread that started it, whatever it is doing."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)


def when_input_ends(then: Callable[[], None]) -> None:
    """A thread calls `then` once standard input has ended: whoever holds its other end is gone.

    It reads the descriptor. A thread that waits in sys.stdin has its lock, without which a process can't end.
    """

    def listen() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        then()

    threading.Thread(target=listen, name="lifeline", daemon=True).start()
