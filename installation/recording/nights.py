"""What time it is, and which night that belongs to. Imports nothing of the show: pages ask for it, too."""

from __future__ import annotations

import time
from datetime import datetime, timedelta


def wall() -> float:
    """The wall clock, Unix seconds."""
    return time.time()


def night(at: float) -> str:
    """The date of the evening that `at` (Unix seconds) belongs to; the next night begins at noon."""
    return (datetime.fromtimestamp(at) - timedelta(hours=12)).strftime("%Y-%m-%d")
