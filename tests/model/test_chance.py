"""Chance is addressed: nothing depends on what else was drawn."""

from __future__ import annotations

import numpy as np

from installation.model.chance import Chance


def test_an_address_always_gives_the_same_numbers() -> None:
    first = Chance(7).of("tree").at(3).standard_normal(8)
    Chance(7).of("water").at(3).standard_normal(1000)
    assert np.array_equal(first, Chance(7).of("tree").at(3).standard_normal(8))


def test_other_addresses_give_other_numbers() -> None:
    addresses = [
        Chance(7).of("tree").at(3),
        Chance(7).of("tree").at(4),
        Chance(8).of("tree").at(3),
        Chance(7).of("tree").of("tree").at(3),
        Chance(7).of("treetree").at(3),
        Chance(7).at(3),
    ]
    drawn = {generator.bytes(16) for generator in addresses}
    assert len(drawn) == len(addresses)


def test_neighbouring_indices_are_uncorrelated() -> None:
    rows = np.stack([Chance(1).of("noise").at(i).standard_normal(500) for i in range(40)])
    off = np.corrcoef(rows)[~np.eye(40, dtype=bool)]
    assert abs(off.mean()) < 0.01
    assert abs(off).max() < 0.25


def test_hashed_numbers_are_addressed_even_and_independent() -> None:
    chance, rows = Chance(7).of("flicker"), np.arange(20_000)
    share = chance.hashed(rows, 3)
    assert share.shape == (20_000,)
    assert share.min() >= 0.0
    assert share.max() < 1.0
    assert np.array_equal(share[[5, 17]], chance.hashed(np.array([5, 17]), 3))  # a row's number is its own
    histogram = np.histogram(share, 20, (0.0, 1.0))[0]
    assert abs(histogram - 1000).max() < 150  # five standard deviations
    for other in (chance.hashed(rows, 4), chance.hashed(rows), Chance(8).of("flicker").hashed(rows, 3), share[::-1]):
        assert abs(np.corrcoef(share, other)[0, 1]) < 0.035
    assert abs(np.corrcoef(share[1:], share[:-1])[0, 1]) < 0.035
    assert chance.hashed(rows[:4, None], rows[None, :3]).shape == (4, 3)
    assert chance.hashed(2, 1) != chance.hashed(1, 2)
