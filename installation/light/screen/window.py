"""The pygame window: which display, fullscreen, keys, and words over the frame. The only room that imports pygame.

Frames are drawn straight into the memory that the window shows. Reads no clock and knows nothing of shows.
Importing it needs no display; opening a Window does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pygame
from numpy.typing import NDArray

Size = tuple[int, int]
Pixels = NDArray[np.uint32]
Present = Literal["memory", "gpu"]

MASKS = (0xFF0000, 0x00FF00, 0x0000FF, 0)
"""Of pixels that are 0x00RRGGBB."""
_BESIDE = 22  # pixels of a line in the words' own window
_BLIND = ("dummy", "offscreen", "")
"""Drivers that show nothing to anybody."""


class NoScreen(RuntimeError):
    """There is no display to open a window on."""


@dataclass(frozen=True, slots=True)
class Display:
    """One display as `check` lists it."""

    number: int  # from 1
    size: Size
    rate: int  # Hz; 0 where the system doesn't say
    modes: tuple[Size, ...]  # what it can switch to in fullscreen, largest first


def driver() -> str:
    """What shows windows here (x11, wayland, windows, cocoa, kmsdrm). Raises NoScreen when nothing does."""
    if not pygame.display.get_init():
        _begin()
    name = pygame.display.get_driver()
    if name in _BLIND or pygame.display.get_num_displays() < 1:
        pygame.display.quit()
        raise NoScreen("no display")
    return name


def _begin() -> None:
    desktop = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("SDL_VIDEODRIVER")
    if sys.platform.startswith("linux") and not desktop and not any(Path("/dev/dri").glob("card*")):
        raise NoScreen("no display")  # asking SDL would only make libwayland complain on stderr
    os.environ.setdefault("SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS", "0")
    os.environ.setdefault("SDL_RENDER_VSYNC", "1")
    try:
        pygame.display.init()
    except pygame.error as error:
        raise NoScreen(str(error)) from None


def displays() -> tuple[Display, ...]:
    """The displays of this machine. Raises NoScreen when there is none."""
    driver()
    sizes, rates = pygame.display.get_desktop_sizes(), pygame.display.get_desktop_refresh_rates()
    return tuple(Display(i + 1, size, rate, _modes(i)) for i, (size, rate) in enumerate(zip(sizes, rates, strict=True)))


def _modes(display: int) -> tuple[Size, ...]:
    return tuple(dict.fromkeys(pygame.display.list_modes(0, pygame.FULLSCREEN, display)))


def close() -> None:
    """Give the displays back."""
    pygame.font.quit()
    pygame.display.quit()


class Window:
    """A window on display `number`, or that display filled. Everything must be called from the thread that made it.

    `size` is the frame's in fullscreen, None for the display's own; `small` the window's, None for two thirds of the
    display. `present` is how the frame gets to the screen: from memory (one copy, no vsync, cheap wherever there is
    no GPU), by the gpu's driver (with vsync), or None for what seems right here; `reopen` changes its mind.
    `overlay` is the display on which words have a window of their own; 0, or one that is not there: over the frame.
    Raises NoScreen.
    """

    _beside: Beside | None

    def __init__(
        self,
        number: int = 1,
        size: Size | None = None,
        *,
        small: Size | None = None,
        fullscreen: bool = True,
        present: Present | None = None,
        overlay: int = 0,
    ) -> None:
        self._overlay, self._beside = overlay, None
        self._wanted, self._small, self._number, self.fullscreen = size, small, number, fullscreen
        self._panel: tuple[tuple[str, ...], pygame.Surface] | None = None
        self._own: pygame.Surface | None = None
        self._down: set[str] = set()
        self._open(present)

    def _open(self, present: Present | None) -> None:
        self.driver = driver()
        here = displays()
        self.display = here[min(self._number, len(here)) - 1]
        self.present = presenting(self.driver, present)
        pygame.font.init()
        switch = self._switches
        full = self._wanted if switch and self._wanted is not None else self.display.size
        size = full if self.fullscreen else self._modest
        at = pygame.WINDOWPOS_CENTERED | (self.display.number - 1)  # SDL's way to say: in the middle of that display
        self._window = pygame.Window(
            "SleepTree",
            size,
            (at, at),
            fullscreen=self.fullscreen and switch,
            fullscreen_desktop=self.fullscreen and not switch,
            resizable=True,
        )
        apart = self._overlay <= len(here) and (self._overlay != self.display.number or not self.fullscreen)
        self._beside = Beside(self._overlay) if self._overlay and apart else None
        pygame.display.set_allow_screensaver(False)
        pygame.mouse.set_visible(False)
        self._allow()

    def _allow(self) -> None:
        pygame.event.set_blocked(None)
        pygame.event.set_allowed([pygame.QUIT, pygame.WINDOWCLOSE, pygame.KEYDOWN, pygame.KEYUP])

    @property
    def _modest(self) -> Size:
        """The window's size when it is one."""
        return self._small or (self.display.size[0] * 2 // 3, self.display.size[1] * 2 // 3)

    @property
    def _switches(self) -> bool:
        """Whether the display itself can show frames of the wanted size: cheaper than stretching them."""
        return self._wanted is not None and self._wanted != self.display.size and self._wanted in self.display.modes

    def reopen(self, present: Present) -> None:
        """Close and open again, presenting another way."""
        self.close()
        self._open(present)

    def close(self) -> None:
        """Give the display back."""
        self._own = None
        if self._beside is not None:
            self._beside.close()
        self._window.destroy()
        close()

    # frames

    @property
    def size(self) -> Size:
        """Width and height of the frame to be drawn; ask after every `pressed`, for a window may be resized."""
        if self.fullscreen and self._wanted is not None:
            return self._wanted
        return self._window.get_surface().get_size()

    @property
    def canvas(self) -> Pixels:
        """(height, width) of 0x00RRGGBB to draw the next frame into: the screen's own memory where that is possible.

        Only good until `pressed`, `show` or `toggle` is called.
        """
        view: Pixels = pygame.surfarray.pixels2d(self._surface()).T
        return view

    def _surface(self) -> pygame.Surface:
        shown = self._window.get_surface()
        width, height = self.size
        if shown.get_size() == (width, height) and shown.get_masks() == MASKS and shown.get_pitch() == 4 * width:
            self._own = None
            return shown
        if self._own is None or self._own.get_size() != (width, height):
            self._own = pygame.Surface((width, height), 0, 32, MASKS)
        return self._own

    def show(self) -> None:
        """What is on the canvas goes to the screen; waits for the display where `present` is gpu."""
        if self._own is not None:
            shown = self._window.get_surface()
            if shown.get_size() == self._own.get_size():
                shown.blit(self._own, (0, 0))
            elif shown.get_masks() == MASKS:
                pygame.transform.smoothscale(self._own, shown.get_size(), shown)
            else:
                shown.blit(pygame.transform.smoothscale(self._own, shown.get_size()), (0, 0))
        self._window.flip()
        if self._beside is not None:
            self._beside.shown()

    # words

    @property
    def apart(self) -> bool:
        """Whether words have a window of their own, which no audience sees."""
        return self._beside is not None

    def write(self, lines: Sequence[str]) -> None:
        """Words in the upper left corner, over the frame on the canvas, or in their own window."""
        if self._beside is not None:
            self._beside.write(tuple(lines))
            return
        surface = self._surface()
        text = (str(surface.get_height()), *lines)
        if self._panel is None or self._panel[0] != text:
            self._panel = (text, _panel(lines, max(12, surface.get_height() // 45)))
        margin = surface.get_height() // 36
        surface.blit(self._panel[1], (margin, margin))

    def wait(self, words: str, share: float) -> None:
        """Show, instead of a frame, what is being waited for and how much of it is done, 0..1."""
        surface = self._surface()
        surface.fill(0)
        width, height = surface.get_size()
        line = _font(max(12, height // 40)).render(words, True, (120, 150, 170))
        surface.blit(line, line.get_rect(center=(width // 2, height // 2)))
        bar = pygame.Rect(0, 0, width // 4, max(2, height // 270))
        bar.midtop = (width // 2, height // 2 + line.get_height())
        surface.fill((18, 26, 32), bar)
        bar.width = round(bar.width * min(max(share, 0.0), 1.0))
        surface.fill((90, 160, 180), bar)
        self.show()

    # people

    def pressed(self) -> list[str]:
        """Keys pressed since it was last asked, by pygame's names; the window's close button is "close"."""
        return [name for event in pygame.event.get() if (name := self._named(event))]

    def held(self) -> frozenset[str]:
        """Keys that were down when it was last asked which were pressed; SDL lets go of all where the focus goes."""
        return frozenset(self._down)

    def _named(self, event: pygame.Event) -> str:
        if event.type == pygame.KEYUP:
            self._down.discard(pygame.key.name(event.key))
            return ""
        if event.type == pygame.KEYDOWN:
            self._down.add(pygame.key.name(event.key))
            return pygame.key.name(event.key)
        ours = self._beside is not None and getattr(event, "window", None) is self._beside.window
        return "h" if ours else "close"  # the words' window goes alone

    def toggle(self) -> None:
        """From fullscreen to a window, and back."""
        self.fullscreen = not self.fullscreen
        if self.fullscreen:
            self._small = self._window.size
            # without a window manager SDL's fullscreen leaves the window as large as it was
            self._window.size = self._wanted if self._switches and self._wanted else self.display.size
            self._window.set_fullscreen(desktop=not self._switches)
            return
        self._window.set_windowed()
        self._window.size = self._modest


class Beside:
    """Words in a window of their own, on display `number`: for who runs the show, and not for who came to see it."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.window: pygame.Window | None = None
        self._text: tuple[str, ...] = ()
        self._written = False

    def write(self, text: tuple[str, ...]) -> None:
        """Until `shown` was called twice."""
        self._written = True
        if text == self._text:
            return
        self._text = text
        panel = _panel(text, _BESIDE)
        if self.window is None:
            at = pygame.WINDOWPOS_CENTERED | (self._number - 1)
            self.window = pygame.Window("SleepTree: how it is", panel.get_size(), (at, at))
        self.window.size = panel.get_size()
        surface = self.window.get_surface()
        surface.fill(0)
        surface.blit(panel, (0, 0))
        self.window.flip()

    def shown(self) -> None:
        """A frame was shown: words that were not written again since the last one go."""
        if not self._written:
            self.close()
        self._written = False

    def close(self) -> None:
        """No words."""
        self._text = ()
        if self.window is not None:
            self.window.destroy()
            self.window = None


def presenting(name: str, wanted: Present | None) -> Present:
    """How frames get to the screen. Only x11 and Windows can show plain memory; the others need their driver."""
    if name not in ("x11", "windows"):
        return "gpu"
    if wanted is None:
        software = sys.platform.startswith("linux") and not any(Path("/dev/dri").glob("renderD*"))
        wanted = "memory" if software else "gpu"
    # read by SDL when the first window after the display's init is given its memory
    os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0" if wanted == "memory" else "1"
    return wanted


def _font(height: int) -> pygame.font.Font:
    return pygame.font.Font(None, height)


def _panel(lines: Sequence[str], height: int) -> pygame.Surface:
    font = _font(height)
    rows = [font.render(line, True, (214, 226, 232)) for line in lines]
    pad = height // 2
    width = max((row.get_width() for row in rows), default=0) + 2 * pad
    panel = pygame.Surface((width, len(rows) * font.get_linesize() + 2 * pad), pygame.SRCALPHA)
    panel.fill((4, 8, 12, 170))
    for i, row in enumerate(rows):
        panel.blit(row, (pad, pad + i * font.get_linesize()))
    return panel
