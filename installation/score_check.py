"""Whether a score can be played: it may ask for scenes and controls that are there, and within their ranges."""

from __future__ import annotations

from collections.abc import Collection

from installation import addresses
from installation.acceptance import accept
from installation.controls import Refused, Table
from installation.model.score import AXES, Score, Section


def check(score: Score, table: Table, scenes: Collection[str]) -> None:
    """Raises ValueError naming the score, the section, the rule and the offender."""
    place = f"score {score.name}"
    names = ", ".join(sorted(scenes))
    if score.scene not in scenes:
        raise ValueError(f'{place}: scene takes one of {names}, got "{score.scene}"')
    moves = [move for section in score.section for move in section.camera]
    moved = {f"{addresses.CAMERA}{axis}" for axis in AXES if any(getattr(move, axis) is not None for move in moves)}
    for section in score.section:
        here = f"{place}: section {section.name}"
        if section.scene and section.scene not in scenes:
            raise ValueError(f'{here}: scene takes one of {names}, got "{section.scene}"')
        _check_controls(section, table, moved, here)
        _check_camera(section, table, here)


def _check_controls(section: Section, table: Table, moved: Collection[str], here: str) -> None:
    for address, value in section.controls.items():
        try:
            control = accept(table, address, [value]).control
        except Refused as error:
            raise ValueError(f"{here}: {error}") from None
        if control.kind not in ("number", "switch") or "/N/" in control.address:
            raise ValueError(f"{here}: {address} can't be a section's target, only numbers and switches can")
        if address in moved:
            raise ValueError(f"{here}: {address} is moved by this score's camera; say it there")


def _check_camera(section: Section, table: Table, here: str) -> None:
    for move in section.camera:
        for axis in AXES:
            row, value = table[f"{addresses.CAMERA}{axis}"], getattr(move, axis)
            if value is not None and not row.low <= value <= row.high:
                raise ValueError(f"{here}: camera {axis} takes {row.takes}, got {value:g}")
