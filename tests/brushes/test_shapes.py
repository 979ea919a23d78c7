"""Shapes: places, starts and mirror images as the renderer wants them."""

from __future__ import annotations

import numpy as np

from installation.brushes.shapes import along, joined, mirrored, polylines, spatial
from installation.scene import Points, Strokes


def test_places_are_planar_and_in_single_precision() -> None:
    x, y = np.meshgrid(np.arange(3.0), np.arange(4.0))
    places = spatial(x, y, x * y)
    assert places.shape == (12, 3)
    assert places.dtype == np.float32
    assert places.flags.f_contiguous
    assert places[7].tolist() == [1.0, 2.0, 2.0]


def test_polylines_of_one_length_and_of_any() -> None:
    starts = polylines(3, 5)
    assert starts.dtype == np.int32
    assert starts.tolist() == [0, 5, 10]
    lines = [np.full((length, 3), float(length)) for length in (2, 4, 3)]
    position, starts = joined(lines)
    assert position.flags.f_contiguous
    assert starts.tolist() == [0, 2, 6]
    assert starts.dtype == np.int32
    assert [position[at, 0] for at in starts] == [2.0, 4.0, 3.0]


def test_a_value_each_becomes_a_value_a_vertex() -> None:
    colours = along(np.asfortranarray([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], np.float32), 3)
    assert colours.shape == (6, 3)
    assert colours.flags.f_contiguous
    assert colours[:3, 0].tolist() == [1.0, 1.0, 1.0]
    assert along(np.array([1.0, 2.0]), 2).tolist() == [1.0, 1.0, 2.0, 2.0]


def lights() -> Points:
    position = spatial(np.array([0.0, 1.0]), np.zeros(2), np.array([0.5, 2.0]))
    return Points(position, np.array([0.01, 0.2], np.float32), np.ones((2, 3), np.float32), halo=0.4)


def test_an_image_hangs_below_the_mirror_dimmer_softer_and_without_a_halo() -> None:
    image = mirrored(lights(), 0.5, level=0.25, softest=0.04)
    assert image.position[:, 2].tolist() == [0.0, -1.5]
    assert image.radius.tolist() == [np.float32(0.04), np.float32(0.2)]
    assert image.halo == 0.0
    assert np.allclose(image.colour[1], 0.5)
    assert np.allclose(image.colour[0], 0.5 * np.sqrt(0.01 / 0.04))  # as much light in a line four times as wide


def test_a_ripple_moves_the_image_and_not_the_light() -> None:
    light = lights()
    image = mirrored(light, np.array([1.0, 0.5], np.float32), ripple=np.array([0.1, -0.1]), squash=0.5)
    assert np.allclose(image.position[:, 0], [0.1, 0.9])
    assert np.allclose(image.position[:, 2], [-0.25, -1.0])
    assert light.position[:, 2].tolist() == [0.5, 2.0]


def test_the_image_of_strokes_keeps_where_they_begin() -> None:
    p = lights()
    image = mirrored(Strokes(p.position, p.radius, p.colour, polylines(1, 2)))
    assert isinstance(image, Strokes)
    assert image.starts.tolist() == [0]
