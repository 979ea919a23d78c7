"""The crowd's one number, and the word that lets a visit in: fewer than half move nothing, words change."""

from __future__ import annotations

import pytest

from installation.model.ticks import SECOND
from installation.remote.web.crowd import Said, crowd, moved, unevenness
from installation.remote.web.entry import CHANGES, EntryWord


def feels(*values: float) -> list[Said]:
    return [Said(f"10.0.0.{n}", value) for n, value in enumerate(values)]


def test_too_few_say_nothing() -> None:
    assert crowd(feels(*[1.0] * 7)) is None
    assert crowd(feels(*[1.0] * 8)) == 1.0


def test_fewer_than_half_move_nothing() -> None:
    assert crowd(feels(*[0.5] * 11, *[1.0] * 10)) == 0.0
    assert crowd(feels(*[0.0] * 11, *[1.0] * 10)) == -1.0


def test_a_laptop_with_a_hundred_tabs_weighs_as_one() -> None:
    tabs = [Said("10.0.0.99", 1.0)] * 100
    assert crowd([*feels(*[0.5] * 8), *tabs]) == 0.0


def test_a_house_that_shows_one_address_counts_heads() -> None:
    assert crowd([Said("10.0.0.1", 0.25)] * 9) == -0.5


def test_an_even_pulse_is_still_and_an_uneven_one_restless() -> None:
    even, uneven = (1.0,) * 6, (0.2, 1.8) * 3
    assert unevenness(even) == 0.0
    assert unevenness(uneven) == 1.0
    assert unevenness(even[:5]) is None
    assert crowd([Said(f"h{n}", gaps=even) for n in range(5)]) == -1.0


def test_the_crowd_moves_slowly_and_goes_back_when_nobody_speaks() -> None:
    assert moved(0.0, 1.0, 1.0) == pytest.approx(0.01)
    assert moved(0.5, None, 10.0) == pytest.approx(0.4)


def test_the_word_in_the_room_changes_and_the_last_two_hold() -> None:
    entry = EntryWord(True, 0)
    first = entry.newest(0)
    assert entry.holds(first.lower(), CHANGES - 1)
    second = entry.newest(CHANGES)
    assert second != first
    assert entry.holds(first, CHANGES)
    assert entry.holds(second, 2 * CHANGES)
    assert not entry.holds(first, 2 * CHANGES)
    for wrong in ("", "    ", None, 7, "ÄÄÄÄ", second + "x"):
        assert not entry.holds(wrong, 2 * CHANGES)
    assert EntryWord(False, 0).holds(None, SECOND)
