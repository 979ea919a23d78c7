"""The room's lamps: whose light each of them is to have, gathered from the show and from its finished pictures.

A follower of the show, and a watcher of pictures behind the flash guard; `asked` is read by whoever sends. Each of the
three may have a thread of its own: what is handed over is replaced whole, never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.brushes.colour import hues
from installation.foundation.easing import ease
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.outputs.sampling import Pixels, Sampler
from installation.scene import Moment
from installation.show import Show
from installation.venue.fixtures import Fixture

Floats = NDArray[np.float32]

EVERY = ticks.RATE // 30
"""Ticks between two looks at the show."""
PLACES = ticks.RATE // 5
"""Ticks between two looks at where in the picture the jewels are."""
APART_NS = SECOND // 30
"""Nanoseconds between two looks at the picture, at least."""
DISPLAY = 2.2
"""Power of a display's code value that is its light."""
PALE = 0.12
"""White in a sleeper's hue."""


class Lamps:
    """What `fixtures` are to show. `clock` gives monotonic nanoseconds."""

    def __init__(self, fixtures: Sequence[Fixture], clock: Callable[[], int]) -> None:
        self._clock = clock
        self._of = {
            kind: np.array([i for i, one in enumerate(fixtures) if one.source == kind], dtype=np.intp)
            for kind in ("picture", "breath", "jewels")
        }
        self._sleepers = [(i, one.sleeper) for i, one in enumerate(fixtures) if one.sleeper is not None]
        self._parts = [fixtures[i].at for i in self._of["jewels"]]
        self._sampler = Sampler([fixtures[i].at for i in self._of["picture"]])
        self._pictures = self._of["picture"].size
        self._power: Floats = np.array([one.gamma / DISPLAY for one in fixtures], dtype=np.float32)
        self._curved = bool((self._power != 1.0).any())
        self._count = len(fixtures)
        self._seen: Floats | None = None if self._pictures else np.zeros((3, 0), np.float32)
        self._seen_ns = 0
        self._told: Floats | None = None  # of what is no picture
        self._level = 1.0  # of all of them
        self._inside: list[NDArray[np.intp]] = [np.zeros(0, np.intp) for _ in self._parts]  # whose jewels are there

    @property
    def ready(self) -> bool:
        """Whether it is known what they are to show."""
        return self._seen is not None and self._told is not None

    def rest(self) -> None:
        """They are to be dark, whatever comes."""
        self._seen = np.zeros((3, self._pictures), np.float32)
        self._told = np.zeros((3, self._count), np.float32)

    def see(self, canvas: Pixels) -> None:
        """A finished picture, as it goes to the screen; every so often it is looked at."""
        now = self._clock()
        if self._pictures and (self._seen is None or now - self._seen_ns >= APART_NS):
            self._seen, self._seen_ns = self._sampler.means(canvas), now

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped."""
        if show.tick % EVERY and self._told is not None:
            return
        now = show.moment()
        if self._parts and (show.tick % PLACES == 0 or self._told is None):
            self._inside = self._whereabouts(show)
        told: Floats = np.zeros((3, self._count), dtype=np.float32)
        shown = np.float32(now.presence * ease(level))
        if self._of["breath"].size:
            told[:, self._of["breath"]] = shown * np.float32((0.5 + 0.5 * np.cos(now.breath)) ** DISPLAY)
        if self._sleepers or self._parts:
            self._tell_sleepers(told, now, shown)
        self._level, self._told = now.number(addresses.DMX_LEVEL), told

    def _tell_sleepers(self, told: Floats, now: Moment, shown: np.float32) -> None:
        """Colours of single sleepers, and the mean of those whose jewels are in a part of the picture."""
        s = now.sleepers
        light = (hues(s.hue, PALE).T * (s.pulse * s.present * np.minimum(s.glow, 1.0))).astype(np.float32) * shown
        for i, n in self._sleepers:
            told[:, i] = light[:, n]
        for i, who in zip(self._of["jewels"], self._inside, strict=True):
            if who.size:
                told[:, i] = light[:, who].mean(axis=1)

    def _whereabouts(self, show: Show) -> list[NDArray[np.intp]]:
        place, inside = show.whereabouts()
        x, y = place.T
        return [
            np.flatnonzero(inside & (x >= left) & (x < right) & (y >= top) & (y < bottom))
            for left, top, right, bottom in self._parts
        ]

    def asked(self) -> Floats:
        """(3, n) of 0..1, as values of each lamp's own curve: what all are to show now."""
        seen, told, level = self._seen, self._told, np.float32(self._level)
        if told is None or seen is None:
            return np.zeros((3, self._count), np.float32)
        if self._pictures == self._count:
            values: Floats = seen * level
        else:
            values = told * level
            values[:, self._of["picture"]] = seen * level
        return values**self._power if self._curved else values
