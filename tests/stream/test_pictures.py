"""Pictures for a stream: the newest wins, nobody waits, and what was written over while it was read is known."""

from __future__ import annotations

import numpy as np
import pytest

from installation.light.picture import Pixels
from installation.stream.pictures import Count, PictureRing, allocate

SIZE = (64, 64)


def frame(value: int, width: int = 64, height: int = 36) -> Pixels:
    return np.full((height, width), value, np.uint32)


@pytest.fixture
def ends() -> tuple[PictureRing, PictureRing]:
    """The painter's, and that of who streams."""
    shared = allocate(SIZE)
    return PictureRing(shared, SIZE), PictureRing(shared, SIZE)


def test_a_picture_comes_out_once_with_its_tick(ends: tuple[PictureRing, PictureRing]) -> None:
    painter, reader = ends
    assert reader.take() is None
    assert painter.put(frame(0x112233), 7)
    taken = reader.take()
    assert taken is not None
    assert (taken.number, taken.tick, taken.pixels.shape) == (1, 7, (36, 64))
    assert np.all(taken.pixels == 0x112233)
    assert reader.take() is None


def test_the_newest_wins_and_what_nobody_took_is_told(ends: tuple[PictureRing, PictureRing]) -> None:
    painter, reader = ends
    assert [painter.put(frame(tick), tick) for tick in range(5)] == [True, False, False, False, False]
    taken = reader.take()
    assert taken is not None
    assert taken.tick == 4
    assert np.all(taken.pixels == 4)
    assert painter.put(frame(5), 5)


def test_a_reader_that_was_overtaken_knows(ends: tuple[PictureRing, PictureRing]) -> None:
    painter, reader = ends
    painter.put(frame(1), 1)
    taken = reader.take()
    assert taken is not None
    painter.put(frame(2), 2)  # into the other place
    assert reader.holds(taken.number)
    painter.put(frame(3), 3)
    assert not reader.holds(taken.number)


def test_what_is_being_written_is_not_taken(ends: tuple[PictureRing, PictureRing]) -> None:
    painter, reader = ends
    painter.put(frame(1), 1)
    painter._about[1, 0] = 3  # the third one is on its way into the place of the first
    assert reader.take() is None


def test_what_lay_there_before_a_call_is_not_streamed(ends: tuple[PictureRing, PictureRing]) -> None:
    painter, reader = ends
    painter.put(frame(1), 1)
    reader.skip()
    assert reader.take() is None
    assert painter.put(frame(2), 2)
    assert reader.counts[Count.NEWEST] == 2


@pytest.mark.parametrize(
    ("width", "height", "kept"),
    [
        (64, 36, (36, 64)),
        (127, 71, (71, 127)),  # smaller than twice the stream: it is scaled where it is packed
        (128, 72, (36, 64)),
        (200, 112, (36, 66)),
        (400, 36, (6, 66)),  # a canvas of several screens
        (16, 16, (16, 16)),
        (64, 144, (72, 32)),
        (16, 16_384, (2048, 2)),
        (16_384, 16, (2, 2048)),
    ],
)
def test_large_pictures_are_shrunk_by_whole_numbers(
    width: int, height: int, kept: tuple[int, int], ends: tuple[PictureRing, PictureRing]
) -> None:
    painter, reader = ends
    painter.put(frame(0x404040, width, height), 1)
    taken = reader.take()
    assert taken is not None
    assert taken.pixels.shape == kept
    assert np.all(taken.pixels == 0x404040)
