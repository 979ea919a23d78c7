"""The scenes on stage: how far each has faded in, and what all of them together look and sound like.

Pure, as a show is: it moves when the show steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from installation.brushes.dissolve import dark, dissolved
from installation.cast import FORMER, Cast, Part
from installation.foundation import snapshot as memory
from installation.foundation.easing import ease
from installation.model import ticks
from installation.scene import Light, Moment, Scene, View, Voice

CROSSFADE = 8.0  # seconds between two scenes


class Crossfade:
    """Scenes of one cast by name. The one that entered last fades in, the others out; then they leave."""

    state = ("playing", "weights", "seconds")

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self.playing: list[str] = []  # names of the scenes on stage, the newest last
        self.weights: list[float] = []  # how far each has faded in
        self.seconds = CROSSFADE  # that this fade takes
        self.scenes: dict[str, Scene] = {}

    def __getitem__(self, name: str) -> Scene:
        return self.scenes[name]

    @property
    def front(self) -> str:
        """The scene that entered last."""
        return self.playing[-1]

    def enter(self, name: str, seconds: float = CROSSFADE) -> None:
        """Put a scene on stage, or bring it to the front, in so many seconds; the first one is there at once."""
        self.seconds = seconds
        if name not in self.scenes:
            self.scenes[name] = self._cast.as_born(name)
        if name in self.playing:
            i = self.playing.index(name)
            self.playing.append(self.playing.pop(i))
            self.weights.append(self.weights.pop(i))
        else:
            self.weights.append(0.0 if self.playing else 1.0)
            self.playing.append(name)

    def step(self) -> None:
        """One tick of the fades; who has faded out leaves."""
        front = len(self.playing) - 1
        weights = [ticks.towards(w, float(i == front), self.seconds) for i, w in enumerate(self.weights)]
        stay = [i for i, w in enumerate(weights) if w > 0.0 or i == front]
        for i in set(range(len(weights))) - set(stay):
            del self.scenes[self.playing[i]]
            self._cast.forget(self.playing[i])
        self.playing, self.weights = [self.playing[i] for i in stay], [weights[i] for i in stay]

    def replace(self, name: str, former: str, part: Part) -> None:
        """`name` is this part from now on: where the old one plays it is called `former` and fades out."""
        if name not in self.playing:
            return
        front = self.front == name
        self.playing[self.playing.index(name)] = former
        self.scenes[former] = self.scenes.pop(name)
        if front:
            self.scenes[name] = part.scene
            self.playing.append(name)
            self.weights.append(0.0)

    def lights(self, moment: Callable[[str], Moment]) -> tuple[Light, ...]:
        """The lights of every scene on stage, each at its own `moment`."""
        shown: list[Light] = []
        for name, weight in zip(self.playing, self.weights, strict=True):
            if weight == 1.0:
                shown.extend(self.scenes[name].light(moment(name)))
            elif not dark(weight):
                lights = self.scenes[name].light(moment(name))
                shown.extend(dissolved(lights, weight, leaving=name != self.front))
        return tuple(shown)

    def voices(self, moment: Callable[[str], Moment]) -> tuple[Voice, ...]:
        """The voices of every scene on stage, each at its own `moment`."""
        heard: list[Voice] = []
        for name, weight in zip(self.playing, self.weights, strict=True):
            voices = self.scenes[name].sound(moment(name))
            share = ease(weight)
            heard.extend(voices if weight == 1.0 else (replace(voice, gain=voice.gain * share) for voice in voices))
        return tuple(heard)

    def view(self, moment: Callable[[str], Moment]) -> View:
        """The camera of the scene in front, eased over from the one before."""
        views = [self.scenes[name].view(moment(name)) for name in self.playing]
        view = views[0]
        for other, weight in zip(views[1:], self.weights[1:], strict=True):
            view = _between(view, other, ease(weight))
        return view

    def snapshot(self) -> Mapping[str, Any]:
        """Names, fades, and what moves of every scene on stage."""
        scenes = {name: memory.remember(self.scenes[name], self.scenes[name].state) for name in self.playing}
        return {**memory.remember(self, self.state), "scenes": scenes}

    def as_born(self) -> Mapping[str, Any]:
        """The same with every scene as it was born: what else a show is does not depend on its scenes."""
        scenes = {name: self._cast.part(name).birth for name in self.playing}
        return {**memory.remember(self, self.state), "scenes": scenes}

    def restore(self, state: Mapping[str, Any], fitting: bool = False) -> None:
        """Back to a snapshot. Raises ValueError where it names a scene that the cast has not.

        With `fitting`, what of a scene's state no longer fits is as it was born.
        """
        state = _without_former(state)
        unknown = set(state["playing"]) - set(self._cast.names)
        if unknown:
            raise ValueError(f"snapshot: no scene is called {sorted(unknown)[0]}")
        memory.recall(self, self.state, state)
        self.scenes = {name: self._cast.as_born(name) for name in self.playing}
        for name, scene in self.scenes.items():
            recall = memory.recall_fitting if fitting else memory.recall
            recall(scene, scene.state, state["scenes"][name])


def _without_former(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """A snapshot's stage without the scenes that were being replaced: their code is gone with the process."""
    playing, weights = state["playing"], state["weights"]
    stay = [i for i, name in enumerate(playing) if FORMER not in name]
    left = [weights[i] for i in stay]
    if len(stay) < len(playing) and left:
        left[-1] += 1.0 - sum(left)
    return {**state, "playing": [playing[i] for i in stay], "weights": left}


def _round(p: tuple[float, float, float], q: tuple[float, float, float], way: float) -> tuple[float, float, float]:
    """From place to place round the world's axis, and not through what stands there."""
    near, far = math.hypot(p[0], p[1]), math.hypot(q[0], q[1])
    start = math.atan2(p[1], p[0]) if near > 0.0 else math.atan2(q[1], q[0])
    turn = (math.atan2(q[1], q[0]) - start + math.pi) % (2.0 * math.pi) - math.pi if far > 0.0 else 0.0
    radius, angle = near + (far - near) * way, start + turn * way
    return radius * math.cos(angle), radius * math.sin(angle), p[2] + (q[2] - p[2]) * way


def _over(part: float) -> float:
    return 1.0 / part if part > 0.0 else math.inf


def _between(a: View, b: View, way: float) -> View:
    def mix(p: tuple[float, float, float], q: tuple[float, float, float]) -> tuple[float, float, float]:
        return (p[0] + (q[0] - p[0]) * way, p[1] + (q[1] - p[1]) * way, p[2] + (q[2] - p[2]) * way)

    return replace(
        b,
        eye=_round(a.eye, b.eye, way),
        target=mix(a.target, b.target),
        height_deg=a.height_deg + (b.height_deg - a.height_deg) * way,
        roll=a.roll + (b.roll - a.roll) * way,
        haze=_over((1.0 - way) / a.haze + way / b.haze),
    )
