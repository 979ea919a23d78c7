"""Whose each row of the table is: written out here, so that a new row is somebody's only when that was meant."""

from __future__ import annotations

import pytest

from installation.controls import TABLE, Control, table
from installation.remote.web.operator.roles import ROLES, may

ALL = ["moderator", "performer", "operator"]
WORDS = ["moderator", "operator"]
PLAYED = ["performer", "operator"]
OPERATOR = ["operator"]

WHOSE = {
    "/show/calm": ALL,
    **dict.fromkeys(("/verse/approve", "/verse/hide", "/verse/ban", "/verse/clear"), WORDS),
    **dict.fromkeys(("/dream/crowd_most", "/show/code", "/show/date", "/preset/save", "/preset/restore"), OPERATOR),
    **dict.fromkeys(("/preset/load", "/preset/morph", "/verse/language", "/undo", "/redo"), PLAYED),
    **dict.fromkeys(("/midi/learn", "/midi/forget"), OPERATOR),
    **{address: [] for address in ("/dream/crowd", "/verse/line", "/verse/shown", "/preset/list", "/sync")},
}


@pytest.mark.parametrize("address", TABLE)
def test_every_row_is_whose_it_is(address: str) -> None:
    room = address.split("/")[1]
    rest = PLAYED if room in ("show", "dream", "light", "sound", "camera", "dmx", "gesture", "lock") else []
    assert may(TABLE[address]) == WHOSE.get(address, rest)


def test_a_room_that_nobody_knows_is_nobodys_and_a_scenes_own_is_the_performers() -> None:
    rows = table([Control("/reeds/height", 1.0, 0.0, 2.0, "m", "Tallest stem.")])
    assert may(rows["/reeds/height"]) == PLAYED
    assert may(Control("/reeds/told", 0.0, role="output")) == []
    assert may(Control("/reeds/ask", None, role="request")) == []
    assert all("watcher" not in may(row) for row in rows.values())
    assert ROLES == ("watcher", "moderator", "performer", "operator")
