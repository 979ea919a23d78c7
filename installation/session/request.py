"""What a command line asks for. Knows no arrays: every command begins here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wish:
    """What the command line says about what is played; None leaves it to the venue's settings."""

    config: Path | None = None
    score: str | None = None
    scene: str | None = None
    seed: int | None = None
