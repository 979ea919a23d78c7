"""What an author sees of a scene: a few moments drawn quickly, what they cost, and what is wrong with them.

A moment is drawn once, which is quick, and then judged as `sleeptree still` would draw it, with all that trails and the
flash guard remember: they agree. Where a scene was saved since its moments were kept, it begins a little before each.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from installation.film import film
from installation.film.lint import faults
from installation.film.moments import Moments, Progress
from installation.light.flashguard.held import Held
from installation.light.picture import Picture, grade, look
from installation.light.pyramid.renderer import Renderer
from installation.model import ticks
from installation.scene import Light, Mist
from installation.show import Show

LOOKS = 8  # how often a scene's lights are asked for, two ticks apart, to know what they cost
FULL = (1920, 1080)  # the size that a scene's budget is meant for
YOUNG = ticks.ticks(10.0)
"""Ticks before a moment at which a scene begins whose state can't be known."""

Pixels = NDArray[np.uint32]


@dataclass(frozen=True)
class Glance:
    """One moment of a scene, before anybody has judged it."""

    seed: int
    seconds: float
    phase: str
    pixels: Pixels
    light_ms: float  # processor time of the scene's `light`, the median
    draw_ms: float  # processor time of the renderer at FULL
    vertices: int
    splats: int  # at FULL
    faults: tuple[str, ...]
    state: str  # what the scene's own state is, in words; "" as in the show


class Subject:
    """A show with one scene, brought to one moment after another, in any order."""

    def __init__(self, show: Show, moments: Moments) -> None:
        self.show, self._moments, self._birth = show, moments, show.snapshot()

    def approach(self, tick: int, progress: Progress | None = None) -> str:
        """Bring it to `tick`; what the scene's own state is there, in words, "" as in the show."""
        self.show.restore(self._birth)
        return self._moments.approach(self.show, max(0, tick), YOUNG, progress)


class Eye:
    """Looks at moments with pictures of one size, and counts at FULL."""

    def __init__(self, width: int, height: int, threads: int) -> None:
        self._size, self._threads = (width, height), threads
        self._full, self._large = Renderer(*FULL, threads), np.zeros(FULL[::-1], np.uint32)
        self._aspect = width / height

    def glance(self, subject: Subject, tick: int, progress: Progress | None = None) -> Glance:
        """The moment at `tick`: what is there and what it costs, before anybody has judged it."""
        state, show, spent = subject.approach(tick - 2 * LOOKS, progress), subject.show, []
        while True:
            began = time.process_time_ns()
            seen = look(show, self._aspect)
            spent.append((time.process_time_ns() - began) / 1e6)
            if show.tick >= tick:
                break
            for _ in range(min(2, tick - show.tick)):
                show.step()
        picture, pixels = self._picture(show), np.zeros(self._size[::-1], np.uint32)
        picture.draw(seen, pixels, 1.0)
        picture.close()
        drawn = self._drawn(seen.lights, show)
        return Glance(
            show.seed, ticks.seconds(tick), seen.now.phase, pixels, median(spent), drawn,
            _vertices(seen.lights), self._full.splats, tuple(faults(seen.lights, show.voices())), state,
        )  # fmt: skip

    def judged(self, subject: Subject, tick: int) -> tuple[Pixels, Held]:
        """The picture at `tick` as `sleeptree still` gives it, and what the flash guard held down in it."""
        subject.approach(tick - film.ROLL)
        picture = self._picture(subject.show)
        pixels, held = film.still(subject.show, picture, tick), picture.held
        picture.close()
        return pixels, held

    def close(self) -> None:
        """End the threads."""
        self._full.close()

    def _picture(self, show: Show) -> Picture:
        return Picture(*self._size, self._threads, show.seed)

    def _drawn(self, lights: Sequence[Light], show: Show) -> float:
        began = time.process_time_ns()
        self._full.draw(lights, show.view(self._aspect), grade(show.moment()), show.tick, self._large)
        return (time.process_time_ns() - began) / 1e6


def _vertices(lights: Sequence[Light]) -> int:
    return sum(len(light.radius) for light in lights if not isinstance(light, Mist))
