"""The history of hands: what they change is taken back and made again, and a replay is the same show."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.controls import Refused
from installation.history import MOST
from installation.show import Show
from tests.harness.rehearsal import rehearsal

GLOW, BREATH, MEND, LANGUAGE = "/light/glow", "/dream/breath", "/dream/mend", "/verse/language"
ADDRESSES = [GLOW, BREATH, MEND, LANGUAGE, "/camera/distance", "/show/blackout"]


def change(show: Show, number: int, moves: Sequence[tuple[str, object]]) -> None:
    for address, value in moves:
        show.accept("/hand/change", [number, address])
        show.accept(address, [value])


def aim(show: Show, address: str) -> object:
    return show.glides.aims()[address]


def test_what_a_hand_changed_is_taken_back_within_the_tick_and_made_again() -> None:
    show = rehearsal()
    change(show, 1, [(GLOW, 0.9)])
    change(show, 2, [(GLOW, 0.1), (MEND, 1)])
    show.accept("/undo")
    assert (aim(show, GLOW), aim(show, MEND)) == (0.9, False)
    show.accept("/redo")
    assert (aim(show, GLOW), aim(show, MEND)) == (0.1, True)
    show.accept("/undo")
    show.accept("/undo")
    assert aim(show, GLOW) == 0.5


def test_where_nothing_is_left_it_is_refused_by_name() -> None:
    show = rehearsal()
    before = show.snapshot()
    with pytest.raises(Refused, match="/undo: nothing is left to take back"):
        show.accept("/undo")
    with pytest.raises(Refused, match="/redo: nothing was taken back"):
        show.accept("/redo")
    assert show.snapshot() == before


def test_a_new_change_ends_what_was_taken_back() -> None:
    show = rehearsal()
    change(show, 1, [(GLOW, 0.9)])
    show.accept("/undo")
    change(show, 2, [(BREATH, 0.3)])
    with pytest.raises(Refused, match="/redo"):
        show.accept("/redo")


def test_a_hundred_changes_are_kept() -> None:
    show = rehearsal()
    for n in range(MOST + 20):
        change(show, n + 1, [(GLOW, n / 1000)])
    for _ in range(MOST):
        show.accept("/undo")
    assert aim(show, GLOW) == pytest.approx(0.019)
    with pytest.raises(Refused, match="nothing is left"):
        show.accept("/undo")


def test_what_the_score_has_set_since_stays_the_scores() -> None:
    show = rehearsal()
    change(show, 1, [(GLOW, 0.2), (BREATH, 0.3)])
    show.accept("/show/go")  # its section sets the glow
    show.accept("/undo")
    assert (aim(show, GLOW), aim(show, BREATH)) == (0.9, 0.16)


def test_calm_is_a_change_that_can_be_taken_back() -> None:
    show = rehearsal()
    change(show, 1, [(GLOW, 0.2), ("/dream/unrest", 0.7), (MEND, 1)])
    show.accept("/show/calm")
    assert (aim(show, GLOW), aim(show, MEND)) == (0.5, False)
    show.accept("/undo")
    assert (aim(show, GLOW), aim(show, "/dream/unrest"), aim(show, MEND)) == (0.2, 0.7, True)


def test_what_was_played_before_a_crash_can_be_taken_back_after_it() -> None:
    show, again = rehearsal(), rehearsal()
    change(show, 7, [(GLOW, 0.2), (LANGUAGE, "de")])
    change(show, 8, [(BREATH, 0.3)])
    show.accept("/undo")
    again.restore(show.snapshot())
    assert again.hand.history.newest == 8
    again.accept("/redo")
    assert aim(again, BREATH) == 0.3
    again.accept("/undo")
    again.accept("/undo")
    assert (aim(again, GLOW), aim(again, LANGUAGE)) == (0.5, "en")


@pytest.mark.parametrize(
    "address", ["/show/section", "/show/go", "/sleeper/3/hue", "/light/gloom", "", "/undo", "x" * 99]
)
def test_a_change_is_of_a_control_that_keeps_its_value(address: str) -> None:
    with pytest.raises(Refused, match="/hand/change takes a control that keeps its value"):
        rehearsal().accept("/hand/change", [1, address])


moves = st.lists(st.tuples(st.sampled_from(ADDRESSES), st.floats(0, 1)), min_size=1, max_size=4)
hands = st.lists(st.one_of(moves, st.sampled_from(["/undo", "/redo", "/show/calm"])), max_size=12)


@given(hands)
def test_whatever_hands_do_the_beginning_can_be_had_back_and_the_end_again(sequence: list[object]) -> None:
    show = SHOW
    show.restore(BEGINNING)
    beginning = show.glides.aims()
    for n, one in enumerate(sequence, 1):
        if isinstance(one, str):
            with suppress(Refused):  # nothing to take back
                show.accept(one)
        else:
            assert isinstance(one, list)
            change(show, 1000 * n, [(a, ("en", "de", "fr")[int(v * 2)] if a == LANGUAGE else v) for a, v in one])
    while show.hand.history.future:
        show.accept("/redo")
    end, many = show.glides.aims(), len(show.hand.history.past)
    for _ in range(many):
        show.accept("/undo")
    assert show.glides.aims() == beginning
    for _ in range(many):
        show.accept("/redo")
    assert show.glides.aims() == end


SHOW = rehearsal()
BEGINNING = SHOW.snapshot()
