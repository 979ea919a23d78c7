"""The camera's moves: the score's way, a hand that wins, and the way back; bad moves refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from installation.brushes.framing import framed
from installation.foundation.places import config
from installation.model.score import Score, Section, parse
from installation.scene import Moment, Points, Scene
from installation.show import Show

SECTIONS = """
name = "moves"
settled = true
[[section]]
name = "far"
phase = "harmony"
seconds = 120
camera = [{ seconds = 10, distance = 14, height = 0.5 }, { seconds = 20, distance = 8, orbit = 0.25 }]
[[section]]
name = "on"
phase = "harmony"
seconds = 60
[[section]]
name = "back"
phase = "harmony"
seconds = 60
camera = { seconds = 10, distance = 12 }
"""


class Dark(Scene):
    """Nothing to see: the camera is looked at."""

    def __init__(self, *born: object) -> None: ...

    def light(self, now: Moment) -> tuple[Points, ...]:
        return ()


def begun(text: str = SECTIONS) -> Show:
    return Show(parse(text, "moves.toml"), 1, {"sleeptree": Dark})


def run(show: Show, until_s: float) -> list[float]:
    seen = []
    while show.tick < until_s * 120:
        show.step()
        seen.append(show.moment().number("/camera/distance"))
    return seen


def camera(show: Show) -> list[float]:
    return [show.moment().number(f"/camera/{axis}") for axis in ("distance", "height", "orbit", "tilt")]


@pytest.mark.whole
def test_moves_follow_each_other_and_what_they_leave_out_stays() -> None:
    show = begun(SECTIONS.replace("seconds = 120", "seconds = 32").replace("seconds = 60", "seconds = 12"))
    way = run(show, 10)
    assert camera(show) == pytest.approx([14.0, 0.5, 0.0, 0.0], abs=1e-3)
    way += run(show, 30)
    assert camera(show) == pytest.approx([8.0, 0.5, 0.25, 0.0], abs=1e-3)
    way += run(show, 43)
    assert camera(show) == pytest.approx([8.0, 0.5, 0.25, 0.0])  # a section without moves leaves the camera there
    way += run(show, 55)
    assert camera(show) == pytest.approx([12.0, 0.5, 0.25, 0.0])
    speed = np.diff(way) * 120
    assert np.abs(speed).max() < 1.2
    assert np.abs(np.diff(speed)).max() < 0.02  # neither jumps nor corners


@pytest.mark.whole
def test_a_hand_wins_keeps_the_camera_and_gives_it_back_gently() -> None:
    show = begun()
    way = run(show, 31)
    show.accept("/camera/distance", [20.0])
    way += run(show, 48)
    assert camera(show) == pytest.approx([20.0, 0.5, 0.25, 0.0], abs=0.05)  # that axis, and no other
    show.accept("/camera/distance", [18.0])
    way += run(show, 66)
    assert way[-1] == pytest.approx(18.0, abs=0.05)
    way += run(show, 89)
    assert way[-1] == pytest.approx(8.0, abs=0.01)
    speed = np.diff(way) * 120
    assert np.abs(speed[120 * 66 :]).max() < 1.2


def test_a_dragged_fader_does_not_stutter() -> None:
    show = begun()
    run(show, 31)
    seen = []
    for k in range(240):
        show.accept("/camera/distance", [8.0 + k / 40])
        show.step()
        seen.append(show.moment().number("/camera/distance"))
    assert np.all(np.diff(seen) >= -1e-9)
    assert seen[-1] - seen[120] > 1.5  # it lags, as a glide does; it does not start anew with each message


@pytest.mark.whole
def test_calm_lets_go_of_the_camera() -> None:
    show = begun()
    run(show, 31)
    show.accept("/camera/distance", [25.0])
    run(show, 36)
    show.accept("/show/calm")
    run(show, 75)
    assert camera(show)[0] == pytest.approx(8.0, abs=0.01)


def test_without_moves_the_camera_is_the_hands_alone() -> None:
    show = begun(SECTIONS[: SECTIONS.index("camera =")])
    show.accept("/camera/distance", [20.0])
    run(show, 30)
    assert camera(show)[0] == pytest.approx(20.0)


def test_a_snapshot_holds_the_way_and_the_hand() -> None:
    show = begun()
    run(show, 12)
    show.accept("/camera/height", [3.0])
    run(show, 20)
    again = begun()
    again.restore(show.snapshot())
    assert run(show, 45) == run(again, 45)
    assert camera(show) == camera(again)


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        (
            "{ seconds = 5, zoom = 3 }",
            "x: section 1 (far): camera 1 zoom is not a setting; there are seconds, distance, height, orbit, tilt",
        ),
        ("{ distance = 3 }", "x: section 1 (far): camera 1 seconds is missing"),
        ("{ seconds = 0, distance = 3 }", "x: section 1 (far): camera seconds takes a number in 0.1..3600, got 0"),
        ('[{ seconds = 5, tilt = "up" }]', 'x: section 1 (far): camera 1 tilt takes a number, got "up"'),
        (
            "{ seconds = 5, distance = 99 }",
            "score moves: section far: camera distance takes one number in 1.5..30 m, got 99",
        ),
        (
            '{ seconds = 5, tilt = 3 }\ncontrols = { "/camera/tilt" = 2 }',
            "score moves: section far: /camera/tilt is moved by this score's camera; say it there",
        ),
        (
            "{ seconds = 5, tilt = nan }",
            "score moves: section far: camera tilt takes one number in -30..30 degrees, got nan",
        ),
    ],
)
def test_bad_moves_are_refused_by_name(moves: str, said: str) -> None:
    head = SECTIONS[: SECTIONS.index("camera =")]
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the words are compared)
        Show(parse(f"{head}camera = {moves}\n", "x"), 1, {"sleeptree": Dark})
    assert str(caught.value) == said


def test_the_festival_moves_its_camera_in_every_section() -> None:
    score: Score = parse((config() / "festival.toml").read_text(encoding="utf-8"), "festival.toml")
    assert all(section.camera for section in score.section)
    for section in score.section:
        assert sum(move.seconds for move in section.camera) <= section.seconds
    assert len({(move.distance, move.height) for s in score.section for move in s.camera}) >= 10


@pytest.mark.parametrize(
    ("distance", "height", "near", "lift"),
    [(11.0, 1.9, 0.0, 0.0), (1.5, 9.0, 1.0, 1.0), (30.0, -1.5, -1.0, -1.0), (4.06, 5.45, 0.5, 0.5)],
)
def test_what_is_asked_in_the_trees_metres_is_told_to_any_world(
    distance: float, height: float, near: float, lift: float
) -> None:
    free = Score("free", (Section("free", "harmony", 600.0),), scene="sleeptree")
    show = Show(free, 1, {"sleeptree": Dark})
    show.accept("/camera/distance", [distance])
    show.accept("/camera/height", [height])
    for _ in range(120 * 12):
        show.step()
    asked = framed(show.moment())
    assert (asked.near, asked.lift) == (pytest.approx(near, abs=0.01), pytest.approx(lift, abs=0.01))
    assert (asked.turn, asked.tilt) == (0.0, 0.0)
