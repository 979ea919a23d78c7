"""A cloud in memory: nodes with clocks of their own, and a network that loses, delays, doubles, reorders and parts.

Everything happens in one thread at times that a seed decides, so that whatever fails fails again.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from installation.cloud.messages import Figures, Message, encoded
from installation.cloud.node import Node
from installation.cloud.roll import Roll
from installation.model import ticks
from installation.model.ticks import SECOND

MS = 1_000_000
VERSION = {"score": "a", 'scene "mural"': "b"}


class Tape:
    """A show that is nothing but all it was given, in order: equal where the same controls acted at the same ticks."""

    def __init__(self) -> None:
        self.tick = 0
        self.sum = b""
        self.taken: Counter[tuple[object, ...]] = Counter()

    def step(self, items: list[tuple[str, tuple[object, ...]]]) -> None:
        for address, arguments in items:
            self.sum = blake2b(self.sum + repr((self.tick, address, arguments)).encode(), digest_size=8).digest()
            self.taken[address, arguments] += 1
        self.tick += 1

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode((self.tick, self.sum, list(self.taken.items())))

    def restore(self, data: bytes) -> None:
        tick, self.sum, taken = msgspec.msgpack.decode(data)
        self.tick = tick
        self.taken = Counter({(key[0], tuple(key[1])): many for key, many in taken})

    def figures(self) -> Figures:
        return Figures(self.tick, (0, *self.sum), b"")


@dataclass
class Weather:
    """What the network does; times in milliseconds."""

    loss: float = 0.0
    doubled: float = 0.0
    least: float = 0.2
    jitter: float = 1.0
    late: float = 0.0  # share that comes up to `late_ms` later
    late_ms: float = 80.0


@dataclass
class Machine:
    """A node, its show and its clock."""

    name: str
    node: Node
    tape: Tape
    offset: int
    ppm: float
    up: bool = True
    runs: bool = True  # False: stopped
    inbox: list[tuple[str, bytes]] = field(default_factory=list)  # while stopped
    refused: Counter[str] = field(default_factory=Counter)
    sums: dict[int, bytes] = field(default_factory=dict)  # at each tenth of a second of the show
    stepped: dict[int, int] = field(default_factory=dict)  # true time of each tick
    conducted: list[tuple[int, int]] = field(default_factory=list)  # true time and term of each line it said


class Cloud:
    """Machines by name, and the network between them. `now` is true time, ns."""

    def __init__(self, seed: int, weather: Weather | None = None, conduct: str = "auto", **options: int) -> None:
        self.chance = random.Random(seed)
        self.weather = weather or Weather()
        self.now = 0
        self.machines: dict[str, Machine] = {}
        self.parted: Callable[[str, str], bool] = lambda a, b: False
        self.said: Counter[str] = Counter()  # bytes by kind of message
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = 0
        self._lives = 0
        self._conduct, self._options = conduct, options

    def at(self, when: int, what: Callable[[], None]) -> None:
        self._serial += 1
        heapq.heappush(self._heap, (when, self._serial, what))

    def run(self, seconds: float) -> None:
        until = self.now + int(seconds * SECOND)
        while self._heap and self._heap[0][0] <= until:
            self.now, _, what = heapq.heappop(self._heap)
            what()
        self.now = until

    # machines

    def add(self, name: str, named: tuple[str, ...] = (), version: dict[str, str] | None = None) -> Machine:
        self._lives += 1
        offset, ppm = self.chance.randint(-1000 * SECOND, 1000 * SECOND), self.chance.uniform(-50, 50)
        refused: Counter[str] = Counter()

        def refuse(reason: str, what: str, node: str) -> None:
            refused[reason] += 1

        def send(to: str, message: Message) -> None:
            self._send(name, to, message)

        node = Node(
            Roll(name, named),
            VERSION if version is None else version,
            send,
            lambda address, arguments: None,
            refuse,
            self._clock(offset, ppm),
            life=self._lives,
            conduct=self._conduct,
            **self._options,
        )
        machine = Machine(name, node, Tape(), offset, ppm, refused=refused)
        self.machines[name] = machine
        self.at(self.now + self.chance.randint(0, 8 * MS), lambda: self._turn(machine))
        return machine

    def _clock(self, offset: int, ppm: float) -> int:
        return self.now + int(self.now * ppm / 1e6) + offset

    def time(self, machine: Machine) -> int:
        return self._clock(machine.offset, machine.ppm)

    def kill(self, name: str) -> None:
        """Its process is gone; the system closes its connections."""
        self.machines.pop(name).up = False
        for other in list(self.machines.values()):
            self.at(self.now + 20 * MS, lambda other=other: self._gone(other, name))  # type: ignore[misc]

    def _gone(self, machine: Machine, name: str) -> None:
        if machine.up and name not in self.machines:
            machine.node.gone(name, self.time(machine))

    def stop(self, name: str) -> None:
        self.machines[name].runs = False

    def go_on(self, name: str) -> None:
        machine = self.machines[name]
        machine.runs = True
        self._turn(machine, once=True)  # what waited in its socket is read by another thread a moment later
        inbox, machine.inbox = machine.inbox, []
        for sender, data in inbox[:200]:
            machine.node.hear_data(sender, data, self.time(machine))

    def _turn(self, machine: Machine, once: bool = False) -> None:
        if not machine.up:
            return
        if not once:
            self.at(self.now + 8 * MS + self.chance.randint(0, MS), lambda: self._turn(machine))
        if not machine.runs:
            return
        node, tape, now = machine.node, machine.tape, self.time(machine)
        node.turn(now)
        if node.state is not None:
            tape.restore(node.state.snapshot)
            node.restored(True, now)
        if node.wished:
            node.answer(tape.snapshot(), tape.tick)
        for _ in range(node.due(now, tape.tick)):
            tape.step([(address, arguments) for address, arguments, _, _ in node.items(tape.tick)])
            machine.stepped[tape.tick] = self.now
            if tape.tick % 12 == 0:
                machine.sums[tape.tick] = tape.sum
            if tape.tick % ticks.RATE == 0:
                node.figures(tape.figures(), now)

    # the network

    def _send(self, sender: str, to: str, message: Message) -> None:
        data = encoded(message)
        kind = type(message).__name__
        if kind == "Line" and to == "":
            self.machines[sender].conducted.append((self.now, self.machines[sender].node.term[0]))
        for name in [to] if to else [name for name in self.machines if name != sender]:
            self.said[kind] += len(data)
            if self.parted(sender, name) or self.chance.random() < self.weather.loss:
                continue
            for _ in range(2 if self.chance.random() < self.weather.doubled else 1):
                self.at(self.now + self._delay(), lambda name=name: self._arrive(name, sender, data))  # type: ignore[misc]

    def _delay(self) -> int:
        weather = self.weather
        delay = weather.least + self.chance.expovariate(1.0) * weather.jitter
        if self.chance.random() < weather.late:
            delay += self.chance.uniform(0.0, weather.late_ms)
        return int(delay * MS)

    def _arrive(self, name: str, sender: str, data: bytes) -> None:
        machine = self.machines.get(name)
        if machine is None:
            return
        if machine.runs:
            machine.node.hear_data(sender, data, self.time(machine))
        else:
            machine.inbox.append((sender, data))

    # what was seen

    def play(self, seconds: float, rate: float) -> list[tuple[str, tuple[object, ...]]]:
        """So many seconds with so many controls a second, at any node; those that were said."""
        said: list[tuple[str, tuple[object, ...]]] = []
        until = self.now + int(seconds * SECOND)

        def speak() -> None:
            running = [m for m in self.machines.values() if m.runs and m.node.born and m.node.room > 0]
            if running:
                control = ("/x", (len(said),))
                said.append(control)
                self.chance.choice(running).node.ask(*control)
            if self.now < until:
                self.at(self.now + int(SECOND / rate), speak)

        self.at(self.now, speak)
        self.run(seconds)
        return said

    def disagreements(self, since: int = 0) -> list[int]:
        """Ticks at which two machines were another show."""
        seen: dict[int, set[bytes]] = {}
        for machine in self.machines.values():
            for tick, made in machine.sums.items():
                if tick >= since:
                    seen.setdefault(tick, set()).add(made)
        return sorted(tick for tick, sums in seen.items() if len(sums) > 1)

    def conductors(self) -> list[str]:
        return [name for name, machine in self.machines.items() if machine.node.conducting]
