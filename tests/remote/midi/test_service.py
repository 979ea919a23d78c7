"""Devices that are there, go and come back: the service's own thread at pseudo-terminals."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from installation.remote.desk import Desk
from installation.remote.inbox import STAFF
from installation.remote.midi import maps
from installation.remote.midi.maps import DeviceMap, Map
from installation.remote.midi.service import MidiService
from installation.show import Show
from installation.venue.settings import Midi
from tests.harness.faders import Faders
from tests.harness.rehearsal import tick
from tests.harness.waiting import until


@pytest.fixture
def controller() -> Iterator[Faders]:
    one = Faders()
    yield one
    with suppress(OSError):
        one.unplug()


@contextmanager
def hearing(desk: Desk, show: Show, folder: Path, *paths: str, **more: object) -> Iterator[MidiService]:
    service = MidiService(desk, Midi(enabled=True, ports=paths, **more), folder, show.score)  # type: ignore[arg-type]
    service.start()
    try:
        yield service
    finally:
        service.close()
        assert not service.alive


def played(show: Show, desk: Desk, true: Callable[[], object], what: str) -> None:
    """The show goes on until something is true of it."""

    def turned() -> object:
        tick(show, desk)
        return true()

    until(turned, what)


def aim(show: Show, address: str) -> object:
    return show.glides.aims()[address]


def mapped(folder: Path, controller: Faders, *found: Map, motors: bool = True) -> None:
    maps.write(maps.file(folder, controller.name), DeviceMap(motors, map=found))


def test_a_fader_plays_the_show_and_is_told_what_others_do(
    show: Show, desk: Desk, controller: Faders, tmp_path: Path
) -> None:
    mapped(tmp_path, controller, Map("/light/glow", 1), Map("/show/go", 36, kind="note"))
    with hearing(desk, show, tmp_path, controller.path) as service:
        until(lambda: service.devices)
        controller.send(bytes((0xB0, 1, 0)))
        played(show, desk, lambda: aim(show, "/light/glow") == 0.0, "the fader")
        controller.send(bytes((0x90, 36, 90)))
        played(show, desk, lambda: show.moment().section == "storm", "the pad")
        played(show, desk, lambda: bytes((0xB0, 1, round(0.9 * 127))) in controller.hear(), "what the section set")
        assert service.trouble == ""


def test_what_is_moved_next_is_learnt_kept_and_forgotten(
    show: Show, desk: Desk, controller: Faders, tmp_path: Path
) -> None:
    path = maps.file(tmp_path, controller.name)
    with hearing(desk, show, tmp_path, controller.path) as service:
        until(lambda: service.devices)
        desk.receive("/midi/learn", ["/light/glow"], STAFF, 0)
        until(lambda: "move what is to be /light/glow" in service.trouble)
        controller.send(bytes((0xB2, 5, 60, 5, 61)))
        until(path.exists)
        assert maps.read(path, desk.table).map == (Map("/light/glow", 5, 3),)
        until(lambda: service.trouble == "")
        controller.send(bytes((0xB2, 5, 64, 5, 100)))
        played(show, desk, lambda: aim(show, "/light/glow") == pytest.approx(100 / 127), "the knob")
        path.write_text('motors = true\n[[map]]\ncontrol = "/light/trails"\ncc = 9\n', encoding="utf-8")  # by hand
        until(lambda: service._plugged[controller.name].device.map.motors)
        controller.send(bytes((0xB0, 9, 127)))
        played(show, desk, lambda: aim(show, "/light/trails") == 1.0, "the other knob")
        desk.receive("/midi/forget", ["/light/trails"], STAFF, 0)
        until(lambda: maps.read(path, desk.table).map == ())


def test_what_cannot_be_learnt_is_refused(show: Show, desk: Desk, tmp_path: Path) -> None:
    desk.receive("/midi/learn", ["/light/glow"], STAFF, 0)
    assert "hears no MIDI" in desk.counters.latest
    service = MidiService(desk, Midi(), tmp_path, show.score)
    for address in ("/state/fps", "/nothing", "/preset/morph"):
        desk.receive("/midi/learn", [address], STAFF, 0)
        assert "/midi/learn takes the address of a control" in desk.counters.latest
    service.close()


def test_a_wrong_map_is_said_and_not_written_over(show: Show, desk: Desk, controller: Faders, tmp_path: Path) -> None:
    path = maps.file(tmp_path, controller.name)
    path.write_text("[[map]]\ncc = 5\n", encoding="utf-8")
    with hearing(desk, show, tmp_path, controller.path) as service:
        until(lambda: "[[map]] 1 control is missing" in service.trouble)
        desk.receive("/midi/learn", ["/light/glow"], STAFF, 0)
        controller.send(bytes((0xB0, 5, 60, 5, 61)))
        until(lambda: "nothing was learnt" in desk.counters.latest)
        assert path.read_text(encoding="utf-8") == "[[map]]\ncc = 5\n"


def test_a_device_is_found_again_by_its_name(show: Show, desk: Desk, tmp_path: Path) -> None:
    first, link = Faders(), tmp_path / "faders"
    link.symlink_to(first.path)
    maps.write(maps.file(tmp_path, "faders"), DeviceMap(True, map=(Map("/light/glow", 1),)))
    with hearing(desk, show, tmp_path, str(link)) as service:
        until(lambda: service.devices == ("faders",))
        first.unplug()
        link.unlink()
        until(lambda: not service.devices)
        until(lambda: "is not there (yet)" in service.trouble)
        again = Faders()
        link.symlink_to(again.path)
        until(lambda: service.devices)
        again.send(bytes((0xB0, 1, 127)))
        played(show, desk, lambda: aim(show, "/light/glow") == 1.0, "the fader that is back")
        again.unplug()


def test_floods_noise_and_exclusives_lose_nothing_that_counts(
    show: Show, desk: Desk, controller: Faders, tmp_path: Path
) -> None:
    mapped(tmp_path, controller, Map("/light/glow", 1), Map("/dream/unrest", 2), Map("/show/go", 36, kind="note"))
    draw = random.Random(1)
    with hearing(desk, show, tmp_path, controller.path) as service:
        until(lambda: service.devices)
        controller.send(b"".join(bytes((0xB0, 1 + k % 2, draw.randrange(128))) for k in range(52_000)))  # 156 kB
        controller.send(bytes((0x90, 36, 1)) * 5_000)  # more presses than anybody has hands for
        controller.send(draw.randbytes(50_000))
        controller.send(b"\xf0" + bytes(1_000_000) + b"\xf7")
        controller.send(bytes((0xB0, 1, 127, 2, 0)))
        played(show, desk, lambda: aim(show, "/light/glow") == 1.0 and aim(show, "/dream/unrest") == -1.0, "the last")
        assert desk.counters.refused.get("midi", 0) > 0
        assert service.alive
        assert len(desk.inbox) < 100


def test_a_clock_moves_the_breath_and_is_no_hand(show: Show, desk: Desk, controller: Faders, tmp_path: Path) -> None:
    with hearing(desk, show, tmp_path, controller.path, timecode=True) as service:
        until(lambda: service.devices)
        controller.send(bytes((0xF0, 0x7F, 0x7F, 1, 1, 1 << 5, 11, 0, 0, 0xF7)))
        played(show, desk, lambda: show.moment().section == "storm", "the timecode")
