"""`sleeptree projector`: switches the venue's projectors, or says how they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.outputs import pjlink
from installation.outputs.pjlink import Unanswered
from installation.outputs.projectors import SHUT, STATES
from installation.venue import settings
from installation.venue.settings import ProjectorSettings


def projector(step: Literal["on", "off", "status"], config: Path | None) -> Iterator[tuple[bool, str]]:
    """For each projector of the venue's settings whether it answered, and a line. Raises Mistake."""
    try:
        projectors = settings.read(config or places.venue()).projector
    except (OSError, ValueError) as error:
        raise Mistake(str(error)) from None
    if not projectors:
        raise Mistake("[[projector]] names none in the venue's settings; docs/projector.md says how")
    for one in projectors:
        try:
            yield True, f"{one.host}: {_said(one, step)}"
        except Unanswered as error:
            yield False, f"{one.host}: {error}"


def _said(one: ProjectorSettings, step: str) -> str:
    if step != "status":
        pjlink.ask(one.host, [pjlink.ON if step == "on" else pjlink.OFF], one.password, one.port)
        return f"is told to go {step}"
    (power,) = pjlink.ask(one.host, [pjlink.POWER], one.password, one.port)
    words = STATES.get(power, f"says {power}")
    if power != "1":
        return words
    try:
        (shutter,) = pjlink.ask(one.host, [pjlink.SHUTTER], one.password, one.port)
    except pjlink.ProjectorRefused:
        return f"{words}, without a shutter"
    return f"{words}, shut" if SHUT.get(shutter) else words
