"""Windows of several outputs: the canvas is drawn once, and each display is shown its raster of it.

A display that is not there is dark, the others go on, and it is looked for by its name: no output slides to another
display. Reads no clock. Everything must be called from the thread that made it, as of any window.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pygame
from numpy.typing import NDArray

from installation.light.mapping.outputs import OutputLayout, Rasters
from installation.light.screen import monitors
from installation.light.screen.monitors import Monitor
from installation.light.screen.window import (
    MASKS,
    Beside,
    NoScreen,
    Present,
    Size,
    Window,
    close,
    displays,
    driver,
    presenting,
)
from installation.venue.outputs import OutputSettings

LOOK = 30
"""Frames from one look for displays to the next."""

Pixels = NDArray[np.uint32]


@dataclass
class _View:
    """An output that is shown: its window, and the display that this is on."""

    output: OutputSettings
    monitor: Monitor
    window: pygame.Window
    own: pygame.Surface | None = None  # where the window's memory can't be written as it is

    def pixels(self) -> Pixels:
        """(height, width) of 0x00RRGGBB to draw a raster into, until `show`."""
        shown = self.window.get_surface()
        width, height = shown.get_size()
        if shown.get_masks() == MASKS and shown.get_bitsize() == 32:
            self.own = None
            shown_view: Pixels = pygame.surfarray.pixels2d(shown).T
            return shown_view
        if self.own is None or self.own.get_size() != (width, height):
            self.own = pygame.Surface((width, height), 0, 32, MASKS)
        view: Pixels = pygame.surfarray.pixels2d(self.own).T
        return view

    def show(self) -> None:
        """What was drawn is seen."""
        if self.own is not None:
            self.window.get_surface().blit(self.own, (0, 0))
        self.window.flip()


class OutputWindows(Window):
    """A window for each output of `layout` on the display of its name; the frame's size is the canvas's.

    `threads` make the rasters; `notice` hears which displays are missing, or are there again. Otherwise as Window:
    `small` is the size of each window where none fills its display. Raises NoScreen.
    """

    def __init__(
        self,
        layout: OutputLayout,
        threads: int,
        *,
        small: Size | None = None,
        fullscreen: bool = True,
        present: Present | None = None,
        overlay: int = 0,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.layout, self._threads, self._notice = layout, threads, notice
        self._views: list[_View] = []
        self._names: dict[str, int | str] = {}  # of the displays, once a number was found to be one of a name
        self._missing: set[str] = set()
        self._rasters: Rasters | None = None
        self._frames = 0
        super().__init__(1, layout.size, small=small, fullscreen=fullscreen, present=present, overlay=overlay)

    def _open(self, present: Present | None) -> None:
        self.driver = driver()
        here = displays()
        self.display = here[0]
        self.present = presenting(self.driver, present)
        pygame.font.init()
        self._canvas = pygame.Surface(self.layout.size, 0, 32, MASKS)
        self._rasters = Rasters(self.layout, self._threads, {})
        self._beside = Beside(self._overlay) if 0 < self._overlay <= len(here) else None
        pygame.display.set_allow_screensaver(False)
        pygame.mouse.set_visible(False)
        self._allow()
        self._look()

    def close(self) -> None:
        """Give the displays back."""
        for view in self._views:
            view.window.destroy()
        self._views = []
        if self._rasters is not None:
            self._rasters.close()
            self._rasters = None
        if self._beside is not None:
            self._beside.close()
        monitors.close()
        close()

    @property
    def size(self) -> Size:
        """Of the canvas."""
        return self.layout.size

    @property
    def shown(self) -> dict[str, Size]:
        """The outputs that are shown now, and their rasters' sizes."""
        return {view.output.name: view.window.get_surface().get_size() for view in self._views}

    @property
    def missing(self) -> tuple[str, ...]:
        """The outputs whose display is not there."""
        return tuple(sorted(self._missing))

    def _surface(self) -> pygame.Surface:
        return self._canvas

    def show(self) -> None:
        """Every output shows its raster of the canvas; now and then displays are looked for."""
        self._frames += 1
        if self._frames % LOOK == 0:
            self._look()
        self._draw()
        for view in reversed(self._views):  # the first one waits for its display, where any does
            self._safely(view, view.show)
        if self._beside is not None:
            self._beside.shown()

    def _draw(self) -> None:
        assert self._rasters is not None
        if self.shown != self._rasters.sizes:
            self._rasters.follow(self.layout, self.shown)
        canvas: Pixels = pygame.surfarray.pixels2d(self._canvas).T
        for view in self._views:
            self._rasters.draw(view.output.name, canvas, view.pixels())

    def _safely(self, view: _View, act: Callable[[], None]) -> None:
        """A window that its display took along is none any more."""
        try:
            act()
        except pygame.error:
            self._drop(view)

    def toggle(self) -> None:
        """From filled displays to windows, and back."""
        self.fullscreen = not self.fullscreen
        for view in tuple(self._views):
            self._drop(view)
        self._look()

    # displays

    def _look(self) -> None:
        """Open the outputs whose display has come, close those whose display has gone or stands elsewhere."""
        there = monitors.connected(self.driver, pygame.display.get_desktop_sizes())
        for output in self.layout.outputs:
            wanted = self._names.get(output.name, output.display)
            monitor = self._found(there, output.name, wanted)
            view = next((view for view in self._views if view.output.name == output.name), None)
            if view is not None and (
                monitor is None or (monitor.at, monitor.size) != (view.monitor.at, view.monitor.size)
            ):
                self._drop(view)
                view = None
            if monitor is None:
                self._miss(output.name, wanted)
            elif view is None:
                self._names[output.name] = monitor.name if monitor.names else wanted
                self._views.append(self._opened(output, monitor))
                if output.name in self._missing:
                    self._missing.discard(output.name)
                    self._notice(f"output {output.name}: display {monitor.name} is there again")
        assert self._rasters is not None
        self._rasters.follow(self.layout, self.shown)

    def _found(self, there: tuple[Monitor, ...], name: str, wanted: int | str) -> Monitor | None:
        try:
            return monitors.find(there, wanted)
        except ValueError as error:
            if name not in self._missing:
                self._notice(f"output {name}: {error}")
            return None

    def _miss(self, name: str, wanted: int | str) -> None:
        if name not in self._missing:
            self._missing.add(name)
            self._notice(f"output {name}: there is no display {wanted} here; it is dark, and looked for")

    def _opened(self, output: OutputSettings, monitor: Monitor) -> _View:
        # waiting for each of several displays would take as many times as long: only the first one is waited for
        os.environ["SDL_RENDER_VSYNC"] = "0" if self._views else "1"
        try:
            window = self._window_on(monitor) if self.fullscreen else self._window_for(output)
            window.get_surface().fill(0)
            window.flip()
        finally:
            os.environ["SDL_RENDER_VSYNC"] = "1"
        return _View(output, monitor, window)

    def _window_on(self, monitor: Monitor) -> pygame.Window:
        """A window that fills a display; where SDL does not know it yet, one without a frame in its place."""
        size = monitor.size
        return pygame.Window(TITLE, size, monitor.at, fullscreen_desktop=monitor.number > 0, borderless=True)

    def _window_for(self, output: OutputSettings) -> pygame.Window:
        width, height = self.layout.raster(output)
        most_wide, most_high = self._small or (self.display.size[0] // 2, self.display.size[1] // 2)
        scale = min(most_wide / width, most_high / height, 1.0)
        size = max(16, round(width * scale)), max(16, round(height * scale))
        at = 40 + 40 * len(self._views)
        return pygame.Window(f"{TITLE}: {output.name}", size, (at, at), resizable=True)

    def _drop(self, view: _View) -> None:
        self._views = [other for other in self._views if other is not view]
        view.window.destroy()


TITLE = "SleepTree"
__all__ = ["NoScreen", "OutputWindows"]
