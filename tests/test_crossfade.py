"""From one world into another: what of a scene's state still fits, and a camera that goes round what stands there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.model.score import Score, Section
from installation.scene import Chance, Company, Light, Moment, Scene, View
from installation.show import Show

CALM = Score("calm", (Section("calm", "harmony", 3_600.0),), settled=True, scene="near")


class Near(Scene):
    """Looks from the south, and counts."""

    state = ("age",)
    eye = (0.0, -6.0, 2.0)

    def __init__(self, chance: Chance, company: Company) -> None:
        self.age = 7.0

    def step(self, now: Moment) -> None:
        self.age += 1.0

    def light(self, now: Moment) -> tuple[Light, ...]:
        return ()

    def view(self, now: Moment) -> View:
        return View(self.eye, (0.0, 0.0, 2.0))


class Far(Near):
    """Looks from the other side."""

    eye = (1.0, 14.0, 9.0)


class Rewritten(Near):
    """Has another state by the same name."""

    def __init__(self, chance: Chance, company: Company) -> None:
        self.age = np.zeros(3)  # type: ignore[assignment]

    def step(self, now: Moment) -> None: ...


def test_the_camera_goes_round_the_middle_and_not_through_what_stands_there() -> None:
    show = Show(CALM, 1, {"near": Near, "far": Far})
    show.accept("/show/scene", ["far"])
    eyes = []
    while len(show.playing) > 1 or not eyes:
        show.step()
        eyes.append(show.view().eye)
    away = [math.hypot(x, y) for x, y, _ in eyes]
    assert min(away) > 5.99
    assert away == sorted(away)
    assert np.abs(np.diff(np.array(eyes), axis=0)).max() < 0.1, "it never jumps"
    assert eyes[-1] == pytest.approx(Far.eye)


def test_a_snapshot_of_another_version_is_taken_as_far_as_it_fits_where_that_is_asked_for() -> None:
    show = Show(CALM, 1, {"near": Near, "far": Far})
    for _ in range(10):
        show.step()
    snapshot, again = show.snapshot(), Show(CALM, 1, {"near": Rewritten, "far": Far})
    with pytest.raises(ValueError, match=r"Rewritten\.age needs the shape \(3,\)"):
        again.restore(snapshot)
    again.restore(snapshot, fitting=True)
    assert again.tick == 10
    assert again._stage["near"].age.tolist() == [0.0, 0.0, 0.0]  # type: ignore[attr-defined]
    same = Show(CALM, 1, {"near": Near, "far": Far})
    same.restore(snapshot, fitting=True)
    assert same.snapshot() == snapshot
