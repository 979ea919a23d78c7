"""The MIDI service: a thread that hears every device, hands what its map makes of it to the desk, and tells it back.

A device that is unplugged is looked for by its name each second; a map that was changed acts as soon. Nothing that
arrives stops it: what comes too thick is coalesced to the newest value of every control.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from installation import addresses
from installation.controls import Accepted, Refused
from installation.foundation.refusal import plain
from installation.model.score import Score
from installation.model.ticks import SECOND
from installation.remote.access import TokenBucket
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.midi import maps, ports
from installation.remote.midi.device import MidiDevice
from installation.remote.midi.parser import Message
from installation.remote.midi.ports import Port, PortGone
from installation.remote.midi.timing import CHANGED, Tempo, Timecode
from installation.remote.tempo import TempoFollower
from installation.venue.settings import Midi

_log = structlog.get_logger("midi")

FOLDER = "midi"
"""Where maps are, among a show's data."""

TURN_MS = 20
LOOK_NS = SECOND
TELL_NS = SECOND // 30
BREATHER_S = 0.002
"""Between two reads of devices that say more than anybody hears."""
MUCH = 1024
"""Bytes at once that are so much."""
RATE, BURST = 2_000.0, 1_000.0
"""Messages a second, and at once, that a device may send to the desk."""
LEARNING_NS = 60 * SECOND
"""For how long a control waits to be moved."""


@dataclass
class _Plugged:
    """A device that is there."""

    port: Port
    device: MidiDevice
    path: Path
    source: Source
    bucket: TokenBucket
    stamp: int = -1  # of its map, as it was read
    wrong: str = ""
    tempo: Tempo = field(default_factory=Tempo)
    follower: TempoFollower | None = None  # of its clock
    timecode: Timecode | None = None
    said: list[tuple[str, str | float]] = field(default_factory=list)  # by clock and timecode


class MidiService:
    """Goes with a desk from `start` to `close`; `folder` has the maps."""

    def __init__(self, desk: Desk, asked: Midi, folder: Path, score: Score) -> None:
        self._desk, self._asked, self._folder, self._score = desk, asked, folder, score
        self._plugged: dict[str, _Plugged] = {}
        self._poll = select.poll()
        self._learning: tuple[str, int] | None = None  # which control, and until when (ns)
        self._forgetting: list[str] = []
        self._missing = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="midi", daemon=True)
        self.turns = 0
        desk.answers |= {addresses.LEARN: self._learn, addresses.FORGET: self._forget}

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    @property
    def trouble(self) -> str:
        """What is wrong with ports and maps, in a line; or that something is to be moved."""
        wrong = [one.wrong for one in tuple(self._plugged.values()) if one.wrong]
        learning = self._learning
        waits = [f"MIDI: move what is to be {learning[0]}"] if learning is not None else []
        return "; ".join([*waits, *filter(None, [self._missing]), *wrong])

    @property
    def devices(self) -> Sequence[str]:
        """Names of those that are there."""
        return tuple(self._plugged)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def abandon(self) -> None:
        """Forget a thread that may never come back."""
        self._ending.set()

    def close(self) -> None:
        """Give all ports back."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=5.0)

    # what is asked

    def _learn(self, accepted: Accepted, source: Source) -> None:
        address = str(accepted.value)
        try:
            maps.check(maps.Map(control=address), self._desk.table)
        except Refused as refused:
            raise Refused("midi", f"{addresses.LEARN} takes the address of a control: {refused}") from None
        for one in self._plugged.values():
            one.device.attend()
        self._learning = address, time.monotonic_ns() + LEARNING_NS

    def _forget(self, accepted: Accepted, source: Source) -> None:
        self._forgetting.append(str(accepted.value))

    # the thread

    def _run(self) -> None:
        look, tell = 0, 0
        try:
            while not self._ending.is_set():
                self.turns += 1
                now = time.monotonic_ns()
                if now >= look:
                    self._look(now)
                    look = now + LOOK_NS
                if now >= tell:
                    self._tell(now)
                    tell = now + TELL_NS
                self._turn()
        finally:
            for name in list(self._plugged):
                self._unplug(name, "")

    def _turn(self) -> None:
        ready = {number for number, _ in self._poll.poll(TURN_MS)} if self._plugged else set()
        if not self._plugged:
            self._ending.wait(TURN_MS / 1e3)
        much = False
        for name, one in list(self._plugged.items()):
            if one.port.fileno in ready:
                try:
                    data = one.port.read()
                except PortGone as gone:
                    self._unplug(name, str(gone))
                    continue
                much |= len(data) >= MUCH
                self._hear(one, data, time.monotonic_ns())
        if much:
            self._ending.wait(BREATHER_S)

    def _hear(self, one: _Plugged, data: bytes, now: int) -> None:
        if self._learning is not None:
            self._bind(one, data, *self._learning, now)
            return
        for address, arguments in one.device.hear(data, now):
            if one.bucket.has(now):
                one.bucket.take()
                self._desk.receive(address, arguments, one.source, now)
            else:
                self._desk.counters.refuse("midi", f"more than {RATE:g} a second", one.source, now)
        for address, value in one.said:
            self._desk.receive(address, [value], one.source._replace(link="clock"), now)
        one.said.clear()

    def _bind(self, one: _Plugged, data: bytes, address: str, until: int, now: int) -> None:
        """What is moved now is this control from now on."""
        learnt = one.device.learn(data, address)
        if now > until:
            self._learning = None
        if learnt is None:
            return
        self._learning = None
        if one.wrong:
            self._desk.counters.refuse("midi", f"nothing was learnt: {one.wrong}", one.source, now)
            return
        self._keep(one, one.device.map.learnt(learnt))
        what = "its wheel" if learnt.kind == "pitch" else f"{learnt.kind} {learnt.cc}"
        _log.info(f"{one.device.name}: {what} of channel {learnt.channel} is {address} now")

    def _keep(self, one: _Plugged, found: maps.DeviceMap) -> None:
        one.device.wear(found, self._desk.table)
        try:
            maps.write(one.path, found)
            one.stamp = _stamp(one.path)
        except OSError as error:
            one.wrong = f"MIDI: the map is not kept: {error.strerror}: {one.path}"

    def _tell(self, now: int) -> None:
        """Faders and rings to where controls are."""
        for name, one in list(self._plugged.items()):
            told = one.device.feedback(now)
            if told:
                try:
                    one.port.write(told)
                except PortGone as gone:
                    self._unplug(name, str(gone))

    # who is there

    def _look(self, now: int) -> None:
        if self._learning is not None and now > self._learning[1]:
            self._learning = None
        there = ports.found(self._asked.ports)
        for name in [name for name in self._plugged if name not in there]:
            self._unplug(name, "it is not there any more")
        for name, opener in there.items():
            if name not in self._plugged:
                self._plug(name, opener, now)
        wanted = ", ".join(self._asked.ports) or "any device"
        self._missing = "" if self._plugged else ports.reachable() or f"MIDI: {plain(wanted)} is not there (yet)"
        forgotten, self._forgetting = self._forgetting, []
        for one in self._plugged.values():
            self._reread(one)
            for address in forgotten:
                if any(m.control == address for m in one.device.map.map):
                    self._keep(one, one.device.map.forgotten(address))

    def _plug(self, name: str, opener: ports.Opener, now: int) -> None:
        try:
            port = opener()
        except Exception as error:  # a library may raise anything; it is tried again in a second
            _log.debug(f"{plain(name)} can't be opened", why=str(error))
            return
        device = MidiDevice(name, self._desk.feedback.values)
        source = Source("midi", plain(name))
        one = _Plugged(port, device, maps.file(self._folder, name), source, TokenBucket(RATE, BURST, now))
        if self._asked.clock_beats:
            one.follower = TempoFollower(self._asked.clock_beats, self._desk.table, CHANGED)
        if self._asked.timecode:
            sections = self._score.section
            one.timecode = Timecode([s.name for s in sections], [s.whole for s in sections])
        device.timing = lambda message: self._time(one, message)
        self._plugged[name] = one
        self._poll.register(port.fileno, select.POLLIN)
        self._reread(one)
        _log.info(f"{plain(name)} is here")

    def _unplug(self, name: str, why: str) -> None:
        one = self._plugged.pop(name)
        self._poll.unregister(one.port.fileno)
        one.port.close()
        if why:
            _log.info(f"{plain(name)} is gone: {why}")

    def _reread(self, one: _Plugged) -> None:
        """Its map, where it was changed."""
        stamp = _stamp(one.path)
        if stamp == one.stamp:
            return
        one.stamp = stamp
        try:
            one.device.wear(maps.read(one.path, self._desk.table), self._desk.table)
            one.wrong = ""
        except ValueError as error:
            one.wrong = f"MIDI: {plain(str(error))}"

    def _time(self, one: _Plugged, message: Message) -> None:
        now = time.monotonic_ns()
        if message.kind == "clock" and one.follower is not None:
            tempo = one.tempo.clock(now)
            if tempo is not None:
                one.said += one.follower.take(tempo)
        elif one.timecode is not None:
            section = one.timecode.take(message)
            if section is not None:
                one.said.append((addresses.SECTION, section))


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
