"""The whole SleepTree frame, stage by stage: two ticks, the scene's lights, and the picture with its guard.

    python benchmarks/scene.py [--runs N] [--json FILE]

Milliseconds of wall time, medians; `frame` is what one picture at 60 fps costs from tick to finished pixels when
nothing overlaps, with its 95th percentile and the pictures a second it allows. `cpu` is processor time of all threads.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from rich.console import Console
from tables import table  # beside this file

from installation import repertoire
from installation.foundation import places
from installation.light.picture import Picture, look, prepare
from installation.model.score import parse
from installation.show import Show

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}
PHASES = ("harmony", "glitch", "resolution")


def measure(snapshot: bytes, show: Show, size: tuple[int, int], threads: int, runs: int) -> dict[str, float]:
    """One phase at one size."""
    show.restore(snapshot)
    picture = Picture(*size, threads, show.seed)
    pixels = np.zeros((size[1], size[0]), np.uint32)
    rows = []
    for run in range(runs + 5):
        began, cpu = time.perf_counter(), time.process_time()
        show.step()
        show.step()
        stepped = time.perf_counter()
        seen = look(show)
        looked = time.perf_counter()
        picture.draw(seen, pixels, 1 / 60)
        drawn = time.perf_counter()
        if run >= 5:
            rows.append((stepped - began, looked - stepped, drawn - looked, drawn - began, time.process_time() - cpu))
    picture.close()
    step, lights, draw, frame, used = (1e3 * median(column) for column in zip(*rows, strict=True))
    worst = 1e3 * quantiles([row[3] for row in rows], n=20)[-1]
    return {
        "tick_ms": step / 2,
        "lights_ms": lights,
        "picture_ms": draw,
        "frame_ms": frame,
        "frame_p95_ms": worst,
        "cpu_ms": used,
        "fps": 1e3 / frame,
        "guarded": picture.guard.activity,
    }


def main() -> None:
    """Measure every phase at every size with one thread and with two."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    prepare(lambda _: None)
    score = parse((places.config() / "festival.toml").read_text(encoding="utf-8"), "festival.toml")
    show = Show(score, 1, repertoire.found().scenes)
    hearts: dict[str, bytes] = {}
    for phase in PHASES:
        heart = score.heart(phase)
        assert heart is not None
        while show.tick < heart * 120:
            show.step()
        hearts[phase] = show.snapshot()
    rows = []
    console = Console()
    for phase in PHASES:
        for name, size in SIZES.items():
            for threads in (1, 2):
                row = measure(hearts[phase], show, size, threads, wanted.runs)
                rows.append({"phase": phase, "size": name, "threads": threads, **row})
                console.print(f"{phase} {name} {threads}: {row['frame_ms']:.1f} ms", style="dim")
    columns = (
        "phase",
        "size",
        "threads",
        "tick_ms",
        "lights_ms",
        "picture_ms",
        "frame_ms",
        "frame_p95_ms",
        "cpu_ms",
        "fps",
    )
    print(table([{column: row[column] for column in columns} for row in rows]))
    if wanted.json:
        wanted.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
