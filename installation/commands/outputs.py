"""`sleeptree outputs`: which displays and outputs there are, what each shows, and what is wrong with them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import structlog

from installation.controls import Refused
from installation.foundation.errors import Mistake
from installation.light.mapping import placing
from installation.light.mapping.blend import most_overlaps, ramps
from installation.remote.access import AccessList
from installation.remote.place_desk import PlaceDesk
from installation.session.endpoints import endpoints
from installation.session.outputs import keep, kept_in
from installation.session.production import Production, load_production
from installation.session.request import Request

if TYPE_CHECKING:
    from installation.light.mapping.calibration import Calibration
    from installation.light.mapping.outputs import OutputLayout
    from installation.light.screen.monitors import Monitor

MS_PER_MEGAPIXEL = 3.0
"""Of one core, to make a raster (benchmarks/outputs.py)."""


def outputs(request: Request) -> tuple[list[str], bool]:
    """What there is to say, a line each, and whether every output has its display. Raises Mistake."""
    layout = load_production(request).layout
    monitors = _monitors()
    lines = [_display(monitor) for monitor in monitors] or ["display    none: `film --output NAME` shows what it would"]
    if layout is None:
        return [*lines, "outputs    none: the settings have no [[output]], so the canvas is one screen"], True
    width, height = layout.size
    overlaps = most_overlaps([layout.crop(output) for output in layout.outputs])
    lines.append(f"canvas     {width}x{height}, at most {overlaps} output{'s' if overlaps > 1 else ''} on one place")
    missing = []
    for line, there in _outputs(layout, monitors):
        lines.append(line)
        missing += [] if there else [line.split()[1]]
    (across, down), bent = layout.magnified()
    lines.append(f"guard      as for {across:.2f} x {down:.2f} screens, a part of them magnified {bent:.2f} times")
    sizes = [layout.raster(output) for output in layout.outputs]
    cost = sum(wide * high for wide, high in sizes) / 1e6 * MS_PER_MEGAPIXEL
    lines.append(f"cost       about {cost:.0f} ms of one core a picture, beside drawing the canvas")
    if (kept := kept_in(request.config)).is_file():
        lines.append(f"by hand    {kept}")
    if missing:
        lines += ["", f"There is no display for {', '.join(missing)}: they stay dark until it comes; the others play."]
    return lines, not missing


def calibrate(request: Request) -> str:
    """Bring the outputs into place by hand, on their displays; where that is kept. Raises Mistake."""
    production = load_production(request)
    if production.layout is None:
        raise Mistake("outputs --calibrate takes settings with an [[output]], and there is none")
    _calibrate(production, production.layout, request)
    path = kept_in(request.config)
    return f"{path}: as it was brought into place" if path.is_file() else "nothing was moved"


def _calibrate(production: Production, layout: OutputLayout, request: Request) -> None:
    """Show a test picture on every output until whoever moves it is done; what was moved is kept."""
    from installation.light.mapping.outputs import prepare
    from installation.light.screen.calibrating import CalibrationWindows
    from installation.light.screen.window import NoScreen

    prepare()
    try:
        windows = CalibrationWindows(layout, 1, notice=_notice)
    except NoScreen:
        raise Mistake("outputs --calibrate takes a screen, and there is none") from None
    rest, kept_at = threading.Event(), 0
    with closing(windows), _heard(production, layout) as desk:
        moved = windows.calibrate()
        while not windows.done:
            _place(desk, moved)
            windows.turn()
            if moved.changed != kept_at and not windows.dragging:
                kept_at = moved.changed
                try:
                    keep(moved.layout, request.config)
                except OSError as error:
                    _notice(f"what was moved is not kept: {error.strerror}: {error.filename}")
            rest.wait(1 / 60)


@contextmanager
def _heard(production: Production, layout: OutputLayout) -> Iterator[PlaceDesk]:
    """Where messages come in that bring outputs into place, as open as a show would be."""
    from installation.remote.osc.server import Server

    if not structlog.is_configured():
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    through, query = endpoints(production), production.settings.oscquery
    desk = PlaceDesk(placing.table(layout), placing.values(layout))
    with ExitStack() as stack:
        if through.opened:
            server = Server(desk, *through.where, AccessList(through.access.allow))
            server.start()
            stack.callback(server.close)
        if through.opened and query.enabled:
            from installation.remote.osc.query import OscQueryServer

            access = AccessList(through.access.allow)  # one for each thread
            found = OscQueryServer(desk, through.where, through.where[0], query.port, {}, access)
            found.start()
            stack.callback(found.close)
        yield desk


def _place(desk: PlaceDesk, moved: Calibration) -> None:
    """Do what messages say, and tell whoever listens where all is."""
    for accepted, source in desk.drain():
        try:
            placing.place(moved, accepted)
        except Refused as refused:
            desk.refuse(refused, source)
    desk.tell(placing.values(moved.layout))


def _notice(line: str) -> None:
    print(f"sleeptree: {line}", file=sys.stderr)


def _monitors() -> Sequence[Monitor]:
    from installation.light.screen import monitors, window

    try:
        sizes = [display.size for display in window.displays()]
        found = monitors.connected(window.driver(), sizes)
    except window.NoScreen:
        return ()
    monitors.close()
    window.close()
    return found


def _display(monitor: Monitor) -> str:
    names = ", ".join(monitor.names) or "it has no name"
    number = str(monitor.number) if monitor.number else "-"
    width, height = monitor.size
    return f"display {number}  {names}: {width}x{height} at {monitor.at[0]},{monitor.at[1]}"


def _outputs(layout: OutputLayout, there: Sequence[Monitor]) -> Iterator[tuple[str, bool]]:
    """A line for each output, and whether its display is there."""
    from installation.light.screen.monitors import find

    edges = ramps([layout.crop(output) for output in layout.outputs])
    for output, overlap in zip(layout.outputs, edges[:, 4:], strict=True):
        try:
            monitor, wrong = find(there, output.display), f"no display {output.display}"
        except ValueError as error:
            monitor, wrong = None, str(error)
        left, top, width, height = layout.crop(output)
        size = layout.raster(output) if monitor is None else monitor.size
        sides = zip(("left", "top", "right", "bottom"), overlap, strict=True)
        blends = ", ".join(f"{side} {wide:.0f}" for side, wide in sides if wide)
        said = [
            f"{monitor.name if monitor else wrong}: {size[0]}x{size[1]}",
            f"shows {width}x{height} at {left},{top}",
            f"blends {blends}" if blends else "no overlap",
            *([f"mesh {len(output.mesh)}x{len(output.mesh[0])}"] if output.mesh else []),
            *([f"turned {output.rotate} degrees"] if output.rotate else []),
            *([f"flipped {output.flip}"] if output.flip else []),
            *(["masked"] if output.name in layout.masks else []),
        ]
        yield f"output     {output.name}  {'; '.join(said)}", monitor is not None
