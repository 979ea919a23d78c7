"""A headless screen: stands in for a display that is not there (yet), so that the show plays on, and looks for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from installation.light.picture import Pixels
from installation.light.screen.screen import Screen
from installation.model.ticks import SECOND
from installation.venue.settings import Size

AGAIN = SECOND
"""Nanoseconds between two looks."""

SMALL: Size = (160, 90)
"""What is drawn meanwhile: the flash guard and the trails go on, at no cost."""


@dataclass(frozen=True)
class _Nowhere:
    """The display that isn't there."""

    number: int = 0
    rate: int = 60


class HeadlessScreen:
    """A frame buffer that nobody sees, until `look` finds a screen and this becomes that one. For one thread.

    `look` gives None while there is no screen; it is asked every `AGAIN` of `clock`.
    """

    def __init__(self, look: Callable[[], Screen | None], clock: Callable[[], int]) -> None:
        self._look, self._clock = look, clock
        self._screen: Screen | None = None
        self._canvas: Pixels = np.zeros((SMALL[1], SMALL[0]), np.uint32)
        self._looked = clock()

    @property
    def display(self) -> Any:
        """Of the screen, or none."""
        return _Nowhere() if self._screen is None else self._screen.display

    @property
    def present(self) -> Any:
        """How frames get to the screen."""
        return "nowhere" if self._screen is None else self._screen.present

    @property
    def fullscreen(self) -> bool:
        """Whether the screen is filled."""
        return self._screen is not None and self._screen.fullscreen

    @property
    def apart(self) -> bool:
        """Whether words have a window of their own."""
        return self._screen is not None and self._screen.apart

    @property
    def size(self) -> Size:
        """Width and height of the frame."""
        return SMALL if self._screen is None else self._screen.size

    @property
    def canvas(self) -> Pixels:
        """What to draw into."""
        return self._canvas if self._screen is None else self._screen.canvas

    def show(self) -> None:
        """The canvas goes to the screen; where there is none, one is looked for now and then."""
        if self._screen is not None:
            self._screen.show()
        elif self._clock() - self._looked >= AGAIN:
            self._looked = self._clock()
            self._screen = self._look()

    def pressed(self) -> list[str]:
        """Keys."""
        return [] if self._screen is None else self._screen.pressed()

    def held(self) -> frozenset[str]:
        """Keys that are down."""
        return frozenset() if self._screen is None else self._screen.held()

    def toggle(self) -> None:
        """Fullscreen or window."""
        if self._screen is not None:
            self._screen.toggle()

    def write(self, lines: Sequence[str]) -> None:
        """Words over the frame."""
        if self._screen is not None:
            self._screen.write(lines)

    def wait(self, words: str, share: float) -> None:
        """What is being waited for."""
        if self._screen is not None:
            self._screen.wait(words, share)

    def close(self) -> None:
        """Give the display back."""
        if self._screen is not None:
            self._screen.close()
