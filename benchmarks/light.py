"""What a picture costs: the renderer by stage, and the same lights as pygame-ce's additive sprites, in one run.

    python benchmarks/light.py [--json FILE] [--sizes 720p,1080p] [--lights 5000,20000] [--frames 30] [--threads 1,2]

Lights are 80/15/5 % of radius 3/16/80 pixels at 1080 rows (scaled with the picture), moving. Wall is what a clock says,
CPU what the process used on all cores; on a busy machine trust CPU. Stages: project (lights to sorted splats), splat
(the whole levels of the pyramid), collapse, final (levels 1 and 0, grade, pixels).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"

import numpy as np
import pygame
from numpy.typing import NDArray
from rich.console import Console
from tables import table  # beside this file

from installation.light.grade import Grade
from installation.light.pyramid.renderer import Renderer, warm
from installation.scene import Light, Points, Strokes, View

SIZES = {"540p": (960, 540), "720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}
STAGES = {"project": "_scatter", "splat": "_splat_levels", "collapse": "_collapse", "final": "_resolve"}
DISTANCE = 10.0
VIEW = View((0.0, -DISTANCE, 0.0), (0.0, 0.0, 0.0))
PALETTE = np.random.default_rng(2).uniform(0.0, 0.1, (24, 3)).astype(np.float32)  # few colours: sprites can be cached


@dataclass
class Cost:
    """Milliseconds a picture."""

    what: str
    size: str
    lights: int
    threads: int
    splats: int
    wall: float
    wall_p95: float
    cpu: float
    cpu_p95: float
    stages: dict[str, float]  # median CPU of each


class Crowd:
    """n lights of three sizes, drifting across the picture."""

    def __init__(self, n: int, width: int, height: int) -> None:
        rng = np.random.default_rng(1)
        self.width, self.height = width, height
        self.place = rng.uniform(0, [width, height], (n, 2))
        self.speed = rng.normal(0, 0.6, (n, 2))
        self.radius = rng.choice([3.0, 16.0, 80.0], n, p=[0.8, 0.15, 0.05]) * height / 1080
        self.paint = rng.integers(0, len(PALETTE), n)

    def at(self, tick: int) -> NDArray[np.float64]:
        return (self.place + tick * self.speed) % [self.width, self.height]

    def light(self, tick: int) -> list[Light]:
        metres = DISTANCE * 2 * math.tan(math.radians(VIEW.height_deg / 2)) / self.height
        x, y = self.at(tick).T
        position = np.stack([(x - self.width / 2) * metres, 0 * x, (self.height / 2 - y) * metres], axis=1)
        return [Points(position.astype(np.float32), (self.radius * metres).astype(np.float32), PALETTE[self.paint])]


class Thicket:
    """Crooked thin strokes with halos, until they take about n splats."""

    def __init__(self, n: int, width: int, height: int) -> None:
        rng = np.random.default_rng(3)
        vertices, step = 12, 0.011 * height
        lines = round(n / (vertices * step * 1.25 / (0.0014 * height)))
        walk = np.cumsum(rng.normal(0, step, (lines, vertices, 2)), axis=1)
        walk = (walk + rng.uniform(0, [width, height], (lines, 1, 2))).reshape(-1, 2)
        metres = DISTANCE * 2 * math.tan(math.radians(VIEW.height_deg / 2)) / height
        x, y = walk.T
        self.position = np.stack([(x - width / 2) * metres, 0 * x, (height / 2 - y) * metres], axis=1).astype(
            np.float32
        )
        self.radius = np.full(len(x), 0.0015 * height * metres, dtype=np.float32)
        self.colour = np.ascontiguousarray(PALETTE[np.repeat(rng.integers(0, len(PALETTE), lines), vertices)])
        self.starts = np.arange(0, len(x), vertices, dtype=np.int32)

    def light(self, tick: int) -> list[Light]:
        moved = self.position + np.float32(0.002 * math.sin(tick))
        return [Strokes(moved, self.radius, self.colour, self.starts, halo=0.25)]


def timed(frame: Callable[[int], None], frames: int) -> tuple[list[float], list[float]]:
    """Wall and CPU milliseconds of each frame, after three that don't count."""
    wall, cpu = [], []
    for k in range(frames + 3):
        w, c = time.perf_counter(), time.process_time()
        frame(k)
        wall.append(1e3 * (time.perf_counter() - w))
        cpu.append(1e3 * (time.process_time() - c))
    return wall[3:], cpu[3:]


def p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


def rendered(crowd: Crowd | Thicket, what: str, size: str, n: int, threads: int, frames: int, grade: Grade) -> Cost:
    width, height = SIZES[size]
    renderer = Renderer(width, height, threads)
    picture = np.zeros((height, width), dtype=np.uint32)
    prepared = [crowd.light(2 * k) for k in range(frames + 3)]  # making lights is the scene's work, not the renderer's
    spent: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for stage, method in STAGES.items():
        setattr(renderer, method, watched(getattr(renderer, method), spent[stage]))
    wall, cpu = timed(lambda k: renderer.draw(prepared[k], VIEW, grade, 2 * k, picture), frames)
    renderer.close()
    stages = {stage: statistics.median(values[3:]) for stage, values in spent.items()}
    median = statistics.median
    return Cost(what, size, n, threads, renderer.splats, median(wall), p95(wall), median(cpu), p95(cpu), stages)


def watched(method: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def watch(*arguments: Any) -> Any:
        began = time.process_time()
        result = method(*arguments)
        spent.append(1e3 * (time.process_time() - began))
        return result

    return watch


def sprites(crowd: Crowd, size: str, n: int, frames: int) -> Cost:
    """The same lights as cached 8-bit sprites, blitted with BLEND_RGB_ADD in one call."""
    width, height = SIZES[size]
    screen = pygame.display.set_mode((width, height), depth=32)
    cache: dict[tuple[float, int], pygame.Surface] = {}
    for radius in np.unique(crowd.radius):
        reach = math.ceil(1.5 * radius)
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        spot = np.exp(-(x * x + y * y) / (2 * (radius / 2) ** 2))
        for i, colour in enumerate(PALETTE):
            surface = pygame.Surface(spot.shape).convert(screen)
            pygame.surfarray.blit_array(surface, np.round(255 * spot[..., None] * colour).astype(np.uint8))
            cache[float(radius), i] = surface
    images = [cache[float(r), int(i)] for r, i in zip(crowd.radius, crowd.paint, strict=True)]
    offsets = np.array([[image.get_width() // 2, image.get_height() // 2] for image in images])
    prepared = [
        list(zip(images, map(tuple, (crowd.at(2 * k) - offsets).astype(int).tolist()), strict=True))
        for k in range(frames + 3)
    ]

    def frame(k: int) -> None:
        screen.fill(0)
        screen.fblits(prepared[k], pygame.BLEND_RGB_ADD)

    wall, cpu = timed(frame, frames)
    median = statistics.median
    return Cost("sprites", size, n, 1, n, median(wall), p95(wall), median(cpu), p95(cpu), {})


def shown(costs: list[Cost]) -> str:
    """A row a measurement: ms a picture, medians, with the 95th percentile beside the whole."""
    sprites = {(cost.size, cost.lights): cost.cpu for cost in costs if cost.what == "sprites"}
    rows = [
        {
            "drawn by": cost.what,
            "size": cost.size,
            "lights": cost.lights,
            "threads": cost.threads,
            "splats": cost.splats,
            "wall": cost.wall,
            "wall p95": cost.wall_p95,
            "CPU": cost.cpu,
            "CPU p95": cost.cpu_p95,
            **{stage: cost.stages.get(stage, "") for stage in STAGES},
            "sprites / this": sprites[cost.size, cost.lights] / cost.cpu
            if cost.what == "points" and (cost.size, cost.lights) in sprites
            else "",
        }
        for cost in costs
    ]
    return table(rows, "ms a picture, medians")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--lights", default="5000,20000,100000")
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--threads", default="1,2")
    chosen = parser.parse_args()
    console = Console()
    with console.status("compiling kernels"):
        warm()
    pygame.display.init()
    costs: list[Cost] = []
    for size in chosen.sizes.split(","):
        with console.status(f"drawing {size}"):
            for n in map(int, chosen.lights.split(",")):
                crowd = Crowd(n, *SIZES[size])
                for threads in map(int, chosen.threads.split(",")):
                    costs.append(rendered(crowd, "points", size, n, threads, chosen.frames, Grade()))
                costs.append(sprites(crowd, size, n, max(5, chosen.frames // 3)))
            for trails in (0.0, 0.25):
                thicket = Thicket(300_000, *SIZES[size])
                for threads in map(int, chosen.threads.split(",")):
                    what = "strokes, trails" if trails else "strokes"
                    n = len(thicket.position)
                    costs.append(rendered(thicket, what, size, n, threads, chosen.frames, Grade(trails=trails)))
    pygame.quit()
    print(shown(costs))
    if chosen.json is not None:
        about = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        chosen.json.write_text(json.dumps({"about": about, "costs": [asdict(cost) for cost in costs]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
