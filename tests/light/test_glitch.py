"""Glitch on a finished picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.light.glitch import tear
from installation.model.chance import Chance
from installation.scene import Beat

CHANCE = Chance(11, "/glitch")


def painted(width: int = 640, height: int = 360) -> NDArray[np.uint32]:
    rng = np.random.default_rng(4)
    spots = np.clip(rng.normal(30, 60, (height, width, 3)), 0, 255).astype(np.uint32)
    return spots[..., 0] << 16 | spots[..., 1] << 8 | spots[..., 2]


def light(picture: NDArray[np.uint32]) -> NDArray[np.float64]:
    return np.stack([picture >> 16 & 255, picture >> 8 & 255, picture & 255], axis=-1).astype(np.float64)


def test_none_leaves_the_picture_untouched() -> None:
    picture = painted()
    tear(picture, Beat(3, 5, 20), CHANCE, 0.0)
    assert np.array_equal(picture, painted())


def test_the_same_beat_tears_the_same_bars() -> None:
    torn = []
    for _ in range(2):
        picture = painted()
        tear(picture, Beat(8, 7, 20), CHANCE, 0.8)
        torn.append(picture)
    assert np.array_equal(torn[0], torn[1])
    others = 0
    for index in range(20):
        picture = painted()
        tear(picture, Beat(index, 7, 20), CHANCE, 0.8)
        others += not np.array_equal(picture, torn[0])
    assert others >= 18


@pytest.mark.parametrize("amount", [0.2, 0.6, 1.0])
def test_tears_are_sparing_and_keep_the_light(amount: float) -> None:
    before = painted()
    touched = []
    for index in range(60):
        picture = before.copy()
        tear(picture, Beat(index, 6, 20), CHANCE, amount)
        touched.append((picture != before).mean())
        assert abs(light(picture).mean() / light(before).mean() - 1.0) < 0.002  # light is moved, hardly any is made
    assert 0 < np.mean(touched) < 0.12 * amount + 0.01
    assert max(touched) < 0.3


def test_more_amount_tears_more() -> None:
    before = painted()
    means = []
    for amount in (0.1, 0.4, 1.0):
        changes = 0.0
        for index in range(80):
            picture = before.copy()
            tear(picture, Beat(index, 6, 20), CHANCE, amount)
            changes += (picture != before).mean()
        means.append(changes)
    assert means[0] < means[1] < means[2]


def test_bars_grow_in_and_out_of_a_slice() -> None:
    """On a smooth picture, what moves further changes more."""
    ramp = np.broadcast_to((np.arange(640, dtype=np.uint32) * 255 // 640), (360, 640))
    before = (ramp << 16 | ramp << 8 | ramp).astype(np.uint32)
    change = []
    for age in range(20):
        picture = before.copy()
        tear(picture, Beat(2, age, 20), CHANCE, 1.0)
        change.append(np.abs(light(picture) - light(before)).sum())
    assert max(change) > 0
    assert change[0] < 0.6 * max(change)
    assert change[-1] < 0.6 * max(change)


def test_what_a_bar_shows_stood_beside_it_and_never_at_its_other_end() -> None:
    """A frame that grows brighter to the right by a step a column: no seam, no jump back."""
    ramp = np.broadcast_to((np.arange(240, dtype=np.uint32)), (135, 240))
    before = (ramp << 16 | ramp << 8 | ramp).astype(np.uint32)
    furthest, torn = 0, 0
    for index in range(60):
        picture = before.copy()
        tear(picture, Beat(index, 9, 20), CHANCE, 1.0)
        moved = np.abs(light(picture) - light(before)).max()
        furthest, torn = max(furthest, int(moved)), torn + bool(moved)
    assert torn > 40
    assert 4 < furthest <= 2 * (round(0.04 * 240) + 1)  # as far as two bars shift it, and never across one


def test_small_pictures_are_torn_too() -> None:
    for size in ((16, 9), (2, 2), (160, 90)):
        for index in range(20):
            picture = painted(*size)
            tear(picture, Beat(index, 6, 20), CHANCE, 1.0)
            assert picture.shape == size[::-1]
            assert (picture >> 24 == 0).all()
