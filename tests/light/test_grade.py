"""Grade: hue and saturation, the way to white, no bands, a smooth vignette."""

from __future__ import annotations

import colorsys
import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.light.grade import Grade, matrix
from installation.light.pyramid.renderer import Renderer
from installation.scene import Mist
from tests.harness.easel import VIEW

WIDTH, HEIGHT = 512, 128


def shown(colour: NDArray[np.float32], grade: Grade, tick: int = 0) -> NDArray[np.float64]:
    """A colour field as it is shown, (rows, columns, 3) of 0..255."""
    pixels = np.zeros((HEIGHT, WIDTH), dtype=np.uint32)
    Renderer(WIDTH, HEIGHT).draw([Mist(colour.astype(np.float32))], VIEW, grade, tick, pixels)
    return np.stack([pixels >> 16 & 255, pixels >> 8 & 255, pixels & 255], axis=-1).astype(np.float64)


def flat(*rgb: float) -> NDArray[np.float32]:
    return np.full((2, 2, 3), rgb, dtype=np.float32)


def middle(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    return picture[HEIGHT // 2 - 16 : HEIGHT // 2 + 16, WIDTH // 2 - 32 : WIDTH // 2 + 32].mean(axis=(0, 1))


def test_grey_stays_grey_whatever_the_hue_and_saturation() -> None:
    for grade in (Grade(hue=0.3), Grade(saturation=0.0), Grade(hue=-0.2, saturation=1.5)):
        assert matrix(grade) @ np.ones(3) == pytest.approx(np.ones(3), abs=1e-5)
    assert matrix(Grade(exposure=1.7)) == pytest.approx(1.7 * np.eye(3), abs=1e-6)
    assert matrix(Grade(hue=1 / 3)) @ [1, 0, 0] == pytest.approx([0, 1, 0], abs=1e-6)
    assert np.ptp(matrix(Grade(saturation=0.0)) @ [0.3, 0.7, 0.1]) == pytest.approx(0, abs=1e-6)


def test_hue_turns_colours_on_the_screen() -> None:
    red = middle(shown(flat(0.3, 0.02, 0.02), Grade(vignette=0.0)))
    green = middle(shown(flat(0.3, 0.02, 0.02), Grade(vignette=0.0, hue=1 / 3)))
    assert green == pytest.approx(red[[2, 0, 1]], abs=1.0)


def test_dim_light_keeps_its_hue_and_bright_light_turns_white() -> None:
    hues, saturations = [], []
    for bright in (0.05, 0.3, 1.0, 4.0, 30.0, 1000.0):
        h, s, _ = colorsys.rgb_to_hsv(*middle(shown(flat(bright, 0.25 * bright, 0.05 * bright), Grade(vignette=0.0))))
        hues.append(h)
        saturations.append(s)
    assert np.ptp(hues[:4]) < 0.05
    assert all(b < a + 0.02 for a, b in itertools.pairwise(saturations))
    assert saturations[1] > 0.5
    assert saturations[-1] < 0.05


def test_more_light_is_never_darker() -> None:
    levels = [middle(shown(flat(v, v, v), Grade(vignette=0.0)))[0] for v in np.geomspace(1e-4, 1e4, 40)]
    assert all(b >= a - 0.1 for a, b in itertools.pairwise(levels))
    assert levels[0] < 1.0
    assert levels[-1] == pytest.approx(255, abs=0.5)


def test_black_is_black() -> None:
    for tick in range(8):
        assert shown(flat(0, 0, 0), Grade(), tick).max() == 0


def test_a_dark_gradient_has_no_bands() -> None:
    """From 1/255 to 12/255 over the picture: undithered, each value would be a run of 40 pixels."""
    ramp = np.zeros((2, 64, 3), dtype=np.float32)
    ramp[:] = np.linspace(0.0006, 0.006, 64)[None, :, None]
    picture = shown(ramp, Grade(vignette=0.0))[..., 1]
    assert 8 < picture.max() < 20
    longest = 0
    for row in picture:
        edges = np.flatnonzero(np.diff(row) != 0)
        longest = max(longest, int(np.diff(np.concatenate([[-1], edges, [len(row) - 1]])).max()))
    assert longest <= 16
    smooth = picture.mean(axis=0)
    trend = np.convolve(smooth, np.ones(17) / 17, mode="valid")
    assert np.abs(smooth[8:-8] - trend).max() < 0.35  # each column's mean follows the light, not the steps


def test_dither_changes_every_tick_and_keeps_the_mean() -> None:
    first, second = (shown(flat(0.004, 0.004, 0.004), Grade(vignette=0.0), tick) for tick in (0, 1))
    assert (first != second).mean() > 0.2
    assert first.mean() == pytest.approx(second.mean(), abs=0.02)


def test_the_vignette_darkens_the_corners_smoothly() -> None:
    field = flat(0.2, 0.2, 0.2)
    plain, dark = shown(field, Grade(vignette=0.0)), shown(field, Grade(vignette=0.6))
    assert middle(dark) == pytest.approx(middle(plain), abs=4.0)
    assert dark[:4, :4].mean() < 0.75 * plain[:4, :4].mean()
    row = dark[HEIGHT // 2 - 8 : HEIGHT // 2 + 8, WIDTH // 2 :].mean(axis=(0, 2)).reshape(-1, 16).mean(axis=1)
    assert np.diff(row).max() < 0.5
    assert np.abs(np.diff(row, n=2)).max() < 3.0
