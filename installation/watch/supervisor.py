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
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from installation.foundation.standby import HotStandby
from installation.watch.child import BEGINS, WAITS, Role, StartOrders, encoded
from installation.watch.companion import Companion
from installation.watch.console import Console
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
    closed: bool = False  # its end of the pipe is
    ended: bool = False  # it said that it was over

    @property
    def gone(self) -> bool:
        """Whether it has ended: whoever it left behind may hold its end of the pipe open."""
        return self.closed or self.process.poll() is not None

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
            while not self.closed:
                data = os.read(self.recv_fd, 1 << 16)
                self.closed = not data
                *lines, self.unread = (self.unread + data).split(b"\n")
                for line in lines:
                    with suppress(ValueError):
                        messages.append(json.loads(line))
                        if "place" in messages[-1]:
                            self.heard = time.monotonic()
                        self.ended |= "ended" in messages[-1]
        return messages

    def lives(self) -> bool:
        """Whether it goes on although it closed the pipe. What ends closes it too, and is gone a moment later."""
        try:
            self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            return True
        return False

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it, as SIGSTOP does: then it is silent through no fault of its own."""
        waitid = getattr(os, "waitid", None)
        if waitid is None:
            return False
        with suppress(ChildProcessError):
            return waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
        return False

    def end(self) -> int:
        """It, and whatever it started, is no more. Returns its exit code. May be called again."""
        if self.process.returncode is not None and self.recv_fd < 0:
            return self.process.returncode
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)  # those that it left behind
        os.close(self.recv_fd)
        os.close(self.send_fd)
        self.recv_fd = self.send_fd = -1
        self.closed = True
        return code


class Supervisor:
    """Runs `command` (a show that takes `--supervisor-link`) until it ends well, and the pages' process `beside` it.

    `resume`: go on from what was kept.
    """

    def __init__(
        self,
        command: Sequence[str],
        records: Records,
        *,
        kept: str,
        resume: bool = False,
        age: Callable[[], float | None] = lambda: None,
        notify: SdNotify | None = None,
        beside: Sequence[str] | None = None,
    ) -> None:
        self._command, self._records, self._kept, self._resume, self._age = command, records, kept, resume, age
        self._notify = notify or SdNotify()
        self._role: Role = "show"
        self._crashes: deque[float] = deque(maxlen=CRASHES)
        self._limits = (CRASHES, WITHIN)
        self._patience = dict(TIMEOUT_S)
        self._console = Console()
        self._beside = None if beside is None else Companion(beside, self._take_beside, self._console.forward)
        self._hot: HotStandby[Child] = HotStandby(lambda waits: self._spawn(WAITS if waits else BEGINS))
        self._show: Child | None = None
        self._asked = 0  # times somebody asked for the end
        self._asked_at = 0.0
        self._lost_at: float | None = None  # since when there is no picture
        self._blame = False  # whether a scene that was asked ended the last process
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
        try:
            self._begin(self._hot.promote(), restart=False)
            code: int | None = None
            while code is None:
                code = self._look(self._playing)
            return code
        finally:
            for child in (self._show, self._hot.spare):
                if child is not None:
                    child.end()
            if self._beside is not None:
                self._beside.end()
            self._notify.say("STOPPING=1")
            self._records.say("end", restarts=self.restarts)
            self._console.flush()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take_beside(self, message: Mapping[str, Any]) -> None:
        if "companion" in message:
            self._records.say("pages ended", exit_code=message["companion"])
        else:
            self._records.take(message)

    @property
    def _playing(self) -> Child:
        assert self._show is not None  # from the first spawn on
        return self._show

    def _begin(self, show: Child, restart: bool) -> None:
        """Let this one play. Somebody may have asked for the end while there was nobody to tell."""
        self._show = show
        show.tell(self._orders(restart))
        if self._asked:
            show.process.send_signal(signal.SIGTERM)

    def _heed(self, number: int, frame: object) -> None:
        """Somebody asks for the end: the show fades. The second time it goes at once, the third time hard."""
        self._asked += 1
        if self._asked == 1:
            self._asked_at = time.monotonic()
            self._notify.say("STOPPING=1")
        if self._show is not None:
            self._show.process.send_signal(signal.SIGKILL if self._asked > 2 else signal.SIGTERM)

    # one look

    def _look(self, show: Child) -> int | None:
        late = time.monotonic()
        if self._beside is not None and not self._asked:
            self._beside.tend(late)
        self._wait()
        if time.monotonic() - late > 10 * ROUND:  # this process stood still itself, and can't judge others
            show.heard = time.monotonic()
            if self._hot.spare is not None:
                self._hot.spare.heard = show.heard
        for child in (show, self._hot.spare):
            if child is not None:
                self._read(child)
        self._tend(show)
        if show.gone:
            self._read(show)  # its last words
            return self._ended(show, "link closed" if show.lives() else "", show.end())
        patience = self._patience.get(show.place, self._patience["playing"])
        if self._asked:  # it has a little longer, but not for ever
            patience = min(patience, self._patience["ending"])
        silent = time.monotonic() - max(show.heard, self._asked_at)
        if silent > patience and show.ended:  # something of it never ends by itself
            show.end()
            return 0
        if silent > patience:
            self._records.say("hang", place=show.place, tick=show.tick, silent_s=round(silent, 2))
            stopped = show.stopped
            show.end()
            return self._fail("hang", blame=not stopped)
        if show.played is None and show.place in ("loading", "waiting") and time.monotonic() - show.began > LOADING:
            show.end()
            return self._fail("never began")
        return None

    def _wait(self) -> None:
        with selectors.DefaultSelector() as selector:
            for child in (self._show, self._hot.spare):
                if child is not None and not child.closed:
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
            if "recast" in message and child is self._show:  # what waits has the scene as it was
                self._hot.retire(time.monotonic())
                self._records.say("standby replaced", why=f"{message['recast']} was saved")
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

    def _tend(self, show: Child) -> None:
        """The state for whoever asks; and the next process, once this one has settled."""
        now = time.monotonic()
        if now - self._published >= 1.0:
            self._published = now
            self._records.publish(self._state(show, now))
        settled = show.played is not None and now - show.played > SETTLED
        spare = self._hot.spare
        waits = spare is not None and spare.place == "waiting"  # and says so; one that compiles kernels may not
        wanted = settled and not self._asked and self._role != "black"
        failed = self._hot.tend(now, wanted, self._patience["playing"] if waits else LOADING)
        if failed:
            self._records.say("standby replaced", why=failed)

    def _state(self, show: Child, now: float) -> dict[str, Any]:
        spare = self._hot.spare
        return {
            **show.state,
            "watched": True,
            "supervisor": os.getpid(),
            "process": show.process.pid,
            "standby": None if spare is None else spare.process.pid,
            "standing_by": spare is not None and spare.place == "waiting",
            "place": show.place,
            "role": self._role,
            "restarts": self.restarts,
            "silent_s": round(now - show.heard, 1),
            "up_s": round(now - self._began, 1),
            "log": str(self._records.log.path),
            "console_dropped": self._console.dropped,
        }

    # ends

    def _ended(self, show: Child, fault: str, code: int) -> int | None:
        """The show's process is gone; an exit that it didn't announce is a failure, whatever its code.

        `fault`: for what it was ended here, if it did not end by itself.
        """
        if self._asked:
            return 0 if code in (0, 130, -signal.SIGTERM) else self._cut_off(show)
        if show.ended or (code == REFUSED and self.restarts == 0 and show.played is None):
            return code
        killed = not fault and code in (-signal.SIGKILL, -signal.SIGTERM)
        return self._fail(fault or (f"exit code {code}" if code >= 0 else _signal(-code)), blame=not killed)

    def _fail(self, reason: str, blame: bool = True) -> int | None:
        """The show is gone. The next one takes over, or something simpler, or nobody.

        `blame`: a scene that was asked then ended it; what somebody kills from outside is no scene's fault.
        """
        now, show = time.monotonic(), self._playing
        self._blame = blame
        if self._asked:
            return self._cut_off(show)
        if self._lost_at is None:
            self._lost_at = now
        self.restarts += 1
        self._crashes.append(now)
        many, within = self._limits
        tired = len(self._crashes) >= many and now - self._crashes[0] < within
        self._records.say("restart", reason=reason, role=self._role, restarts=self.restarts, tick=show.tick)
        if tired:
            simpler = INSTEAD[self._role]
            self._records.say("given up", role=self._role, failures=many, within_s=within, instead=simpler or "nothing")
            if simpler is None:
                return 1
            self._role = simpler
            self._crashes.clear()
        self._begin(self._hot.promote(), restart=True)
        return None

    def _cut_off(self, show: Child) -> int:
        """The end was asked for and came, but the show did not end by itself: the exit code, and a line that says so.

        Before its first picture it may be interrupted anywhere, even in an import, and has nothing to lose.
        """
        if show.played is None:
            return 0
        self._records.say("cut off", role=self._role, tick=show.tick)
        self._console.write(b"sleeptree: the show did not end by itself when it was asked to; it was cut off\n")
        return 1

    def _orders(self, restart: bool) -> StartOrders:
        return StartOrders(
            role=self._role,
            resume=self._role == "show" and (restart or self._resume),
            restart=restart,
            blame=restart and self._blame,
            headless=restart or self._notify.listened,
            restarts=self.restarts,
            age=None if restart else self._age(),
        )

    def _spawn(self, waits: str) -> Child:
        """A process of the show. Its words come through here: a terminal that stalls may hold up none of them."""
        recv_fd, theirs = os.pipe()
        others, send_fd = os.pipe()
        words, its_words = os.pipe()
        try:
            process = subprocess.Popen(
                [*self._command, "--supervisor-link", f"{others},{theirs},{self._kept},{waits}"],
                pass_fds=(others, theirs),
                stderr=its_words,
                process_group=0,  # Ctrl-C is for the supervisor, and what a show leaves behind can be found
            )
        finally:
            for descriptor in (theirs, others, its_words):
                os.close(descriptor)
        self._console.forward(words)
        os.set_blocking(recv_fd, False)
        return Child(process, recv_fd, send_fd)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
