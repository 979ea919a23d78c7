"""Numbers that were told in what time to get there: exactly then, by the curve that was named, from where they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.acceptance import accept
from installation.arguments import Over
from installation.controls import TABLE, Refused
from installation.foundation.easing import CURVES
from installation.glides import Glides
from installation.model import ticks
from tests.harness.rehearsal import rehearsal

GLOW = "/light/glow"


def value(glides: Glides, address: str = GLOW) -> float:
    now = glides.now()[address]
    assert isinstance(now, float)
    return now


def run(glides: Glides, seconds: float) -> list[float]:
    seen = []
    for _ in range(ticks.ticks(seconds)):
        glides.step()
        seen.append(value(glides))
    return seen


@pytest.mark.parametrize("curve", CURVES)
def test_a_fade_follows_its_curve_and_is_there_on_the_tick(curve: str) -> None:
    glides = Glides(TABLE)
    glides.aim(GLOW, 0.9, Over(2.0, curve))
    assert glides.aims()[GLOW] == 0.9
    seen = run(glides, 2.0)
    assert seen[59] == pytest.approx(0.5 + 0.4 * CURVES[curve](0.25))
    assert seen[119] == pytest.approx(0.5 + 0.4 * CURVES[curve](0.5))
    assert seen[-2] != 0.9
    assert seen[-1] == 0.9
    assert set(run(glides, 0.5)) == {0.9}


def test_in_no_time_is_at_once() -> None:
    glides = Glides(TABLE)
    glides.aim(GLOW, 0.9, Over(0.0, "ease"))
    assert value(glides) == 0.9
    assert set(run(glides, 0.1)) == {0.9}


@pytest.mark.parametrize("then", [None, Over(1.0, "line"), Over(3.0, "ease")])
def test_a_fade_that_is_cut_short_neither_jumps_nor_turns_a_corner(then: Over | None) -> None:
    glides = Glides(TABLE)
    glides.aim(GLOW, 1.0, Over(2.0, "ease"))
    before = run(glides, 1.0)
    speed = before[-1] - before[-2]
    glides.aim(GLOW, 0.0, then)
    after = run(glides, 0.05)
    straight = -0.5 / ticks.RATE if then == Over(1.0, "line") else 0.0  # a straight way turns one corner, its own
    pulled = 0.75 * (6.64 / ticks.RATE) ** 2 if then is None else 0.25 * speed  # by its own glide's spring, in a tick
    assert after[0] - before[-1] == pytest.approx(speed + straight, abs=pulled + abs(straight))
    assert run(glides, 8.0)[-1] == pytest.approx(0.0, abs=1e-3)


def test_a_fade_from_a_glide_that_moves_goes_on_without_a_jump() -> None:
    glides = Glides(TABLE)
    glides.aim(GLOW, 1.0)
    before = run(glides, 0.3)
    glides.aim(GLOW, 0.2, Over(4.0, "ease"))
    after = run(glides, 4.0)
    assert abs((after[0] - before[-1]) - (before[-1] - before[-2])) < 0.1 * (before[-1] - before[-2])
    assert after[-1] == pytest.approx(0.2, abs=1e-3)


def test_a_show_that_goes_on_in_the_middle_of_a_fade_is_the_same() -> None:
    show, again = rehearsal(), rehearsal()
    show.accept(GLOW, [0.9, 2.0, "in"])
    for _ in range(100):
        show.step()
    again.restore(show.snapshot())
    for _ in range(200):
        show.step(), again.step()
    assert again.snapshot() == show.snapshot()
    assert show.moment().number(GLOW) == 0.9


@pytest.mark.parametrize("way", [[0.5, 0.9, 0, 0, "ease"], [0.5, 0.9, 0, 9, "hop"], [0.5, 0.9, -1, 9, "ease"], [1]])
def test_a_snapshot_of_no_way_is_refused(way: list[object]) -> None:
    glides = Glides(TABLE)
    with pytest.raises(ValueError, match="/light/glow is on no way"):
        glides.restore({**glides.snapshot(), "fades": {GLOW: way}})


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([0.5, "soon"], '/light/glow takes a time in 0..3600 s, got "soon"'),
        ([0.5, float("nan")], "/light/glow takes a time in 0..3600 s, got nan"),
        ([0.5, 1.0, "hop"], "by one of ease, line, in, out, got 1.0 hop"),
        ([0.5, 1.0, 2.0], "by one of ease"),
        ([0.5, 1.0, "ease", 1], "by one of ease"),
        (["much", 1.0], '/light/glow takes one number in 0..1, got "much"'),
    ],
)
def test_a_time_that_is_none_is_refused_by_name(arguments: list[object], text: str) -> None:
    with pytest.raises(Refused) as refused:
        accept(TABLE, GLOW, arguments)
    assert text in str(refused.value)


@pytest.mark.parametrize("address", ["/sleeper/3/hue", "/dream/mend", "/verse/approve", "/verse/language"])
def test_what_has_no_way_takes_no_time(address: str) -> None:
    with pytest.raises(Refused, match="got 2 arguments"):
        accept(TABLE, address, [1.0, 4.0])


@given(st.floats(-10, 5000), st.sampled_from(["", *CURVES]), st.floats(-2, 2))
def test_a_time_is_clipped_and_said_again_as_it_was_taken(seconds: float, curve: str, number: float) -> None:
    accepted = accept(TABLE, GLOW, [number, seconds, *([curve] if curve else [])])
    assert accepted.over == Over(min(max(seconds, 0.0), 3600.0), curve or "ease")
    assert accept(TABLE, GLOW, accepted.arguments) == accepted


def test_a_hand_keeps_the_camera_for_as_long_as_it_moves_it() -> None:
    show = rehearsal()
    show.camerawork.led[:] = True
    show.accept("/camera/distance", [25.0, 60.0])
    for _ in range(ticks.ticks(60.0)):
        show.camerawork.step((), 0.0)
        show.glides.step()
    shown = show.camerawork.shown(show.glides.now())["/camera/distance"]
    assert shown == pytest.approx(25.0)
