"""The hand: what those who play the show do to its controls, and what they take back.

The score and the sensors set controls past it. Gestures move here, tick by tick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from installation import addresses
from installation.arguments import Over
from installation.camerawork import ADDRESSES, Camerawork
from installation.controls import Accepted, Refused, Table, Value
from installation.foundation import snapshot as memory
from installation.gestures import MOST, Gestures
from installation.glides import Glides
from installation.history import History
from installation.model import tempo
from installation.model.chance import Chance
from installation.model.tempo import Taps

GESTURES = (addresses.RECORD, addresses.PLAY, addresses.LFO, addresses.RANDOM, addresses.END)


class Hand:
    """Sets the controls of one show. What it changes is in the history, by the changes that `/hand/change` numbers."""

    def __init__(self, rows: Table, glides: Glides, camerawork: Camerawork, chance: Chance) -> None:
        self._rows, self._glides, self._camerawork = rows, glides, camerawork
        self._chance = chance.of("somewhere")
        self.gestures = Gestures(rows, chance)
        self.history = History()
        self.taps = Taps()
        self.locks: list[str] = []  # addresses of single controls, sorted

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
                self._may(taken.address, self.history.past, "nothing is left to take back")
                self._go_back(self.history.undo(self._glides.aim_of))
            case addresses.REDO:
                self._may(taken.address, self.history.future, "nothing was taken back")
                self._go_back(self.history.redo(self._glides.aim_of))
            case addresses.TEMPO:
                self._refuse_locked(addresses.TEMPO, taken.address)
                self._refuse_locked(addresses.BREATH, taken.address)
                self._keep_time(cast(float, taken.value), taken.over)
            case addresses.LOCK_CONTROL:
                address, on = cast(tuple[str, float], taken.value)
                self._lock(address, on > 0.0)
            case addresses.STOP:
                for address in tuple(self.gestures.moving):
                    self._let_go(address)
            case address if address in GESTURES:
                self._move(address, cast(tuple[Any, ...], taken.value))
            case _:
                self._refuse_locked(taken.address, taken.address)
                self.aim(taken.address, cast(Value, taken.value), taken.over)

    def aim(self, address: str, value: Value, over: Over | None = None) -> None:
        """Set a control; a hand that reaches for what moves, or for the camera, finds it where it is, and ends that."""
        if address in ADDRESSES or self.gestures.moves(address):
            self._let_go(address)
        if address in ADDRESSES:
            self._camerawork.take(address, 0.0 if over is None else over.seconds)
        self._glides.aim(address, value, over)

    def step(self) -> Mapping[str, Value]:
        """One tick: the controls glide, what moves by itself moves on. Where they all are."""
        self._glides.step()
        now = self._glides.now()
        self.gestures.step(now)
        for address in self.gestures.moving:
            if address in ADDRESSES:
                self._camerawork.take(address)
        return self.gestures.shown(now)

    def values(self) -> Mapping[str, Value]:
        """Where the controls are."""
        return self.gestures.shown(self._glides.now())

    def locked(self, address: str) -> str:
        """What locks this control: the address of a lock, or empty."""
        lock = f"{addresses.LOCK}{self._rows[address].group}"
        if self._glides.knows(lock) and self._glides.aim_of(lock):
            return lock
        return addresses.LOCK_CONTROL if address in self.locks else ""

    def cue(self, address: str, value: Value) -> None:
        """The score sets a control: what hands made of it before can't be taken back any more."""
        self.history.forget(address)
        self._glides.aim(address, value)

    def calm(self) -> None:
        """Every number and switch to its default, locked or not; locks stay, and the camera is the score's.

        It is a change that can be taken back.
        """
        change, astray = self.history.newest + 1, self._glides.astray()
        locks = {address: astray.pop(address) for address in list(astray) if address.startswith(addresses.LOCK)}
        for address, former in astray.items():
            self.history.keep(change, address, former)
        self.taps.forget()
        for address in tuple(self.gestures.moving):
            self._let_go(address)
        self._glides.rest()
        for address, locked in locks.items():
            self._glides.aim(address, locked)
        self._camerawork.release()

    def snapshot(self) -> dict[str, Any]:
        """All that it remembers."""
        return {
            **self.history.snapshot(),
            "locks": list(self.locks),
            "gestures": self.gestures.snapshot(),
            "taps": memory.remember(self.taps, self.taps.moving),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Put back a snapshot; one that knows nothing of hands changes nothing."""
        if state:
            self.history.restore(state, self.keeps)
            memory.recall(self.taps, self.taps.moving, state["taps"])
            self.gestures.restore(state["gestures"], self.keeps)
            self.locks = [address for address in state["locks"] if self.keeps(address)]

    def _keep(self, change: int, address: str) -> None:
        if not self.keeps(address):
            raise Refused("type", f'{addresses.CHANGE} takes a control that keeps its value, got "{address[:40]}"')
        for one in (addresses.TEMPO, addresses.BREATH) if address == addresses.TEMPO else (address,):
            self.history.keep(change, one, self._glides.aim_of(one))

    def tap(self, tick: int) -> None:
        """A beat, tapped. Raises Refused where the breath is locked."""
        self._refuse_locked(addresses.BREATH, addresses.TAP)
        beats = self.taps.tap(tick)
        if beats == 0.0:
            return
        if len(self.taps.intervals) == 1:
            self._keep(self.history.newest + 1, addresses.TEMPO)
        self._keep_time(beats)

    def _keep_time(self, beats: float, over: Over | None = None) -> None:
        """So many beats a minute, and a breath of some of them."""
        self.aim(addresses.TEMPO, beats, over)
        if beats > 0.0:
            self.aim(addresses.BREATH, tempo.breath(beats), over)

    def _let_go(self, address: str) -> None:
        """Its gesture ends: from where it is it glides to its aim."""
        self._glides.start(address, cast(float, self._camerawork.shown(self.values())[address]))
        self.gestures.end(address)

    def _move(self, asked: str, said: Sequence[Any]) -> None:
        """What is asked of a gesture. Raises Refused."""
        address = said[0]
        if not self.keeps(address) or self._rows[address].kind != "number":
            raise Refused("type", f'{asked} takes a number of the table, got "{address[:40]}"')
        self._refuse_locked(address, asked)
        if asked in (addresses.PLAY, addresses.LFO) and self.gestures.full(address):
            raise Refused("gesture", f"{asked} {address}: {MOST} move already")
        match asked:
            case addresses.RECORD:
                self.gestures.record(address, said[1])
            case addresses.PLAY:
                if not self.gestures.has(address):
                    raise Refused("gesture", f"{asked} {address}: nothing is recorded of it")
                self.gestures.play(address, said[1])
            case addresses.LFO:
                self.gestures.swing(address, *said[1:])
            case addresses.END:
                self._let_go(address)
            case addresses.RANDOM:
                self._place(address, said[1], said[2])

    def _place(self, address: str, low: float, high: float) -> None:
        """Aim a number somewhere; where is addressed by the number of the change."""
        row, change = self._rows[address], self.history.newest + 1
        self._keep(change, address)
        somewhere = low + (high - low) * float(self._chance.of(address).hashed(change))
        self.aim(address, min(max(somewhere, row.low), row.high))

    def _lock(self, address: str, on: bool) -> None:
        if not self.keeps(address) or address.startswith(addresses.LOCK):
            said = f"{addresses.LOCK_CONTROL} takes a control that keeps its value"
            raise Refused("type", f'{said}, got "{address[:40]}"')
        self.locks = sorted({*self.locks, address} if on else {*self.locks} - {address})

    def _refuse_locked(self, address: str, asked: str) -> None:
        if lock := self.locked(address):
            raise Refused("locked", f"{asked}: {address} is locked by {lock}")

    def _may(self, asked: str, changes: Sequence[tuple[int, Mapping[str, Value]]], nothing: str) -> None:
        """Whether the newest of these can be gone back to."""
        if not changes:
            raise Refused("undo", f"{asked}: {nothing}")
        for address in changes[-1][1]:
            self._refuse_locked(address, asked)

    def _go_back(self, aims: Mapping[str, Value]) -> None:
        self.taps.forget()
        for address, value in aims.items():
            self.aim(address, value)
