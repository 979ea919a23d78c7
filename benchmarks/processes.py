"""What another process has used, as Linux counts it."""

from __future__ import annotations

import os
from pathlib import Path


def cpu_s(process: int) -> float:
    """Seconds of a core, its own and the system's for it."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_kb(process: int) -> float:
    """Memory that it has now, in KB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024
