"""What a run was like, for `play --report`: of the process as much as of its pictures."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from installation.live.stage import Stage
from installation.model import ticks


def age_s() -> float | None:
    """Seconds since this process began, where the system says when that was (Linux); None elsewhere."""
    try:
        begun = Path("/proc/self/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[19]
        up = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    except (OSError, IndexError, ValueError):
        return None
    return up - int(begun) / os.sysconf("SC_CLK_TCK")


def peak_memory_mb() -> float | None:
    """The most memory that this process ever had, in MB; None where the system doesn't say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1e6 if sys.platform == "darwin" else 1e3), 1)


def report(stage: Stage) -> dict[str, Any]:
    """Everything measured, ready for JSON."""
    painter = stage.painter
    screen = painter.screen
    width, height = screen.size
    return {
        "frame_ms": painter.intervals.summary(),
        "work_ms": painter.work.summary(),
        "fps": round(painter.intervals.rate, 2),
        "size": [width, height],
        "fullscreen": screen.fullscreen,
        "present": screen.present,
        "threads": painter.threads,
        "seed": stage.show.seed,
        "score": stage.show.score.name,
        "ticks": stage.show.tick,
        "slipped_ticks": stage.slipped,
        "sections": [{**section, "seconds": ticks.seconds(section["tick"])} for section in stage.sections],
        "peak_memory_mb": peak_memory_mb(),
    }
