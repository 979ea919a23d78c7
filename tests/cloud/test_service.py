"""A show, a desk and a service on each of two machines, with a wire of the test between them: one show, one journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from installation import addresses
from installation.cloud.desk import CloudDesk
from installation.cloud.messages import State, encoded
from installation.cloud.service import AT_ONCE, CloudService, SharedBeat
from installation.controls import Accepted
from installation.foundation.errors import Mistake
from installation.live.calendar import CALENDAR
from installation.model.ticks import SECOND
from installation.remote.inbox import Source
from installation.show import advance
from installation.status import Status
from installation.venue.cloud import CloudSettings
from tests.harness.rehearsal import rehearsal
from tests.harness.waiting import free_ports, until

HAND = Source("udp", "10.0.0.9", 9000)
VERSION = {"seed": "1"}


class Hub:
    """Between all services of a test: whatever is sent arrives at once."""

    def __init__(self) -> None:
        self.hears: dict[str, Callable[[str, bytes], None]] = {}

    def opened(self, name: str) -> Callable[[int, Callable[[str, bytes], None], Callable[[str], None]], Link]:
        def link(life: int, hear: Callable[[str, bytes], None], gone: Callable[[str], None]) -> Link:
            self.hears[name] = hear
            return Link(self, name)

        return link


class Link:
    def __init__(self, hub: Hub, name: str) -> None:
        self._hub, self._name = hub, name

    def send(self, node: str, data: bytes) -> None:
        for name, hear in list(self._hub.hears.items()):
            if name != self._name and node in ("", name):
                hear(self._name, data)

    def close(self) -> None:
        self._hub.hears.pop(self._name, None)


class Sockets:
    """Between all services of a test: eclipse-zenoh on ports of this machine."""

    def __init__(self) -> None:
        self._ports = dict(zip(("left", "right"), free_ports(2), strict=True))

    def opened(self, name: str) -> Callable[[int, Callable[[str, bytes], None], Callable[[str], None]], Any]:
        from installation.cloud.wire import Wire

        others = tuple(f"127.0.0.1:{port}" for other, port in self._ports.items() if other != name)
        settings = CloudSettings(port=self._ports[name], connect=others)
        return lambda life, hear, gone: Wire("test", name, life, settings, hear, gone)


class Place:
    """A machine."""

    def __init__(self, hub: Hub | Sockets, folder: Path, name: str, version: dict[str, str] | None = None) -> None:
        self.show, self.closed = rehearsal(), False
        settings = CloudSettings(nodes=("left", "right"), lead_ms=50)
        known = VERSION if version is None else version
        self.service = CloudService(
            "test", name, settings, known, self.show, time.monotonic_ns, hub.opened(name), time.time_ns() // 1000
        )
        self.journal: list[tuple[int, str, tuple[Any, ...]]] = []
        self.desk = CloudDesk(self.show, folder / name, self.service, (), self.write)
        self.beat = SharedBeat(self.service, self.show)

    def write(self, tick: int, accepted: Accepted) -> None:
        self.journal.append((tick, accepted.address, accepted.arguments))

    def step(self) -> None:
        now = time.monotonic_ns()
        for _ in range(self.beat.due(now)):
            advance(self.show, self.desk, (self.service,), now)

    def say(self, address: str, *arguments: object, source: Source = HAND) -> None:
        self.desk.receive(address, arguments, source, time.monotonic_ns())

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.service.close()
            self.desk.close()


@contextmanager
def places(hub: Hub | Sockets, folder: Path) -> Iterator[tuple[Place, Place]]:
    """Two machines in one show, the left one conducts."""
    left = Place(hub, folder, "left")
    try:
        played([left], lambda: left.show.tick > 0)
        right = Place(hub, folder, "right")
        try:
            played([left, right], lambda: right.show.tick > 0)
            yield left, right
        finally:
            right.close()
    finally:
        left.close()


def played(those: list[Place], true: Callable[[], object]) -> None:
    def turn() -> object:
        for place in those:
            place.step()
        return true()

    until(turn, "what machines do")


def test_what_comes_in_at_one_acts_at_the_same_tick_on_both(tmp_path: Path) -> None:
    with places(Hub(), tmp_path) as (left, right):
        right.say(addresses.HUE, 0.25)
        right.say("/sleeper/3/hue", 0.5)
        left.say(addresses.UNREST, 0.5)
        left.say(addresses.DATE, "2026-05-01", source=CALENDAR)
        right.say(addresses.DATE, "2027-05-01", source=CALENDAR)  # the house speaks where it conducts
        played([left, right], lambda: len(left.journal) >= 6 and len(right.journal) >= 6)
        assert left.journal == right.journal
        said = {address for _, address, _ in left.journal}
        assert said == {addresses.HUE, addresses.UNREST, addresses.DATE, addresses.CHANGE, "/sleeper/3/hue"}
        assert left.show.date == right.show.date == "2026-05-01"
        played([left, right], lambda: ", 1 others" in right.service.gauge(Status()).cloud)
        assert right.service.line.startswith("cloud test: right follows left, term ")


def test_two_machines_meet_on_a_real_network(tmp_path: Path) -> None:
    pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")
    with places(Sockets(), tmp_path) as (left, right):
        right.say(addresses.HUE, 0.25)
        left.say(addresses.UNREST, 0.5)
        played([left, right], lambda: len(left.journal) >= 4 and len(right.journal) >= 4)
        assert left.journal == right.journal
        left.close()
        played([right], lambda: right.service.conducting)
        tick = right.show.tick
        right.say(addresses.HUE, 0.5)
        played([right], lambda: right.show.tick > tick + 60 and right.journal[-1][2] == (0.5,))


@pytest.mark.parametrize("wires", [Hub, Sockets])
def test_a_link_that_broke_for_good_is_made_anew(
    wires: type[Hub | Sockets], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if wires is Sockets:
        pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")
    monkeypatch.setattr("installation.cloud.service.DEAF", SECOND // 2)
    with places(wires(), tmp_path) as (left, right):
        for place in (left, right):
            place.service._wire.close()
        right.say(addresses.HUE, 0.25)
        left.say(addresses.UNREST, 0.5)
        for place in (left, right):
            aim = place.show.glides.aim_of
            played([left, right], lambda aim=aim: (aim(addresses.HUE), aim(addresses.UNREST)) == (0.25, 0.5))  # type: ignore[misc]
        assert left.service.conducting != right.service.conducting


def test_a_sweep_is_one_change_though_it_acts_later(tmp_path: Path) -> None:
    with places(Hub(), tmp_path) as (left, right):
        for value in (0.1, 0.2, 0.3):
            right.say(addresses.HUE, value)
            before = right.show.tick
            played([left, right], lambda before=before: right.show.tick > before + 2)  # type: ignore[misc]
        played([left, right], lambda: left.show.glides.aim_of(addresses.HUE) == 0.3)
        assert [address for _, address, _ in left.journal].count(addresses.CHANGE) == 1
        left.say(addresses.UNDO)
        played([left, right], lambda: right.show.glides.aim_of(addresses.HUE) == 0.0)


def test_a_snapshot_that_is_none_leaves_the_show_as_it_was(tmp_path: Path) -> None:
    with places(Hub(), tmp_path) as (_, right):
        before, moved = right.show.snapshot(), []
        right.service.moved.append(moved.append)
        node = right.service.node
        node.correction.state = State(1, "left", 0, right.show.tick, right.show.tick + 4, b"\x80", ())
        right.beat.due(0)
        assert right.show.snapshot() == before
        assert (node.state, moved, right.service.counters.refused["snapshot"]) == (None, [], 1)


def test_a_jump_is_told_to_whoever_must_know(tmp_path: Path) -> None:
    hub = Hub()
    left = Place(hub, tmp_path, "left")
    right = Place(hub, tmp_path, "right")
    jumped: list[int] = []
    right.service.moved.append(lambda show: jumped.append(show.tick))
    try:
        played([left, right], lambda: left.service.conducting and right.show.tick > 0)
        joined = len(jumped)
        right.show.community.phase = right.show.community.phase + 1.0  # another show than the left one's
        played([left, right], lambda: len(jumped) > joined)
        assert right.service.node.corrections == 1
        assert len(jumped) == joined + 1
    finally:
        left.close()
        right.close()


def test_a_flood_is_counted_and_the_others_are_heard(tmp_path: Path) -> None:
    hub = Hub()
    with places(hub, tmp_path) as (left, right):
        for _ in range(20 * AT_ONCE):
            hub.hears["left"]("right", b"\x00")
            hub.hears["left"](f"stranger {_ % 999}", encoded(State(9, "x", 0, 0, 1, b"", ())))
        assert left.service.counters.refused["flood"] > AT_ONCE
        tick = left.show.tick
        right.say(addresses.HUE, 0.25)
        played([left, right], lambda: right.show.tick > tick + 60)
        played([left, right], lambda: left.show.glides.aim_of(addresses.HUE) == 0.25)


def test_who_plays_another_version_ends_and_says_why(tmp_path: Path) -> None:
    hub = Hub()
    with closing(Place(hub, tmp_path, "left")) as left:
        played([left], lambda: left.show.tick > 0)
        with (
            closing(Place(hub, tmp_path, "right", {"seed": "2"})) as right,
            pytest.raises(Mistake, match="--cloud test: left plays another show: seed is 2 and not 1"),
        ):
            played([left, right], lambda: right.show.tick > 0)
