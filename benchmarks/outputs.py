"""What several outputs cost: a raster in CPU time, on one thread and on two, beside a whole frame of the show.

python benchmarks/outputs.py [--frames 60] [--size 1920x1080] [--json FILE]

Two threads are no faster than one where other programs have the second core: the sines say what it is worth.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from tables import table  # beside this file

from installation.foundation import places
from installation.light.mapping.outputs import OutputLayout, Rasters
from installation.light.picture import Picture, look, prepare
from installation.light.pyramid.thread_pool import WorkerPool
from installation.model.score import parse
from installation.model.ticks import RATE
from installation.repertoire import found
from installation.show import Show
from installation.venue.outputs import CanvasSettings, Corners, OutputSettings
from installation.venue.settings import size

PIN: Corners = ((0.031, 0.037), (0.964, 0.083), (0.99, 0.981), (0.01, 0.926))
BULGE = tuple(tuple((0.02 * (c == 1), 0.03 * (r == 1)) for c in range(3)) for r in range(3))
AT_S = 200.0  # of the festival's arc: glitch


def outputs(width: int, height: int) -> dict[str, OutputSettings]:
    """One output of each kind, each of so many pixels."""
    crop, raster = (0, 0, width, height), f"{width}x{height}"
    return {
        "as it is": OutputSettings(name="plain", crop=crop, size=raster),
        "pinned": OutputSettings(name="pinned", display=2, crop=crop, size=raster, corners=PIN),
        "pinned, bent, masked": OutputSettings(
            name="bent", display=3, crop=crop, size=raster, corners=PIN, mesh=BULGE, brightness=0.9
        ),
    }


def spent_ms(act: Callable[[], object], times: int) -> tuple[float, float, float]:
    """CPU of all threads and time on the wall, in the middle of so many; and the shortest time on the wall."""
    spent = []
    for _ in range(times):
        cpu, wall = time.process_time_ns(), time.perf_counter_ns()
        act()
        spent.append((time.process_time_ns() - cpu, time.perf_counter_ns() - wall))
    cpu, wall = np.median(spent, axis=0) / 1e6
    return float(cpu), float(wall), min(wall for _, wall in spent) / 1e6


def sines_ms(threads: int, times: int) -> float:
    """The shortest time for the sines of two million numbers: what so many threads are worth on this machine now."""
    numbers = np.linspace(0.0, 9.0, 2_000_000).reshape(50, -1)
    out = np.empty_like(numbers)

    def part(number: int, worker: int) -> None:
        np.sin(numbers[number], out=out[number])

    with closing(WorkerPool(threads)) as pool:
        return spent_ms(lambda: pool.run(part, len(numbers)), times)[2]


def frame_ms(width: int, height: int, frames: int) -> float:
    """CPU of a whole frame of the show, in glitch, on one thread."""
    path = places.score("festival")
    show = Show(parse(path.read_text(encoding="utf-8"), "festival"), 1, found().scenes)
    while show.tick < AT_S * RATE:
        show.step()
    picture, pixels = Picture(width, height, 1, 1), np.zeros((height, width), np.uint32)
    seen = look(show, width / height)
    picture.draw(seen, pixels, 1 / 60)
    cpu, *_ = spent_ms(lambda: picture.draw(seen, pixels, 1 / 60), frames)
    picture.close()
    return cpu


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    wanted.add_argument("--frames", type=int, default=60)
    wanted.add_argument("--size", default="1920x1080")
    wanted.add_argument("--json", type=Path)
    given = wanted.parse_args()
    width, height = size(given.size)
    canvas = np.random.default_rng(1).integers(0, 1 << 24, (height, width), dtype=np.uint32)
    out = np.zeros_like(canvas)
    prepare(lambda _: None)
    frame = frame_ms(width, height, max(3, given.frames // 6))
    copied, *_ = spent_ms(lambda: np.copyto(out, canvas), given.frames)
    rows = []
    for name, output in outputs(width, height).items():
        for threads in (1, 2):
            began = time.process_time_ns()
            rasters = Rasters(OutputLayout(CanvasSettings(), (output,)), threads)
            made = (time.process_time_ns() - began) / 1e6
            rasters.draw(output.name, canvas, out)
            cpu, wall, best = spent_ms(lambda r=rasters, o=output: r.draw(o.name, canvas, out), given.frames)  # type: ignore[misc]
            rasters.close()
            rows.append(
                {
                    "raster": name,
                    "threads": threads,
                    "CPU ms": cpu,
                    "wall ms": wall,
                    "at best": best,
                    "of a frame": cpu / frame,
                    "of a copy": cpu / copied,
                    "made anew ms": made,
                }
            )
    one, two = (sines_ms(threads, given.frames) for threads in (1, 2))
    print(table(rows, f"{width}x{height}: a frame in glitch {frame:.1f} ms of CPU, a copy of it {copied:.2f} ms"))
    print(f"\nsines of two million numbers, at best: {one:.1f} ms on one thread, {two:.1f} ms on two")
    if given.json is not None:
        given.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
