"""What the live loop needs of a screen: a display to draw on, keys, an overlay. window.Window is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from installation.light.picture import Pixels
from installation.venue.settings import Size


class DisplaySurface(Protocol):
    """Memory that a frame is drawn into, and the display that it is then shown on."""

    @property
    def display(self) -> Any:
        """Which display, with its number and rate."""

    @property
    def present(self) -> Any:
        """How frames get to it."""

    @property
    def fullscreen(self) -> bool:
        """Whether it is filled."""

    @property
    def size(self) -> Size:
        """Width and height of the frame."""

    @property
    def canvas(self) -> Pixels:
        """What to draw into."""

    def show(self) -> None:
        """The canvas goes to the screen."""

    def toggle(self) -> None:
        """Fullscreen or window."""

    def close(self) -> None:
        """Give the display back."""


class Keyboard(Protocol):
    """Where people press keys."""

    def pressed(self) -> list[str]:
        """Keys since it was last asked, by name."""

    def held(self) -> frozenset[str]:
        """Keys that are down now, by name."""


class Overlay(Protocol):
    """Words that are laid over a frame, beside it, or stand in its place."""

    @property
    def apart(self) -> bool:
        """Whether words have a window of their own, which no audience sees."""

    def write(self, lines: Sequence[str]) -> None:
        """Words over the frame."""

    def wait(self, words: str, share: float) -> None:
        """What is being waited for, and how much of it is done, instead of a frame."""


class Screen(DisplaySurface, Keyboard, Overlay, Protocol):
    """A display that frames are shown on, with words over them, and where people press keys."""
