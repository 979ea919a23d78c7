"""A show that is put elsewhere goes over from its last picture, evenly, and nothing of it stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from installation.light.picture import Look
from installation.live.dissolve import LASTS, Dissolve

OLD, NEW = 0x20FF80, 0xE00010


class Plain:
    """Draws one colour."""

    width, height, threads, guarded = 4, 2, 1, 0.25

    def __init__(self) -> None:
        self.colour = OLD
        self.closed = False

    def draw(self, seen: Look, pixels: NDArray[np.uint32], dt: float, fade: float = 1.0) -> None:
        pixels[:] = self.colour

    def close(self) -> None:
        self.closed = True


def drawn(over: Any, tick: int) -> int:
    pixels = np.zeros((2, 4), np.uint32)
    over.draw(cast(Look, SimpleNamespace(now=SimpleNamespace(tick=tick))), pixels, 0.01)
    assert (pixels == pixels[0, 0]).all()
    return int(pixels[0, 0])


def channels(colour: int) -> NDArray[np.int64]:
    return np.array([colour >> 16, (colour >> 8) & 255, colour & 255])


def test_it_goes_from_the_last_picture_to_the_new_ones_in_half_a_second() -> None:
    dissolve, plain = Dissolve(), Plain()
    over = dissolve.over(plain)
    assert [drawn(over, tick) for tick in (0, 5, 70)] == [OLD] * 3  # where it never jumps, nothing changes
    plain.colour = NEW
    dissolve.jump(5000)
    way = [channels(drawn(over, 5000 + tick)) for tick in range(0, LASTS, 2)]
    assert np.array_equal(way[0], channels(OLD))
    steps = np.diff(way, axis=0)
    assert (np.sign(steps) * np.sign(channels(NEW) - channels(OLD)) >= 0).all()
    assert np.abs(steps).max() <= 16
    assert np.abs(way[len(way) // 2] - (channels(OLD) + channels(NEW)) / 2).max() <= 2
    assert drawn(over, 5000 + LASTS) == NEW
    assert drawn(over, 4000) == NEW


def test_a_jump_in_the_midst_of_one_begins_with_what_is_seen() -> None:
    dissolve, plain = Dissolve(), Plain()
    over = dissolve.over(plain)
    drawn(over, 100)
    plain.colour = NEW
    dissolve.jump(200)
    seen = drawn(over, 200 + LASTS // 2)
    dissolve.jump(900)
    assert drawn(over, 900) == seen
    assert drawn(over, 900 + LASTS) == NEW


def test_the_drawing_is_the_one_that_it_wraps() -> None:
    plain = Plain()
    over = Dissolve().over(plain)
    assert (over.width, over.height, over.threads, over.guarded) == (4, 2, 1, 0.25)
    over.close()
    assert plain.closed
