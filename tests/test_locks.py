"""What is locked refuses hands by name, and nobody else."""

from __future__ import annotations

import pytest

from installation.arguments import PARTS
from installation.controls import TABLE, Refused
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.show import Show
from tests.harness.rehearsal import rehearsal

HAND = Source("udp", "10.0.0.1", 1)
GLOW, BREATH = "/light/glow", "/dream/breath"


def test_every_number_and_switch_of_a_look_is_in_one_part() -> None:
    parts = {row.address: row.group for row in TABLE.values() if row.group}
    assert parts["/light/glow"] == "light"
    assert parts["/sound/level"] == "level"
    assert {"/dream/crowd", "/show/code", "/show/rate", "/lock/light"}.isdisjoint(parts)
    assert set(parts.values()) == {*PARTS} - {"place"}  # which scenes bring


@pytest.mark.parametrize(
    ("lock", "address"),
    [
        ("/lock/light", GLOW),
        ("/lock/dream", "/dream/mend"),
        ("/lock/level", "/sound/level"),
        ("/lock/camera", "/camera/tilt"),
    ],
)
def test_a_locked_part_refuses_hands_by_name(lock: str, address: str) -> None:
    show = rehearsal()
    show.accept(lock, [1])
    with pytest.raises(Refused, match=f"{address}: {address} is locked by {lock}") as refused:
        show.accept(address, [0.25])
    assert refused.value.reason == "locked"
    show.accept(lock, [0])
    show.accept(address, [0.0])


def test_one_control_is_locked_alone_and_after_a_crash_still() -> None:
    show, again = rehearsal(), rehearsal()
    show.accept("/lock/control", [GLOW])
    again.restore(show.snapshot())
    with pytest.raises(Refused, match="/light/glow is locked by /lock/control"):
        again.accept(GLOW, [0.2])
    again.accept("/light/trails", [0.2])
    again.accept("/lock/control", [GLOW, 0])
    again.accept(GLOW, [0.2])


@pytest.mark.parametrize("address", ["/light", "/sleeper/3/hue", "/show/section", "/lock/light", "", "/preset/load"])
def test_what_keeps_no_value_can_not_be_locked(address: str) -> None:
    with pytest.raises(Refused, match="takes a control that keeps its value"):
        rehearsal().accept("/lock/control", [address])


def test_score_and_calm_move_what_is_locked_and_calm_leaves_the_lock() -> None:
    show = rehearsal()
    show.accept("/lock/light", [1])
    show.accept("/show/go")
    assert show.glides.aims()[GLOW] == 0.9
    show.accept("/show/calm")
    assert show.glides.aims()[GLOW] == 0.5
    assert show.glides.aims()["/lock/light"] is True


def test_what_was_changed_before_the_lock_is_taken_back_after_it() -> None:
    show = rehearsal()
    show.accept("/hand/change", [1, GLOW])
    show.accept(GLOW, [0.9])
    show.accept("/lock/light", [1])
    with pytest.raises(Refused, match="/undo: /light/glow is locked by /lock/light"):
        show.accept("/undo")
    show.accept("/lock/light", [0])
    show.accept("/undo")
    assert show.glides.aims()[GLOW] == 0.5


def test_a_look_leaves_what_is_locked_where_it_is(desk: Desk, show: Show) -> None:
    desk.presets.save("dusk", {GLOW: 0.25, BREATH: 0.3})
    for address, argument in (("/lock/light", 1), ("/preset/load", "dusk")):
        desk.receive(address, [argument], HAND, 0)
        desk.deliver(show, 0)
    assert (show.glides.aims()[GLOW], show.glides.aims()[BREATH]) == (0.5, 0.3)
    assert desk.counters.total == 0
    desk.receive(GLOW, [0.75], HAND, 0)
    desk.deliver(show, 0)
    assert desk.counters.refused == {"locked": 1}
    assert [list(aims) for _, aims in show.hand.history.past] == [["/lock/light"], [BREATH]]
