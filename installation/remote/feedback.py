"""What controllers are told: accepted values to everyone but the hand that moved, and the state of the show.

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
"""Nanoseconds, as everywhere here: a controller is told things this long after it last spoke."""

APART = SECOND // 30
"""Between two values of one address to one controller."""

TOUCH = SECOND // 4
"""A hand that moved a fader this lately isn't answered; what others set meanwhile follows when it rests."""

ECHO = SECOND // 2
"""A value that comes back this soon after it was told is the controller's echo, not a hand."""

STATE = SECOND // 10
"""Between two reports of the state."""

CONTROLLERS = 64
"""Controllers that are told things at once."""

Said = float | bool | str


@dataclass(slots=True)
class _Controller:
    """What one controller has on its screen, as far as we know."""

    heard: int  # ns
    known: dict[str, Said] = field(default_factory=dict)
    pending: dict[str, Said] = field(default_factory=dict)
    told_at: dict[str, int] = field(default_factory=dict)
    touched_at: dict[str, int] = field(default_factory=dict)
    awaited: dict[str, deque[tuple[int, Said]]] = field(default_factory=dict)  # told lately, may come back as an echo
    at_once: dict[str, Said] = field(default_factory=dict)  # answers, not throttled
    stated_at: int = 0


class Feedback:
    """Thread-safe: heard and flushed by the socket's thread, told by the live loop."""

    def __init__(self, targets: Iterable[Source] = ()) -> None:
        self._lock = Lock()
        self._always = frozenset(targets)
        self._controllers: dict[Source, _Controller] = {target: _Controller(0) for target in self._always}
        self.values: dict[str, Said] = {}  # newest value of every address that was told
        self.state: dict[str, Said] = {}

    def heard(self, source: Source, now_ns: int) -> None:
        """A controller spoke: it is told things from now on."""
        with self._lock:
            controller = self._controllers.get(source)
            if controller is not None:
                controller.heard = now_ns
                return
            if len(self._controllers) - len(self._always) >= CONTROLLERS:
                self._forget(min(self._controllers.keys() - self._always, key=lambda s: self._controllers[s].heard))
            self._controllers[source] = _Controller(now_ns)

    def left(self, source: Source) -> None:
        """A controller has hung up."""
        with self._lock:
            self._forget(source)

    def is_echo(self, source: Source, address: str, value: Said, now_ns: int) -> bool:
        """Whether this is a controller repeating what it was told; two that echo each other would never rest."""
        with self._lock:
            controller = self._controllers.get(source)
            awaited = controller.awaited.get(address) if controller else None
            if controller is None or not awaited:
                return False
            while awaited and now_ns - awaited[0][0] > ECHO:
                awaited.popleft()
            if any(value == told for _, told in awaited):
                while awaited.popleft()[1] != value:
                    pass
                return True
            awaited.clear()  # a hand has moved: whatever comes now is its own
            return False

    def tell(self, address: str, value: Value, by: Source | None, now_ns: int) -> None:
        """A value was accepted from `by`; None when nobody in particular set it."""
        if value is None:
            return
        said = _as_sent(value)
        with self._lock:
            self.values[address] = said
            for source, controller in self._controllers.items():
                if source == by:
                    controller.known[address] = said
                    controller.touched_at[address] = now_ns
                    controller.pending.pop(address, None)
                elif controller.known.get(address) == said:
                    controller.pending.pop(address, None)
                else:
                    controller.pending[address] = said

    def differs(self, address: str, value: Value) -> bool:
        """Whether this is another value than was told last."""
        return value is not None and self.values.get(address) != _as_sent(value)

    def say(self, state: Mapping[str, Value]) -> None:
        """The show's newest state; everybody is told ten times a second."""
        self.state = {address: _as_sent(value) for address, value in state.items() if value is not None}

    def answer(self, source: Source, values: Mapping[str, Value]) -> None:
        """Everything in `values` to one controller at once, whatever it knows already."""
        with self._lock:
            controller = self._controllers.get(source)
            if controller is not None:
                controller.at_once.update({a: _as_sent(v) for a, v in values.items() if v is not None})

    def due(self, now_ns: int) -> list[tuple[Source, bytes]]:
        """The datagrams that go out now, and to whom."""
        with self._lock:
            silent = [s for s, c in self._controllers.items() if now_ns - c.heard > LISTENS and s not in self._always]
            for source in silent:
                self._forget(source)
            return [
                (source, datagram)
                for source, controller in self._controllers.items()
                for datagram in _packed(self._due_to(controller, now_ns))
            ]

    def _due_to(self, controller: _Controller, now_ns: int) -> dict[str, Said]:
        going, controller.at_once = controller.at_once, {}
        for address in list(controller.pending):
            fresh = now_ns - controller.told_at.get(address, -APART) < APART
            if fresh or now_ns - controller.touched_at.get(address, -TOUCH) < TOUCH:
                continue
            going[address] = controller.pending.pop(address)
        for address, said in going.items():
            controller.known[address] = said
            controller.told_at[address] = now_ns
            controller.awaited.setdefault(address, deque(maxlen=32)).append((now_ns, said))
        if now_ns - controller.stated_at >= STATE and self.state:
            controller.stated_at = now_ns
            going.update(self.state)
        return going

    def _forget(self, source: Source) -> None:
        if source not in self._always:
            self._controllers.pop(source, None)


def _as_sent(value: Value) -> Said:
    """As the wire will carry it: single precision, so that an echo is recognised to the bit."""
    if isinstance(value, float):
        return float(struct.unpack(">f", struct.pack(">f", value))[0])
    assert value is not None
    return value


def _packed(values: Mapping[str, Said]) -> list[bytes]:
    """One message goes bare, several in bundles. Switches go as 0 and 1: Max takes no T and F."""
    messages = [codec.encode(a, [int(v) if isinstance(v, bool) else v]) for a, v in values.items()]
    return messages if len(messages) == 1 else codec.bundles(messages)
