"""What a run was like, for `play --report`: of the process as much as of its pictures."""

from __future__ import annotations

from typing import Any

from installation.live.stage import Stage
from installation.model import ticks
from installation.watch.process_stats import peak_memory_mb


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
