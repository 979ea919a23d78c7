"""What a device's bytes mean, by its map: every kind, soft take-over, what faders and rings are told, learning."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from installation.controls import TABLE, Value
from installation.model.ticks import SECOND
from installation.remote.midi.device import MidiDevice
from installation.remote.midi.fader import Said
from installation.remote.midi.maps import DeviceMap, Kind, Map

UNREST, GLOW, PHASE = "/dream/unrest", "/light/glow", "/show/phase"


def device(*maps: Map, motors: bool = False, **values: Value) -> tuple[MidiDevice, dict[str, Value]]:
    known: dict[str, Value] = {UNREST: 0.0, GLOW: 0.5, "/dream/mend": False, "/sleeper/12/hue": 0.5, **values}
    one = MidiDevice("test", known)
    one.wear(DeviceMap(motors=motors, map=maps), TABLE)
    return one, known


def cc(number: int, value: int, channel: int = 1) -> bytes:
    return bytes((0xB0 | channel - 1, number, value))


def held(found: list[Said]) -> Mapping[str, Value]:
    return {address: arguments[0] if arguments else None for address, arguments in found}


def test_a_fader_moves_its_control_over_its_whole_range() -> None:
    one, known = device(Map(UNREST, 21), motors=True)
    for value, meant in ((0, -1.0), (127, 1.0), (64, 0.0079)):
        found = held(one.hear(cc(21, value), SECOND))
        assert found[UNREST] == pytest.approx(meant, abs=1e-3)
        known.update(found)
    assert one.hear(cc(21, 5, channel=2), SECOND) == []
    assert one.hear(cc(22, 5), SECOND) == []


def test_it_may_have_a_part_of_the_range_turned_round() -> None:
    one, _ = device(Map(UNREST, 21, low=0.5, high=-0.25), motors=True)
    assert held(one.hear(cc(21, 127), 0))[UNREST] == -0.25
    assert held(one.hear(cc(21, 0), 0))[UNREST] == 0.5


@pytest.mark.parametrize(
    ("kind", "number", "data", "position"),
    [
        ("cc14", 3, cc(3, 64) + cc(35, 1), (64 << 7 | 1) / 16_383),
        ("nrpn", 300, cc(99, 2) + cc(98, 44) + cc(6, 100) + cc(38, 7), (100 << 7 | 7) / 16_383),
        ("pitch", 0, bytes((0xE0, 1, 96)), (96 << 7 | 1) / 16_383),
        ("note", 60, bytes((0x90, 60, 100)), 100 / 127),
    ],
)
def test_every_kind_says_where_it_is(kind: Kind, number: int, data: bytes, position: float) -> None:
    one, _ = device(Map("/light/trails", number, kind=kind), motors=True)
    assert held(one.hear(data, 0))["/light/trails"] == pytest.approx(position)


def test_an_endless_knob_goes_on_from_where_the_control_is() -> None:
    one, known = device(Map(GLOW, 9, kind="relative"))
    assert held(one.hear(cc(9, 3), 0))[GLOW] == pytest.approx(0.5 + 3 / 128)
    assert held(one.hear(cc(9, 127), 0))[GLOW] == pytest.approx(0.5 + 2 / 128)  # what it said has not come back yet
    known[GLOW] = 0.9
    assert held(one.hear(cc(9, 126), 0))[GLOW] == pytest.approx(0.9 - 2 / 128)
    for _ in range(100):
        found = held(one.hear(cc(9, 63), 0))
    assert found[GLOW] == 1.0


def test_a_fader_waits_until_it_has_come_to_where_its_control_is() -> None:
    one, known = device(Map(GLOW, 1))
    assert one.hear(cc(1, 10), 0) == []
    assert one.hear(cc(1, 50), 0) == []
    assert held(one.hear(cc(1, 70), 0))[GLOW] == pytest.approx(70 / 127)  # it passed by
    known[GLOW] = 70 / 127
    assert held(one.hear(cc(1, 80), 0))[GLOW] == pytest.approx(80 / 127)
    known[GLOW] = 0.1  # somebody else
    assert one.hear(cc(1, 81), 0) == []
    assert held(one.hear(cc(1, 12), 0))[GLOW] == pytest.approx(12 / 127)


def test_a_fast_hand_is_not_taken_for_somebody_else() -> None:
    one, known = device(Map(GLOW, 1))
    one.hear(cc(1, 64), 0)
    for value in range(64, 100):
        assert held(one.hear(cc(1, value), 0))[GLOW] == pytest.approx(value / 127)
        if value % 7 == 0:
            known[GLOW] = (value - 5) / 127 if value > 70 else known[GLOW]  # what was said a while ago


def test_pads_press_switch_and_say_words() -> None:
    one, known = device(
        Map("/show/go", 36, kind="note"),
        Map("/dream/mend", 37, kind="note"),
        Map("/preset/load", 38, kind="note", value="dusk"),
        Map("/show/section", 39, kind="note", value="storm"),
        Map("/dream/mend", 64),
    )
    press = bytes((0x90, 36, 90, 36, 0, 37, 90, 37, 0, 38, 90, 38, 0, 39, 1))
    assert one.hear(press, 0) == [
        ("/show/go", ()),
        ("/dream/mend", (True,)),
        ("/preset/load", ("dusk",)),
        ("/show/section", ("storm",)),
    ]
    known["/dream/mend"] = True
    assert one.hear(bytes((0x90, 37, 90)), 0) == [("/dream/mend", (False,))]
    assert one.hear(cc(64, 127) + cc(64, 126), 0) == [("/dream/mend", (True,))]
    assert one.hear(cc(64, 0), 0) == [("/dream/mend", (False,))]


def test_a_knob_chooses_among_words() -> None:
    one, _ = device(Map(PHASE, 5))
    found = [said for value in range(128) for said in one.hear(cc(5, value), 0)]
    assert found == [(PHASE, ("harmony",)), (PHASE, ("glitch",)), (PHASE, ("resolution",))]


def test_of_a_flood_the_newest_of_every_control_is_said_and_every_press() -> None:
    one, _ = device(Map(GLOW, 1), Map(UNREST, 2), Map("/show/go", 36, kind="note"), motors=True)
    flood = b"".join(cc(1, k % 128) + cc(2, k % 128) for k in range(5000)) + bytes((0x90, 36, 1)) * 3
    found = one.hear(flood, 0)
    assert [address for address, _ in found] == [GLOW, UNREST, "/show/go", "/show/go", "/show/go"]
    assert held(found)[GLOW] == pytest.approx((4999 % 128) / 127)


def test_faders_and_rings_are_told_what_others_move_and_not_what_a_hand_holds() -> None:
    one, known = device(Map(GLOW, 1), Map("/sleeper/12/hue", 3, channel=2, kind="cc14"), Map(UNREST, 0, kind="pitch"))
    first = one.feedback(SECOND)
    assert cc(1, 64) in first
    assert cc(3, 64, 2) + cc(35, 0, 2) in first
    assert bytes((0xE0, 0, 64)) in first
    assert one.feedback(SECOND) == b""
    known[GLOW] = 1.0
    one.hear(cc(1, 20), 2 * SECOND)
    assert one.feedback(2 * SECOND) == b""  # a hand is on it
    assert one.feedback(3 * SECOND) == cc(1, 127)
    one.hear(cc(1, 127), 3 * SECOND)
    known[GLOW] = 127 / 127
    assert one.feedback(4 * SECOND) == b""


def test_what_is_moved_next_is_learnt() -> None:
    one, _ = device()
    one.attend()
    assert one.learn(cc(7, 64), GLOW) is None  # it may only say where it is
    assert one.learn(cc(7, 64), GLOW) is None
    assert one.learn(cc(7, 65), GLOW) == Map(GLOW, 7)
    one.attend()
    assert one.learn(cc(4, 10, 3) + cc(36, 1, 3) + cc(4, 11, 3), GLOW) == Map(GLOW, 4, 3, "cc14")
    one.attend()
    assert one.learn(bytes((0x89, 36, 0, 0x99, 36, 80)), GLOW) == Map(GLOW, 36, 10, "note")
    one.attend()
    assert one.learn(bytes((0xE1, 0, 64, 0, 65)), GLOW) == Map(GLOW, 0, 2, "pitch")
    one.attend()
    chosen = cc(99, 1) + cc(98, 5) + cc(6, 1)
    assert one.learn(chosen + cc(6, 2), GLOW) == Map(GLOW, 133, kind="nrpn")
