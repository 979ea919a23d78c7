"""`sleeptree cloud`: who plays a show together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from installation.cloud.messages import Here, decoded
from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.session.production import load_settings
from installation.status import plain

LISTENER = "sleeptree-cloud"
"""As who this listens; it says nothing."""


def cloud(name: str, seconds: float, config: Path | None) -> tuple[list[str], bool]:
    """Lines of a table, and whether anybody is there. Raises Mistake."""
    try:
        from installation.cloud.wire import Wire
    except ImportError:
        raise Mistake("cloud takes what the extra [cloud] installs: pip install sleeptree[cloud]") from None
    settings = load_settings(config or places.venue()).cloud
    seen: dict[str, Here] = {}

    def hear(sender: str, data: bytes) -> None:
        try:
            message = decoded(data)
        except ValueError:
            return
        if isinstance(message, Here) and (sender in settings.nodes or not settings.nodes):
            seen[sender] = message

    wire = Wire(name, LISTENER, None, settings, hear, lambda node: None)
    try:
        threading.Event().wait(seconds)
    finally:
        wire.close()
    return listed(name, seen, settings.nodes), bool(seen)


def listed(name: str, seen: dict[str, Here], named: Sequence[str]) -> list[str]:
    """A row for each node that is there, or should be."""
    if not seen:
        return [f"cloud {name}: nobody is there"]
    order = [*named, *sorted(node for node in seen if node not in named)]
    rows: list[tuple[str, ...]] = [
        ("node", "part", "term", "tick", "skew", "clock", "fps", "corrected", "refused", "version")
    ]
    for node in order:
        if node not in seen:
            rows.append((node, "not there", *[""] * 8))
            continue
        here = seen[node]
        part = "conducts" if here.conducts else "follows" if here.term else "joins"
        times = f"{here.late_ms:.1f} ms", f"{here.clock_ms:.2f} ms", f"{here.fps:.1f}"
        counts = str(here.corrections), str(here.refused), here.version[:8]
        rows.append((node, part, str(here.term), str(here.tick), *times, *counts))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [plain(line.rstrip()) for line in lines]
