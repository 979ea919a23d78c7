"""The child's end of its link to the supervisor: a heartbeat and log lines out, start orders in, over two pipes.

The show says where it is, several times a second, from the loop that draws, and what is worth a line in the log. It
hears when to begin. It never waits for its supervisor, and does not outlive it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, NoReturn, Protocol

from installation.foundation.lifeline import die_with_parent
from installation.watch.status_file import Records

Role = Literal["show", "calm", "black"]
Place = Literal["loading", "waiting", "filming", "playing", "ending"]

HEARTBEAT = 0.5  # s between two of them from a process that waits
OFTEN = 0.1  # s between two words about where the show is
WAITS, BEGINS = "waits", "begins"
LINK_LOST = 74  # exit code, sysexits' EX_IOERR
UNSENT_MOST = 1 << 18  # bytes that wait for a supervisor that does not read; what comes after is dropped


@dataclass(frozen=True)
class StartOrders:
    """What a show is told when it may begin."""

    role: Role = "show"
    resume: bool = False  # go on from what was kept
    restart: bool = False  # not the first of this supervisor
    blame: bool = False  # the process before it ended by itself or hung: its scene did that, if one was asked
    headless: bool = False  # play on without a screen until there is one
    restarts: int = 0
    age: float | None = None  # seconds that the supervisor had lived when it started this process


class Watched(Protocol):
    """Who a show reports to: a SupervisorLink, or Unsupervised."""

    kept: str  # the folder of what is kept
    waits: bool  # whether to load everything before asking for orders

    def orders(self, loaded: Callable[[], bool] = lambda: True) -> StartOrders:
        """Wait until the show may begin; say that it waits once all is `loaded`."""

    def pulse(self, place: Place, tick: int = 0) -> None:
        """The loop goes round."""

    def say(self, message: Mapping[str, Any]) -> None:
        """Something for the log, or the state."""

    def ended(self) -> None:
        """The show is over, as it should be."""

    def close(self) -> None:
        """Nothing follows."""


class SupervisorLink:
    """Held by a supervisor; its end closing ends this process at once.

    `link` is what the supervisor put on the command line: two file descriptors, the folder of what is kept, and
    whether this process waits for another one's failing.
    """

    def __init__(self, link: str) -> None:
        recv_fd, send_fd, self.kept, waits = link.split(",")
        self.waits = waits == WAITS
        self._recv_fd, self._send_fd = int(recv_fd), int(send_fd)
        os.set_inheritable(self._recv_fd, False)
        os.set_inheritable(self._send_fd, False)
        os.set_blocking(self._send_fd, False)
        self._lock = threading.Lock()
        self._unsent = b""
        self._sent = ("", 0.0)
        self._orders: StartOrders | None = None
        self._ordered = threading.Event()
        die_with_parent()
        sys.meta_path.insert(0, _ImportHeartbeat(self))
        threading.Thread(target=self._listen, name="supervisor link", daemon=True).start()

    def orders(self, loaded: Callable[[], bool] = lambda: True) -> StartOrders:
        """Wait until the show may begin; say that it waits once all is `loaded`."""
        while not loaded() and not self._ordered.wait(OFTEN):
            pass
        while not self._ordered.is_set():
            self.pulse("waiting")
            self._ordered.wait(HEARTBEAT)
        self.pulse("loading")
        assert self._orders is not None
        return self._orders

    def pulse(self, place: Place, tick: int = 0) -> None:
        """The loop goes round; costs next to nothing."""
        now = time.monotonic()
        if place == self._sent[0] and now - self._sent[1] < OFTEN:
            return
        self._sent = (place, now)
        self.say({"place": place, "tick": tick})

    def pulse_loading(self) -> None:
        """Something was loaded; only worth a word while nothing is played."""
        if self._sent[0] in ("", "loading"):
            self.pulse("loading")

    def say(self, message: Mapping[str, Any]) -> None:
        """Never waits."""
        data = json.dumps(message, default=str).encode() + b"\n"
        with self._lock:
            if len(self._unsent) + len(data) <= UNSENT_MOST:
                self._unsent += data
            try:
                self._unsent = self._unsent[os.write(self._send_fd, self._unsent) :]
            except BlockingIOError:
                pass  # it reads later
            except BrokenPipeError:
                self._unsent = b""  # the other thread sees to it
            except OSError as error:
                _end_without_link(error)

    def ended(self) -> None:
        """The show is over, as it should be: any other exit is a failure."""
        self.say({"ended": True})

    def close(self) -> None:
        """Nothing follows: where the pipe was full, it is waited for, a little."""
        end = time.monotonic() + 1.0
        while self._unsent and time.monotonic() < end:
            self.say({})
            time.sleep(0.01)

    def _listen(self) -> None:
        unread = b""
        try:
            while data := os.read(self._recv_fd, 4096):
                unread += data
                *lines, unread = unread.split(b"\n")
                for line in lines:
                    self._orders = StartOrders(**json.loads(line))
                    self._ordered.set()
        except OSError as error:
            _end_without_link(error)
        os.kill(os.getpid(), signal.SIGKILL)  # nobody watches any more, and nobody would end this


def _end_without_link(error: OSError) -> NoReturn:
    """Something in this process closed what it does not own: nobody could be told how it goes on, so it does not."""
    os.write(2, f"sleeptree: the link to the supervisor was closed in the show: {error.strerror}\n".encode())
    os._exit(LINK_LOST)


def encoded(orders: StartOrders) -> bytes:
    """StartOrders as they go through the pipe."""
    return json.dumps(asdict(orders)).encode() + b"\n"


class Unsupervised:
    """A show that nobody watches writes its own records."""

    waits = False

    def __init__(self, orders: StartOrders, kept: str = "") -> None:
        self._orders, self.kept = orders, kept
        self._records = Records()

    def orders(self, loaded: Callable[[], bool] = lambda: True) -> StartOrders:
        """At once."""
        return self._orders

    def pulse(self, place: Place, tick: int = 0) -> None:
        """Unsupervised asks."""

    def say(self, message: Mapping[str, Any]) -> None:
        """Into the log, or where `status` looks."""
        self._records.take(message)
        if "state" in message:
            self._records.publish({**message["state"], "process": os.getpid(), "watched": False})

    def ended(self) -> None:
        """Nothing: nobody would start it again."""

    def close(self) -> None:
        """The show is over."""
        self._records.close()


class _ImportHeartbeat:
    """Asked for every module first: under load imports take half a minute, and are no hang. Finds none itself."""

    def __init__(self, link: SupervisorLink) -> None:
        self._link = link

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Nothing; but the process is alive."""
        self._link.pulse_loading()
