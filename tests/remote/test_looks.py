"""Looks as hands ask for them: in parts, in a time, over one another, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.controls import Control, Refused, Value, table
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.presets import Presets
from installation.show import Show
from tests.harness.rehearsal import rehearsal

HAND, OTHER = Source("udp", "10.0.0.1", 1), Source("udp", "10.0.0.2", 2)
GLOW, BREATH = "/light/glow", "/dream/breath"
LOOK: dict[str, Value] = {GLOW: 0.25, BREATH: 0.3, "/dream/mend": True, "/sound/level": -6.0, "/camera/tilt": 9.0}


def say(desk: Desk, show: Show, address: str, *arguments: object, at: float = 0.0, by: Source = HAND) -> str:
    """What was refused of it, or nothing."""
    desk.counters.latest = ""
    desk.receive(address, arguments, by, round(at * SECOND))
    desk.deliver(show, round(at * SECOND))
    return desk.counters.latest


def aim(show: Show, address: str) -> object:
    return show.glides.aims()[address]


@pytest.mark.parametrize(
    ("asked", "moved"),
    [
        ((), {GLOW, BREATH, "/dream/mend", "/camera/tilt"}),
        (("light",), {GLOW}),
        (("dream",), {BREATH, "/dream/mend"}),
        (("level",), {"/sound/level"}),
        (("all",), set(LOOK)),
        (("camera", 3.0), {"/camera/tilt"}),
        ((3.0, "camera"), {"/camera/tilt"}),
    ],
)
def test_a_look_is_loaded_in_parts(desk: Desk, show: Show, asked: tuple[object, ...], moved: set[str]) -> None:
    before = show.glides.aims()
    desk.presets.save("dusk", LOOK, "all")
    say(desk, show, "/preset/load", "dusk", *asked)
    assert {address for address, value in show.glides.aims().items() if value != before[address]} == moved


def test_a_part_is_saved_alone_and_what_it_lacks_is_said(desk: Desk, show: Show) -> None:
    say(desk, show, GLOW, 0.75)
    say(desk, show, "/preset/save", "bright", "light")
    assert set(desk.presets.load("bright")) == {a for a, row in show.table.items() if row.group == "light"}
    assert "it has nothing of dream" in say(desk, show, "/preset/load", "bright", "dream")


def test_a_scenes_own_controls_are_the_place(tmp_path: Path) -> None:
    rows = table([Control("/reeds/height", 1.8, 0.3, 4.0), Control("/reeds/door", False, part="")])
    presets = Presets(tmp_path, rows)
    presets.save("x", {"/reeds/height": 2.0, "/reeds/door": True, GLOW: 0.5})
    assert presets.load("x", "place") == {"/reeds/height": 2.0}
    presets.close()


def test_a_look_comes_in_the_time_that_is_said(desk: Desk, show: Show) -> None:
    desk.presets.save("dusk", LOOK)
    say(desk, show, "/preset/load", "dusk", 12, "line")
    assert aim(show, "/dream/mend") is True
    for _ in range(ticks.ticks(6.0)):
        show.step()
    assert show.moment().number(GLOW) == pytest.approx(0.375)
    assert show.moment().number("/camera/tilt") == pytest.approx(4.5)
    for _ in range(ticks.ticks(6.0)):
        show.step()
    assert (show.moment().number(GLOW), show.moment().number(BREATH)) == (0.25, 0.3)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["dusk", "dawn"], "/preset/load takes name, [seconds 0..3600 s], [curve (ease, line, in, out)], [part ("),
        (["dusk", 1, 2], "got 2"),
        (["dusk", "light", "dream"], 'got "dream"'),
        ([], "got 0 arguments"),
        (["dusk", float("inf")], "got inf"),
        ([7], "got 7"),
    ],
)
def test_a_look_that_is_asked_for_wrongly_is_refused_by_name(
    desk: Desk, show: Show, arguments: list[object], text: str
) -> None:
    desk.presets.save("dusk", LOOK)
    assert text in say(desk, show, "/preset/load", *arguments)
    assert show.glides.aims() == rehearsal().glides.aims()


def test_who_saves_over_a_look_is_asked_once_more(desk: Desk, show: Show) -> None:
    assert say(desk, show, "/preset/save", "dusk") == ""
    say(desk, show, GLOW, 0.75)
    asked = '/preset/save "dusk": there is such a look; once more within 3 s replaces it'
    assert say(desk, show, "/preset/save", "dusk", at=10.0) == asked
    assert say(desk, show, "/preset/save", "dusk", at=10.05) == asked, "the same press, sent twice"
    assert say(desk, show, "/preset/save", "dusk", at=11.0, by=OTHER) == asked, "another hand"
    assert say(desk, show, "/preset/save", "dusk", at=13.5) == asked, "too late"
    assert desk.presets.load("dusk")[GLOW] == 0.5
    assert say(desk, show, "/preset/save", "dusk", at=15.0) == ""
    assert desk.presets.load("dusk")[GLOW] == 0.75
    assert say(desk, show, "/preset/save", "dusk", at=15.5) == asked, "and the next time again"
    assert desk.counters.refused == {"again": 5}


def test_what_was_replaced_is_had_back_and_the_other_way_round(desk: Desk, show: Show) -> None:
    desk.presets.save("dusk", {GLOW: 0.25})
    desk.presets.flush()
    assert "nothing older is kept" in say(desk, show, "/preset/restore", "dusk")
    desk.presets.save("dusk", {GLOW: 0.75})
    for glow in (0.25, 0.75, 0.25):
        assert say(desk, show, "/preset/restore", "dusk") == ""
        desk.presets.flush()
        assert desk.presets.load("dusk") == {GLOW: glow}


def test_a_backup_that_is_damaged_replaces_nothing(tmp_path: Path) -> None:
    presets = Presets(tmp_path, rehearsal().table)
    presets.save("dusk", {GLOW: 0.25})
    presets.close()
    (tmp_path / "dusk.toml.before").write_text('"/light/glow" = ')
    with pytest.raises(Refused, match="not TOML"):
        presets.restore("dusk")
    assert presets.load("dusk") == {GLOW: 0.25}


@pytest.mark.parametrize("name", ["../dusk", "", "a/b"])
@pytest.mark.parametrize("address", ["/preset/save", "/preset/load", "/preset/restore"])
def test_a_name_is_no_path_however_it_comes(desk: Desk, show: Show, address: str, name: str) -> None:
    assert "a look is called by" in say(desk, show, address, name)


def test_a_flood_of_saves_asks_within_bounds(desk: Desk, show: Show) -> None:
    desk.presets.save("dusk", LOOK)
    for n in range(500):
        desk.receive("/preset/save", ["dusk"], Source("udp", f"10.0.1.{n}"), n)
    assert len(desk._looks._asked) <= 100
    assert desk.presets.load("dusk")[GLOW] == 0.25
