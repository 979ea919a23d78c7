"""The desk of outputs that are brought into place: no show plays, and messages of another table come in.

`receive` and `take` (the network's threads) check and keep them; `drain` (the loop of the windows) hands them out, each
of them: one address stands for several points. Opens no socket and reads no clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from installation.acceptance import accept
from installation.controls import Accepted, Refused, Released, Table, Value
from installation.remote.counters import Counters
from installation.remote.feedback import Feedback
from installation.remote.inbox import Received, Source

WAITING = 256
"""Messages that wait for the windows' next turn."""


class PlaceDesk:
    """Takes messages of `table`."""

    def __init__(self, table: Table, values: Mapping[str, Value]) -> None:
        self.table = table
        self.counters, self.feedback = Counters(), Feedback()
        self._waiting: deque[Received] = deque()
        self._now_ns = 0  # when something came in last
        self.feedback.remember(values)

    def receive(
        self, address: str, arguments: Sequence[object], source: Source, now_ns: int, due_ns: int | None = None
    ) -> int:
        """One message. Returns what it cost: the messages it stands for."""
        self.counters.count("messages")
        try:
            self.take(accept(self.table, address, arguments), source, now_ns)
        except Released:
            self.counters.count("released")
        except Refused as refused:
            self.counters.refuse(refused.reason, str(refused), source, now_ns)
        return 1

    def take(self, accepted: Accepted, source: Source, now_ns: int, due_ns: int | None = None) -> None:
        """What was checked against the table."""
        self._now_ns = now_ns
        if len(self._waiting) >= WAITING:
            self.counters.refuse("flood", f"more than {WAITING} messages wait", source, now_ns)
        else:
            self._waiting.append(Received(accepted, source))

    def drain(self) -> Iterator[Received]:
        """All that came in, the oldest first."""
        for _ in range(len(self._waiting)):
            yield self._waiting.popleft()

    def refuse(self, refused: Refused, source: Source) -> None:
        """What was in the table, and could not be done."""
        self.counters.refuse(refused.reason, str(refused), source, self._now_ns)

    def tell(self, values: Mapping[str, Value]) -> None:
        """Where all is now, to whoever listens."""
        for address, value in values.items():
            if self.feedback.differs(address, value):
                self.feedback.publish(address, value, None, self._now_ns)
