"""A memento: a moment as it was, with one sleeper's light marked. Drawn, never played: the show goes on as without.

The mark is the piece's own answer to a phone that asks where it is: the jewel where guests lie, two rings that open
round it, and its thread into the dream, shining as a whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from installation.scene import Sleepers

CALLED_S = 1.7
"""Seconds after the call that are drawn: thread and jewel are at their brightest, both rings are open."""


def marked(sleepers: Sleepers, who: int, breath: float) -> Sleepers:
    """The community with sleeper `who`, 0-based, as a guest who is being shown; `breath` is the common one, radians.

    Their flower is open as far as they breathe with all in this very moment, or did lately.
    """
    guest, called, accord = (np.array(kept) for kept in (sleepers.guest, sleepers.called, sleepers.accord))
    guest[who], called[who] = 1.0, CALLED_S
    accord[who] = max(float(accord[who]), max(float(np.cos(sleepers.phase[who] - breath)), 0.0) ** 2)
    for array in (guest, called, accord):
        array.setflags(write=False)
    return replace(sleepers, guest=guest, called=called, accord=accord)
