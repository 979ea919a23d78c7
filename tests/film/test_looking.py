"""What `sleeptree look` says is what `sleeptree still` shows: the same pixels, and the same word of the guard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from installation.film import film
from installation.film.looking import Eye, Subject
from installation.film.moments import Moments
from installation.light.picture import Picture
from installation.model.score import Score, Section
from installation.scene import Chance, Company, Light, Mist, Moment, Scene
from installation.show import Show

SIZE = 96, 54
SCORE = Score("calm", (Section("calm", "harmony", 60.0),), settled=True, scene="lamp")


class Lamp(Scene):
    """A wall that brightens slowly, or blinks eight times a second: what the guard must hold down."""

    blinks = False

    def __init__(self, chance: Chance, company: Company) -> None: ...

    def light(self, now: Moment) -> tuple[Light, ...]:
        level = (now.tick // 15 % 2) if self.blinks else 0.3 + 0.01 * now.seconds
        return (Mist(np.full((2, 2, 3), 0.6 * level, np.float32)),)


class Blinking(Lamp):
    """The same, blinking."""

    blinks = True


@pytest.fixture
def eye() -> Iterator[Eye]:
    one = Eye(*SIZE, 1)
    yield one
    one.close()


@pytest.mark.parametrize("kind", [Lamp, Blinking])
def test_the_word_and_the_picture_are_those_of_a_still(kind: type[Scene], eye: Eye, tmp_path: Path) -> None:
    show = Show(SCORE, 1, {"lamp": kind})
    subject = Subject(show, Moments.of(tmp_path, show, {"lamp": kind}))
    eye.glance(subject, 1300)
    pixels, held = eye.judged(subject, 1300)
    other, picture = Show(SCORE, 1, {"lamp": kind}), Picture(*SIZE, 1, 1)
    for _ in range(1300 - film.ROLL):
        other.step()
    still = film.still(other, picture, 1300)
    assert np.array_equal(pixels, still)
    assert held == picture.held
    assert bool(held) == (kind is Blinking)
    picture.close()


def test_a_glance_says_what_is_there_before_anybody_judges_it(eye: Eye, tmp_path: Path) -> None:
    show = Show(SCORE, 1, {"lamp": Blinking})
    subject = Subject(show, Moments.of(tmp_path, show, {"lamp": Blinking}))
    lit, dark = (eye.glance(subject, tick) for tick in (1305, 1320))  # in any order, without a new show
    assert (lit.seconds, lit.phase, lit.state) == (10.875, "harmony", "")
    assert (lit.pixels & 255).mean() > 60 > (dark.pixels & 255).mean()
