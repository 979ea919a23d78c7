"""Every world beside the SleepTree, and the change from one into another.

    python benchmarks/worlds.py [--size 1920x1080] [--runs N] [--scenes dreamtrek,restpods] [--only worlds|changes]

Milliseconds of processor time of one thread, medians, all scenes of a phase in turns: their ratios hold on a busy
machine. `frame` is two ticks, the lights and the picture with its guard; `ratio` is against the SleepTree's. A change
is measured through the whole fade: `dearest` is its dearest frame against the dearer of the two scenes alone in the
same tick, `tick` the longest tick of it (of two goes, the shorter: what another process takes is not the show's).
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Iterable, Mapping
from itertools import permutations
from statistics import median

import numpy as np
from tables import table  # beside this file

from installation import repertoire
from installation.crossfade import CROSSFADE
from installation.film.moments import Moments
from installation.foundation import places
from installation.light.picture import Look, Picture, grade, look, prepare
from installation.light.pyramid.renderer import Renderer
from installation.model import ticks
from installation.model.score import Score, parse
from installation.scene import Mist
from installation.show import Show
from installation.venue.settings import Size, size

PHASES = ("harmony", "glitch", "resolution")
HOME = "sleeptree"
LEAD = ticks.ticks(12.0)  # that a scene's own state is given before it is measured
LOOKS = 24  # frames that are measured through a fade


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--scenes", help="these beside the SleepTree; by default all")
    parser.add_argument("--only", choices=("worlds", "changes"))
    parser.add_argument("--phases", default=",".join(PHASES))
    wanted = parser.parse_args()
    prepare(lambda _: None)
    kinds = repertoire.found().scenes
    names = wanted.scenes.split(",") if wanted.scenes else [name for name in kinds if name != HOME]
    shows = Shows([HOME, *names])
    phases = wanted.phases.split(",")
    if wanted.only != "changes":
        print(
            table([row for phase in phases for row in worlds(shows, phase, size(wanted.size), wanted.runs)], "worlds")
        )
    if wanted.only != "worlds":
        pairs = [pair for pair in permutations([HOME, *names], 2) if HOME in pair or wanted.scenes]
        print(table([change(shows, phase, *pair, size(wanted.size)) for phase in phases for pair in pairs], "changes"))


class Shows:
    """The festival's arc with one scene, brought to the heart of a phase."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self._kinds = {name: kind for name, kind in repertoire.found().scenes.items() if name in self.names}
        self._score = parse((places.config() / "festival.toml").read_text(encoding="utf-8"), "festival.toml")

    def at(self, name: str, phase: str) -> Show:
        """A show of its own."""
        score: Score = self._score.alone(name)
        heart = score.heart(phase)
        assert heart is not None
        show = Show(score, 1, self._kinds)
        Moments(places.caches() / "moments", score, 1, {}).reach(show, ticks.ticks(heart) - LEAD)
        run(show, LEAD)
        return show


def worlds(shows: Shows, phase: str, at: Size, runs: int) -> list[Mapping[str, object]]:
    """One phase of every scene."""
    playing = {name: (shows.at(name, phase), Picture(*at, 1, 1)) for name in shows.names}
    pixels = np.zeros(at[::-1], np.uint32)
    lights: dict[str, list[float]] = {name: [] for name in playing}
    frames: dict[str, list[float]] = {name: [] for name in playing}
    vertices: dict[str, int] = {}
    for i in range(runs + 4):
        for name, (show, picture) in playing.items():
            began = time.process_time()
            run(show, 2)
            stepped = time.process_time()
            seen = look(show)
            looked = time.process_time()
            picture.draw(seen, pixels, 1 / 60)
            if i >= 4:
                lights[name].append(1e3 * (looked - stepped))
                frames[name].append(1e3 * (time.process_time() - began))
                vertices[name] = sum(len(light.radius) for light in seen.lights if not isinstance(light, Mist))
    rows = []
    for name, (_, picture) in playing.items():
        ratio = median(frames[name]) / median(frames[HOME])
        rows.append(
            {
                "phase": phase, "scene": name, "light": median(lights[name]), "least light": min(lights[name]),
                "frame": median(frames[name]), "ratio": ratio, "vertices": vertices[name],
            }
        )  # fmt: skip
        picture.close()
    return rows


def change(shows: Shows, phase: str, before: str, after: str, at: Size) -> Mapping[str, object]:
    """One fade, in the middle of a phase."""
    longest = min(_longest_tick(shows, phase, before, after) for _ in range(2))
    renderer, pixels = Renderer(*at, 1), np.zeros(at[::-1], np.uint32)
    show, alone = shows.at(before, phase), [shows.at(name, phase) for name in (before, after)]
    show.accept("/show/scene", [after])
    fade, ratios = ticks.ticks(CROSSFADE), []
    for _ in range(LOOKS):
        for one in (show, *alone):
            run(one, fade // LOOKS - 1)
        costs = [_cost(one, renderer, pixels) for one in (show, *alone)]
        ratios.append(costs[0] / max(costs[1:]))
        for one in (show, *alone):
            run(one, 1)
    renderer.close()
    return {
        "phase": phase, "change": f"{before} > {after}", "dearest": max(ratios), "median": median(ratios),
        "at": ratios.index(max(ratios)) / LOOKS, "tick ms": longest,
    }  # fmt: skip


def _cost(show: Show, renderer: Renderer, pixels: np.ndarray) -> float:
    """Processor time of one frame: of three, the least."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        seen: Look = look(show)
        renderer.draw(seen.lights, seen.view, grade(seen.now), seen.now.tick, pixels)
        spent.append(time.process_time() - began)
    return min(spent)


def _longest_tick(shows: Shows, phase: str, before: str, after: str) -> float:
    show, longest = shows.at(before, phase), 0.0
    show.build(after)  # as every scene of a score is before it begins
    gc.collect()
    gc.freeze()
    for i in range(ticks.ticks(CROSSFADE + 2.0)):
        if i == ticks.RATE:
            show.accept("/show/scene", [after])
        began = time.thread_time()
        show.step()
        longest = max(longest, time.thread_time() - began)
    gc.unfreeze()
    return 1e3 * longest


def run(show: Show, count: int) -> None:
    """Step a show on."""
    for _ in range(count):
        show.step()


if __name__ == "__main__":
    main()
