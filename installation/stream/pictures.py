"""Shared memory for finished pictures on their way to whoever streams them: two places, and the newest wins.

Nobody waits for anybody, and there is no lock that a killed process could keep. The painter writes the places in turn;
a place carries its number at both ends, so that a reader that was overtaken while it read knows, and drops it.
"""

from __future__ import annotations

import multiprocessing
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from installation.light.picture import Pixels
from installation.light.preview import shrunk
from installation.venue.table import Size

Shared = Any
"""Memory that a spawned process inherits; multiprocessing gives its kind no name."""

PLACES = 2


class Count(IntEnum):
    """Numbers beside the pictures."""

    NEWEST = 0  # the picture that was put in last, from 1
    TAKEN = 1  # the one that was taken out last; goes the other way, as all below
    SENT = 2  # pictures that were packed and handed to the network
    BEATS = 3  # rounds of the process that streams: it lives


_HEAD = 8  # numbers before the places
_BEGIN, _TICK, _HEIGHT, _WIDTH, _END = range(5)
_PLACE = 8  # numbers about one


class Picture(NamedTuple):
    """One that was taken out: its number, tick and pixels, which stay as they are only while it `holds`."""

    number: int
    tick: int
    pixels: Pixels


def room(size: Size) -> int:
    """Pixels of the largest picture that is put in for a stream of `size`: `put` shrinks by whole numbers."""
    return 4 * size[0] * size[1]


def allocate(size: Size) -> Shared:
    """New zeroed memory for a PictureRing; may be handed to a process that is spawned."""
    octets = 8 * (_HEAD + PLACES * _PLACE) + 4 * PLACES * room(size)
    return multiprocessing.get_context("spawn").RawArray("B", octets)


class PictureRing:
    """One end of that memory, for streams of `size`."""

    def __init__(self, shared: Shared, size: Size) -> None:
        octets = np.frombuffer(shared, dtype=np.uint8)
        head = 8 * (_HEAD + PLACES * _PLACE)
        numbers = octets[:head].view(np.int64)
        self.counts: NDArray[np.int64] = numbers[:_HEAD]
        self._about: NDArray[np.int64] = numbers[_HEAD:].reshape(PLACES, _PLACE)
        self._pixels: Pixels = octets[head:].view(np.uint32).reshape(PLACES, room(size))
        self._size = size

    def put(self, frame: Pixels, tick: int) -> bool:
        """Copy a frame (height, width) in, at a whole fraction of its size where that is enough; wait for nobody.

        Whether the one before had been taken out: False where it is lost.
        """
        number = int(self.counts[Count.NEWEST]) + 1
        taken = int(self.counts[Count.TAKEN]) >= number - 1
        height, width = frame.shape
        step = max(width // self._size[0], height // self._size[1], 1)
        step = min(step, min(width, height) // 2)  # of a strip something is left
        small = frame if step == 1 else shrunk(frame, width // step)
        about, kept = self._about[number % PLACES], self._pixels[number % PLACES]
        about[_BEGIN] = number
        np.copyto(kept[: small.size].reshape(small.shape), small)
        about[_TICK], (about[_HEIGHT], about[_WIDTH]) = tick, small.shape
        about[_END] = number
        self.counts[Count.NEWEST] = number
        return taken

    def skip(self) -> None:
        """What lies there is old: nobody wants it any more."""
        self.counts[Count.TAKEN] = self.counts[Count.NEWEST]

    def take(self) -> Picture | None:
        """The newest picture, where there is one that was not taken out yet."""
        number = int(self.counts[Count.NEWEST])
        if number == self.counts[Count.TAKEN]:
            return None
        self.counts[Count.TAKEN] = number
        about = self._about[number % PLACES]
        tick, height, width = int(about[_TICK]), int(about[_HEIGHT]), int(about[_WIDTH])
        if not self.holds(number):
            return None
        return Picture(number, tick, self._pixels[number % PLACES][: height * width].reshape(height, width))

    def holds(self, number: int) -> bool:
        """Whether this picture still lies there as it was put in."""
        about = self._about[number % PLACES]
        return bool(about[_BEGIN] == number == about[_END])
