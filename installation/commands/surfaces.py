"""`sleeptree controls` and `sleeptree layout`: the table of controls for people, and for their controllers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from installation import controls
from installation.foundation.errors import Mistake
from installation.session.endpoints import words
from installation.session.production import Opening, opened, writable
from installation.session.request import Wish

Controller = Literal["touchosc", "openstagecontrol"]

SURFACES: dict[Controller, str] = {"touchosc": "sleeptree.tosc", "openstagecontrol": "sleeptree.json"}
"""The names of the copies in assets/controllers."""


def listed(wish: Wish, markdown: bool) -> str:
    """Every control of the engine and of the scenes, as the README shows it or in columns."""
    table = _table(opened(wish))
    if markdown:
        return controls.markdown(table).rstrip()
    cells = [(row.address, row.span, row.meaning) for row in table.values()]
    wide = [max(len(cell[i]) for cell in cells) for i in (0, 1)]
    return "\n".join(f"{address:{wide[0]}}  {span:{wide[1]}}  {meaning}" for address, span, meaning in cells)


def layout(wish: Wish, controller: Controller, out: Path) -> str:
    """Write a surface for a controller; say where it is and what to do with it."""
    writable(out)
    opening = opened(wish)
    try:
        out.expanduser().write_bytes(surface(opening, controller))
    except OSError as error:
        raise Mistake(f"layout: {error.strerror}: {out}") from None
    osc = opening.settings.osc
    if controller == "touchosc":
        return f"{out}: open it in TouchOSC; Connections, OSC: this machine's address, send and receive port {osc.port}"
    return f"{out}: open-stage-control --load {out} --send {osc.listen}:{osc.port}"


def surface(opening: Opening, controller: Controller) -> bytes:
    """The bytes of a surface. The same opening gives the same bytes."""
    from installation.remote.surfaces import layout as layouts
    from installation.remote.surfaces import openstagecontrol as stagecontrol
    from installation.remote.surfaces import touchosc

    pages = layouts.pages(_table(opening), words(opening))
    return touchosc.tosc(pages) if controller == "touchosc" else stagecontrol.session(pages).encode()


def _table(opening: Opening) -> controls.Table:
    return controls.table([control for scene in opening.scenes.values() for control in scene.controls])
