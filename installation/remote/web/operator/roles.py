"""Who may do what with the show: four roles, and for each row of the table whose it is; by default nobody's. Pure."""

from __future__ import annotations

from typing import Literal, get_args

from installation import addresses
from installation.controls import TABLE, Control

Role = Literal["watcher", "moderator", "performer", "operator"]
ROLES: tuple[Role, ...] = get_args(Role)
"""A watcher sees; a moderator decides about words and can calm the show; a performer plays; an operator does it all."""

WORDS = frozenset({addresses.VERSE_APPROVE, addresses.VERSE_HIDE, addresses.VERSE_BAN, addresses.VERSE_CLEAR})
"""What staff decide about visitors' lines."""

UNLOCKED = WORDS | {addresses.CALM}
"""What a tablet may do that is not armed: nothing that surprises a room."""

PLACED = frozenset({addresses.GO, addresses.BACK})
"""What is meant from one section: elsewhere it would do something else than was seen when it was pressed."""

_PLAYED = frozenset(address.split("/")[1] for address in (addresses.SHOW, addresses.CAMERA))
_PLAYED |= {address.split("/")[1] for address in (addresses.UNREST, addresses.BRIGHTNESS, addresses.SOUND_LEVEL)}
_PLAYED |= {address.split("/")[1] for address in (addresses.DMX_LEVEL, addresses.RECORD, addresses.LOCK)}
_OTHERS = frozenset({addresses.LOAD, addresses.MORPH, addresses.VERSE_LANGUAGE, addresses.UNDO, addresses.REDO})
_OPERATORS = frozenset({addresses.CROWD_MOST, addresses.CODE, addresses.DATE, addresses.SAVE, addresses.RESTORE})
_OPERATORS |= {addresses.LEARN, addresses.FORGET}
_NOBODYS = frozenset({addresses.CROWD})
"""What the pages themselves say of the crowd: no hand's."""


def allowed(role: Role, row: Control) -> bool:
    """Whether this role may send this control."""
    if role == "watcher" or row.role == "output" or row.address in _NOBODYS:
        return False
    if row.address == addresses.CALM:
        return True
    if row.address in WORDS:
        return role in ("moderator", "operator")
    if row.address in _OPERATORS:
        return role == "operator"
    played = row.address.split("/")[1] in _PLAYED or row.address in _OTHERS
    return role in ("performer", "operator") and (played or _of_a_scene(row))


def may(row: Control) -> list[Role]:
    """The roles that may send this control."""
    return [role for role in ROLES if allowed(role, row)]


def _of_a_scene(row: Control) -> bool:
    return row.address not in TABLE and row.role == "input"
