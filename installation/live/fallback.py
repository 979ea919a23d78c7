"""The understudy: takes over from a scene that fails on stage, and says so once. The others go on.

Fails: raises, gives lights that are no lights (NaN, wrong shapes), or takes so long that pictures stop. The calm scene
that steps in is made of the moment alone; it has nothing that could fail.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from time import thread_time_ns
from typing import Any, TypeVar, cast

import numpy as np
import structlog

from installation.live.breadcrumb import Breadcrumb
from installation.model import score, ticks
from installation.model.chance import Chance
from installation.model.ticks import SECOND
from installation.scene import Company, Light, Mist, Moment, Points, Scene, Strokes, View, Voice, sung, swaying

_log = structlog.get_logger("scenes")

SLOW = SECOND // 4
"""Nanoseconds that one question to a scene may take; longer too often in a row, and it is replaced."""

WORKED, WAITED = 2, 12
"""So often in a row: an answer that is computed for so long, and one that somebody or something else holds up.

A scene that waits for a file and a machine that lets the whole show wait look alike; but the machine's business passes.
"""

LOAD = 1.2
"""Share of all time that a scene's steps may compute over seconds: more, and the show can't keep up with itself."""

_SMOOTHED = 2 * ticks.RATE  # ticks over which that share is taken

Answer = TypeVar("Answer")
Clock = Callable[[], int]
"""Nanoseconds, never fewer: of the wall's clock, or of this thread's work."""


CALM = """
name = "calm"
scene = "calm"
settled = true

[[section]]
name = "communion"
phase = "harmony"
seconds = 600
controls = { "/dream/communion" = 0.8 }
"""
"""What plays when the show itself has failed too often."""


class Calm(Scene):
    """Every sleeper as a point of light on the water that swells with the breath, in a little mist. It has no state."""

    def __init__(self, chance: Chance, company: Company) -> None:
        rows = np.linspace(0.0, 1.0, 9, dtype=np.float32)[:, None, None]
        self._mist = np.ascontiguousarray(np.broadcast_to((1.0 - rows) * (0.002, 0.005, 0.008), (9, 16, 3)), np.float32)

    def light(self, now: Moment) -> tuple[Light, ...]:
        """Points and mist."""
        s = now.sleepers
        n = len(s)
        position = np.zeros((n, 3), dtype=np.float32)
        position[:, :2] = s.place
        position[:, 2] = 0.4 + 0.15 * s.pulse
        turn = 2.0 * math.pi * (s.hue[:, None] + np.array((0.0, 1.0 / 3.0, 2.0 / 3.0)))
        colour = (0.55 + 0.45 * np.cos(turn)) * (s.glow * s.present * (0.3 + 0.9 * s.pulse))[:, None]
        radius = np.full(n, 0.05, dtype=np.float32)
        return Mist(self._mist), Points(position, radius, colour.astype(np.float32), halo=0.3)


def quiet() -> score.Score:
    """The score of the calm scene alone."""
    return score.parse(CALM, "calm")


MOST_LIGHTS = 250_000
"""Vertices of a picture's lights: many times what a shipped scene gives, and drawn within a tenth of a second."""

FORBIDDEN = frozenset(
    f"os.{name}" for name in ("fork", "forkpty", "exec", "posix_spawn", "spawn", "system", "kill", "killpg")
) | {"_thread.start_new_thread", "_thread.start_joinable_thread", "subprocess.Popen", "pty.spawn"}
"""What no scene may ask of the machine, by the name of its audit event (PEP 578). Python 3.11 has none for threads."""

_asked = threading.local()  # its `scene` is whether a scene is asked in this thread


@cache
def _guard_the_machine() -> None:
    """From now on, in this process, a scene that begins a thread or a process is refused where it does."""

    def refuse(event: str, details: object) -> None:
        if event in FORBIDDEN and getattr(_asked, "scene", False):
            raise PermissionError(f"a scene begins no threads and no processes ({event})")

    def start(thread: threading.Thread) -> None:
        refuse("_thread.start_new_thread", thread)
        begun(thread)

    sys.addaudithook(refuse)
    begun = threading.Thread.start
    threading.Thread.start = start  # type: ignore[method-assign, assignment]


class DescriptorsClosed(BaseException):
    """Somebody closed files that are not theirs; this process can't go on, and another one can."""


@cache
def _sentinel() -> tuple[int, int]:
    """A descriptor of this process, and what it leads to."""
    descriptor = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    return descriptor, os.fstat(descriptor).st_rdev


def _check_descriptors(scene: str) -> None:
    descriptor, leads_to = _sentinel()
    try:
        closed = os.fstat(descriptor).st_rdev != leads_to
    except OSError:
        closed = True
    if closed:
        raise DescriptorsClosed(f"scene {scene} closed descriptors of the process")


def isolated(
    scenes: Mapping[str, type[Scene]],
    clock: Clock,
    work: Clock = thread_time_ns,
    breadcrumb: Breadcrumb | None = None,
    condemned: Collection[str] = (),
) -> dict[str, type[Scene]]:
    """The same scenes, each of which can fail alone. `clock` is monotonic, `work` what the thread computed.

    Those that are `condemned` ended another process and are not asked any more, whenever they are added.
    """
    _guard_the_machine()
    crumb = breadcrumb or Breadcrumb()
    return {name: _isolate(name, kind, clock, work, crumb, condemned) for name, kind in scenes.items()}


def _isolate(
    name: str, kind: type[Scene], clock: Clock, work: Clock, breadcrumb: Breadcrumb, condemned: Collection[str]
) -> type[Scene]:
    class Isolated(IsolatedScene):
        controls = kind.controls
        budget = kind.budget
        writes = kind.writes

        def __init__(self, chance: Chance, company: Company) -> None:
            self._sleepers = len(company)
            calm = Calm(chance, company)
            super().__init__(name, lambda: kind(chance, company), calm, clock, work, breadcrumb, condemned)

    return Isolated


class IsolatedScene(Scene):
    """A scene, or what stands in for it. What moves is the scene's own, and whether it has fallen."""

    _sleepers: int

    def __init__(
        self,
        name: str,
        born: Callable[[], Scene],
        calm: Calm,
        clock: Clock,
        work: Clock,
        breadcrumb: Breadcrumb,
        condemned: Collection[str],
    ) -> None:
        self._name, self._clock, self._work, self._breadcrumb = name, clock, work, breadcrumb
        self._condemned = condemned
        self._load = 0.0
        self._strikes: Counter[str] = Counter()  # answers in a row that took long to compute, by question
        self._waits: Counter[str] = Counter()  # and those that took long
        self._calm = calm
        self._scene: Scene = calm
        self.fallen = False
        self._worked = 0  # ns, for the last answer
        if name not in condemned:
            self._scene = self._called(born) or calm
        object.__setattr__(self, "state", ("fallen", *self._scene.state))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_scene"], name)  # a snapshot asks for what the scene moves

    def __setattr__(self, name: str, value: object) -> None:
        scene = self.__dict__.get("_scene")
        owner = scene if scene is not None and name != "_scene" and name in scene.state else self
        object.__setattr__(owner, name, value)

    def seats(self) -> Any:
        """Checked."""
        try:
            return _seats(self._scene.seats(), self._sleepers)
        except Exception as error:
            self._fall(error)
            return None

    def whereabouts(self, now: Moment) -> Any:
        """Checked."""
        usual = super().whereabouts
        return usual(now) if self.fallen else self._ask("whereabouts", lambda: self._where(now), usual, now)

    def _where(self, now: Moment) -> Any:
        where = self._scene.whereabouts(now)
        _finite("whereabouts", where, (self._sleepers, 3))
        return where

    def step(self, now: Moment) -> None:
        """Once a tick."""
        if not self.fallen and self._name in self._condemned:
            self._fall(RuntimeError("the process ended while it was asked"))
        if self.fallen:
            return
        self._ask("step", lambda: self._scene.step(now), None)
        self._load += (self._worked * ticks.RATE / SECOND - self._load) / _SMOOTHED
        if self._load > LOAD:
            self._fall(TimeoutError(f"its steps take {self._load:.1f} s a second"))

    def light(self, now: Moment) -> tuple[Light, ...]:
        """Checked."""
        return (
            self._calm.light(now)
            if self.fallen
            else self._ask("light", lambda: self._lights(now), self._calm.light, now)
        )

    def sound(self, now: Moment) -> tuple[Voice, ...]:
        """Checked."""
        return sung(now) if self.fallen else self._ask("sound", lambda: _voices(self._scene.sound(now)), sung, now)

    def view(self, now: Moment) -> View:
        """Checked."""
        return swaying(now) if self.fallen else self._ask("view", lambda: _view(self._scene.view(now)), swaying, now)

    def _lights(self, now: Moment) -> tuple[Light, ...]:
        lights = tuple(self._scene.light(now))
        many = sum(len(light.radius) for light in lights if isinstance(light, (Points, Strokes)))
        if many > MOST_LIGHTS:
            raise ValueError(f"gives {many} lights a picture, at most {MOST_LIGHTS} are drawn")
        return tuple(_light(light) for light in lights)

    def _ask(
        self,
        what: str,
        question: Callable[[], Answer],
        instead: Callable[[Moment], Answer] | None,
        now: Moment | None = None,
    ) -> Answer:
        began, before = self._clock(), self._work()
        answer = self._called(question)
        if self.fallen:
            self._worked = 0
            return cast(Answer, None) if instead is None or now is None else instead(now)
        took, self._worked = self._clock() - began, self._work() - before
        self._strikes[what] = self._strikes[what] + 1 if self._worked > SLOW else 0
        self._waits[what] = self._waits[what] + 1 if took > SLOW else 0
        if self._strikes[what] >= WORKED or self._waits[what] >= WAITED:
            self._fall(TimeoutError(f"takes {took / SECOND:.2f} s to answer"))
        return cast(Answer, answer)

    def _called(self, question: Callable[[], Answer]) -> Answer | None:
        """What it answers; None where it falls instead. Its name is left where the next process finds it."""
        _asked.scene = True
        self._breadcrumb.enter(self._name)
        try:
            answer = question()
            _check_descriptors(self._name)
        except (KeyboardInterrupt, DescriptorsClosed):  # the end is somebody's wish, or can't be helped
            raise
        except BaseException as error:  # anything may happen in somebody else's scene, sys.exit included
            _check_descriptors(self._name)
            self._fall(error)
            answer = None
        finally:
            _asked.scene = False
        self._breadcrumb.leave()
        return answer

    def _fall(self, error: BaseException) -> None:
        self.fallen = True
        _log.error("a scene is replaced by the calm one", scene=self._name, why=f"{type(error).__name__}: {error}")


def _light(light: Light) -> Light:
    """A light as its docstring promises it. Raises ValueError or TypeError."""
    if isinstance(light, Mist):
        _finite("Mist.colour", light.colour, (None, None, 3))
        return light
    if not isinstance(light, (Points, Strokes)):
        raise TypeError(f"light gives Points, Strokes and Mist, got {type(light).__name__}")
    kind = type(light).__name__
    n = len(light.radius)
    _finite(f"{kind}.position", light.position, (n, 3))
    _finite(f"{kind}.radius", light.radius, (n,))
    _finite(f"{kind}.colour", light.colour, (n, 3))
    if not 0.0 <= light.halo <= 1.0:
        raise ValueError(f"{kind}.halo is within 0..1, got {light.halo}")
    if isinstance(light, Strokes):
        starts = np.asarray(light.starts)
        if n and (not len(starts) or starts[0] != 0 or starts[-1] >= n or (np.diff(starts) <= 0).any()):
            raise ValueError(f"Strokes.starts ascends from 0 to less than {n}")
    return light


def _finite(place: str, array: Any, shape: tuple[int | None, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        raise TypeError(f"{place} is an array of floats, got {type(array).__name__}")
    if array.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        raise ValueError(f"{place} has the shape {shape}, got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{place} is finite, got {int((~np.isfinite(array)).sum())} numbers that are not")


def _seats(seats: Any, sleepers: int) -> Any:
    if seats is not None:
        _finite("seats", seats, (sleepers, 2))
    return seats


def _voices(voices: Iterable[Voice]) -> tuple[Voice, ...]:
    heard = tuple(voices)
    for voice in heard:
        numbers = (voice.frequency, voice.gain, voice.azimuth, voice.width, voice.brightness)
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"a voice is made of finite numbers, got {voice}")
    return heard


def _view(view: View) -> View:
    numbers = (*view.eye, *view.target, view.height_deg, view.roll)
    if (
        not all(math.isfinite(number) for number in numbers)
        or view.eye == view.target
        or not 1 <= view.height_deg <= 170
        or not view.haze >= 1e-3
    ):
        raise ValueError(
            f"a view looks from one place to another at 1..170 degrees, haze of 0.001 m or more, got {view}"
        )
    return view
