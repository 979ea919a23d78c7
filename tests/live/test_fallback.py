"""A scene that fails on stage: it is replaced by the calm one, said in one line, and everything else goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pytest
from structlog.testing import capture_logs

from installation.light.picture import Picture, look
from installation.live.fallback import CALM, Calm, isolated, quiet
from installation.model import score, ticks
from installation.model.chance import Chance
from installation.model.ticks import SECOND
from installation.repertoire import found
from installation.scene import Company, Light, Mist, Moment, Points, Scene, Strokes, View, Voice
from installation.show import Show

SCORE = CALM.replace('scene = "calm"', 'scene = "faulty"')


@dataclass
class Clock:
    now: int = 0

    def __call__(self) -> int:
        return self.now


CLOCK, WORK = Clock(), Clock()


class Faulty(Scene):
    """Good for a second; then it does what `fault` says."""

    state = ("steps", "place")
    fault: ClassVar[dict[str, Callable[[Moment], Any]]] = {}

    def __init__(self, chance: Chance, company: Company) -> None:
        self.steps = 0
        self.place = np.zeros(3)
        if "init" in self.fault:
            raise RuntimeError("no wood")

    def step(self, now: Moment) -> None:
        self.steps += 1
        self.place += 0.01
        self._do("step", now)

    def light(self, now: Moment) -> Any:
        answer = self._do("light", now)
        return (points(1),) if answer is None else answer

    def sound(self, now: Moment) -> Any:
        answer = self._do("sound", now)
        return (Voice(110.0, 0.5),) if answer is None else answer

    def view(self, now: Moment) -> Any:
        answer = self._do("view", now)
        return super().view(now) if answer is None else answer

    def _do(self, what: str, now: Moment) -> Any:
        return self.fault[what](now) if what in self.fault and self.steps > ticks.RATE else None


def points(n: int, value: float = 0.5, **other: Any) -> Points:
    parts = {"position": np.full((n, 3), value, np.float32), "radius": np.full(n, 0.1, np.float32)}
    return Points(**{**parts, "colour": np.full((n, 3), 0.5, np.float32), **other})


def strokes(starts: list[int]) -> Strokes:
    p = points(4)
    return Strokes(p.position, p.radius, p.colour, np.array(starts, np.int32))


def raises(now: Moment) -> None:
    raise ZeroDivisionError("of dreams")


def computed(seconds: float) -> None:
    for clock in (CLOCK, WORK):
        clock.now += round(seconds * SECOND)


def slow(now: Moment) -> None:
    computed(1.0)


def waits(now: Moment) -> None:
    CLOCK.now += SECOND


def tiring(now: Moment) -> None:
    computed(1 / 60)


@dataclass
class Seen:
    show: Show
    said: list[dict[str, Any]] = field(default_factory=list)


def played(fault: dict[str, Callable[[Moment], Any]], monkeypatch: pytest.MonkeyPatch, seconds: float = 8.0) -> Seen:
    monkeypatch.setattr(Faulty, "fault", fault)
    with capture_logs() as said:
        show = Show(score.parse(SCORE, "faulty"), 3, isolated({"faulty": Faulty}, CLOCK, WORK))
        for tick in range(ticks.ticks(seconds)):
            show.step()
            show.voices()
            if tick % 2 == 0:
                look(show)
    return Seen(show, list(said))


FAULTS: list[tuple[str, Callable[[Moment], Any], str]] = [
    ("init", raises, "RuntimeError: no wood"),
    ("step", raises, "ZeroDivisionError: of dreams"),
    ("light", raises, "ZeroDivisionError: of dreams"),
    ("sound", raises, "ZeroDivisionError"),
    ("view", raises, "ZeroDivisionError"),
    ("light", lambda now: 7, "TypeError"),
    ("light", lambda now: (points(3, np.nan),), "Points.position is finite, got 9 numbers that are not"),
    ("light", lambda now: (points(3, np.inf),), "Points.position is finite"),
    ("light", lambda now: (points(3, radius=np.zeros(2, np.float32)),), "Points.position has the shape"),
    ("light", lambda now: (points(3, colour=np.zeros((3, 4), np.float32)),), "Points.colour has the shape (3, 3)"),
    ("light", lambda now: (points(3, halo=7.0),), "Points.halo is within 0..1, got 7.0"),
    ("light", lambda now: (points(3, radius=[1, 2, 3]),), "Points.radius is an array of floats, got list"),
    ("light", lambda now: (strokes([1, 2]),), "Strokes.starts ascends from 0"),
    ("light", lambda now: (strokes([0, 9]),), "Strokes.starts ascends from 0"),
    ("light", lambda now: (Mist(np.full((2, 2, 3), np.nan, np.float32)),), "Mist.colour is finite"),
    ("light", lambda now: ("light",), "gives Points, Strokes and Mist, got str"),
    ("sound", lambda now: (Voice(float("nan"), 1.0),), "a voice is made of finite numbers"),
    ("view", lambda now: View((0.0, 0.0, 1.0), (0.0, 0.0, 1.0)), "a view looks from one place to another"),
    ("light", slow, "TimeoutError: takes 1.00 s to answer"),
    ("step", slow, "TimeoutError: takes 1.00 s to answer"),
    ("light", waits, "TimeoutError: takes 1.00 s to answer"),
    ("step", tiring, "TimeoutError: its steps take 1.2 s a second"),
    ("step", lambda now: threading.Thread(target=print).start(), "PermissionError: a scene begins no threads"),
    ("light", lambda now: os.fork(), "PermissionError: a scene begins no threads and no processes (os.fork)"),
]


@pytest.mark.parametrize(("where", "fault", "why"), FAULTS, ids=[f"{w}-{y[:40]}" for w, _, y in FAULTS])
def test_it_is_replaced_and_named_once(
    where: str, fault: Callable[[Moment], Any], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = played({where: fault}, monkeypatch)
    (line,) = [one for one in seen.said if one["event"] == "a scene is replaced by the calm one"]
    assert line["scene"] == "faulty"
    assert why in line["why"]
    assert "\n" not in line["why"]
    now = seen.show.moment()
    for light, calm in zip(seen.show.lights(), Calm(Chance(1), seen.show.cast.company).light(now), strict=True):
        assert np.array_equal(light.colour, calm.colour)
    assert seen.show.voices()


def test_a_good_scene_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = played({}, monkeypatch)
    assert seen.said == []
    assert np.array_equal(seen.show.lights()[0].colour, points(1).colour)


def test_one_long_breath_of_the_machine_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    once = iter([SECOND])

    def pause(now: Moment) -> None:
        computed(next(once, 0) / SECOND)

    assert played({"light": pause}, monkeypatch).said == []


@pytest.mark.parametrize("where", ["light", "step"])
def test_a_machine_that_lets_everybody_wait_for_seconds_is_no_fault(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.9, 0.4, 0.3, 0.6, 0.0, *[0.4] * 8])

    def wait(now: Moment) -> None:
        CLOCK.now += round(next(times, 0.0) * SECOND)

    assert played({where: wait}, monkeypatch).said == []


def test_it_stays_replaced_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = isolated({"faulty": Faulty}, CLOCK, WORK)
    seen = played({"step": raises}, monkeypatch)
    again = Show(score.parse(SCORE, "faulty"), 3, kinds)
    with capture_logs() as said:
        again.restore(seen.show.snapshot())
        again.step()
    seen.show.step()
    assert said == []
    assert again.snapshot() == seen.show.snapshot()
    assert isinstance(again.lights()[0], Mist)


def test_what_a_real_scene_shows_is_not_touched() -> None:
    scenes = found().scenes
    arc = score.parse(CALM.replace('scene = "calm"', 'scene = "sleeptree"'), "arc")
    bare, covered = Show(arc, 5, scenes), Show(arc, 5, isolated(scenes, CLOCK, WORK))
    for _ in range(240):
        bare.step()
        covered.step()
    for one, other in zip(bare.lights(), covered.lights(), strict=True):
        assert np.array_equal(one.colour, other.colour)
    assert bare.voices() == covered.voices()
    assert bare.view() == covered.view()
    other_way = Show(arc, 5, scenes)
    other_way.restore(covered.snapshot())  # a film of a night is made by the scenes themselves
    bare.step()
    other_way.step()
    assert bare.snapshot() == other_way.snapshot()


def test_the_calm_scene_is_seen_and_heard() -> None:
    show = Show(quiet(), 1, {"calm": Calm})
    pixels = np.zeros((90, 160), np.uint32)
    picture = Picture(160, 90, 1, 1)
    shown: list[tuple[Light, ...]] = []
    for tick in range(360):
        show.step()
        if tick % 6 == 0:
            seen = look(show)
            shown.append(seen.lights)
            picture.draw(seen, pixels, 0.05)
    picture.close()
    level = (pixels >> np.uint32(8)) & np.uint32(0xFF)
    assert level.max() > 60
    assert len(np.unique(level)) > 30
    assert show.voices()
