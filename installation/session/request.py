"""What a command line asks for, and what is said when it can't be had. Knows no arrays: every command begins here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class Mistake(Exception):
    """What was asked for can't be done; the text is the one line that says where, by which rule, and why."""


@dataclass(frozen=True)
class Wish:
    """What the command line says about what is played; None leaves it to the venue's settings."""

    config: Path | None = None
    score: str | None = None
    scene: str | None = None
    seed: int | None = None
