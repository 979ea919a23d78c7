"""Numbers that move by themselves: as they were told, until a hand takes them; the same show however it is reached."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.controls import Refused
from installation.gestures import MOST
from installation.model import ticks
from installation.model.chance import Chance
from installation.model.waves import SHAPES, wave
from installation.show import Show
from tests.harness.rehearsal import rehearsal

GLOW, TRAILS, DISTANCE = "/light/glow", "/light/trails", "/camera/distance"


def run(show: Show, seconds: float, address: str = GLOW) -> list[float]:
    seen = []
    for _ in range(ticks.ticks(seconds)):
        show.step()
        seen.append(show.moment().number(address))
    return seen


def jumps(seen: Sequence[float]) -> float:
    return max(abs(b - a) for a, b in pairwise(seen))


def test_what_a_hand_did_is_looped_as_it_was() -> None:
    show = rehearsal()
    show.accept("/gesture/record", [GLOW, 4.0])
    show.accept(GLOW, [0.9])
    done = run(show, 2.0)
    show.accept(GLOW, [0.2])
    done += run(show, 2.0)
    show.accept("/gesture/play", [GLOW])
    first, second, third = (run(show, 4.0) for _ in range(3))
    assert second == pytest.approx(third, abs=1e-6)
    assert second[: ticks.ticks(3.4)] == pytest.approx(done[: ticks.ticks(3.4)], abs=0.02)
    assert jumps([*done, *first, *second, *third]) < 0.02
    assert show.glides.aims()[GLOW] == 0.2, "where a control is aimed is not what moves"


def test_a_loop_goes_faster_and_slower() -> None:
    show = rehearsal()
    show.accept("/gesture/record", [GLOW, 2.0])
    show.accept(GLOW, [1.0])
    run(show, 2.0)
    show.accept("/gesture/play", [GLOW, 4.0])
    run(show, 2.0)
    seen = run(show, 2.0)
    assert seen[: ticks.ticks(0.5)] == pytest.approx(seen[ticks.ticks(0.5) : ticks.ticks(1.0)], abs=1e-6)
    assert max(seen) - min(seen) > 0.4


@pytest.mark.whole
@pytest.mark.parametrize("shape", SHAPES)
def test_a_wave_swings_about_its_aim_and_comes_in_softly(shape: str) -> None:
    show = rehearsal()
    show.accept("/gesture/lfo", [GLOW, 4.0, 0.5, shape])
    seen = run(show, 40.0)
    assert abs(seen[0] - 0.5) < 0.01
    assert jumps(seen) < 0.04
    assert 0.25 <= min(seen) < 0.4
    assert 0.6 < max(seen) <= 0.75
    assert show.glides.aims()[GLOW] == 0.5


@pytest.mark.parametrize("shape", SHAPES)
@given(turn=st.floats(0, 1e4))
def test_a_wave_is_within_its_bounds_everywhere(shape: str, turn: float) -> None:
    chance = Chance(1).of("wave")
    assert -1.0 <= wave(shape, turn, chance) <= 1.0
    assert abs(wave(shape, turn + 1e-4, chance) - wave(shape, turn, chance)) < 0.01


def test_a_wave_rides_on_what_the_score_sets_and_stays_in_range() -> None:
    show = rehearsal()
    show.accept("/gesture/lfo", [GLOW, 2.0, 1.0])
    show.accept("/show/go")  # its section sets 0.9
    seen = run(show, 8.0)[ticks.ticks(4.0) :]
    assert max(seen) == 1.0
    assert 0.35 < min(seen) < 0.5


@pytest.mark.parametrize("begun", [("/gesture/lfo", [GLOW, 2.0, 0.8]), ("/gesture/play", [GLOW])])
@pytest.mark.parametrize(
    ("ending", "goal"),
    [((GLOW, [0.3]), 0.3), (("/gesture/end", [GLOW]), 0.8), (("/gesture/stop", []), 0.8), (("/show/calm", []), 0.5)],
)
def test_a_hand_wins_and_ends_it_without_a_jump(
    begun: tuple[str, list[object]], ending: tuple[str, list[object]], goal: float
) -> None:
    show = rehearsal()
    show.accept("/gesture/record", [GLOW, 2.0])
    show.accept(GLOW, [0.8])
    run(show, 3.0)
    show.accept(*begun)
    before = run(show, 2.6)
    show.accept(*ending)
    after = run(show, 6.0)
    assert jumps([*before, *after]) < 0.04
    assert after[-1] == pytest.approx(goal, abs=0.01)
    assert not show.hand.gestures.moves(GLOW)


def test_a_gesture_keeps_the_camera_that_the_score_leads() -> None:
    show = rehearsal()
    show.camerawork.led[:] = True
    show.accept("/gesture/lfo", [DISTANCE, 8.0, 0.3])
    seen = run(show, 60.0, DISTANCE)[ticks.ticks(45.0) :]
    assert max(seen) - min(seen) > 5.0


def test_somewhere_is_within_what_was_said_and_can_be_taken_back() -> None:
    show, places = rehearsal(), []
    for _ in range(40):
        show.accept("/gesture/random", [GLOW, 0.2, 0.4])
        places.append(show.glides.aims()[GLOW])
    assert all(isinstance(p, float) and 0.2 <= p <= 0.4 for p in places)
    assert len(set(places)) == 40
    show.accept("/undo")
    assert show.glides.aims()[GLOW] == places[-2]
    show.accept("/gesture/random", [GLOW, 5.0, 9.0])
    assert show.glides.aims()[GLOW] == 1.0


@pytest.mark.parametrize(
    ("address", "arguments", "text"),
    [
        ("/gesture/play", [GLOW], "/gesture/play /light/glow: nothing is recorded of it"),
        ("/gesture/play", ["/dream/mend"], "/gesture/play takes a number of the table"),
        ("/gesture/lfo", ["/sleeper/3/hue", 2.0, 0.5], "takes a number of the table"),
        ("/gesture/lfo", ["/preset/load", 2.0, 0.5], "takes a number of the table"),
        ("/gesture/lfo", [GLOW, 2.0], "got 2 arguments"),
        ("/gesture/lfo", [GLOW, 2.0, 0.5, "square"], "shape (sine, triangle, wander, steps)"),
        ("/gesture/record", [GLOW, "long"], 'got "long"'),
        ("/gesture/record", [GLOW, float("nan")], "got nan"),
        ("/gesture/end", ["/light/gloom"], "takes a number of the table"),
    ],
)
def test_what_can_not_be_is_refused_by_name(address: str, arguments: list[object], text: str) -> None:
    show = rehearsal()
    before = show.snapshot()
    with pytest.raises(Refused) as refused:
        show.accept(address, arguments)
    assert text in str(refused.value)
    assert show.snapshot() == before


def test_what_is_locked_moves_no_more_than_hands_move_it() -> None:
    show = rehearsal()
    show.accept("/lock/light", [1])
    with pytest.raises(Refused, match="/gesture/lfo: /light/glow is locked by /lock/light"):
        show.accept("/gesture/lfo", [GLOW, 2.0, 0.5])


def test_so_many_at_once_and_no_more() -> None:
    show = rehearsal()
    numbers = [a for a, row in show.table.items() if row.kind == "number" and show.hand.keeps(a)]
    assert len(numbers) > MOST
    for address in numbers[:MOST]:
        show.accept("/gesture/lfo", [address, 2.0, 0.5])
    show.accept("/gesture/lfo", [numbers[0], 3.0, 0.5])
    with pytest.raises(Refused, match=f"{numbers[MOST]}: {MOST} move already"):
        show.accept("/gesture/lfo", [numbers[MOST], 2.0, 0.5])
    for address in numbers:
        show.accept("/gesture/record", [address, 0.5])
    run(show, 1.0)
    assert len(show.hand.gestures._kept) == MOST


said = st.one_of(
    st.tuples(st.just("/gesture/lfo"), st.tuples(st.sampled_from([GLOW, TRAILS]), st.floats(0.5, 9), st.floats(0, 1))),
    st.tuples(st.just("/gesture/record"), st.tuples(st.sampled_from([GLOW, TRAILS]), st.floats(0.1, 0.6))),
    st.tuples(st.just("/gesture/play"), st.tuples(st.sampled_from([GLOW, TRAILS]))),
    st.tuples(st.just("/gesture/random"), st.tuples(st.just(GLOW), st.floats(0, 1), st.floats(0, 1))),
    st.tuples(st.sampled_from([GLOW, TRAILS]), st.tuples(st.floats(0, 1), st.floats(0, 2))),
    st.tuples(st.sampled_from(["/gesture/stop", "/show/calm", "/undo", "/redo", "/show/tap"]), st.just(())),
)


@given(st.lists(st.tuples(said, st.integers(0, 40)), max_size=8), st.integers(0, 7))
def test_whatever_moves_a_show_that_was_cut_off_goes_on_the_same(
    sequence: list[tuple[tuple[str, tuple[object, ...]], int]], cut: int
) -> None:
    show, again = SHOW, AGAIN
    show.restore(BEGINNING)
    again.restore(BEGINNING)
    for n, ((address, arguments), rest) in enumerate(sequence):
        if n == cut:
            again.restore(show.snapshot())
        for one in (show, again) if n >= cut else (show,):
            with suppress(Refused):
                one.accept(address, arguments)
            for _ in range(rest):
                one.hand.step()
                one.tick += 1
    if len(sequence) > cut:
        assert again.snapshot() == show.snapshot()
    for address, value in show.hand.values().items():
        row = show.table[address]
        assert row.kind != "number" or (isinstance(value, float) and row.low - 1e-9 <= value <= row.high + 1e-9)


SHOW, AGAIN = rehearsal(), rehearsal()
BEGINNING = SHOW.snapshot()
