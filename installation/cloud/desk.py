"""The desk of a node: what comes in here is asked of the conductor, and acts at the same tick on every node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from installation import addresses
from installation.acceptance import accept
from installation.cloud.service import CloudService
from installation.controls import Accepted, Refused, Table
from installation.remote.desk import WEAVING, Desk, Record
from installation.remote.inbox import Received, Source
from installation.remote.sweeps import Sweeps
from installation.show import Show
from installation.status import Status
from installation.words.visitors import VisitorLines

HOUSE = frozenset(("staff", "calendar"))
"""Links by which a machine speaks for its house: of several, the one that conducts."""

REMEMBERED = 1024
"""Controls that are on their way whose sender is known."""

ROOM = 64
"""While there is room for fewer, what came in waits in the inbox, where only the newest of an address stays."""


class CloudSweeps(Sweeps):
    """Sweeps of hands whose controls act a little later: what is on its way counts as if it acted."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.pending: dict[str, tuple[int, object]] = {}  # by address: the newest on its way, its number and value
        self._given = 0

    def aim_of(self, show: Show, address: str) -> object:
        """Where a control will be aimed."""
        return self.pending[address][1] if address in self.pending else super().aim_of(show, address)

    def newest(self, show: Show) -> int:
        """The highest number that a change has had, or has been given here."""
        return max(self._given, super().newest(show))

    def begins(self, show: Show, accepted: Accepted, source: Source) -> Accepted | None:
        """As of a desk's own."""
        change = super().begins(show, accepted, source)
        if change is not None:
            assert isinstance(change.arguments[0], int | float)
            self._given = max(self._given, int(change.arguments[0]))
        return change


class CloudDesk(Desk):
    """A desk of one of several machines that play one show."""

    def __init__(
        self,
        show: Show,
        presets: Path,
        cloud: CloudService,
        targets: Iterable[Source] = (),
        record: Record | None = None,
        lines: VisitorLines | None = None,
    ) -> None:
        self._ahead = CloudSweeps(show.table)
        super().__init__(show, presets, targets, record, lines)
        self._cloud = cloud
        self._asked: dict[int, Source] = {}
        self._woven = ""

    def _made_sweeps(self) -> Sweeps:
        return self._ahead

    def _weave(self, show: Show, now_ns: int) -> None:
        """Ask for the lines that this house's staff want shown, whenever they want others."""
        if self.lines is not None and show.tick % WEAVING == 0:
            self.lines.refresh()
            if self.lines.shown != self._woven:
                self._woven = self.lines.shown
                self._cloud.ask(addresses.VERSE_SHOWN, (self._woven,))

    def _acting(self, show: Show, now_ns: int) -> Iterator[Received]:
        """What the cloud says of this tick; what came in here is asked for on the way."""
        if self._cloud.room > ROOM:
            for accepted, source in self.inbox.drain(now_ns):
                if source.link not in HOUSE or self._cloud.conducting:
                    self._ask(show, accepted, source)
        for address, arguments, node, number in self._cloud.items(show.tick):
            try:
                accepted = accept(self.table, address, arguments)
            except Refused as refused:
                self.counters.refuse(refused.reason, str(refused), node, now_ns)
                continue
            sender = self._asked.pop(number, None)
            if number and self._ahead.pending.get(address, (0, None))[0] == number:
                del self._ahead.pending[address]
            yield Received(accepted, sender or Source("cloud", node))

    def _ask(self, show: Show, accepted: Accepted, source: Source) -> None:
        """One control, and before it that a change begins, where one does."""
        change = self._ahead.begins(show, accepted, source)
        if change is not None:
            self._cloud.ask(change.address, change.arguments)
        number = self._cloud.ask(accepted.address, accepted.arguments)
        self._asked[number] = source
        self._ahead.pending[accepted.address] = number, accepted.value
        while len(self._asked) > REMEMBERED:
            del self._asked[next(iter(self._asked))]

    def _give(self, show: Show, accepted: Accepted, source: Source) -> None:
        """One control to the show and into the journal: whether a change begins with it was said before it."""
        show.take(accepted)
        if self._record is not None:
            self._record(show.tick, accepted)

    def gauge(self, status: Status) -> Status:
        """With what is known of the cloud."""
        return self._cloud.gauge(super().gauge(status))
