"""Areas, not pixels: a pattern that knows where the guard looks gains nothing, and fine lines that move wake nobody."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.checker.flashes import Report, analyse
from installation.light.flashguard.guard import FlashGuard
from installation.light.flashguard.sensing import COLUMNS, ROWS, Sensor
from tests.clips.knowing import KNOWING
from tests.clips.patterns import fine_lines
from tests.clips.screen import Clip, Screen, unpacked

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}
LARGE = [("720p", 30)]
WHOLE = [("720p", 60), ("720p", 120), ("1080p", 30), ("1080p", 60), ("1080p", 120), ("4K", 30), ("4K", 60), ("4K", 120)]
SECONDS = 1.7
"""What is in store is spent, and then more than any second allows."""


def judged(screen: Screen, clip: Clip, seconds: float) -> Report:
    guard = FlashGuard(screen.width, screen.height)

    def shown() -> Iterator[NDArray[np.uint8]]:
        for frame in screen.frames(clip, seconds):
            guard.guard(frame, 1.0 / screen.fps)
            yield unpacked(frame)

    return analyse(shown(), screen.fps)


@pytest.mark.parametrize(
    ("size", "fps"), [*LARGE, *(pytest.param(size, fps, marks=pytest.mark.whole) for size, fps in WHOLE)]
)
@pytest.mark.parametrize("name", sorted(KNOWING))
def test_no_pattern_that_knows_the_cells_harms(name: str, size: str, fps: int) -> None:
    report = judged(Screen(*SIZES[size], fps), KNOWING[name], SECONDS)
    assert report.passed, report.verdict()


@pytest.mark.parametrize("name", ["spares the points", "spares a fixed grid of points"])
def test_without_the_guard_they_would(name: str) -> None:
    clip = KNOWING[name]
    assert not analyse((unpacked(frame) for frame in Screen(1280, 720, 30).frames(clip, SECONDS)), 30).passed


def test_what_flashes_against_itself_within_a_cell_is_held_down_too() -> None:
    """The means of all areas stand still, and so does the judge; single pixels don't."""
    guard, held = FlashGuard(1280, 720), 0.0
    for frame in Screen(1280, 720, 60).frames(KNOWING["quarters of cells"], 2.0):
        guard.guard(frame, 1 / 60)
        held = max(held, guard.activity)
    assert held > 0.9


@pytest.mark.parametrize("fps", [30, 60, 120])
@pytest.mark.parametrize(("size", "count", "speed"), [("720p", 90, 150.0), ("1080p", 130, 220.0)])
def test_fine_lines_that_wander_come_through_to_the_bit(size: str, count: int, speed: float, fps: int) -> None:
    guard = FlashGuard(*SIZES[size])
    for frame in Screen(*SIZES[size], fps).frames(fine_lines(count, speed), 1.2):
        before = frame.copy()
        guard.guard(frame, 1.0 / fps)
        assert np.array_equal(frame, before)


@pytest.mark.parametrize("size", [(64, 36), (333, 217), (1280, 720), (1920, 1080), (3840, 2160)])
def test_what_is_sensed_is_the_mean_of_all_pixels(size: tuple[int, int]) -> None:
    rng, (width, height) = np.random.default_rng(2), size
    frame = rng.integers(0, 2**24, (height, width), dtype=np.uint32)
    frame[: height // 3] &= 0x0F0F0F  # and dark ones
    sensor = Sensor(width, height)
    sensor.sense(frame)
    squares = (unpacked(frame).astype(np.float64) / 255.0) ** 2 @ (0.2126, 0.7152, 0.0722)
    sides = (min(ROWS, height), height), (min(COLUMNS, width), width)
    tops, lefts = (np.arange(cells) * length // cells for cells, length in sides)
    total = np.add.reduceat(np.add.reduceat(squares, tops, axis=0), lefts, axis=1)
    area = np.outer(np.diff([*tops, height]), np.diff([*lefts, width]))
    assert np.abs(sensor.level.reshape(total.shape) - total / area).max() < 0.002


def test_where_single_pixels_are_looked_at_changes() -> None:
    sensor = Sensor(1280, 720)
    before = np.stack([sensor._y, sensor._x])
    moved = {int(i) for _ in range(70) for i in sensor.move_points(1 / 60)}
    after = np.stack([sensor._y, sensor._x])
    assert len(moved) == after.shape[1]
    assert np.mean((before != after).any(axis=0)) > 0.99
