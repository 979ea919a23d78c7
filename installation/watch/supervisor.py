"""The supervisor: a small process that starts the show, watches it, and starts it again where it was.

A second process waits beside the show, loaded, for its failing. What fails too often is not tried for ever: the calm
scene plays instead, then the screen stays black with a line for the staff, then this ends. It draws nothing and knows
no arrays: nothing here can fail as the show can.
"""

from __future__ import annotations

import json
import math
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from installation.watch.child import BEGINS, WAITS, Role, StartOrders, encoded
from installation.watch.sd_notify import SdNotify
from installation.watch.status_file import Records

ROUND = 0.1  # s between two looks
TIMEOUT_S = {"loading": 30.0, "waiting": 30.0, "filming": math.inf, "playing": 2.4, "ending": 12.0}
"""Seconds that may pass between two words of a show about where it is. One that has begun doesn't wait."""

SETTLED = 3.0  # s of pictures after which the next process is loaded
LOADING = 300.0  # s in which a show must have loaded, kernels compiled
CRASHES, WITHIN = 5, 60.0
"""So many failures in so many seconds, and something simpler is played."""

INSTEAD: Mapping[Role, Role | None] = {"show": "calm", "calm": "black", "black": None}
REFUSED = 2  # exit code: bad input, said in a line


@dataclass
class Child:
    """A show's process, playing or waiting, and what it said last."""

    process: subprocess.Popen[bytes]
    recv_fd: int  # what it says
    send_fd: int  # what it is told
    place: str = "loading"
    tick: int = 0
    began: float = field(default_factory=time.monotonic)  # or was told to play
    heard: float = field(default_factory=time.monotonic)
    played: float | None = None  # when its first picture was seen
    unread: bytes = b""
    state: dict[str, Any] = field(default_factory=dict)
    gone: bool = False  # its end of the pipe is closed

    def tell(self, orders: StartOrders) -> None:
        """Let it begin."""
        self.began = self.heard = time.monotonic()
        if self.place == "waiting":
            self.place = "loading"
        with suppress(BrokenPipeError):
            os.write(self.send_fd, encoded(orders))

    def read(self) -> list[dict[str, Any]]:
        """Everything it said since. Threads that write the log live on in a show that hangs: only a place is life."""
        messages: list[dict[str, Any]] = []
        with suppress(BlockingIOError):
            while not self.gone:
                data = os.read(self.recv_fd, 1 << 16)
                self.gone = not data
                *lines, self.unread = (self.unread + data).split(b"\n")
                for line in lines:
                    with suppress(ValueError):
                        messages.append(json.loads(line))
                        if "place" in messages[-1]:
                            self.heard = time.monotonic()
        return messages

    def end(self) -> int:
        """It, and whatever it started, is no more. Returns its exit code."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)  # those that it left behind
        os.close(self.recv_fd)
        os.close(self.send_fd)
        return code


class Supervisor:
    """Runs `command` (a show that takes `--link`) until it ends well. `resume`: go on from what was kept."""

    def __init__(
        self,
        command: Sequence[str],
        records: Records,
        *,
        kept: str,
        resume: bool = False,
        age: Callable[[], float | None] = lambda: None,
        notify: SdNotify | None = None,
    ) -> None:
        self._command, self._records, self._kept, self._resume, self._age = command, records, kept, resume, age
        self._notify = notify or SdNotify()
        self._role: Role = "show"
        self._crashes: deque[float] = deque(maxlen=CRASHES)
        self._limits = (CRASHES, WITHIN)
        self._patience = dict(TIMEOUT_S)
        self._standby: Child | None = None
        self._spare_failed = 0  # standbys in a row that died waiting
        self._spare_at = 0.0
        self._asked = 0  # times somebody asked for the end
        self._asked_at = 0.0
        self._lost_at: float | None = None  # since when there is no picture
        self._ready = False
        self._published = 0.0
        self._began = time.monotonic()
        self.restarts = 0

    def run(self) -> int:
        """Until the end; the exit code."""
        before = {
            number: signal.signal(number, self._heed) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        self._records.say("begin", supervisor=os.getpid(), command=list(self._command))
        self._show = self._spawn()
        self._show.tell(self._orders(restart=False))
        try:
            code: int | None = None
            while code is None:
                code = self._look()
            return code
        finally:
            for child in (self._show, self._standby):
                if child is not None and child.process.returncode is None:
                    child.end()
            self._notify.say("STOPPING=1")
            self._records.say("end", restarts=self.restarts)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _heed(self, number: int, frame: object) -> None:
        """Somebody asks for the end: the show fades. The second time it goes at once, the third time hard."""
        self._asked += 1
        if self._asked == 1:
            self._asked_at = time.monotonic()
            self._notify.say("STOPPING=1")
        with suppress(ProcessLookupError):
            self._show.process.send_signal(signal.SIGKILL if self._asked > 2 else signal.SIGTERM)

    # one look

    def _look(self) -> int | None:
        late = time.monotonic()
        self._wait()
        if time.monotonic() - late > 10 * ROUND:  # this process stood still itself, and can't judge others
            self._show.heard = time.monotonic()
        for child in (self._show, self._standby):
            if child is not None:
                self._read(child)
        self._tend()
        if self._show.gone:
            return self._ended(self._show.end())
        patience = self._patience.get(self._show.place, self._patience["playing"])
        if self._asked:  # it has a little longer, but not for ever
            patience = min(patience, self._patience["ending"])
        silent = time.monotonic() - max(self._show.heard, self._asked_at)
        if silent > patience:
            self._records.say("hang", place=self._show.place, tick=self._show.tick, silent_s=round(silent, 2))
            self._show.end()
            return self._fail("hang")
        if (
            self._show.played is None
            and self._show.place in ("loading", "waiting")
            and time.monotonic() - self._show.began > LOADING
        ):
            self._show.end()
            return self._fail("never began")
        return None

    def _wait(self) -> None:
        with selectors.DefaultSelector() as selector:
            for child in (self._show, self._standby):
                if child is not None:
                    selector.register(child.recv_fd, selectors.EVENT_READ)
            selector.select(ROUND)

    def _read(self, child: Child) -> None:
        for message in child.read():
            if "place" in message:
                child.place, child.tick = str(message["place"]), int(message.get("tick", 0))
                if child is self._show:
                    self._place(child)
            if "limits" in message:
                limits = message["limits"]
                self._limits = (int(limits["failures"]), float(limits["within_s"]))
                self._crashes = deque(self._crashes, maxlen=self._limits[0])
                self._patience["playing"] = float(limits["hang_s"])
            child.state = message.get("state", child.state)
            self._records.take(message)

    def _place(self, show: Child) -> None:
        self._notify.say("WATCHDOG=1")
        if show.place != "playing" or show.played is not None:
            return
        show.played = time.monotonic()
        if self._lost_at is not None:
            self._records.say(
                "back", role=self._role, tick=show.tick, without_picture_s=round(show.played - self._lost_at, 3)
            )
            self._lost_at = None
        if not self._ready:
            self._ready = True
            self._notify.say("READY=1", "STATUS=playing")

    def _tend(self) -> None:
        """The state for whoever asks; and the next process, once this one has settled."""
        now = time.monotonic()
        if now - self._published >= 1.0:
            self._published = now
            self._records.publish(self._state(now))
        if self._standby is not None and self._standby.gone:
            code = self._standby.end()
            self._standby = None
            self._spare_failed += 1
            self._spare_at = now + min(5.0 * 2**self._spare_failed, 600.0)
            self._records.say("standby died", code=code)
        settled = self._show.played is not None and now - self._show.played > SETTLED
        if self._standby is None and settled and not self._asked and self._role != "black" and now >= self._spare_at:
            self._standby = self._spawn(WAITS)

    def _state(self, now: float) -> dict[str, Any]:
        standby = None if self._standby is None else self._standby.process.pid
        return {
            **self._show.state,
            "watched": True,
            "supervisor": os.getpid(),
            "process": self._show.process.pid,
            "standby": standby,
            "standing_by": self._standby is not None and self._standby.place == "waiting",
            "place": self._show.place,
            "role": self._role,
            "restarts": self.restarts,
            "silent_s": round(now - self._show.heard, 1),
            "up_s": round(now - self._began, 1),
            "log": str(self._records.log.path),
        }

    # ends

    def _ended(self, code: int) -> int | None:
        if self._asked:
            return 0 if code in (0, 130, -signal.SIGTERM) else self._cut_off()
        if code == 0 or (code == REFUSED and self.restarts == 0 and self._show.played is None):
            return code
        return self._fail(f"exit code {code}" if code >= 0 else _signal(-code))

    def _fail(self, reason: str) -> int | None:
        """The show is gone. The next one takes over, or something simpler, or nobody."""
        now = time.monotonic()
        if self._asked:
            return self._cut_off()
        if self._lost_at is None:
            self._lost_at = now
        self.restarts += 1
        self._crashes.append(now)
        many, within = self._limits
        tired = len(self._crashes) >= many and now - self._crashes[0] < within
        self._records.say("restart", reason=reason, role=self._role, restarts=self.restarts, tick=self._show.tick)
        if tired:
            simpler = INSTEAD[self._role]
            self._records.say("given up", role=self._role, failures=many, within_s=within, instead=simpler or "nothing")
            if simpler is None:
                return 1
            self._role = simpler
            self._crashes.clear()
        self._show, self._standby = self._standby or self._spawn(), None
        self._spare_failed = 0
        self._show.tell(self._orders(restart=True))
        if self._asked:  # while there was nobody to ask
            self._show.process.send_signal(signal.SIGTERM)
        return None

    def _cut_off(self) -> int:
        """The end was asked for and came, but the show did not end by itself: the exit code, and a line that says so.

        Before its first picture it may be interrupted anywhere, even in an import, and has nothing to lose.
        """
        if self._show.played is None:
            return 0
        self._records.say("cut off", role=self._role, tick=self._show.tick)
        print("sleeptree: the show did not end by itself when it was asked to; it was cut off", file=sys.stderr)
        return 1

    def _orders(self, restart: bool) -> StartOrders:
        return StartOrders(
            role=self._role,
            resume=self._role == "show" and (restart or self._resume),
            restart=restart,
            headless=restart or self._notify.listened,
            restarts=self.restarts,
            age=None if restart else self._age(),
        )

    def _spawn(self, waits: str = BEGINS) -> Child:
        recv_fd, theirs = os.pipe()
        others, send_fd = os.pipe()
        try:
            process = subprocess.Popen(
                [*self._command, "--link", f"{others},{theirs},{self._kept},{waits}"],
                pass_fds=(others, theirs),
                process_group=0,  # Ctrl-C is for the supervisor, and what a show leaves behind can be found
            )
        finally:
            os.close(theirs)
            os.close(others)
        os.set_blocking(recv_fd, False)
        return Child(process, recv_fd, send_fd)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
