"""The leash between the show and its supervisor: two pipes, held by both. This is the show's end.

The show says where it is, several times a second, from the loop that draws, and what is worth a line in the log. It
hears when to begin. It never waits for its supervisor, and does not outlive it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from installation.watch.status_file import Records

Role = Literal["show", "calm", "black"]
Place = Literal["loading", "waiting", "filming", "playing", "ending"]

OFTEN = 0.1  # s between two words about where the show is
WAITS, BEGINS = "waits", "begins"
UNSAID = 1 << 18  # bytes that wait for a supervisor that does not read; what comes after is dropped
_DEATH = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Orders:
    """What a show is told when it may begin."""

    role: Role = "show"
    resume: bool = False  # go on from what was kept
    again: bool = False  # not the first of this supervisor
    blind: bool = False  # play on without a screen until there is one
    restarts: int = 0
    age: float | None = None  # seconds that the supervisor had lived when it started this process


class Watched(Protocol):
    """Who a show reports to: a Leash, or Nobody."""

    kept: str  # the folder of what is kept
    waits: bool  # whether to load everything before asking for orders

    def orders(self, loaded: Callable[[], bool] = lambda: True) -> Orders:
        """Wait until the show may begin; say that it waits once all is `loaded`."""

    def pulse(self, place: Place, tick: int = 0) -> None:
        """The loop goes round."""

    def say(self, message: Mapping[str, Any]) -> None:
        """Something for the log, or the state."""

    def close(self) -> None:
        """Nothing follows."""


class Leash:
    """Held by a supervisor; its end closing ends this process at once.

    `written` is what the supervisor put on the command line: two file descriptors, the folder of what is kept, and
    whether this process waits for another one's failing.
    """

    def __init__(self, written: str) -> None:
        ears, mouth, self.kept, waits = written.split(",")
        self.waits = waits == WAITS
        self._ears, self._mouth = int(ears), int(mouth)
        os.set_inheritable(self._ears, False)
        os.set_inheritable(self._mouth, False)
        os.set_blocking(self._mouth, False)
        self._lock = threading.Lock()
        self._unsaid = b""
        self._said = ("", 0.0)
        self._orders: Orders | None = None
        self._ordered = threading.Event()
        _die_with_parent()
        threading.Thread(target=self._listen, name="leash", daemon=True).start()

    def orders(self, loaded: Callable[[], bool] = lambda: True) -> Orders:
        """Wait until the show may begin; say that it waits once all is `loaded`."""
        while not loaded() and not self._ordered.wait(OFTEN):
            pass
        if not self._ordered.is_set():
            self.pulse("waiting")
        self._ordered.wait()
        assert self._orders is not None
        return self._orders

    def pulse(self, place: Place, tick: int = 0) -> None:
        """The loop goes round; costs next to nothing."""
        now = time.monotonic()
        if place == self._said[0] and now - self._said[1] < OFTEN:
            return
        self._said = (place, now)
        self.say({"place": place, "tick": tick})

    def say(self, message: Mapping[str, Any]) -> None:
        """Never waits."""
        data = json.dumps(message, default=str).encode() + b"\n"
        with self._lock, suppress(BlockingIOError):
            if len(self._unsaid) + len(data) <= UNSAID:
                self._unsaid += data
            try:
                self._unsaid = self._unsaid[os.write(self._mouth, self._unsaid) :]
            except BrokenPipeError:
                self._unsaid = b""  # the other thread sees to it

    def close(self) -> None:
        """Nothing follows: where the pipe was full, it is waited for, a little."""
        end = time.monotonic() + 1.0
        while self._unsaid and time.monotonic() < end:
            self.say({})
            time.sleep(0.01)

    def _listen(self) -> None:
        heard = b""
        while data := os.read(self._ears, 4096):
            heard += data
            *lines, heard = heard.split(b"\n")
            for line in lines:
                self._orders = Orders(**json.loads(line))
                self._ordered.set()
        os.kill(os.getpid(), signal.SIGKILL)  # nobody watches any more, and nobody would end this


def written(orders: Orders) -> bytes:
    """Orders as they go through the pipe."""
    return json.dumps(asdict(orders)).encode() + b"\n"


class Nobody:
    """A show that nobody watches writes its own records."""

    waits = False

    def __init__(self, orders: Orders, kept: str = "") -> None:
        self._orders, self.kept = orders, kept
        self._records = Records()

    def orders(self, loaded: Callable[[], bool] = lambda: True) -> Orders:
        """At once."""
        return self._orders

    def pulse(self, place: Place, tick: int = 0) -> None:
        """Nobody asks."""

    def say(self, message: Mapping[str, Any]) -> None:
        """Into the log, or where `status` looks."""
        self._records.take(message)
        if "state" in message:
            self._records.publish({**message["state"], "process": os.getpid(), "watched": False})

    def close(self) -> None:
        """The show is over."""
        self._records.close()


def _die_with_parent() -> None:
    """On Linux the kernel kills this process with its supervisor, whatever it is doing; elsewhere the pipe does."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DEATH, signal.SIGKILL)
