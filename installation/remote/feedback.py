"""Feedback: accepted values go to every controller but the one that sent them, and the show's state to all.

A value is encoded once, however many controllers get it; what was set is noted once for all of them, and each takes its
turn at it, so that a room full of phones costs no more than BUDGET. The lock is held to put one value into a dict, or
to take the dict away; all else is the socket thread's alone. Opens no socket and reads no clock: `due` says which
datagrams go where at the time that is handed in.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from installation.addresses import SLEEPER
from installation.controls import Value
from installation.model.ticks import SECOND
from installation.remote.inbox import Source
from installation.remote.osc import codec

LISTENS = 60 * SECOND
"""Nanoseconds, as everywhere here: a controller gets feedback for this long after its last message."""

APART = SECOND // 30
"""Between two values of one address to one controller."""

TOUCH = SECOND // 4
"""A fader that was moved this lately gets no feedback; what others set meanwhile follows when it rests."""

ECHO = SECOND // 2
"""A value that comes back this soon after it was sent is the controller's echo, not a hand."""

STATE = SECOND // 10
"""Between two reports of the state."""

BUDGET = 400
"""Values that are looked at for controllers each time that any are `due`; who is left out comes first the next time."""

CONTROLLERS = 64
"""Controllers that get feedback at once."""

WireValue = float | bool | str


@dataclass(slots=True)
class _Controller:
    """What one controller has on its screen, as far as we know."""

    heard_ns: int
    sleepers: bool = False  # asked for everything: it gets what is set for single sleepers too
    seen: int = 0  # of the changes: the number of the newest that was looked at for it
    known: dict[str, WireValue] = field(default_factory=dict)
    pending: dict[str, WireValue] = field(default_factory=dict)
    sent_ns: dict[str, int] = field(default_factory=dict)
    touched_ns: dict[str, int] = field(default_factory=dict)
    echoes: dict[str, deque[tuple[int, WireValue]]] = field(default_factory=dict)  # sent lately, may come back
    replies: dict[str, WireValue] = field(default_factory=dict)  # answers, not throttled
    state_sent_ns: int = 0


class Feedback:
    """`publish`, `publish_state` and `reply` from any thread; all else from the socket's."""

    def __init__(self, targets: Iterable[Source] = ()) -> None:
        self._lock = Lock()  # of the next two
        self._published: dict[tuple[str, Source | None], tuple[WireValue, int]] = {}  # by whom, and when (ns)
        self._replies: dict[Source, dict[str, WireValue]] = {}
        self._always = frozenset(targets)
        self._controllers: dict[Source, _Controller] = {target: _Controller(0) for target in self._always}
        self._changes: dict[str, tuple[int, WireValue]] = {}  # by address: number and value, newest last
        self._sleeper_changes: dict[str, tuple[int, WireValue]] = {}  # of single sleepers
        self._changed = 0  # numbers given to changes
        self._turn = 0  # of the controller that comes first
        self._encoded: dict[str, tuple[WireValue, bytes]] = {}  # of each address, as it was sent last
        self._state_encoded: tuple[Mapping[str, WireValue], list[bytes]] = {}, []
        self.values: dict[str, WireValue] = {}  # newest value of every address that was published
        self.state: dict[str, WireValue] = {}

    # any thread

    def remember(self, values: Mapping[str, Value]) -> None:
        """What is set before anybody has sent anything: for who asks."""
        with self._lock:
            self.values |= {address: _as_sent(value) for address, value in values.items() if value is not None}

    def publish(self, address: str, value: Value, by: Source | None, now_ns: int) -> None:
        """A value was accepted from `by`; None when nobody in particular set it."""
        if value is None:
            return
        wire = _as_sent(value)
        with self._lock:
            self.values[address] = wire
            self._published.pop((address, by), None)  # the newest of an address comes last
            self._published[address, by] = wire, now_ns

    def differs(self, address: str, value: Value) -> bool:
        """Whether this is another value than was published last."""
        return value is not None and self.values.get(address) != _as_sent(value)

    def publish_state(self, state: Mapping[str, Value]) -> None:
        """The show's newest state; it goes to every controller ten times a second."""
        self.state = {address: _as_sent(value) for address, value in state.items() if value is not None}

    def reply(self, source: Source, values: Mapping[str, Value]) -> None:
        """Everything in `values` to one controller at once, whatever it knows already."""
        wire = {address: _as_sent(value) for address, value in values.items() if value is not None}
        with self._lock:
            self._replies.setdefault(source, {}).update(wire)

    # the socket's thread

    def received(self, source: Source, now_ns: int) -> None:
        """A message came from this controller: it gets feedback from now on."""
        controller = self._controllers.get(source)
        if controller is not None:
            controller.heard_ns = now_ns
            return
        if len(self._controllers) - len(self._always) >= CONTROLLERS:
            self._forget(min(self._controllers.keys() - self._always, key=lambda s: self._controllers[s].heard_ns))
        self._controllers[source] = _Controller(now_ns, seen=self._changed)

    def subscribe(self, source: Source) -> None:
        """This controller asked for everything: from now on it gets what is set for single sleepers too."""
        controller = self._controllers.get(source)
        if controller is not None:
            controller.sleepers = True

    def disconnected(self, source: Source) -> None:
        """A controller's connection is closed: it gets nothing more."""
        self._forget(source)

    def is_echo(self, source: Source, address: str, value: WireValue, now_ns: int) -> bool:
        """Whether this controller only repeats what it was sent; two that echo each other would never rest."""
        controller = self._controllers.get(source)
        echoes = controller.echoes.get(address) if controller else None
        if controller is None or not echoes:
            return False
        while echoes and now_ns - echoes[0][0] > ECHO:
            echoes.popleft()
        if any(value == sent for _, sent in echoes):
            while echoes.popleft()[1] != value:
                pass
            return True
        echoes.clear()  # a hand has moved: whatever comes now is its own
        return False

    def due(self, now_ns: int) -> list[tuple[Source, bytes]]:
        """The datagrams that go out now, and to whom."""
        with self._lock:
            published, self._published = self._published, {}
            replies, self._replies = self._replies, {}
        self._take(published)
        for source, values in replies.items():
            if source in self._controllers:
                self._controllers[source].replies.update(values)
        for source in [s for s, c in self._controllers.items() if now_ns - c.heard_ns > LISTENS]:
            self._forget(source)  # those of the settings stay
        return self._turns(now_ns)

    def _take(self, published: Mapping[tuple[str, Source | None], tuple[WireValue, int]]) -> None:
        """What was set, for all; the hand that set it is told nothing of it."""
        for (address, by), (wire, at) in published.items():
            controller = None if by is None else self._controllers.get(by)
            if controller is not None:
                controller.known[address] = wire
                controller.touched_ns[address] = at
            changes = self._sleeper_changes if address.startswith(SLEEPER) else self._changes
            changes.pop(address, None)
            self._changed += 1
            changes[address] = self._changed, wire

    def _turns(self, now_ns: int) -> list[tuple[Source, bytes]]:
        """Every controller in turn, while there is something left of the budget; answers and the state go to all."""
        all_of_them = list(self._controllers.items())
        first = self._turn % max(1, len(all_of_them))
        going: list[tuple[Source, bytes]] = []
        left = BUDGET
        for source, controller in (*all_of_them[first:], *all_of_them[:first]):
            if left > 0:
                self._turn += 1
                left -= self._look(controller) + len(controller.pending)
                fresh = self._fresh(controller, now_ns)
            else:
                fresh = {}
            going += [(source, datagram) for datagram in self._due_to(controller, fresh, now_ns)]
        return going

    def _look(self, controller: _Controller) -> int:
        """Note what was set since its last turn and it doesn't show yet; how many that were."""
        looked = 0
        for changes in (self._changes, self._sleeper_changes) if controller.sleepers else (self._changes,):
            for address, (number, wire) in reversed(changes.items()):
                if number <= controller.seen:
                    break
                looked += 1
                if controller.known.get(address) == wire:
                    controller.pending.pop(address, None)
                else:
                    controller.pending[address] = wire
        controller.seen = self._changed
        return looked

    def _fresh(self, controller: _Controller, now_ns: int) -> dict[str, WireValue]:
        """What may go out now of all that waits for it."""
        fresh: dict[str, WireValue] = {}
        for address in list(controller.pending):
            lately = now_ns - controller.sent_ns.get(address, -APART) < APART
            if not lately and now_ns - controller.touched_ns.get(address, -TOUCH) >= TOUCH:
                fresh[address] = controller.pending.pop(address)
        return fresh

    def _due_to(self, controller: _Controller, fresh: Mapping[str, WireValue], now_ns: int) -> list[bytes]:
        going, controller.replies = {**controller.replies, **fresh}, {}
        for address, wire in going.items():
            controller.known[address] = wire
            controller.sent_ns[address] = now_ns
            controller.echoes.setdefault(address, deque(maxlen=32)).append((now_ns, wire))
        datagrams = packed([self._encode(address, wire) for address, wire in going.items()])
        if now_ns - controller.state_sent_ns >= STATE and self.state:
            controller.state_sent_ns = now_ns
            datagrams += self._encode_state()
        return datagrams

    def _encode(self, address: str, value: WireValue) -> bytes:
        """A message, encoded once for all who get it."""
        encoded = self._encoded.get(address)
        if encoded is None or encoded[0] != value or type(encoded[0]) is not type(value):
            encoded = self._encoded[address] = value, message(address, value)
        return encoded[1]

    def _encode_state(self) -> list[bytes]:
        state = self.state
        if self._state_encoded[0] is not state:
            self._state_encoded = state, packed([message(address, value) for address, value in state.items()])
        return self._state_encoded[1]

    def _forget(self, source: Source) -> None:
        if source not in self._always:
            self._controllers.pop(source, None)


def _as_sent(value: Value) -> WireValue:
    """As the wire will carry it: single precision, so that an echo is recognised to the bit."""
    if isinstance(value, float):
        return float(struct.unpack(">f", struct.pack(">f", value))[0])
    assert value is not None
    return value


def message(address: str, value: WireValue) -> bytes:
    """One value as OSC. Switches go as 0 and 1: Max takes no T and F."""
    return codec.encode(address, [int(value) if isinstance(value, bool) else value])


def packed(messages: Sequence[bytes]) -> list[bytes]:
    """One message goes bare, several in bundles."""
    return list(messages) if len(messages) == 1 else codec.bundles(messages)
