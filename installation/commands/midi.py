"""`sleeptree midi`: which devices are there, and what each of their faders moves."""

from __future__ import annotations

from collections.abc import Iterator

from installation.controls import table
from installation.foundation import places
from installation.remote.midi import maps, ports
from installation.remote.midi.service import FOLDER
from installation.session.production import load_production
from installation.session.request import Request


def midi(request: Request) -> Iterator[str]:
    """A line about each port, and one about everything that is mapped on it. Raises Mistake."""
    production = load_production(request)
    asked = production.settings.midi
    rows = table([control for scene in production.scenes.values() for control in scene.controls])
    there = ports.found(asked.ports)
    if not there:
        yield ports.reachable() or "there is no MIDI device here"
    for name in there:
        path = maps.file(places.data() / FOLDER, name)
        yield f"{name}: {path}"
        try:
            for one in maps.read(path, rows).map:
                number = "" if one.kind == "pitch" else f" {one.cc}"
                yield f"  {one.kind}{number}, channel {one.channel}: {one.control}"
        except ValueError as error:
            yield f"  {error}"
    if not asked.enabled:
        yield "[midi] enabled is false: `play` hears none of them"
