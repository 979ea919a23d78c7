"""Outputs of one canvas: [canvas] and [[output]] of the venue's settings, and what can be wrong with them.

An output is a projector or a wall of screens: it shows a part of the canvas, its crop, in a raster of its own. Lengths
on the canvas are pixels; places in a raster are shares of its width and height. Loads no arrays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta

from installation.venue.table import SettingsTable, Size, size

MOST = 16
LARGEST_CANVAS = 16_384
Share = Annotated[float, Meta(ge=-0.5, le=1.5)]
Point = tuple[Share, Share]
Corners = tuple[Point, Point, Point, Point]
Offset = tuple[Annotated[float, Meta(ge=-0.5, le=0.5)], Annotated[float, Meta(ge=-0.5, le=0.5)]]
Mesh = tuple[tuple[Offset, ...], ...]
Dark = Annotated[float, Meta(ge=0.0, le=0.1)]
Crop = tuple[int, int, int, int]

SQUARE: Corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
"""The corners of a raster, clockwise from top left."""

FLATTEST = 0.02
"""The least sine of a corner's angle, and the least area of a quadrilateral as a share of the raster."""


class CanvasSettings(SettingsTable, frozen=True):
    """[canvas]: what is drawn, guarded and torn once, before the outputs share it out."""

    size: str = ""  # empty: what holds every crop
    blend: Annotated[float, Meta(ge=1.0, le=4.0)] = 2.0  # 1: straight ramps .. 4: steep in the middle


class OutputSettings(SettingsTable, frozen=True):
    """An [[output]]: which display shows which part of the canvas, bent how and how bright."""

    name: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]
    display: Annotated[int, Meta(ge=1, le=64)] | Annotated[str, Meta(min_length=1, max_length=120)] = 1
    crop: Crop | None = None  # left, top, width, height; absent: the whole canvas
    size: str = ""  # of the raster where no display gives it, as in a film; empty: the crop's
    corners: Corners = SQUARE  # where the picture's corners are, clockwise from its top left
    mesh: Mesh = ()  # rows of offsets of points that divide the picture evenly, in shares of it
    curve: Literal["bezier", "linear"] = "bezier"  # between the points of the mesh
    rotate: Literal[0, 90, 180, 270] = 0  # clockwise
    flip: Literal["", "horizontal", "vertical", "both"] = ""
    gamma: Annotated[float, Meta(ge=1.0, le=3.0)] = 2.2
    brightness: Annotated[float, Meta(ge=0.0, le=1.0)] = 1.0  # of its light
    black: tuple[Dark, Dark, Dark] = (0.0, 0.0, 0.0)  # red, green, blue of what it shines on black, of its white
    mask: str = ""  # a PNG: black where it must be dark

    @property
    def raster(self) -> Size | None:
        """The raster's size where it is given."""
        return size(self.size) if self.size else None


def check(canvas: CanvasSettings, outputs: Sequence[OutputSettings]) -> None:
    """Raises ValueError naming table, key, rule and offender, without the file."""
    if canvas.size:
        _sized("[canvas] size", canvas.size)
    if len(outputs) > MOST:
        raise ValueError(f"[[output]] may stand {MOST} times, got {len(outputs)}")
    names = [output.name for output in outputs]
    shown = [output.display for output in outputs]
    for i, output in enumerate(outputs):
        if output.name in names[:i]:
            raise ValueError(f'[[output]] name takes each name once, got "{output.name}" twice')
        if output.display in shown[:i]:
            raise ValueError(f'[[output]] "{output.name}" display takes each display once, got {output.display} twice')
        _check_output(output)
    width, height = canvas_size(canvas, outputs)
    if max(width, height) > LARGEST_CANVAS:
        raise ValueError(f"[canvas] size takes {LARGEST_CANVAS} pixels a side at most, got {width}x{height}")
    for output in outputs:
        x, y, wide, high = output.crop or (0, 0, width, height)
        if x + wide > width or y + high > height:
            at = f'[[output]] "{output.name}" crop'
            raise ValueError(f"{at} takes a part of the canvas of {width}x{height}, got {list(output.crop or ())}")


def canvas_size(canvas: CanvasSettings, outputs: Sequence[OutputSettings]) -> Size:
    """The size of the canvas: as it is given, or what holds every crop."""
    if canvas.size:
        return size(canvas.size)
    crops = [output.crop for output in outputs if output.crop is not None]
    if not crops:
        return next((output.raster for output in outputs if output.raster is not None), (1920, 1080))
    return max(x + width for x, _, width, _ in crops), max(y + height for _, y, _, height in crops)


def _sized(place: str, text: str) -> None:
    try:
        size(text)
    except ValueError as rule:
        raise ValueError(f'{place} {rule}, got "{text[:40]}"') from None


def _check_output(output: OutputSettings) -> None:
    at = f'[[output]] "{output.name}"'
    if output.size:
        _sized(f"{at} size", output.size)
    if output.crop is not None and not (min(output.crop[:2]) >= 0 and min(output.crop[2:]) >= 16):
        got = list(output.crop)
        raise ValueError(f"{at} crop takes left and top of 0 or more, width and height of 16 or more, got {got}")
    check_corners(f"{at} corners", output.corners)
    check_mesh(f"{at} mesh", output.mesh)


def check_corners(place: str, corners: Sequence[Sequence[float]]) -> None:
    """Raises ValueError where the corners are no quadrilateral that a picture can be bent into."""
    flat = [[round(value, 4) for value in corner] for corner in corners]
    if not all(math.isfinite(value) for corner in corners for value in corner):
        raise ValueError(f"{place} takes numbers, got {flat}")
    turns = list(_turns(corners))
    if min(turns) <= 0.0:
        raise ValueError(f"{place} takes a convex quadrilateral, clockwise from top left, got {flat}: it folds over")
    if min(turns) < FLATTEST or area(corners) < FLATTEST:
        raise ValueError(f"{place} takes corners that leave the picture some room, got {flat}: it is all but flat")


def _turns(corners: Sequence[Sequence[float]]) -> Iterator[float]:
    """The sine of the turn at each corner: above 0 is clockwise on a screen."""
    for i in range(4):
        (ax, ay), (bx, by), (cx, cy) = corners[i - 1], corners[i], corners[(i + 1) % 4]
        along = math.hypot(bx - ax, by - ay) * math.hypot(cx - bx, cy - by)
        yield ((bx - ax) * (cy - by) - (by - ay) * (cx - bx)) / along if along > 1e-12 else 0.0


def area(corners: Sequence[Sequence[float]]) -> float:
    """Of a quadrilateral, in shares of the raster (the shoelace formula)."""
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)


def check_mesh(place: str, mesh: Mesh) -> None:
    """Raises ValueError for what is no grid of points, or folds over between them."""
    if not mesh:
        return
    rows, columns = len(mesh), len(mesh[0])
    if not (2 <= rows <= MOST and 2 <= columns <= MOST and all(len(row) == columns for row in mesh)):
        raise ValueError(f"{place} takes 2..{MOST} rows of 2..{MOST} points each, got {[len(row) for row in mesh]}")
    points = [
        [(c / (columns - 1) + dx, r / (rows - 1) + dy) for c, (dx, dy) in enumerate(row)] for r, row in enumerate(mesh)
    ]
    for r in range(rows - 1):
        for c in range(columns - 1):
            quad = points[r][c], points[r][c + 1], points[r + 1][c + 1], points[r + 1][c]
            if min(_turns(quad)) <= 0.0:
                raise ValueError(f"{place} takes points in their order, got a fold between row {r + 1}, point {c + 1}")
