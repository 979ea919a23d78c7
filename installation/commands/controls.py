"""`sleeptree controls`: what can be played over OSC, for people."""

from __future__ import annotations

from installation import controls as tables
from installation.session.production import load_production
from installation.session.request import Request


def controls(request: Request, markdown: bool) -> str:
    """Every control of the engine and of the scenes, as the README shows it or in columns."""
    table = tables.table([c for scene in load_production(request).scenes.values() for c in scene.controls])
    if markdown:
        return tables.markdown(table).rstrip()
    cells = [(row.address, row.span, row.meaning) for row in table.values()]
    wide = [max(len(cell[i]) for cell in cells) for i in (0, 1)]
    return "\n".join(f"{address:{wide[0]}}  {span:{wide[1]}}  {meaning}" for address, span, meaning in cells)
