"""What a show runs out of: a terminal that reads, room on the disk, connections."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest


def full_pipe() -> tuple[int, int]:
    """A pipe that takes no byte more, as of a terminal that is held up: where it is read, and where it is written."""
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with suppress(BlockingIOError):
        while True:
            os.write(theirs, bytes(512))
    os.set_blocking(theirs, True)
    return ours, theirs


@contextmanager
def half_opened(port: int, many: int, words: bytes = b"GET / HTT") -> Iterator[None]:
    """So many connections, as far as they are let in, that begin to say something and don't end."""
    with ExitStack() as links:
        for _ in range(many):
            link = links.enter_context(socket.socket())
            link.settimeout(1.0)
            with suppress(OSError):
                link.connect(("127.0.0.1", port))
                link.send(words)
        yield


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of half a megabyte in this place."""
    folder.mkdir(parents=True)
    order = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    mounted = subprocess.run(order, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no disk was filled: only root may mount one ({mounted.stderr.strip()})")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(rubbish: Path) -> None:
    """No room for another byte beside it."""
    with rubbish.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))
