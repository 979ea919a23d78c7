"""Picture: what draws the frames of a show, everything between it and its pixels in one order: renderer, grade, tear,
flash guard.

The window, stills and films all draw through it, so they show the same. It looks at a show and never steps it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.foundation.easing import ease
from installation.light.flashguard.guard import Field, FlashGuard
from installation.light.flashguard.held import Held
from installation.light.glitch import tear
from installation.light.grade import GRID, Grade, exposed, rolling
from installation.light.pyramid.renderer import Renderer, warm
from installation.model import ticks
from installation.model.chance import Chance
from installation.scene import ASPECT, Light, Moment, View
from installation.show import Show

Pixels = NDArray[np.uint32]
"""(height, width) of 0x00RRGGBB, C-contiguous."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one moment of a show looks like, before anything is drawn: values that the show no longer touches."""

    now: Moment
    lights: tuple[Light, ...]
    view: View


def look(show: Show, aspect: float = ASPECT) -> Look:
    """The show at its newest tick, for a picture `aspect` times as wide as high."""
    return Look(show.moment(), show.lights(aspect), show.view(aspect))


WATCHED = ticks.ticks(2.0)
"""Ticks of frames that the flash guard must have seen before one that it agrees on with a longer film."""
LINGERING = rolling(1.0)
"""Ticks of light that the longest trails show."""


class Picture:
    """Draws frames of one size of one show, in the order of time: trails and the guard remember the ones before.

    `field` is what the room lets the nearest visitor see; `threads` draw.
    """

    def __init__(self, width: int, height: int, threads: int, seed: int, field: Field | None = None) -> None:
        self.width, self.height, self.threads = width, height, threads
        self.field = field or Field()
        self.guard = FlashGuard(width, height, self.field)
        self._renderer = Renderer(width, height, threads)
        self._chance = Chance(seed).of("tear")

    def draw(self, seen: Look, pixels: Pixels, dt: float, fade: float = 1.0, deep: Pixels | None = None) -> None:
        """The frame of a moment into `pixels`, `dt` seconds after the one before.

        `fade` is the stage's own way to black, 0..1, when a show ends. `deep`, (height, width), gets the same frame
        with ten bits a channel, red highest; what was torn or guarded has only eight there, too.
        """
        now = seen.now
        self._renderer.draw(seen.lights, seen.view, grade(now, fade), now.tick, pixels, deep)
        drawn = None if deep is None else pixels.copy()
        tear(pixels, now.beat, self._chance, now.number(addresses.LIGHT_GLITCH) * torn(now.unrest))
        self.guard.guard(pixels, dt)
        if deep is not None:
            np.copyto(deep, deepened(pixels), where=pixels != drawn)

    def linger(self, seen: Look) -> None:
        """Let a moment leave its trail without being shown."""
        self._renderer.draw(seen.lights, seen.view, grade(seen.now), seen.now.tick, None)

    @property
    def guarded(self) -> float:
        """Share of the newest frame, 0..1, that the flash guard held down."""
        return self.guard.held.share

    @property
    def held(self) -> Held:
        """What of the newest frame the flash guard held down, and by which rules."""
        return self.guard.held

    def close(self) -> None:
        """End the threads; nothing can be drawn afterwards."""
        self._renderer.close()

    @staticmethod
    def lingers(tick: int) -> bool:
        """Whether light at this tick leaves a trail."""
        return tick % GRID == 0


def deepened(pixels: Pixels) -> Pixels:
    """Pixels of eight bits a channel with ten, red highest; white stays white."""
    deep = np.zeros_like(pixels)
    for channel in range(3):
        value = (pixels >> np.uint32(8 * channel)) & np.uint32(255)
        deep |= ((value << np.uint32(2)) | (value >> np.uint32(6))) << np.uint32(10 * channel)
    return deep


def prepare(progress: Callable[[str], None]) -> None:
    """Compile what draws, or load it from the cache; `progress` hears a word for each stage.

    After this no frame waits for a compiler.
    """
    warm(progress)
    progress("guard")
    guard, pixels = FlashGuard(96, 96), np.zeros((96, 96), np.uint32)
    for level in (0, 0xFFFFFF, 0, 0xFFFFFF, 0, 0xFF0000, 0, 0xFF0000, 0, 0xFF0000):  # so many flashes wake it,
        pixels[:] = level
        guard.guard(pixels, 0.05)
    for _ in range(20):  # and stripes that last the rest of it
        pixels[:] = np.where(np.arange(96) % 8 < 4, 0xFFFFFF, 0)
        guard.guard(pixels, 0.1)


def grade(now: Moment, fade: float = 1.0) -> Grade:
    """What the controls ask of the frame at a moment."""
    return Grade(
        exposure=now.number(addresses.BRIGHTNESS) * exposed(now.presence) * fade,
        hue=now.number(addresses.HUE),
        saturation=now.number(addresses.SATURATION),
        glow=now.number(addresses.GLOW),
        trails=now.number(addresses.TRAILS),
    )


def torn(unrest: float) -> float:
    """How much of /light/glitch reaches the frame: nothing while the dream only trembles, all of it when torn."""
    return ease((unrest - 0.35) / 0.65)
