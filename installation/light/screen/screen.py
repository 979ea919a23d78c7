"""What the live loop needs of a screen: a canvas, keys, words over the picture. window.Window is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from installation.light.picture import Pixels
from installation.venue.settings import Size


class Screen(Protocol):
    """A display that pictures are shown on, and where people press keys."""

    @property
    def display(self) -> Any:
        """Which one, with its number and rate."""

    @property
    def present(self) -> Any:
        """How pictures get to it."""

    @property
    def fullscreen(self) -> bool:
        """Whether it is filled."""

    @property
    def size(self) -> Size:
        """Width and height of the picture."""

    @property
    def canvas(self) -> Pixels:
        """What to draw into."""

    def show(self) -> None:
        """The canvas goes to the screen."""

    def pressed(self) -> list[str]:
        """Keys."""

    def toggle(self) -> None:
        """Fullscreen or window."""

    def write(self, lines: Sequence[str]) -> None:
        """Words over the picture."""

    def wait(self, words: str, share: float) -> None:
        """What is being waited for, and how much of it is done, instead of a picture."""

    def close(self) -> None:
        """Give the display back."""
