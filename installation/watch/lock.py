"""A name that only one show on this machine goes by: of the folder in which it keeps what it needs to go on."""

from __future__ import annotations

import os
from pathlib import Path

from installation.foundation.atomic import lock


class InstanceLock:
    """The first name, under the folder `data`, that no other show on this machine uses. Held until `close`.

    `show` is that of the first one, others are called after it.
    """

    def __init__(self, data: Path, show: str = "show") -> None:
        self.name = ""
        self._lock: int | None = None
        for i in range(1, 100):
            name = show if i == 1 else f"{show}-{i}"
            try:
                (data / name).mkdir(parents=True, exist_ok=True)
                self._lock = lock(data / name / "lock")
            except OSError:  # no folder, no locks: whoever can't be told apart goes by the first name
                self.name = name
                return
            if self._lock is not None:
                self.name = name
                return

    def close(self) -> None:
        """Somebody else may have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
