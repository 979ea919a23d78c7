"""What every table of the venue's settings is made of."""

from __future__ import annotations

import re

import msgspec


class SettingsTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One [table] of the file. A subclass is the only place that says what its keys take."""


Size = tuple[int, int]
"""Width and height in pixels."""

SMALLEST, LARGEST = 16, 16_384  # pixels


def size(text: str) -> Size:
    """`"1920x1080"` as numbers. Raises ValueError with the rule, without the offender."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text.strip().lower())
    sides = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(SMALLEST <= side <= LARGEST for side in sides):
        raise ValueError(f"takes WIDTHxHEIGHT in pixels, {SMALLEST}..{LARGEST} each, such as 1920x1080")
    return sides
