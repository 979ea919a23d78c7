"""The warp and the blend: nothing changes where nothing is bent, and projectors together are one picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from installation.light.flashguard.guard import CONVENTION, Field
from installation.light.mapping.blend import most_overlaps, ramps
from installation.light.mapping.geometry import Geometry
from installation.light.mapping.outputs import Mask, OutputLayout, Rasters
from installation.light.mapping.warp import ACROSS, DOWN, ONE, grid, noise
from installation.venue.outputs import CanvasSettings, Corners, Crop, OutputSettings

PIN: Corners = ((0.031, 0.037), (0.964, 0.083), (0.99, 0.981), (0.01, 0.926))
OTHER: Corners = ((0.02, 0.06), (0.98, 0.01), (0.97, 0.94), (0.03, 0.99))
BULGE = tuple(tuple((0.02 * (c == 1), 0.03 * (r == 1)) for c in range(3)) for r in range(3))


def layout(*outputs: OutputSettings, blend: float = 2.0, **masks: NDArray[np.uint8]) -> OutputLayout:
    return OutputLayout(CanvasSettings(blend=blend), outputs, {name: Mask.of(grey) for name, grey in masks.items()})


def raster(wanted: OutputLayout, name: str, canvas: NDArray[np.uint32], threads: int = 1, level: int = 256):  # type: ignore[no-untyped-def]
    rasters = Rasters(wanted, threads)
    width, height = wanted.raster(wanted[name])
    out = np.full((height, width), 0x123456, np.uint32)
    rasters.draw(name, canvas, out, level)
    rasters.close()
    return out


def static(width: int, height: int, seed: int = 1) -> NDArray[np.uint32]:
    return np.random.default_rng(seed).integers(0, 1 << 24, (height, width), dtype=np.uint32)


def channels(pixels: NDArray[np.uint32]) -> NDArray[np.float64]:
    return np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(float)


@pytest.mark.parametrize("size", [(320, 180), (333, 111), (17, 16)])
def test_an_output_of_the_whole_canvas_is_the_canvas_to_the_byte(size: tuple[int, int]) -> None:
    canvas = static(*size)
    assert np.array_equal(raster(layout(OutputSettings(name="a", crop=(0, 0, *size))), "a", canvas), canvas)


def test_an_output_of_a_part_is_that_part_to_the_byte() -> None:
    canvas = static(400, 300)
    one = layout(OutputSettings(name="a", crop=(37, 21, 300, 200)), OutputSettings(name="b", crop=(337, 21, 63, 279)))
    assert np.array_equal(raster(one, "a", canvas), canvas[21:221, 37:337])
    assert np.array_equal(raster(one, "b", canvas), canvas[21:300, 337:400])


@pytest.mark.parametrize(
    ("rotate", "flip", "turned"),
    [
        (0, "horizontal", lambda c: c[:, ::-1]),
        (0, "vertical", lambda c: c[::-1]),
        (0, "both", lambda c: c[::-1, ::-1]),
        (90, "", lambda c: np.rot90(c, -1)),
        (180, "", lambda c: c[::-1, ::-1]),
        (270, "", np.rot90),
        (90, "horizontal", lambda c: np.rot90(c, -1)[:, ::-1]),
    ],
)
def test_turned_and_flipped_pixels_are_the_same_pixels(rotate, flip, turned) -> None:  # type: ignore[no-untyped-def]
    canvas = static(200, 120)
    output = OutputSettings(name="a", crop=(0, 0, 200, 120), rotate=rotate, flip=flip)
    assert np.array_equal(raster(layout(output), "a", canvas), turned(canvas))


def test_pixels_between_pixels_are_interpolated() -> None:
    canvas = static(400, 300)
    wanted = layout(OutputSettings(name="a", crop=(0, 0, 400, 300), corners=PIN))
    out = raster(wanted, "a", canvas)
    x, y = np.meshgrid(np.arange(400) + 0.5, np.arange(300) + 0.5)
    u, v = (place - 0.5 for place in wanted.geometry(wanted["a"]).to_canvas(x, y))
    inside = (u > 1) & (u < 398) & (v > 1) & (v < 298)
    i, j = (np.clip(np.floor(place).astype(int), 0, most) for place, most in ((u, 398), (v, 298)))
    a, b, of = (u - i)[..., None], (v - j)[..., None], channels(canvas)
    exact = (of[j, i] * (1 - a) + of[j, i + 1] * a) * (1 - b) + (of[j + 1, i] * (1 - a) + of[j + 1, i + 1] * a) * b
    assert np.abs(channels(out) - exact)[inside].mean() < 1.0  # of 255, in white noise
    calm = np.full((300, 400), 0x406080, np.uint32)
    assert (raster(wanted, "a", calm)[inside] == 0x406080).all()


def test_a_straight_line_from_node_to_node_is_near_the_bend() -> None:
    geometry = Geometry(OutputSettings(name="a", corners=PIN, mesh=BULGE), (0, 0, 1920, 1080), (1920, 1080))
    nodes = grid(geometry) / ONE + 0.5
    middle = (nodes[1:, 1:] + nodes[1:, :-1] + nodes[:-1, 1:] + nodes[:-1, :-1]) / 4.0
    rows, columns = middle.shape[:2]
    x, y = np.meshgrid((np.arange(columns) + 0.5) * ACROSS + 0.5, (np.arange(rows) + 0.5) * DOWN + 0.5)
    exact = np.stack(geometry.to_canvas(x, y), axis=-1)
    inside = (np.abs(exact - (960, 540)) < (880, 500)).all(axis=2)
    assert inside.sum() > 2500
    assert np.abs(middle - exact)[inside].max() < 0.1  # of a pixel


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.25), st.floats(0.0, 0.25))
def test_nothing_in_a_raster_is_brighter_than_the_canvas_round_it(seed: int, dx: float, dy: float) -> None:
    canvas = static(96, 64, seed) & np.uint32(0x7F7F7F)
    corners = ((dx, dy), (1.0, 0.0), (1.0 - dy, 1.0 - dx), (0.0, 1.0))
    out = raster(layout(OutputSettings(name="a", crop=(0, 0, 96, 64), corners=corners)), "a", canvas)  # type: ignore[arg-type]
    assert channels(out).max() <= 0x7F
    assert not (out >> 24).any()


def test_threads_and_padded_rows_change_nothing() -> None:
    canvas = static(500, 300)
    wanted = layout(
        OutputSettings(name="a", crop=(0, 0, 300, 300), corners=PIN, black=(0.01, 0.02, 0.03)),
        OutputSettings(name="b", crop=(200, 0, 300, 300)),
    )
    once = raster(wanted, "a", canvas)
    assert np.array_equal(raster(wanted, "a", canvas, threads=3), once)
    wide = np.full((300, 512), 0xABCDEF, np.uint32)
    padded = np.full((300, 512), 0, np.uint32)
    padded[:, :500] = canvas
    rasters = Rasters(wanted, 2)
    rasters.draw("a", padded[:, :500], wide[:, :300])
    rasters.close()
    assert np.array_equal(wide[:, :300], once)
    assert (wide[:, 300:] == 0xABCDEF).all()


def test_a_raster_of_another_size_is_refused() -> None:
    rasters = Rasters(layout(OutputSettings(name="a", crop=(0, 0, 64, 64))), 1)
    with pytest.raises(ValueError, match="a raster of 64x64 is wanted, got 65x64"):
        rasters.draw("a", static(64, 64), static(65, 64))
    with pytest.raises(ValueError, match="32 bit"):
        rasters.draw("a", static(64, 64).astype(np.int64), static(64, 64))  # type: ignore[arg-type]
    rasters.close()


# blending


def light_on_the_wall(wanted: OutputLayout, grey: int) -> NDArray[np.float64]:
    """(height, width) of the canvas: the light of all outputs there, as a share of the canvas's own."""
    width, height = wanted.size
    canvas = np.full((height, width), grey * 0x010101, np.uint32)
    total = np.zeros((height, width))
    u, v = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    for output in wanted.outputs:
        out = channels(raster(wanted, output.name, canvas))[..., 1]
        x, y = wanted.geometry(output).to_raster(u, v)
        left, top, wide, high = wanted.crop(output)
        inside = (u > left) & (u < left + wide) & (v > top) & (v < top + high)
        sampled = between((out / grey) ** output.gamma, x - 0.5, y - 0.5)
        total += np.where(inside, sampled, 0.0)
    return total


def between(values: NDArray[np.float64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = values.shape
    i, j = np.clip(x.astype(int), 0, width - 2), np.clip(y.astype(int), 0, height - 2)
    a, b = np.clip(x - i, 0, 1), np.clip(y - j, 0, 1)
    top = values[j, i] * (1 - a) + values[j, i + 1] * a
    return np.asarray(top * (1 - b) + (values[j + 1, i] * (1 - a) + values[j + 1, i + 1] * a) * b)


def mean_of(values: NDArray[np.float64], cell: int = 8) -> NDArray[np.float64]:
    """The mean of squares: what an eye sees of dither."""
    height, width = (side // cell * cell for side in values.shape)
    return values[:height, :width].reshape(height // cell, cell, width // cell, cell).mean(axis=(1, 3))


ROW: Sequence[Crop] = ((0, 0, 320, 180), (240, 0, 320, 180))
SQUARES: Sequence[Crop] = ((0, 0, 200, 120), (150, 0, 200, 120), (0, 80, 200, 120), (150, 80, 200, 120))
STEPPED: Sequence[Crop] = ((0, 0, 200, 160), (120, 40, 200, 160))
DEEP: Sequence[Crop] = ((0, 0, 240, 120), (100, 0, 240, 120), (200, 0, 240, 120))
STACKED: Sequence[Crop] = ((0, 0, 200, 120), (0, 0, 200, 120))


@pytest.mark.parametrize("crops", [ROW, SQUARES, STEPPED, DEEP, STACKED])
@pytest.mark.parametrize("gamma", [1.0, 2.2])
def test_projectors_together_are_as_bright_as_one_across_blends(crops: Sequence[Crop], gamma: float) -> None:
    outputs = [OutputSettings(name=f"o{i}", display=i + 1, crop=crop, gamma=gamma) for i, crop in enumerate(crops)]
    wall = light_on_the_wall(layout(*outputs), 200)
    covered = np.zeros(wall.shape, bool)
    for left, top, wide, high in crops:
        covered[top : top + high, left : left + wide] = True
    assert wall[covered].min() > 0.975
    assert wall[covered].max() < 1.025
    assert not wall[~covered].any()


def test_projectors_that_are_bent_are_one_picture_too() -> None:
    wanted = layout(
        OutputSettings(name="l", display=1, crop=(0, 0, 320, 180), corners=PIN, mesh=BULGE, size="640x360"),
        OutputSettings(name="r", display=2, crop=(240, 0, 320, 180), corners=OTHER, size="600x400", rotate=180),
    )
    for grey in (60, 200):
        wall = mean_of(light_on_the_wall(wanted, grey)[4:-4, 4:-4])
        assert 0.98 < wall.min() <= wall.max() < 1.02, grey


@pytest.mark.parametrize("power", [1.0, 3.0, 4.0])
def test_every_curve_of_the_blend_adds_up(power: float) -> None:
    outputs = [OutputSettings(name=f"o{i}", display=i + 1, crop=crop) for i, crop in enumerate(ROW)]
    wall = light_on_the_wall(layout(*outputs, blend=power), 255)
    assert 0.98 < wall.min() <= wall.max() < 1.02


def test_overlaps_are_found_from_the_crops() -> None:
    assert ramps(ROW)[:, 4:].tolist() == [[0, 0, 80, 0], [80, 0, 0, 0]]
    assert ramps(STEPPED)[:, 4:].tolist() == [[0, 0, 80, 120], [80, 120, 0, 0]]
    assert [most_overlaps(crops) for crops in (ROW, SQUARES, DEEP, STACKED, ROW[:1])] == [2, 4, 3, 2, 1]


def test_black_is_as_bright_everywhere_as_where_outputs_overlap() -> None:
    black = (0.008, 0.012, 0.02)
    outputs = [OutputSettings(name=f"o{i}", display=i + 1, crop=crop, black=black) for i, crop in enumerate(ROW)]
    out = channels(raster(layout(*outputs), "o0", np.zeros((180, 560), np.uint32)))
    assert not out[:, 241:].any()
    lifted = out[:, :239].mean(axis=(0, 1)) / 255.0
    assert np.allclose(lifted, black, atol=2e-4)  # dithered: no step of 1/255
    white = channels(raster(layout(*outputs), "o0", np.full((180, 560), 0xFFFFFF, np.uint32)))
    assert white[:, :239].min() == 255.0


def test_a_mask_is_dark_and_nothing_else_is() -> None:
    mask = np.full((30, 40), 255, np.uint8)
    mask[:, :10], mask[0], mask[15, 20] = 0, 128, 0
    wanted = layout(OutputSettings(name="a", crop=(0, 0, 320, 180), black=(0.1, 0.1, 0.1)), a=mask)
    out = channels(raster(wanted, "a", np.full((180, 320), 0xC0C0C0, np.uint32)))[..., 0]
    assert not out[6:, :80].any()
    assert not out[90:96, 160:168].any()
    assert out[:6, 80:].mean() == pytest.approx(0xC0 * 128 / 255, abs=1)
    assert (out[6:90, 80:] == 0xC0).all()


def test_brightness_is_of_light() -> None:
    wanted = layout(OutputSettings(name="a", crop=(0, 0, 64, 64), brightness=0.5))
    out = channels(raster(wanted, "a", np.full((64, 64), 0xC8C8C8, np.uint32)))
    assert ((out / 0xC8) ** 2.2).mean() == pytest.approx(0.5, abs=0.01)


def test_a_level_dims_all_of_it() -> None:
    wanted, canvas = layout(OutputSettings(name="a", crop=(0, 0, 64, 64))), np.full((64, 64), 0x808080, np.uint32)
    assert channels(raster(wanted, "a", canvas, level=128)).mean() == pytest.approx(64.0, abs=0.6)
    assert not raster(wanted, "a", canvas, level=0).any()


def test_what_lies_beside_the_picture_is_black() -> None:
    wanted = layout(OutputSettings(name="a", crop=(0, 0, 320, 180), corners=PIN))
    out = raster(wanted, "a", np.full((180, 320), 0xFFFFFF, np.uint32))
    x, y = np.meshgrid(np.arange(320) + 0.5, np.arange(180) + 0.5)
    u, v = wanted.geometry(wanted["a"]).to_canvas(x, y)
    outside = (u < -2) | (u > 322) | (v < -2) | (v > 182)
    assert outside.sum() > 2000
    assert not out[outside].any()
    assert (out[(u > 2) & (u < 318) & (v > 2) & (v < 178)] == 0xFFFFFF).all()


def test_the_dither_has_every_threshold_as_often() -> None:
    counts = np.bincount(noise().reshape(64, 72)[:, :64].ravel(), minlength=256)
    assert counts.min() == counts.max() == 16


# the guard's field


def test_the_guards_field_shrinks_by_the_largest_magnification() -> None:
    room, whole = Field(4.0, 4.0), (0, 0, 640, 360)
    plain = layout(OutputSettings(name="a", crop=whole))
    assert plain.field(room).shares(640, 360) == pytest.approx(room.shares(640, 360))
    assert plain.field(Field()).shares(640, 360) == pytest.approx(Field().shares(640, 360))
    stretched = OutputSettings(
        name="a", crop=whole, mesh=(((0, 0), (0.25, 0), (0, 0)), ((0, 0), (0.25, 0), (0, 0))), curve="linear"
    )
    across, _ = layout(stretched).field(room).shares(640, 360)
    assert across == pytest.approx(room.shares(640, 360)[0] / 1.5, rel=1e-3)
    shrunk = OutputSettings(name="a", crop=whole, corners=((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8)))
    assert layout(shrunk).field(room).shares(640, 360) == pytest.approx(room.shares(640, 360))


def test_each_output_is_a_screen_of_its_own_by_convention() -> None:
    pair = layout(*(OutputSettings(name=f"o{i}", display=i + 1, crop=crop) for i, crop in enumerate(ROW)))
    assert pair.field(Field()).shares(560, 180) == pytest.approx((CONVENTION * 320 / 560, CONVENTION))
    assert layout().field(Field(4.0, 4.0)) == Field(4.0, 4.0)
