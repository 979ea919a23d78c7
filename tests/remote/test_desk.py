from __future__ import annotations

import msgspec
import pytest

from installation.controls import TABLE
from installation.live.state import EVERY, StatePublisher
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.remote.desk import Desk, sleepers
from installation.remote.inbox import KEYS, Received, Source
from installation.remote.osc import codec
from installation.show import Show
from installation.status import Status, refusals, state_messages
from tests.harness.rehearsal import record, rehearsal, settled, tick

HAND, OTHER = Source("udp", "10.0.0.1", 1), Source("udp", "10.0.0.2", 2)


def told(desk: Desk, to: Source, now: int) -> dict[str, codec.Argument]:
    return {
        message.address: message.arguments[0]
        for source, packet in desk.feedback.due(now)
        for message in codec.decode(packet)
        if source == to
    }


def test_a_section_moves_the_faders_of_everybody(desk: Desk, show: Show) -> None:
    """The score's cue: its second section sets /light/glow."""
    desk.feedback.received(HAND, 0)
    desk.receive("/show/go", [], HAND, 0)
    desk.deliver(show, 0)
    assert told(desk, HAND, 0) == {"/light/glow": pytest.approx(0.9)}
    assert settled(show, desk, 4.0).number("/light/glow") == pytest.approx(0.9, abs=0.01)


def test_a_cue_list_is_played_by_hand(desk: Desk, show: Show) -> None:
    def say(address: str, *arguments: object) -> str:
        desk.receive(address, arguments, HAND, 0)
        return settled(show, desk, 0.7).section

    assert say("/show/go") == "storm"
    assert say("/show/go") == "dawn"
    assert say("/show/back") == "storm"
    assert say("/show/section", "rest") == "rest"
    before = show.moment().progress
    say("/show/hold", 1)
    held = show.moment().progress
    assert settled(show, desk, 2.0).progress == held >= before
    say("/show/hold", 0)
    assert settled(show, desk, 2.0).progress > held


def test_calm_is_told_for_every_control_and_every_sleeper_that_was_moved(desk: Desk, show: Show) -> None:
    desk.feedback.received(OTHER, 0)
    desk.feedback.subscribe(OTHER)
    for address, value in (("/dream/unrest", 0.5), ("/sleeper/3/glow", 2.0), ("/sleeper/4/present", 0)):
        desk.receive(address, [value], HAND, 0)
    desk.deliver(show, 0)
    assert told(desk, OTHER, 0) == {"/dream/unrest": 0.5, "/sleeper/3/glow": 2.0, "/sleeper/4/present": 0}
    desk.receive("/show/calm", [], HAND, SECOND)
    desk.deliver(show, SECOND)
    assert told(desk, OTHER, SECOND) == {"/dream/unrest": 0.0, "/sleeper/3/glow": 1.0, "/sleeper/4/present": 1}


def test_a_look_for_later_is_loaded_then(desk: Desk, show: Show) -> None:
    desk.presets.save("dusk", {"/light/glow": 0.25})
    desk.receive("/preset/load", ["dusk"], HAND, 0, 2 * SECOND)
    assert desk.deliver(show, SECOND) == 0
    assert desk.deliver(show, 2 * SECOND) == 1
    assert show.glides.aims()["/light/glow"] == 0.25


def test_everything_is_told_at_most_once_a_second_to_who_asks(desk: Desk, show: Show) -> None:
    desk.feedback.received(HAND, 0)
    sizes = []
    for now in range(0, 2 * SECOND, SECOND // 10):
        desk.receive("/sync", [], HAND, now)
        desk.deliver(show, now)
        sizes.append(len(told(desk, HAND, now)))
    assert [size > 0 for size in sizes] == [True, *[False] * 9] * 2
    assert sizes[0] == len(show.glides.aims()) - 5 + 5 * 240  # but for the words of /show/...


def test_who_moves_something_and_then_asks_for_everything_is_told_of_it(
    desk: Desk, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.feedback.received(HAND, 0)
    drain = desk.inbox.drain

    def meanwhile(now: int) -> list[Received]:
        """Another thread listens right after the tick took what waited."""
        waiting = drain(now)
        monkeypatch.undo()
        desk.receive("/light/glow", [0.25], HAND, now)
        desk.receive("/sync", [], HAND, now)
        return waiting

    monkeypatch.setattr(desk.inbox, "drain", meanwhile)
    desk.deliver(show, 0)
    assert told(desk, HAND, 0) == {}
    desk.deliver(show, 1)
    assert told(desk, HAND, 1)["/light/glow"] == 0.25


def test_a_key_is_heard_journalled_and_told_like_a_hand(show: Show, desk: Desk) -> None:
    desk.feedback.received(OTHER, 0)
    desk.receive("/show/hold", [True], KEYS, 0)
    assert desk.deliver(show, 0) == 1
    assert told(desk, OTHER, 0) == {"/show/hold": 1}


def test_what_a_message_costs_is_what_it_moves(desk: Desk) -> None:
    assert desk.receive("/dream/unrest", [0.5], HAND, 0) == 1
    first, again = (desk.receive("/sleeper/*/hue", [0.5], HAND, 0) for _ in range(2))
    assert first > again == 241
    assert desk.receive("/nobody/*", [0.5], HAND, 0) >= 1


def test_what_the_table_of_an_inner_thread_says_of_sleepers_is_what_is_set(show: Show) -> None:
    show.accept("/sleeper/240/rate", [2.0])
    show.accept("/sleeper/1/present", [0])
    said = sleepers(show.community)
    assert len(said) == 5 * 240
    assert said["/sleeper/240/rate"] == 2.0
    assert said["/sleeper/1/present"] is False


def test_the_state_is_published_ten_times_a_second_with_what_others_measure(desk: Desk, show: Show) -> None:
    publisher = StatePublisher(desk, None, lambda: 0.0)
    publisher.reader.gauges.append(lambda status: msgspec.structs.replace(status, fps=60.0, guard=0.25))
    states = 0
    for _ in range(ticks.RATE):
        show.step()
        publisher.follow(show, 1.0)
        states += bool(desk.feedback.state)
        desk.feedback.state = {}
    assert states == ticks.RATE // EVERY == 10
    state = state_messages(publisher.reader.read(show))
    assert set(state) <= {row.address for row in TABLE.values() if row.role == "output"}
    assert (state["/state/phase"], state["/state/section"]) == ("harmony", "rest")
    assert (state["/state/fps"], state["/state/guard"], state["/state/refused"]) == (60.0, 0.25, 0.0)
    assert state["/state/coherence"] == pytest.approx(show.moment().coherence, abs=1e-6)


def test_troubles_and_refusals_are_in_the_status(desk: Desk) -> None:
    assert not desk.gauge(Status()).troubles
    desk.troubles.append(lambda: "OSC: port taken")
    desk.receive("/dream/dread", [1], HAND, 0)
    status = desk.gauge(Status())
    assert status.troubles == ("OSC: port taken",)
    assert refusals(status) == "refused 1 (unknown 1); last: /dream/dread is not a control"


@pytest.mark.parametrize("argument", [0, 0.0, False, "0"])
def test_the_release_of_a_button_does_nothing(desk: Desk, show: Show, argument: object) -> None:
    place = show.course.place
    desk.receive("/show/go", [1], HAND, 0)
    desk.deliver(show, 0)
    desk.receive("/show/go", [argument], HAND, 1)
    desk.deliver(show, 1)
    assert show.course.place == place + 1
    assert desk.counters.counted["released"] == 1
    assert desk.counters.total == 0


def test_a_message_is_checked_once_on_its_way(desk: Desk, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.receive("/dream/unrest", [0.5], HAND, 0)
    monkeypatch.setattr("installation.show.accept", lambda *_: pytest.fail("checked again"))
    assert desk.deliver(show, 0) == 1
    assert show.glides.aims()["/dream/unrest"] == 0.5


def test_a_flood_of_syncs_is_answered_one_after_the_other(desk: Desk, show: Show) -> None:
    """Sixty ask in one tick: twenty a second have their answer, each once."""
    phones = [Source("udp", "10.0.0.2", port) for port in range(60)]
    for phone in phones:
        desk.feedback.received(phone, 0)
        for _ in range(80):
            desk.receive("/sync", [], phone, 0)
    answered = []
    for now in range(0, SECOND, SECOND // 100):
        desk.deliver(show, now)
        answered += sorted({to for to, _ in desk.feedback.due(now)})
    assert len(set(answered)) == len(answered) == 20


def test_beats_that_change_nothing_are_left_out_before_they_act(show: Show, desk: Desk) -> None:
    acted, twin = record(desk), rehearsal()
    for _ in range(90):
        desk.receive("/sleeper/7/beat", [], HAND, 0)
        twin.accept("/sleeper/7/beat", [])
        tick(show, desk)
        twin.step()
    assert acted == [0, 36, 72]  # a heart beats three times a second at most
    assert desk.counters.counted["doubled"] == 87
    assert show.snapshot() == twin.snapshot()
