"""Picture: everything between a show and its pixels, in one order: renderer, grade, tear, flash guard.

The window, stills and films all draw through it, so they show the same. It looks at the show and never steps it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.light.glitch import tear
from installation.light.grade import GRID, Grade, rolling
from installation.light.guard import Field, FlashGuard
from installation.light.renderer import Renderer, warm
from installation.model import ticks
from installation.model.chance import Chance
from installation.scene import Light, Moment, View

Pixels = NDArray[np.uint32]
"""(height, width) of 0x00RRGGBB, C-contiguous."""


class Shown(Protocol):
    """What a picture needs of a show; a show.Show has it."""

    def moment(self) -> Moment:
        """What is."""

    def lights(self) -> tuple[Light, ...]:
        """What shines."""

    def view(self) -> View:
        """From where it is seen."""


WATCHED = ticks.ticks(2.0)
"""Ticks of pictures that the flash guard must have seen before one that it agrees on with a longer film."""
LINGERING = rolling(1.0)
"""Ticks of light that the longest trails show."""


class Picture:
    """Pictures of one size of one show, in the order of time: trails and the guard remember the ones before.

    `field` is what the room lets the nearest visitor see; `threads` draw.
    """

    def __init__(self, width: int, height: int, threads: int, seed: int, field: Field | None = None) -> None:
        self.width, self.height, self.threads = width, height, threads
        self.guard = FlashGuard(width, height, field or Field())
        self._renderer = Renderer(width, height, threads)
        self._chance = Chance(seed).of("tear")

    def draw(self, show: Shown, pixels: Pixels, dt: float, fade: float = 1.0) -> None:
        """The picture of the show's newest tick into `pixels`, `dt` seconds after the one before.

        `fade` is the stage's own way to black, 0..1, when a show ends.
        """
        now = show.moment()
        self._renderer.draw(show.lights(), show.view(), grade(now, fade), now.tick, pixels)
        tear(pixels, now.beat, self._chance, now.number("/light/glitch") * torn(now.unrest))
        self.guard.guard(pixels, dt)

    def linger(self, show: Shown) -> None:
        """Let the show's newest tick leave its trail without being shown."""
        now = show.moment()
        self._renderer.draw(show.lights(), show.view(), grade(now), now.tick, None)

    def close(self) -> None:
        """End the threads; nothing can be drawn afterwards."""
        self._renderer.close()

    @staticmethod
    def lingers(tick: int) -> bool:
        """Whether light at this tick leaves a trail."""
        return tick % GRID == 0


def prepare(progress: Callable[[str], None]) -> None:
    """Compile what draws, or load it from the cache; `progress` hears a word for each stage.

    After this no picture waits for a compiler.
    """
    warm(progress)
    progress("guard")
    guard, pixels = FlashGuard(32, 32), np.zeros((32, 32), np.uint32)
    for level in (0, 0xFFFFFF, 0, 0xFFFFFF, 0, 0xFF0000, 0, 0xFF0000, 0, 0xFF0000):  # so many flashes wake all of it
        pixels[:] = level
        guard.guard(pixels, 0.05)


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
