"""Feedback: accepted values go to every controller but the one that sent them, and the show's state to all.

Opens no socket and reads no clock: `due` says which datagrams go where at the time that is handed in.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

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

CONTROLLERS = 64
"""Controllers that get feedback at once."""

WireValue = float | bool | str


@dataclass(slots=True)
class _Controller:
    """What one controller has on its screen, as far as we know."""

    heard_ns: int
    known: dict[str, WireValue] = field(default_factory=dict)
    pending: dict[str, WireValue] = field(default_factory=dict)
    sent_ns: dict[str, int] = field(default_factory=dict)
    touched_ns: dict[str, int] = field(default_factory=dict)
    echoes: dict[str, deque[tuple[int, WireValue]]] = field(default_factory=dict)  # sent lately, may come back
    replies: dict[str, WireValue] = field(default_factory=dict)  # answers, not throttled
    state_sent_ns: int = 0


class Feedback:
    """Thread-safe: `received` and `due` are the socket thread's, `publish` the live loop's."""

    def __init__(self, targets: Iterable[Source] = ()) -> None:
        self._lock = Lock()
        self._always = frozenset(targets)
        self._controllers: dict[Source, _Controller] = {target: _Controller(0) for target in self._always}
        self.values: dict[str, WireValue] = {}  # newest value of every address that was published
        self.state: dict[str, WireValue] = {}

    def received(self, source: Source, now_ns: int) -> None:
        """A message came from this controller: it gets feedback from now on."""
        with self._lock:
            controller = self._controllers.get(source)
            if controller is not None:
                controller.heard_ns = now_ns
                return
            if len(self._controllers) - len(self._always) >= CONTROLLERS:
                self._forget(min(self._controllers.keys() - self._always, key=lambda s: self._controllers[s].heard_ns))
            self._controllers[source] = _Controller(now_ns)

    def disconnected(self, source: Source) -> None:
        """A controller's connection is closed: it gets nothing more."""
        with self._lock:
            self._forget(source)

    def is_echo(self, source: Source, address: str, value: WireValue, now_ns: int) -> bool:
        """Whether this controller only repeats what it was sent; two that echo each other would never rest."""
        with self._lock:
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

    def publish(self, address: str, value: Value, by: Source | None, now_ns: int) -> None:
        """A value was accepted from `by`; None when nobody in particular set it."""
        if value is None:
            return
        sent = _as_sent(value)
        with self._lock:
            self.values[address] = sent
            for source, controller in self._controllers.items():
                if source == by:
                    controller.known[address] = sent
                    controller.touched_ns[address] = now_ns
                    controller.pending.pop(address, None)
                elif controller.known.get(address) == sent:
                    controller.pending.pop(address, None)
                else:
                    controller.pending[address] = sent

    def differs(self, address: str, value: Value) -> bool:
        """Whether this is another value than was published last."""
        return value is not None and self.values.get(address) != _as_sent(value)

    def publish_state(self, state: Mapping[str, Value]) -> None:
        """The show's newest state; it goes to every controller ten times a second."""
        self.state = {address: _as_sent(value) for address, value in state.items() if value is not None}

    def reply(self, source: Source, values: Mapping[str, Value]) -> None:
        """Everything in `values` to one controller at once, whatever it knows already."""
        with self._lock:
            controller = self._controllers.get(source)
            if controller is not None:
                controller.replies.update({a: _as_sent(v) for a, v in values.items() if v is not None})

    def due(self, now_ns: int) -> list[tuple[Source, bytes]]:
        """The datagrams that go out now, and to whom."""
        with self._lock:
            for source in [s for s, c in self._controllers.items() if now_ns - c.heard_ns > LISTENS]:
                self._forget(source)  # those of the settings stay
            return [
                (source, datagram)
                for source, controller in self._controllers.items()
                for datagram in _packed(self._due_to(controller, now_ns))
            ]

    def _due_to(self, controller: _Controller, now_ns: int) -> dict[str, WireValue]:
        going, controller.replies = controller.replies, {}
        for address in list(controller.pending):
            fresh = now_ns - controller.sent_ns.get(address, -APART) < APART
            if fresh or now_ns - controller.touched_ns.get(address, -TOUCH) < TOUCH:
                continue
            going[address] = controller.pending.pop(address)
        for address, sent in going.items():
            controller.known[address] = sent
            controller.sent_ns[address] = now_ns
            controller.echoes.setdefault(address, deque(maxlen=32)).append((now_ns, sent))
        if now_ns - controller.state_sent_ns >= STATE and self.state:
            controller.state_sent_ns = now_ns
            going.update(self.state)
        return going

    def _forget(self, source: Source) -> None:
        if source not in self._always:
            self._controllers.pop(source, None)


def _as_sent(value: Value) -> WireValue:
    """As the wire will carry it: single precision, so that an echo is recognised to the bit."""
    if isinstance(value, float):
        return float(struct.unpack(">f", struct.pack(">f", value))[0])
    assert value is not None
    return value


def _packed(values: Mapping[str, WireValue]) -> list[bytes]:
    """One message goes bare, several in bundles. Switches go as 0 and 1: Max takes no T and F."""
    messages = [codec.encode(a, [int(v) if isinstance(v, bool) else v]) for a, v in values.items()]
    return messages if len(messages) == 1 else codec.bundles(messages)
