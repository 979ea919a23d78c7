"""Counters of messages, and of refusals by reason: logged at most once a second a reason, shown in the overlay."""

from __future__ import annotations

from collections import Counter
from threading import Lock

import structlog

from installation.model.ticks import SECOND

_log = structlog.get_logger("osc")


class Counters:
    """Thread-safe counts of what came in and what became of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.refused: Counter[str] = Counter()  # by reason
        self.counted: Counter[str] = Counter()  # datagrams, messages, ... by name
        self.latest = ""
        self._logged: dict[str, tuple[int, int]] = {}  # reason: (when in ns, how many by then)

    def count(self, name: str, many: int = 1) -> None:
        """Count something that is no refusal."""
        with self._lock:
            self.counted[name] += many

    def refuse(self, reason: str, text: str, source: object, now_ns: int, many: int = 1) -> None:
        """Count a refusal; log it, with who it came from, unless this reason was logged within the last second."""
        with self._lock:
            self.refused[reason] += many
            self.latest = text
            when, by_then = self._logged.get(reason, (now_ns - SECOND, 0))
            if now_ns - when < SECOND:
                return
            fresh = self.refused[reason] - by_then
            self._logged[reason] = (now_ns, self.refused[reason])
        _log.warning("refused", reason=reason, what=text, source=str(source), since_last_said=fresh)

    @property
    def total(self) -> int:
        """Refused so far, whatever the reason."""
        return self.refused.total()
