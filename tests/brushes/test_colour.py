"""Colours and easing: what a scene paints with keeps its promises of shape, order, type and safety."""

from __future__ import annotations

import numpy as np
import pytest

from installation.brushes.colour import hues, mix, rgb, shone
from installation.foundation.easing import ease, eased

TURNS = np.linspace(0.0, 1.0, 97)


def test_hues_go_round_the_circle_in_planes_and_none_is_a_saturated_red() -> None:
    wheel = hues(TURNS)
    assert wheel.shape == (97, 3)
    assert wheel.dtype == np.float32
    assert wheel.flags.f_contiguous
    assert (wheel[:, 0] < 0.78 * wheel.sum(axis=1)).all()
    assert np.allclose(wheel[0], wheel[-1], atol=1e-6)
    assert [int(hues(np.array([turn])).argmax()) for turn in (0.0, 1 / 3, 2 / 3)] == [0, 1, 2]


def test_more_white_is_less_pure() -> None:
    pale, strong = (hues(TURNS, white).min(axis=1) / hues(TURNS, white).max(axis=1) for white in (0.5, 0.1))
    assert (pale > strong).all()


@pytest.mark.parametrize("colour", [rgb(0.1, 0.2, 0.3), np.asfortranarray(np.full((5, 3), 0.25, np.float32))])
def test_shone_is_strength_times_colour_whether_it_is_one_or_many(colour: np.ndarray) -> None:
    strength = np.linspace(0.0, 2.0, 5)
    lit = shone(colour, strength)
    assert lit.dtype == np.float32
    assert lit.flags.f_contiguous
    assert np.allclose(lit, np.broadcast_to(colour, (5, 3)) * strength[:, None])


def test_mix_goes_from_one_colour_to_the_other() -> None:
    a, b = rgb(0.0, 1.0, 0.5), rgb(1.0, 0.0, 0.5)
    assert np.allclose(mix(a, b, 0.25), (0.25, 0.75, 0.5))
    ways = np.array([0.0, 0.5, 1.0], np.float32)
    assert np.allclose(mix(a, b, ways), [a, (a + b) / 2, b])


def test_easing_is_clipped_soft_at_its_ends_and_the_same_for_one_number_as_for_many() -> None:
    x = np.linspace(-0.5, 1.5, 41)
    soft = eased(x)
    assert np.allclose(soft, [ease(float(v)) for v in x], atol=1e-6)
    assert (soft[x <= 0] == 0).all()
    assert (soft[x >= 1] == 1).all()
    assert (np.diff(soft) >= 0).all()
    assert ease(0.01) < 0.001
