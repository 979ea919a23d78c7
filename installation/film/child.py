"""A process that draws or sounds for another one: it ends with that one, and is not ended by what was meant for it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading


def serve_quietly() -> None:
    """Be a process that ends with the one that asked for it, and not by a key that was meant for that one."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # whoever asked is asked to end, and ends this
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()


def _end_with_parent() -> None:
    """Not outlive the process that asked, however it ended."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
