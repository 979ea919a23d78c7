"""`sleeptree journal`: what happened in a night, for people."""

from __future__ import annotations

from pathlib import Path

from installation.recording.replay import summary
from installation.session.replaying import read_journal


def journal(path: Path) -> str:
    """Length, sections, the controls that were moved, gaps; a line each."""
    return "\n".join(summary(read_journal(path)))
