"""History: the last changes that hands made to the controls, taken back and made again. Knows no hands and no controls.

A change is what its controls were aimed at before it, by address; who groups messages into changes gives each a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from installation.controls import Value

MOST = 100
"""Changes that can be taken back."""

Aims = dict[str, Value]


class History:
    """What hands have changed, the newest last, and what was taken back since."""

    def __init__(self) -> None:
        self.newest = 0  # the highest number that a change has had
        self.past: list[tuple[int, Aims]] = []
        self.future: list[tuple[int, Aims]] = []

    def keep(self, change: int, address: str, former: Value) -> None:
        """The change of this number is about to move a control away from `former`. What was taken back is gone."""
        self.future.clear()
        if not self.past or self.past[-1][0] != change:
            self.past.append((change, {}))
            del self.past[:-MOST]
        self.past[-1][1].setdefault(address, former)
        self.newest = max(self.newest, change)

    def undo(self, aim: Callable[[str], Value]) -> Aims:
        """The aims before the newest change; empty where there is none. `aim` says where a control is aimed now."""
        return _moved(self.past, self.future, aim)

    def redo(self, aim: Callable[[str], Value]) -> Aims:
        """The aims after the change that was taken back last; empty where there is none."""
        return _moved(self.future, self.past, aim)

    def forget(self, address: str) -> None:
        """Somebody else has set this control since: what a hand made of it before can't be taken back any more."""
        for changes in (self.past, self.future):
            for _, aims in changes:
                aims.pop(address, None)
            changes[:] = [change for change in changes if change[1]]

    def snapshot(self) -> dict[str, Any]:
        """All of it."""
        return {
            "newest": self.newest,
            "past": [(change, dict(aims)) for change, aims in self.past],
            "future": [(change, dict(aims)) for change, aims in self.future],
        }

    def restore(self, state: Mapping[str, Any], knows: Callable[[str], bool]) -> None:
        """Put back a snapshot, but for the controls that are not there any more."""
        self.newest = int(state["newest"])
        for changes, kept in ((self.past, state["past"]), (self.future, state["future"])):
            changes[:] = [(int(change), {a: v for a, v in aims.items() if knows(a)}) for change, aims in kept]


def _moved(here: list[tuple[int, Aims]], there: list[tuple[int, Aims]], aim: Callable[[str], Value]) -> Aims:
    if not here:
        return {}
    change, aims = here.pop()
    there.append((change, {address: aim(address) for address in aims}))
    return aims
