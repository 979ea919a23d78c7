"""The cross-fade: two worlds together cost hardly more than one, and nothing pops."""

from __future__ import annotations

import numpy as np
import pytest

from installation.brushes.dissolve import dark, dissolved, turn_of
from installation.brushes.shapes import polylines, spatial
from installation.model.chance import Chance
from installation.scene import Light, Mist, Points, Strokes

LINES, LENGTH = 1500, 8


def world(seed: int, lines: int = LINES) -> list[Light]:
    draw = Chance(seed).at()
    x, y, z = draw.uniform(-4.0, 4.0, (3, lines, 1)) + draw.uniform(0.0, 0.3, (3, lines, LENGTH))
    n = lines * LENGTH
    strokes = Strokes(
        spatial(x, y, z), np.full(n, 0.01, np.float32), np.ones((n, 3), np.float32, order="F"), polylines(lines, LENGTH)
    )
    points = Points(strokes.position[::4], strokes.radius[::4], strokes.colour[::4], halo=0.3)
    return [strokes, points, Mist(np.ones((4, 4, 3), np.float32))]


FEW = world(1, 200)[:1]


def vertices(lights: list[Light]) -> int:
    return sum(len(light.radius) for light in lights if not isinstance(light, Mist))


def test_both_ends_are_one_world_alone() -> None:
    whole = world(1)
    for leaving in (True, False):
        there, gone = dissolved(whole, 1.0, leaving), dissolved(whole, 0.0, leaving)
        assert vertices(there) == vertices(whole)
        assert all((light.colour == 1.0).all() for light in there)
        assert vertices(gone) == 0
        assert not gone[0].colour.any()


@pytest.mark.parametrize("weight", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_two_worlds_together_are_little_more_to_draw_than_one(weight: float) -> None:
    both = vertices(dissolved(world(1), 1.0 - weight, True)) + vertices(dissolved(world(2), weight, False))
    assert 0.4 * vertices(world(1)) < both <= vertices(world(1))


def test_a_scene_of_which_nothing_is_seen_need_not_be_asked() -> None:
    for weight in np.linspace(0.0, 1.0, 101).tolist():
        shown = dissolved(world(1), weight, False)
        assert dark(weight) == (vertices(shown) == 0 and not shown[0].colour.any())
    assert dark(0.3)
    assert not dark(0.45)


def test_a_place_is_dark_before_it_changes_hands() -> None:
    """What comes lights up where what leaves has gone out."""
    for weight in (0.4, 0.5, 0.6):
        coming, leaving = dissolved(FEW, weight, False), dissolved(FEW, 1.0 - weight, True)
        lit, still = ({tuple(place) for place in one[0].position.tolist()} for one in (coming, leaving))  # type: ignore[union-attr]
        assert not lit & still


def test_lines_stay_whole_and_nothing_pops() -> None:
    before: dict[tuple[float, ...], float] = {}
    for weight in np.linspace(0.0, 1.0, 481)[1:].tolist():  # every other tick of eight seconds
        (now,) = dissolved(FEW, weight, False)
        assert isinstance(now, Strokes)
        assert (np.diff(np.append(now.starts, len(now.radius))) == LENGTH).all()
        lit = dict(zip(map(tuple, now.position[::LENGTH].tolist()), now.colour[::LENGTH, 0].tolist(), strict=True))
        assert all(0.0 <= colour - before.get(place, 0.0) < 0.12 for place, colour in lit.items())
        before = lit
    assert set(before.values()) == {1.0}
    assert len(before) == 200


def test_places_change_hands_evenly() -> None:
    turn = turn_of(Chance(3).at().uniform(-6.0, 6.0, (50_000, 3)))
    assert np.abs(np.histogram(turn, 10, (0.0, 1.0))[0] / 50_000 - 0.1).max() < 0.035
