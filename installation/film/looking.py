"""What an author sees of a scene: a few moments drawn quickly, what they cost, and what is wrong with them.

The model is brought to each moment from what is kept; the scene is stepped and drawn only through the seconds that
trails and the flash guard remember. A scene that has a state of its own is that young in what is seen here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from installation.film.lint import faults
from installation.film.moments import Moments
from installation.light.flashguard.held import NOTHING, Held
from installation.light.picture import Picture, grade, look
from installation.light.pyramid.renderer import Renderer
from installation.model import ticks
from installation.scene import Light, Mist
from installation.show import Show

EVERY = ticks.RATE // 30  # ticks between two frames that the guard is shown
WATCHED = ticks.ticks(1.0)  # ticks of frames that the guard is shown: what its rules count is a second
FULL = (1920, 1080)  # the size that a scene's budget is meant for
YOUNG = ticks.ticks(10.0)
"""Ticks before a moment at which a scene with a state of its own begins."""

Pixels = NDArray[np.uint32]


@dataclass(frozen=True)
class Glance:
    """One moment of a scene."""

    seed: int
    seconds: float
    phase: str
    pixels: Pixels
    light_ms: float  # processor time of the scene's `light`, the median
    draw_ms: float  # processor time of the renderer at FULL
    vertices: int
    splats: int  # at FULL
    held: Held  # the most that the guard held down meanwhile
    faults: tuple[str, ...]


class Eye:
    """Looks at moments with pictures of one size, and counts at FULL."""

    def __init__(self, width: int, height: int, threads: int) -> None:
        self._size, self._threads = (width, height), threads
        self._full, self._large = Renderer(*FULL, threads), np.zeros(FULL[::-1], np.uint32)
        self._aspect = width / height

    def glances(self, show: Show, moments: Moments, at: Sequence[int], young: bool) -> list[Glance]:
        """The moments at ascending ticks `at` of a show that nobody plays; `young` scenes have a state of their own."""
        return [self._glance(show, moments, tick, YOUNG if young else WATCHED) for tick in sorted(at)]

    def close(self) -> None:
        """End the threads."""
        self._full.close()

    def _glance(self, show: Show, moments: Moments, tick: int, lead: int) -> Glance:
        moments.reach(show, max(0, tick - lead))
        picture = Picture(*self._size, self._threads, show.seed)
        pixels, spent, worst = np.zeros(self._size[::-1], np.uint32), [], NOTHING
        while True:
            if show.tick >= tick - WATCHED and (tick - show.tick) % EVERY == 0:
                began = time.process_time_ns()
                seen = look(show, self._aspect)
                spent.append((time.process_time_ns() - began) / 1e6)
                picture.draw(seen, pixels, EVERY / ticks.RATE)
                worst = max(worst, picture.held, key=lambda held: held.share)
            if show.tick >= tick:
                break
            show.step()
        picture.close()
        drawn = self._drawn(seen.lights, show)
        return Glance(
            show.seed, ticks.seconds(tick), seen.now.phase, pixels, median(spent), drawn,
            _vertices(seen.lights), self._full.splats, worst, tuple(faults(seen.lights, show.voices())),
        )  # fmt: skip

    def _drawn(self, lights: Sequence[Light], show: Show) -> float:
        began = time.process_time_ns()
        self._full.draw(lights, show.view(self._aspect), grade(show.moment()), show.tick, self._large)
        return (time.process_time_ns() - began) / 1e6


def _vertices(lights: Sequence[Light]) -> int:
    return sum(len(light.radius) for light in lights if not isinstance(light, Mist))
