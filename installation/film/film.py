"""A show -> stills and frames, in its own time. A sibling of the live stage: the same Show and the same Picture,
stepped as fast as they go. Reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.light.picture import LINGERING, WATCHED, Picture, look
from installation.model import ticks
from installation.show import ControlSource, Follower, Show, Silence, advance

Pixels = NDArray[np.uint32]
Progress = Callable[[int, int], None]
"""Told how many ticks are done, of how many."""


ROLL = WATCHED + LINGERING
"""Ticks before a picture that it remembers something of."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which pictures of a show are wanted: `frames` from tick `first` on, `fps` a second, which divides ticks.RATE."""

    first: int
    frames: int
    fps: int = 60

    @property
    def every(self) -> int:
        """Ticks from one picture to the next."""
        return ticks.RATE // self.fps

    @property
    def last(self) -> int:
        """The tick of the last picture."""
        return self.first + (self.frames - 1) * self.every

    @classmethod
    def between(cls, start_s: float, seconds: float, fps: int) -> Cut:
        """The pictures of `seconds` from `start_s`, on the beat of a film that begins with the show."""
        every = ticks.RATE // fps
        return cls(round(start_s * fps) * every, max(1, round(seconds * fps)), fps)


def pictures(
    show: Show,
    picture: Picture,
    cut: Cut,
    progress: Progress | None = None,
    source: ControlSource | None = None,
    followers: Sequence[Follower] = (),
    deep: Pixels | None = None,
) -> Iterator[Pixels]:
    """The pictures of `cut`, in order; each array is drawn over by the next, and so is `deep`, the same picture with
    ten bits a channel.

    The show is advanced from where it is, tick by tick, with the controls of `source`; `followers` see every tick, the
    one that it is at included. What a picture remembers is made good first: the light of the LINGERING ticks before
    is taken into the trails, and the pictures of the WATCHED ticks before the first are drawn for the flash guard and
    thrown away.
    Raises ValueError when the show is already past the first picture.
    """
    if show.tick > cut.first:
        raise ValueError(f"the show is at tick {show.tick}, past the first picture at {cut.first}")
    pixels = np.zeros((picture.height, picture.width), np.uint32)
    began, watched, lingering = show.tick, cut.first - WATCHED, cut.first - ROLL
    for follower in followers:
        follower.follow(show, 1.0)
    while True:
        tick = show.tick
        if tick >= watched and (tick - cut.first) % cut.every == 0:
            picture.draw(look(show, picture.width / picture.height), pixels, 1.0 / cut.fps, deep=deep)
            if tick >= cut.first:
                yield pixels
        elif tick >= lingering and picture.lingers(tick) and show.moment().number(addresses.TRAILS) > 0.0:
            picture.linger(look(show, picture.width / picture.height))
        if tick >= cut.last:
            return
        advance(show, source or Silence(), followers)
        if progress is not None and (tick >= lingering or tick % ticks.RATE == 0):
            progress(show.tick - began, cut.last - began)


def still(
    show: Show, picture: Picture, tick: int, progress: Progress | None = None, source: ControlSource | None = None
) -> Pixels:
    """The picture at `tick`, as a film would show it."""
    return next(pictures(show, picture, Cut(tick, 1), progress, source))
