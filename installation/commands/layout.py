"""`sleeptree layout`: a surface for a controller, made from the table of controls."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from installation import controls
from installation.foundation.errors import Mistake
from installation.session.endpoints import words
from installation.session.production import Production, load_production, writable
from installation.session.request import Request

Controller = Literal["touchosc", "openstagecontrol"]

SURFACES: dict[Controller, str] = {"touchosc": "sleeptree.tosc", "openstagecontrol": "sleeptree.json"}
"""The names of the copies in assets/controllers."""


def layout(request: Request, controller: Controller, out: Path) -> str:
    """Write a surface for a controller; say where it is and what to do with it."""
    writable(out)
    production = load_production(request)
    try:
        out.expanduser().write_bytes(surface(production, controller))
    except OSError as error:
        raise Mistake(f"layout: {error.strerror}: {out}") from None
    osc = production.settings.osc
    if controller == "touchosc":
        return f"{out}: open it in TouchOSC; Connections, OSC: this machine's address, send and receive port {osc.port}"
    return f"{out}: open-stage-control --load {out} --send {osc.listen}:{osc.port}"


def surface(production: Production, controller: Controller) -> bytes:
    """The bytes of a surface. The same production gives the same bytes."""
    from installation.remote.surfaces import layout as layouts
    from installation.remote.surfaces import openstagecontrol as stagecontrol
    from installation.remote.surfaces import touchosc

    pages = layouts.pages(_table(production), words(production))
    return touchosc.tosc(pages) if controller == "touchosc" else stagecontrol.session(pages).encode()


def _table(production: Production) -> controls.Table:
    return controls.table([control for scene in production.scenes.values() for control in scene.controls])
