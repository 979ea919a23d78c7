"""The service: a node with its thread, its wire, and the show that it keeps in step. The stage calls `due`."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec
import structlog

from installation.acceptance import accept
from installation.cloud.agreement import figures
from installation.cloud.messages import Arguments, Message, encoded
from installation.cloud.node import Node
from installation.cloud.roll import Roll
from installation.cloud.rules import NEVER
from installation.cloud.version import Version
from installation.controls import Refused
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.remote.access import TokenBucket
from installation.remote.counters import Counters
from installation.show import Show
from installation.status import Status
from installation.venue.cloud import CloudSettings

_log = structlog.get_logger("cloud")

TURN_S = 0.008
"""Seconds between two turns where nothing comes in."""

A_SECOND, AT_ONCE = 400, 800
"""Messages of one node that are listened to."""

WAITING = 4000
"""Messages that wait to be listened to, of all nodes."""

DEAF, DEAFEST = 3 * SECOND, 30 * SECOND
"""Without a word of anybody the wire is opened anew; where that is no use, twice as long later, and at most so long."""

SENDERS = 256
"""Nodes whose messages are counted one by one."""


class Link(Protocol):
    """A wire: cloud.wire.Wire."""

    def send(self, node: str, data: bytes) -> None:
        """To a node, or to all where its name is empty."""

    def close(self) -> None:
        """No more."""


Opened = Callable[[int, Callable[[str, bytes], None], Callable[[str], None]], Link]
"""Opens a wire for a life of this node; takes who hears messages and who is told that a node is gone."""


class CloudService:
    """Keeps `show` in step with all others of the cloud `name`. `clock` is monotonic, nanoseconds."""

    def __init__(
        self,
        name: str,
        node: str,
        settings: CloudSettings,
        version: Version,
        show: Show,
        clock: Callable[[], int],
        opened: Opened,
        life: int,
    ) -> None:
        self.name, self._clock, self._life, self._opened = name, clock, life, opened
        self.slipped = 0
        self.counters = Counters()
        self.moved: list[Callable[[Show], None]] = []  # told that the show was put elsewhere
        self.fps: Callable[[], float] = lambda: 0.0
        self._lock = threading.RLock()  # of the node
        self._news, self._closing = threading.Event(), threading.Event()
        self._queue: deque[tuple[str, bytes | None, int]] = deque()
        self._buckets: dict[str, TokenBucket] = {}
        self._outbox: list[tuple[str, Message]] = []
        self._told = ""
        lead = max(5, ticks.ticks(settings.lead_ms / 1000))
        self.node = Node(
            Roll(node, settings.nodes),
            version,
            self._send,
            partial(_vet, show),
            self._refuse,
            clock(),
            life=life,
            tick=show.tick,
            conduct=settings.conduct,
            lead=lead,
        )
        self._opened_ns, self._patience = clock(), DEAF
        self._wire = opened(life, self._hear, self._lose)
        self._thread = threading.Thread(target=self._run, name="cloud", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The others go on without this node."""
        self._closing.set()
        self._news.set()
        self._thread.join(timeout=5.0)
        self._wire.close()

    # the stage's thread

    def due(self, show: Show, now_ns: int) -> int:
        """Ticks that are due; the show is put elsewhere first, where it must be. Raises Mistake where it is refused."""
        with self._lock:
            if self.node.refused and not self.node.born:
                raise Mistake(f"--cloud {self.name}: {self.node.refused}")
            state, wished = self.node.state, bool(self.node.wished)
        if state is not None:
            well = self._restore(show, state.snapshot, state.tick)
            with self._lock:
                if self.node.state is state:
                    self.node.restored(well, now_ns)
            if well:
                for tell in self.moved:
                    tell(show)
        if wished:
            snapshot = show.snapshot()
            with self._lock:
                self.node.answer(snapshot, show.tick)
            self._news.set()
        with self._lock:
            return self.node.due(now_ns, show.tick)

    def _restore(self, show: Show, snapshot: bytes, tick: int) -> bool:
        before = show.snapshot()
        try:
            show.restore(snapshot)
            if show.tick != tick:
                raise ValueError(f"snapshot: of tick {show.tick}, not {tick}")
        except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
            show.restore(before)
            self._refuse("snapshot", " ".join(str(error).split()), self.node.term[1])
            return False
        return True

    def items(self, tick: int) -> list[tuple[str, Arguments, str, int]]:
        """What acts at a tick: address, arguments, of which node, and its number where it is of this one."""
        with self._lock:
            return self.node.items(tick)

    def ask(self, address: str, arguments: Arguments) -> int:
        """A control that came in here; it acts on every node. Its number."""
        with self._lock:
            return self.node.ask(address, arguments)

    @property
    def room(self) -> int:
        """How many more may be asked for now."""
        return self.node.room

    @property
    def conducting(self) -> bool:
        """Whether this node conducts."""
        return self.node.conducting

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped: once a second it is compared."""
        if show.tick % ticks.RATE == 0:
            made, fps = figures(show), self.fps()
            with self._lock:
                self.node.fps = fps
                self.node.figures(made, self._clock())
            self._news.set()

    def gauge(self, status: Status) -> Status:
        """With whom this show is played."""
        return msgspec.structs.replace(status, cloud=self.line)

    @property
    def line(self) -> str:
        """How it is, in words."""
        node = self.node
        with self._lock:
            others = len(node.roll.alive(self._clock()))
            best = node.beat.best_ns or 0
            late = sum(self.counters.refused.values())
        who = "looks for others" if node.election.vacant else f"follows {node.term[1]}"
        who = "conducts" if node.conducting else who
        said = f"cloud {self.name}: {node.name} {who}, term {node.term[0]}, {others} others, clock {best / 2e6:.1f} ms"
        return f"{said}, {node.corrections} corrections, {late} refused"

    # the wire's threads

    def _hear(self, sender: str, data: bytes) -> None:
        now = self._clock()
        bucket = self._buckets.get(sender)
        if bucket is None:
            if len(self._buckets) >= SENDERS:
                self._refuse("flood", f"more than {SENDERS} nodes", sender)
                return
            bucket = self._buckets.setdefault(sender, TokenBucket(A_SECOND, AT_ONCE, now))
        if not bucket.has(now) or len(self._queue) >= WAITING:
            self._refuse("flood", f"more than {A_SECOND} messages a second", sender)
            return
        bucket.take()
        self._queue.append((sender, data, now))
        self._news.set()

    def _lose(self, node: str) -> None:
        self._queue.append((node, None, self._clock()))
        self._news.set()

    # the thread of the cloud

    def _run(self) -> None:
        while not self._closing.is_set():
            self._news.wait(TURN_S)
            self._news.clear()
            try:
                self._turn()
            except Exception as error:  # a node that falls silent would hold the show
                self._refuse("fault", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}", self.node.name)

    def _turn(self) -> None:
        with self._lock:
            self._listen()
            self.node.turn(self._clock())
            outbox, self._outbox = self._outbox, []
        for node, message in outbox:
            self._wire.send(node, encoded(message))
        self._listen_anew()
        self._say()

    def _listen_anew(self) -> None:
        """Open the wire again where others have been heard and nobody is: not every link that broke comes back by
        itself, such as one to a machine that stood still while it broke."""
        now, heard = self._clock(), self.node.election.net_ns
        if heard > self._opened_ns:
            self._patience = DEAF
        if heard == NEVER or now - max(heard, self._opened_ns) < self._patience:
            return
        self._opened_ns, self._patience = now, min(2 * self._patience, DEAFEST)
        self._wire.close()
        self._wire = self._opened(self._life, self._hear, self._lose)

    def _listen(self) -> None:
        for _ in range(len(self._queue)):
            sender, data, at = self._queue.popleft()
            if data is None:
                self.node.gone(sender, at)
            else:
                self.node.hear_data(sender, data, at)

    def _send(self, node: str, message: Message) -> None:
        self._outbox.append((node, message))

    def _say(self) -> None:
        """Who conducts, whenever that changes."""
        node = self.node
        who = f"{node.term[1]} conducts, term {node.term[0]}" if node.term[1] else ""
        if who != self._told:
            self._told = who
            _log.info(f"cloud {self.name}: {who}", node=node.name)

    def _refuse(self, reason: str, what: str, node: str) -> None:
        self.counters.refuse(reason, what, node, self._clock())


def _vet(show: Show, address: str, arguments: Arguments) -> None:
    """Raises Refused for what no show of this table takes."""
    if accept(show.table, address, arguments).control.role != "input":
        raise Refused("unknown", f"{address[:80]} is asked of what is round the show, not of the show")


class SharedBeat:
    """The beat of a cloud as a stage's ticker."""

    def __init__(self, service: CloudService, show: Show) -> None:
        self._service, self._show = service, show
        self.slipped = 0

    def due(self, now_ns: int) -> int:
        """Ticks that are due at `now_ns`; the show may have been put elsewhere just before."""
        return self._service.due(self._show, now_ns)
