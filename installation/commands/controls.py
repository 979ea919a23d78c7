"""`sleeptree controls`: what can be played over OSC, for people."""

from __future__ import annotations

from collections.abc import Mapping

from installation import controls as tables
from installation.controls import Control
from installation.model.score import PHASES
from installation.session.production import load_production
from installation.session.request import Request


def controls(request: Request, markdown: bool) -> str:
    """Every control of the engine and of the scenes, as the manual shows it or in columns."""
    table = tables.table([c for scene in load_production(request).scenes.values() for c in scene.controls])
    if markdown:
        return as_markdown(table).rstrip()
    cells = [(row.address, row.span, row.meaning) for row in table.values()]
    wide = [max(len(cell[i]) for cell in cells) for i in (0, 1)]
    return "\n".join(f"{address:{wide[0]}}  {span:{wide[1]}}  {meaning}" for address, span, meaning in cells)


def as_markdown(rows: Mapping[str, Control]) -> str:
    """The table of controls as the manual shows it."""
    lines = ["| address | takes | default | meaning | seen and heard in |", "| --- | --- | --- | --- | --- |"]
    for row in rows.values():
        lines.append(f"| `{row.address}` | {row.span} | {_default(row)} | {row.meaning} | {_where(row)} |")
    return "\n".join(lines) + "\n"


def _where(row: Control) -> str:
    """In which phases a control is seen and heard, in words."""
    said = [(sense, phases) for sense, phases in (("seen", row.seen), ("heard", row.heard)) if phases]
    if row.seen == row.heard != ():
        said = [("seen and heard", row.seen)]
    return "; ".join(f"{s}: {'every phase' if p == PHASES else ', '.join(p)}" for s, p in said)


def _default(row: Control) -> str:
    if row.role == "output" or row.default is None:
        return ""
    return row.default if isinstance(row.default, str) else f"{float(row.default):g}"
