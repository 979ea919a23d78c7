"""A process beside the show that the supervisor starts, and starts again: the visitors' pages. No show waits for it.

It ends with the supervisor: the pipe that is its standard input closes then.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

FIRST_S, LONGEST_S = 0.5, 60.0
"""Seconds until it is started again after its end; doubled each time, until it has lived for the longest."""

ENDING_S = 3.0
REFUSED = 2  # exit code: bad input, said in a line


class Companion:
    """Runs `command`; lines of JSON that it says are handed to `take`, its words to the console by `forward`."""

    def __init__(
        self, command: Sequence[str], take: Callable[[Mapping[str, Any]], None], forward: Callable[[int], None]
    ) -> None:
        self._command, self._take, self._forward = command, take, forward
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self._pause, self._due, self._began = FIRST_S, 0.0, 0.0
        self._refused = False
        self.restarts = -1

    @property
    def process(self) -> int | None:
        """Its number; None while there is none."""
        return None if self._process is None else self._process.pid

    def tend(self, now: float) -> None:
        """To be called several times a second."""
        if self._process is not None:
            self._read(self._process)
            code = self._process.poll()
            if code is not None:
                self._lost(self._process, code, now)
        elif now >= self._due and not self._refused:
            self._start(now)

    def _start(self, now: float) -> None:
        words, its_words = os.pipe()
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=its_words, process_group=0
            )
        finally:
            os.close(its_words)
        self._forward(words)
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._began, self._unread = now, b""
        self.restarts += 1

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with suppress(BlockingIOError):
            while data := os.read(process.stdout.fileno(), 1 << 16):
                *lines, self._unread = (self._unread + data).split(b"\n")
                for line in lines:
                    with suppress(ValueError):
                        message = json.loads(line)
                        if isinstance(message, dict):
                            self._take(message)

    def _lost(self, process: subprocess.Popen[bytes], code: int, now: float) -> None:
        self._read(process)
        self._close(process)
        self._refused = code == REFUSED
        self._pause = FIRST_S if now - self._began > LONGEST_S else min(2.0 * self._pause, LONGEST_S)
        self._due = now + (FIRST_S if self._pause <= 2.0 * FIRST_S else self._pause)
        self._take({"companion": code})

    def _close(self, process: subprocess.Popen[bytes]) -> None:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None

    def end(self) -> None:
        """It is no more."""
        process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._close(process)
