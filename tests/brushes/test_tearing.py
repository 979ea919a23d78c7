"""What glitch does to lights: nothing while calm, two registers and slabs on the shared clock when torn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.brushes.colour import LUMINANCE
from installation.brushes.shapes import spatial
from installation.brushes.tearing import BACK, REGISTERS, SHEARED, SLABS, registers
from installation.foundation import places
from installation.model.chance import Chance
from installation.model.score import parse
from installation.scene import Mist, Moment, Points, Scene, Strokes
from installation.show import Show

CHANCE = Chance(1).of("slabs")


class Lamp(Scene):
    """One light."""

    def __init__(self, *born: object) -> None: ...

    def light(self, now: Moment) -> tuple[Points, ...]:
        return (column(),)


@pytest.fixture(scope="module")
def moment() -> Moment:
    text = (places.config() / "abridged.toml").read_text(encoding="utf-8")
    return Show(parse(text, "abridged.toml"), 1, {"sleeptree": Lamp}).moment()


def column(count: int = 400) -> Points:
    height = np.linspace(0.0, 6.0, count)
    position = spatial(np.zeros(count), np.zeros(count), height)
    return Points(position, np.full(count, 0.02, np.float32), np.full((count, 3), 0.5, np.float32, order="F"), 0.2)


def test_calm_light_is_left_as_it_is(moment: Moment) -> None:
    (whole,) = registers(replace(moment, unrest=0.0), CHANCE)
    light = column()
    torn = whole.torn(light)
    assert torn.position is light.position
    assert torn.colour is light.colour


def test_torn_light_is_pulled_into_two_colours_that_lie_apart(moment: Moment) -> None:
    now = replace(moment, unrest=1.0)
    left, right = (register.torn(column()) for register in registers(now, CHANCE))
    assert isinstance(left, Points)
    assert isinstance(right, Points)
    assert left.halo == 0.2
    assert left.position[:, 0].mean() < -0.02 < 0.02 < right.position[:, 0].mean()
    for torn, tint in zip((left, right), REGISTERS, strict=True):
        lit = torn.colour[torn.colour.sum(axis=1) > 0]
        likeness = (lit @ tint) / (np.linalg.norm(lit, axis=1) * np.linalg.norm(tint))
        assert likeness.min() > 0.98
    gone = float(np.mean(left.colour @ LUMINANCE == 0.0))
    assert 0.0 < gone < 0.25  # some slabs are missing, most are there


def test_slabs_are_sheared_afresh_every_few_slices_each_in_one_of_its_own(moment: Moment) -> None:
    """A picture that jumps as a whole flashes."""

    def shear(index: int, age: int = 0) -> np.ndarray:
        return registers(at(moment, index, age), CHANCE)[0].shear

    assert np.array_equal(shear(3), shear(3, 4))
    moved = np.array([shear(index) != shear(index + 1) for index in range(2 * SHEARED)])
    assert moved.shape[1] == SLABS
    assert moved.any(axis=1).mean() > 0.7  # in nearly every slice some,
    assert moved.mean(axis=1).max() < 0.25  # in none of them many,
    assert moved[:SHEARED].sum(axis=0).max() == 1  # and none of them twice
    assert 0.4 < moved[:SHEARED].any(axis=0).mean() < 0.9


def test_strokes_keep_where_they_begin_and_mist_is_left_alone(moment: Moment) -> None:
    register = registers(replace(moment, unrest=1.0), CHANCE)[0]
    p = column()
    starts = np.array([0, 200], np.int32)
    assert register.torn(Strokes(p.position, p.radius, p.colour, starts)).starts is starts  # type: ignore[union-attr]
    mist = Mist(np.ones((4, 4, 3), np.float32))
    assert register.torn(mist) is mist


CROWN = (1.4, 4.6)


def at(moment: Moment, index: int, age: int = 0) -> Moment:
    return replace(moment, unrest=1.0, beat=replace(moment.beat, index=index, age=age))


def test_wide_slabs_leave_a_crown_and_only_the_crown(moment: Moment) -> None:
    furthest = []
    for index in range(0, 90, 3):
        plain, wide = (registers(at(moment, index), CHANCE, crown)[0].shear for crown in (None, CROWN))
        out = np.flatnonzero(plain != wide)
        assert out.min() * 0.085 >= CROWN[0] - 0.085
        furthest.append(float(np.abs(wide - plain).max()))
    assert min(furthest) > 0.3
    assert max(furthest) > 1.0


def test_lines_are_cut_where_a_slab_was_pulled_away(moment: Moment) -> None:
    p = column()
    line = Strokes(p.position, p.radius, p.colour, np.zeros(1, np.int32))
    for index in range(12):
        register = registers(at(moment, index), CHANCE, CROWN)[0]
        torn = register.torn(line)
        assert isinstance(torn, Strokes)
        shear = register.shear[np.minimum(p.position[:, 2] / 0.085, SLABS - 1).astype(int)]
        apart = np.flatnonzero(np.abs(np.diff(shear)) > 0.3)
        assert len(apart)
        assert not torn.colour[apart].any()
        assert not torn.colour[apart + 1].any()


def test_a_struck_crown_leans_together_and_stands_again_slab_by_slab(moment: Moment) -> None:
    def lean(index: int) -> np.ndarray:
        """(sides, slabs) over all that wide slabs are torn out of."""
        torn, plain = (registers(at(moment, index), CHANCE, crown) for crown in (CROWN, None))
        return np.array([a.shear - b.shear for a, b in zip(torn, plain, strict=True)])[:, 70:]

    leans = np.array([lean(index) for index in range(120)])
    assert np.allclose(leans[:, 0], leans[:, 1], atol=1e-6)
    share = (np.abs(leans[:, 0]) > 1e-6).mean(axis=1)
    struck = np.flatnonzero((share > 0.0) & (np.roll(share, 1) == 0.0))
    assert 5 <= len(struck) <= 15
    for index in struck[struck < 110]:
        assert share[index] == 1.0
        assert np.all(np.diff(np.abs(leans[index, 0])) > 0.0)  # more the higher
        assert np.all(np.diff(share[index : index + BACK + 1]) <= 0.0)
        assert share[index + BACK] == 0.0
