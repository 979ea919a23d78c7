"""What of many messages is one change by one hand; through the desk, as hands say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.live.calendar import CALENDAR
from installation.recording.journal import Journal
from installation.recording.replay import give, read
from installation.remote.desk import Desk
from installation.remote.inbox import KEYS, STAFF, Source
from installation.remote.sweeps import MOST, PAUSE
from installation.show import Show
from tests.harness.rehearsal import rehearsal

HAND, OTHER = Source("udp", "10.0.0.1", 1), Source("udp", "10.0.0.2", 2)
GLOW, BREATH = "/light/glow", "/dream/breath"


def say(desk: Desk, show: Show, address: str, *arguments: object, by: Source = HAND) -> None:
    desk.receive(address, arguments, by, 0)
    desk.deliver(show, 0)
    show.step()


def sweep(desk: Desk, show: Show, address: str, to: float, by: Source = HAND) -> None:
    for n in range(1, 11):
        say(desk, show, address, to * n / 10, by=by)


def rest(desk: Desk, show: Show) -> None:
    for _ in range(PAUSE + 1):
        desk.deliver(show, 0)
        show.step()


def past(show: Show) -> list[dict[str, object]]:
    return [dict(aims) for _, aims in show.hand.history.past]


def test_a_sweep_is_one_change_until_it_pauses(desk: Desk, show: Show) -> None:
    sweep(desk, show, GLOW, 0.8)
    assert past(show) == [{GLOW: 0.5}]
    rest(desk, show)
    sweep(desk, show, GLOW, 0.2)
    assert past(show) == [{GLOW: 0.5}, {GLOW: 0.8}]
    say(desk, show, "/undo")
    assert show.glides.aims()[GLOW] == 0.8


def test_two_hands_on_two_faders_are_two_changes(desk: Desk, show: Show) -> None:
    for n in range(1, 20):
        say(desk, show, GLOW, n / 20)
        say(desk, show, BREATH, 0.1 + n / 100, by=OTHER)
    assert past(show) == [{GLOW: 0.5}, {BREATH: 0.16}]


def test_a_hand_that_takes_over_a_fader_begins_a_change(desk: Desk, show: Show) -> None:
    say(desk, show, GLOW, 0.1)
    say(desk, show, GLOW, 0.9, by=OTHER)
    say(desk, show, GLOW, 0.2)
    assert [entry[GLOW] for entry in past(show)] == [0.5, 0.1, 0.9]


def test_who_sends_each_message_from_another_port_is_one_hand(desk: Desk, show: Show) -> None:
    for n in range(1, 10):
        say(desk, show, GLOW, n / 10, by=HAND._replace(port=n))
    assert len(past(show)) == 1


def test_what_begins_in_one_tick_is_one_change(desk: Desk, show: Show) -> None:
    desk.receive(GLOW, [0.1], HAND, 0)
    desk.receive(BREATH, [0.3], HAND, 0)
    desk.receive("/dream/mend", [1], HAND, 0)
    desk.deliver(show, 0)
    assert past(show) == [{GLOW: 0.5, BREATH: 0.16, "/dream/mend": False}]


def test_of_a_switch_every_message_is_a_change(desk: Desk, show: Show) -> None:
    say(desk, show, "/show/blackout", 1, by=KEYS)
    say(desk, show, "/show/blackout", 0, by=KEYS)
    say(desk, show, "/undo", by=KEYS)
    assert show.glides.aims()["/show/blackout"] is True


def test_a_look_is_one_change_and_a_morph_is_one_sweep(desk: Desk, show: Show) -> None:
    desk.presets.save("dusk", {GLOW: 0.25, BREATH: 0.3, "/dream/mend": True})
    desk.presets.save("dawn", {GLOW: 0.75, BREATH: 0.1})
    say(desk, show, "/preset/load", "dusk")
    say(desk, show, "/preset/load", "dawn")
    assert len(past(show)) == 2
    say(desk, show, "/dream/mend", 0)
    for n in range(11):
        say(desk, show, "/preset/morph", "dawn", "dusk", n / 10)
    assert (show.glides.aims()[GLOW], show.glides.aims()["/dream/mend"]) == (0.25, True)
    say(desk, show, "/undo")
    assert (show.glides.aims()[GLOW], show.glides.aims()["/dream/mend"]) == (0.75, False)
    say(desk, show, "/undo")
    say(desk, show, "/undo")
    say(desk, show, "/undo")
    assert (show.glides.aims()[GLOW], show.glides.aims()["/dream/mend"]) == (0.5, False)


def test_after_an_undo_the_sweep_that_goes_on_is_another_change(desk: Desk, show: Show) -> None:
    sweep(desk, show, GLOW, 0.8)
    say(desk, show, "/undo")
    say(desk, show, GLOW, 0.9)
    assert past(show) == [{GLOW: 0.5}]
    say(desk, show, "/undo")
    assert show.glides.aims()[GLOW] == 0.5


def test_a_sweep_across_a_cue_can_be_taken_back_to_the_cue(desk: Desk, show: Show) -> None:
    say(desk, show, GLOW, 0.1)
    say(desk, show, "/show/go", 1)
    say(desk, show, GLOW, 0.2)
    say(desk, show, "/undo")
    assert show.glides.aims()[GLOW] == 0.9


@pytest.mark.parametrize(
    ("address", "value", "by"),
    [
        ("/dream/crowd", 0.5, HAND),
        ("/sleeper/3/rate", 1.0, HAND),
        ("/dream/unrest", 0.5, Source("page", "anna")),
        ("/verse/language", "de", STAFF),
        ("/show/date", "2026-11-21", CALENDAR),
        ("/show/section", "dawn", HAND),
        (GLOW, 0.5, HAND),  # as it is
    ],
)
def test_sensors_visitors_and_places_of_the_score_are_no_changes(
    desk: Desk, show: Show, address: str, value: object, by: Source
) -> None:
    say(desk, show, address, value, by=by)
    assert past(show) == []


def test_nobody_else_says_what_a_change_is(desk: Desk, show: Show) -> None:
    say(desk, show, "/hand/change", 1, GLOW)
    assert past(show) == []
    assert desk.counters.latest == "/hand/change is said by the show and by nobody else"


def test_a_flood_of_hands_is_remembered_within_bounds(desk: Desk, show: Show) -> None:
    for n in range(3 * MOST):
        desk.receive(GLOW, [n % 97 / 100], Source("udp", f"10.1.{n // 250}.{n % 250}"), 0)
        desk.deliver(show, 0)
        if n % 4 == 0:
            show.tick += PAUSE // 8
    assert len(desk._sweeps._last) <= MOST + 1
    assert len(desk._sweeps._begun) <= MOST + 1
    assert len(show.hand.history.past) == 100


def test_a_replay_takes_back_what_was_taken_back(desk: Desk, show: Show, tmp_path: Path) -> None:
    journal = Journal(tmp_path, show, 0.0)
    desk._record = journal.write
    desk.presets.save("dusk", {GLOW: 0.25, BREATH: 0.3})
    for address, *arguments in (
        (GLOW, 0.9),
        ("/preset/load", "dusk"),
        ("/undo",),
        ("/undo",),
        ("/redo",),
        ("/show/calm",),
        ("/undo",),
        ("/undo",),
        ("/undo",),  # nothing is left
    ):
        say(desk, show, address, *arguments)
    journal.close(show, 1.0)
    again, performance = rehearsal(), read(journal.path)
    while again.tick < show.tick:
        assert give(again, performance.controls) == []
        again.step()
    assert again.snapshot() == show.snapshot()
