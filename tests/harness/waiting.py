"""Waiting for what others do, never for a time; ports nobody has; tools that must be there."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TIMEOUT_S = 180.0  # no test is decided by it: what takes so long hangs


def needed(*tools: str) -> None:
    """Skip where a tool is missing, loudly; on the machine that decides, fail."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{' and '.join(missing)} must be installed here")
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed: nothing was tested with it")


def until(true: Callable[[], object], what: str = "what others do") -> float:
    """Wait until something is true that another thread, process or program does; how long that took in seconds."""
    began, pause = time.monotonic(), 0.001
    while not true():
        assert time.monotonic() - began < TIMEOUT_S, f"still waiting for {what}"
        time.sleep(pause)
        pause = min(2.0 * pause, 0.02)
    return time.monotonic() - began


def alive(process: int) -> bool:
    """Whether it runs; one that has ended and that nobody has asked about yet does not. For Linux."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


_given = [0]  # the last port that was given away in this process: whoever has it may not have opened it yet


def free_ports(many: int) -> list[int]:
    """Ports that nobody has, for UDP and TCP, no system gives to those who ask for any, and no two callers here get."""
    free: list[int] = []
    first = 12_000 + os.getpid() * 997 % 18_000  # others may be looking, too
    for port in range(max(first, _given[0]) + 1, 32_768):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp, suppress(OSError):
            udp.bind(("127.0.0.1", port))
            tcp.bind(("127.0.0.1", port))
            free.append(port)
        if len(free) == many:
            _given[0] = free[-1]
            return free
    pytest.fail(f"{many} free ports are needed")
