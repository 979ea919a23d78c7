"""The hand: what those who play the show do to its controls, and what they take back.

The score and the sensors set controls past it. It moves when it is told to, and nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from installation import addresses
from installation.camerawork import ADDRESSES, Camerawork
from installation.controls import Accepted, Refused, Table, Value
from installation.glides import Glides
from installation.history import History


class Hand:
    """Sets the controls of one show. What it changes is in the history, by the changes that `/hand/change` numbers."""

    def __init__(self, rows: Table, glides: Glides, camerawork: Camerawork) -> None:
        self._rows, self._glides, self._camerawork = rows, glides, camerawork
        self.history = History()

    def keeps(self, address: str) -> bool:
        """Whether this control has a value that stays: where the score is and what the date is are none."""
        if not self._glides.knows(address):
            return False
        return not (address.startswith(addresses.SHOW) and self._rows[address].kind == "word")

    def take(self, taken: Accepted) -> None:
        """One message to a control of the table that is no sleeper's and no place of the score. Raises Refused."""
        match taken.address:
            case addresses.CHANGE:
                change, address = cast(tuple[float, str], taken.value)
                self._keep(int(change), address)
            case addresses.UNDO:
                self._go_back(self.history.undo(self._glides.aim_of), f"{taken.address}: nothing is left to take back")
            case addresses.REDO:
                self._go_back(self.history.redo(self._glides.aim_of), f"{taken.address}: nothing was taken back")
            case _:
                self.aim(taken.address, cast(Value, taken.value))

    def aim(self, address: str, value: Value) -> None:
        """Set a control; a hand that reaches for the camera finds it where it is, not where the hand left it."""
        if address in ADDRESSES:
            self._glides.start(address, cast(float, self._camerawork.shown(self._glides.now())[address]))
            self._camerawork.take(address)
        self._glides.aim(address, value)

    def cue(self, address: str, value: Value) -> None:
        """The score sets a control: what hands made of it before can't be taken back any more."""
        self.history.forget(address)
        self._glides.aim(address, value)

    def calm(self) -> None:
        """Every number and switch to its default, and the camera is the score's. A change that can be taken back."""
        change = self.history.newest + 1
        for address, former in self._glides.astray().items():
            self.history.keep(change, address, former)
        self._glides.rest()
        self._camerawork.release()

    def snapshot(self) -> dict[str, Any]:
        """All that it remembers."""
        return self.history.snapshot()

    def restore(self, state: Mapping[str, Any]) -> None:
        """Put back a snapshot; one that knows nothing of hands changes nothing."""
        if state:
            self.history.restore(state, self.keeps)

    def _keep(self, change: int, address: str) -> None:
        if not self.keeps(address):
            raise Refused("type", f'{addresses.CHANGE} takes a control that keeps its value, got "{address[:40]}"')
        self.history.keep(change, address, self._glides.aim_of(address))

    def _go_back(self, aims: Mapping[str, Value], nothing: str) -> None:
        if not aims:
            raise Refused("undo", nothing)
        for address, value in aims.items():
            self.aim(address, value)
