"""Picture: everything between a show and its pixels, in one order: renderer, grade, tear, flash guard.

The window, stills and films all draw through it, so they show the same. It looks at the show and never steps it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.light.glitch import tear
from installation.light.grade import Grade
from installation.light.guard import FlashGuard
from installation.light.renderer import GRID, Renderer
from installation.model.chance import Chance
from installation.scene import Moment
from installation.show import Show

Pixels = NDArray[np.uint32]
"""(height, width) of 0x00RRGGBB, C-contiguous."""


class Picture:
    """Pictures of one size of one show, in the order of time: trails and the guard remember the ones before."""

    def __init__(self, width: int, height: int, threads: int, seed: int) -> None:
        self.width, self.height = width, height
        self.guard = FlashGuard(width, height)
        self._renderer = Renderer(width, height, threads)
        self._chance = Chance(seed).of("tear")

    def draw(self, show: Show, pixels: Pixels, dt: float, fade: float = 1.0) -> None:
        """The picture of the show's newest tick into `pixels`, `dt` seconds after the one before.

        `fade` is the stage's own way to black, 0..1, when a show ends.
        """
        now = show.moment()
        self._renderer.draw(show.lights(), show.view(), grade(now, fade), now.tick, pixels)
        tear(pixels, now.beat, self._chance, now.number("/light/glitch") * torn(now.unrest))
        self.guard.guard(pixels, dt)

    def linger(self, show: Show) -> None:
        """Let the show's newest tick leave its trail without being shown."""
        now = show.moment()
        self._renderer.draw(show.lights(), show.view(), grade(now), now.tick, None)

    @staticmethod
    def lingers(tick: int) -> bool:
        """Whether light at this tick leaves a trail."""
        return tick % GRID == 0


def grade(now: Moment, fade: float = 1.0) -> Grade:
    """What the controls ask of the picture at a moment."""
    return Grade(
        exposure=now.number("/light/brightness") * now.presence * fade,
        hue=now.number("/light/hue"),
        saturation=now.number("/light/saturation"),
        glow=now.number("/light/glow"),
        trails=now.number("/light/trails"),
    )


def torn(unrest: float) -> float:
    """How much of /light/glitch reaches the picture: nothing while the dream only trembles, all of it when torn."""
    x = min(max((unrest - 0.35) / 0.65, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)
