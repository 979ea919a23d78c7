"""Calibrating: a test picture on every output, and somebody with a keyboard and a mouse who brings it into place.

No show plays meanwhile, so nobody calibrates by accident. The picture is dark but for thin lines, so that nothing that
is done to it can flash.
"""

from __future__ import annotations

import pygame

from installation.light.mapping.blend import ramps
from installation.light.mapping.calibration import Calibration
from installation.light.screen.windows import OutputWindows
from installation.venue.outputs import OutputSettings

GRID = 120
"""Pixels of the canvas from line to line: where outputs overlap, their lines lie on each other."""
_COLOURS = ((255, 176, 64), (64, 208, 255), (192, 255, 96), (255, 112, 208))
_DIM = 0.32  # of a colour, as a code value: a tenth of the light of white would count as a flash
_STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_WHEELS = {  # by how much a key moves what
    "[": ("gamma", -0.05, 1.0, 3.0),
    "]": ("gamma", 0.05, 1.0, 3.0),
    "-": ("brightness", -0.02, 0.0, 1.0),
    "=": ("brightness", 0.02, 0.0, 1.0),
}
KEYS = "Tab point, O output, arrows 1 px (Shift 10, Ctrl 0.1), or drag; G mesh, R reset, Ctrl+Z undo, [ ] gamma, "
KEYS += "- = brightness, , . black, Enter done"


class CalibrationWindows(OutputWindows):
    """Every output's test picture, and the keys and the mouse that move it."""

    def calibrate(self) -> Calibration:
        """Begin; what is moved."""
        self.calibration = Calibration(self.layout)
        self._dragging = self.done = False
        self._drawn: object = None
        pygame.event.set_allowed([pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP, pygame.MOUSEMOTION])
        pygame.key.set_repeat(300, 30)
        pygame.mouse.set_visible(True)
        return self.calibration

    @property
    def dragging(self) -> bool:
        """Whether a point is still held by the mouse."""
        return self._dragging

    def turn(self) -> None:
        """Take what was pressed and dragged, and show what came of it."""
        for event in pygame.event.get():
            self._take(event)
        self.layout = self.calibration.layout
        self.show()

    def _take(self, event: pygame.Event) -> None:
        if event.type in (pygame.QUIT, pygame.WINDOWCLOSE):
            self.done = True
        elif event.type == pygame.KEYDOWN:
            self.press(pygame.key.name(event.key), event.mod)
        elif event.type == pygame.MOUSEBUTTONUP:
            self._dragging = False
        elif event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEMOTION):
            view = next((view for view in self._views if view.window is getattr(event, "window", None)), None)
            if view is None:
                return
            width, height = view.window.size
            x, y = event.pos[0] / width, event.pos[1] / height
            if event.type == pygame.MOUSEBUTTONDOWN:
                self.calibration.nearest(view.output.name, x, y)
                self._dragging = True
            elif self._dragging and self.calibration.output.name == view.output.name:
                self.calibration.move_to(x, y)

    def press(self, key: str, mod: int) -> None:
        """What a key does, by pygame's name of it and what was held with it."""
        moved, shift, control = self.calibration, bool(mod & pygame.KMOD_SHIFT), bool(mod & pygame.KMOD_CTRL)
        if key in _STEPS:
            width, height = self.shown.get(moved.output.name) or self.layout.raster(moved.output)
            step = 10.0 if shift else 0.1 if control else 1.0
            moved.move(_STEPS[key][0] * step / width, _STEPS[key][1] * step / height)
        elif key in _WHEELS:
            name, step, low, high = _WHEELS[key]
            moved.set(**{name: round(min(max(getattr(moved.output, name) + step, low), high), 3)})
        elif key in (",", "."):
            step = 0.001 if key == "." else -0.001
            moved.set(black=tuple(round(min(max(dark + step, 0.0), 0.1), 4) for dark in moved.output.black))
        match key:
            case "escape" | "return":
                self.done = True
            case "tab":
                moved.next_point(-1 if shift else 1)
            case "o":
                moved.next_output(-1 if shift else 1)
            case "g":
                moved.refine()
            case "r":
                moved.reset()
            case "z" if control:
                moved.undo()

    def _draw(self) -> None:
        assert self._rasters is not None
        now = self.layout, self.calibration.held, self.calibration.said, tuple(self.shown.items())
        if now == self._drawn:
            return
        self._drawn = now
        self._rasters.follow(self.layout, self.shown)
        for view in self._views:
            output = self.layout[view.output.name]
            self._card(output)
            self._rasters.draw(output.name, self.canvas, view.pixels())

    def _card(self, output: OutputSettings) -> None:
        """An output's test picture, where it lies on the canvas."""
        number = self.layout.outputs.index(output)
        colour = pygame.Color(_COLOURS[number % len(_COLOURS)])
        dim = pygame.Color(*(round(value * _DIM) for value in tuple(colour)[:3]))
        crop = pygame.Rect(self.layout.crop(output))
        self._canvas.fill(0)
        for x in range(crop.left // GRID * GRID, crop.right, GRID):
            pygame.draw.line(self._canvas, dim, (x, crop.top), (x, crop.bottom))
        for y in range(crop.top // GRID * GRID, crop.bottom, GRID):
            pygame.draw.line(self._canvas, dim, (crop.left, y), (crop.right, y))
        pygame.draw.line(self._canvas, dim, crop.topleft, crop.bottomright)
        pygame.draw.line(self._canvas, dim, crop.topright, crop.bottomleft)
        pygame.draw.circle(self._canvas, colour, crop.center, min(crop.size) // 2 - 2, 1)
        self._overlaps(output, crop, dim)
        pygame.draw.rect(self._canvas, colour, crop, 1)
        self._written(output, crop, colour, dim)
        self._points(output, crop, colour)

    def _overlaps(self, output: OutputSettings, crop: pygame.Rect, colour: pygame.Color) -> None:
        """Hatch the edges where another output goes on."""
        number = self.layout.outputs.index(output)
        wide = ramps([self.layout.crop(other) for other in self.layout.outputs])[number, 4:]
        left, top, right, bottom = (round(each) for each in wide)
        parts = [(crop.left, crop.top, left, crop.h), (crop.left, crop.top, crop.w, top)]
        parts += [(crop.right - right, crop.top, right, crop.h), (crop.left, crop.bottom - bottom, crop.w, bottom)]
        for part in (pygame.Rect(each) for each in parts if each[2] and each[3]):
            self._canvas.set_clip(part)
            for start in range(part.left - part.h, part.right, GRID // 2):
                pygame.draw.line(self._canvas, colour, (start, part.bottom), (start + part.h, part.top))
            self._canvas.set_clip(None)

    def _written(self, output: OutputSettings, crop: pygame.Rect, colour: pygame.Color, dim: pygame.Color) -> None:
        """Its name and what it is set to, and steps of grey to tell its gamma by."""
        large = pygame.font.Font(None, max(24, crop.h // 5)).render(output.name, True, dim)
        self._canvas.blit(large, large.get_rect(center=(crop.centerx, crop.top + crop.h * 3 // 8)))
        said = f"gamma {output.gamma:g}  brightness {output.brightness:g}  black {output.black[0]:g}"
        if self.calibration.output.name == output.name:
            said = self.calibration.said or f"{said}   {KEYS}"
        small = pygame.font.Font(None, max(14, crop.h // 45)).render(said, True, colour)
        small.set_alpha(160)
        self._canvas.blit(small, small.get_rect(center=(crop.centerx, crop.top + crop.h * 9 // 16)))
        step = crop.w // 40
        for i in range(17):
            grey = round(i * 255 / 16)
            place = (crop.centerx + (i * 2 - 17) * step // 2, crop.top + crop.h * 3 // 4, step, step // 2)
            self._canvas.fill((grey, grey, grey), place)

    def _points(self, output: OutputSettings, crop: pygame.Rect, colour: pygame.Color) -> None:
        """Corners and points of the mesh; what is held is filled."""
        places = [crop.topleft, crop.topright, crop.bottomright, crop.bottomleft]
        rows = len(output.mesh)
        for r, row in enumerate(output.mesh):
            for c in range(len(row)):
                places.append((crop.left + crop.w * c // (len(row) - 1), crop.top + crop.h * r // (rows - 1)))
        own = self.calibration.output.name == output.name
        for i, place in enumerate(places):
            held = own and i == self.calibration.held.point
            pygame.draw.circle(self._canvas, colour, place, max(8, crop.h // 60), 0 if held else 1)
