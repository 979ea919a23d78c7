"""Placing: what messages may say of outputs that are brought into place, as rows of a table; and what comes of it.

The rows are of this venue's outputs and of no show: nothing of them is in a look, a score or a journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from installation.arguments import Argument
from installation.controls import Accepted, Control, Refused, Table, Value
from installation.light.mapping.calibration import FINEST, Calibration
from installation.light.mapping.outputs import OutputLayout

PREFIX = "/output/"
UNDO = f"{PREFIX}undo"
_X, _Y = (Argument(axis, -0.5, 1.5, f"of the raster's {side}") for axis, side in (("x", "width"), ("y", "height")))
_LINE = float(FINEST - 1)


def table(layout: OutputLayout) -> Table:
    """What may be said of these outputs."""
    rows = [row for output in layout.outputs for row in _rows(output.name)]
    return Table([*rows, Control(UNDO, None, meaning="Take back the newest change.", role="place")])


def _rows(name: str) -> Iterator[Control]:
    at = f"{PREFIX}{name}/"
    corner = Argument("corner", 0.0, 3.0, "clockwise from the top left")
    yield Control(f"{at}corner", "", meaning="Put a corner there.", role="place", arguments=(corner, _X, _Y))
    point = Argument("row", 0.0, _LINE), Argument("column", 0.0, _LINE)
    yield Control(f"{at}point", "", meaning="Put a point of the mesh there.", role="place", arguments=(*point, _X, _Y))
    yield Control(f"{at}gamma", 2.2, 1.0, 3.0, meaning="The projector's own gamma.", role="place")
    yield Control(f"{at}brightness", 1.0, meaning="Of all of it.", role="place")
    black = tuple(Argument(colour, 0.0, 0.1) for colour in ("red", "green", "blue"))
    yield Control(f"{at}black", "", meaning="What it shines on black.", role="place", arguments=black)
    yield Control(f"{at}mesh", None, meaning="Divide it into a mesh, or a finer one.", role="place")
    yield Control(f"{at}reset", None, meaning="As if nobody had moved it.", role="place")


def place(moved: Calibration, accepted: Accepted) -> None:
    """What a message of `table` says is done. Raises Refused where it can't be, and all stays where it is."""
    moved.said = ""
    if accepted.address == UNDO:
        moved.undo()
        return
    name, what = accepted.address.removeprefix(PREFIX).rsplit("/", 1)
    moved.select(name)
    numbers = cast(tuple[float, ...], accepted.value) if isinstance(accepted.value, tuple) else ()
    match what:
        case "corner":
            moved.hold(round(numbers[0]))
            moved.move_to(*numbers[1:])
        case "point":
            moved.hold(_point(moved, accepted.address, round(numbers[0]), round(numbers[1])))
            moved.move_to(*numbers[2:])
        case "mesh":
            moved.refine()
        case "reset":
            moved.reset()
        case _:
            moved.set(**{what: numbers or accepted.value})
    if moved.said:
        raise Refused("place", f"{accepted.address}: {moved.said}")


def _point(moved: Calibration, address: str, row: int, column: int) -> int:
    mesh = moved.output.mesh
    if row >= len(mesh) or column >= len(mesh[0]):
        there = f"{len(mesh)} x {len(mesh[0])} points" if mesh else "no mesh"
        raise Refused("place", f"{address}: there is no point {row} {column}: {moved.output.name} has {there}")
    return 4 + row * len(mesh[0]) + column


def values(layout: OutputLayout) -> dict[str, Value]:
    """Where the outputs are, of what is one number, by address: for faders that show it."""
    return {
        f"{PREFIX}{output.name}/{what}": float(getattr(output, what))
        for output in layout.outputs
        for what in ("gamma", "brightness")
    }
