"""Show: all state that moves. `step` is the one mover; everything else looks.

Time comes in as calls of `step`, the outside world as calls of `accept`. The same seed, score and accepted controls
at the same ticks give the same show, to the byte.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from installation.brushes.dissolve import dark, dissolved
from installation.camerawork import ADDRESSES, Camerawork
from installation.cast import FORMER, Cast, Part
from installation.controls import SLEEPERS, Accepted, Refused, Value, accept, table
from installation.foundation import snapshot as memory
from installation.glides import Glides
from installation.model import ticks
from installation.model.bells import Bells
from installation.model.chance import Chance
from installation.model.choir import Choir
from installation.model.community import Climate, Community
from installation.model.glitchclock import GlitchClock
from installation.model.harmony import Chords
from installation.model.score import AXES, Course, Score, Section
from installation.scene import ASPECT, Beat, Company, Light, Moment, Scene, Sleepers, View, Voice

UNREST = {"harmony": 0.0, "glitch": 1.0, "resolution": 0.0}
BLOOM = {"harmony": 0.0, "glitch": 0.0, "resolution": 1.0}
BLACKOUT = 2.0  # seconds
SOOTHING = 2.5  # seconds in which /show/calm takes all unrest away
CROSSFADE = 8.0  # seconds between two scenes


def _towards(value: float, goal: float, seconds: float) -> float:
    """One tick of a straight way that crosses 0..1 in `seconds`."""
    step = 1.0 / (ticks.RATE * seconds)
    return min(value + step, goal) if value < goal else max(value - step, goal)


class ControlSource(Protocol):
    """Where controls come from: the live desk, a replay, a film of a journal, the catching up after a crash."""

    def deliver(self, show: Show, now_ns: int) -> int:
        """Hand the show what acts in its next step; how many controls that were."""


class Silence:
    """A source without controls: the score plays alone."""

    def deliver(self, show: Show, now_ns: int) -> int:
        """Nothing."""
        return 0


class Follower(Protocol):
    """Something that goes with the show, tick by tick, such as sound. It looks and does not move the show."""

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped; `level` 1 .. 0 is the fade to black and silence at the end."""


def advance(
    show: Show, source: ControlSource, followers: Sequence[Follower] = (), now_ns: int = 0, level: float = 1.0
) -> None:
    """One tick of a show, wherever it plays: its controls from `source`, the step, then everybody who follows it."""
    source.deliver(show, now_ns)
    show.step()
    for follower in followers:
        follower.follow(show, level)


class Show:
    """A score, a seed and scenes by name, playing. Raises ValueError when the score asks for what is not there."""

    moving = ("tick", "unrest", "bloom", "presence", "darkness", "soothed", "playing", "weights")

    def __init__(self, score: Score, seed: int, scenes: Mapping[str, type[Scene]]) -> None:
        self.score, self.seed = score, seed
        self.table = table([control for scene in scenes.values() for control in scene.controls])
        chance = Chance(seed)
        self.tick = 0
        self.course = Course(score)
        self.community = Community(chance.of("community"), SLEEPERS, score.settled)
        born = self.community.own_hue, self.community.character, self.community.side
        self.cast = Cast(scenes, chance.of("scene"), Company(*map(_frozen, born)))
        self._check(score)
        self.clock = GlitchClock(chance.of("glitch clock"))
        self.chords = Chords(chance.of("chords"))
        self.choir = Choir(chance.of("choir"))
        self.bells = Bells(chance.of("bells"), SLEEPERS)
        self.glides = Glides(self.table)
        self.camerawork = Camerawork(self.table)
        self.unrest, self.bloom = 0.0, BLOOM[self.course.section.phase]
        self.presence = self.course.section.presence if score.settled else 0.0
        self.darkness = 0.0  # 0 .. 1 blacked out
        self.soothed = False  # after /show/calm, until nothing is torn
        self.playing: list[str] = []  # names of the scenes on stage, the newest last
        self.weights: list[float] = []  # how far each has faded in
        self._stage: dict[str, Scene] = {}
        self._moments: dict[str, Moment] = {}  # of this tick: by scene that seats people, "" for the others
        self._enter(self.course.section.scene or score.scene)
        self.weights = [1.0]
        self._begin_section()

    # the outside world

    def accept(self, address: str, arguments: Sequence[object] = ()) -> Accepted:
        """Take one control message; it acts from the next step on. Raises controls.Refused and changes nothing."""
        return self.take(accept(self.table, address, arguments))

    def take(self, taken: Accepted) -> Accepted:
        """Take what `accept` of this show's table gave: the same, where the message was checked on its way."""
        if taken.control.role != "input":
            raise Refused("unknown", f"{taken.address} is asked of what is round the show, not of the show")
        if taken.sleeper is not None:
            self._accept_sleeper(taken.sleeper, taken.control.address.rsplit("/", 1)[1], taken.value)
        elif taken.address.startswith("/show/") and taken.control.kind in ("bang", "word"):
            self._accept_show(taken.address, taken.value)
        elif taken.control.kind in ("number", "switch", "word"):
            self._aim(taken.address, cast(Value, taken.value))
        return taken

    def _aim(self, address: str, value: Value) -> None:
        """Set a control; a hand that reaches for the camera finds it where it is, not where the hand left it."""
        if address in ADDRESSES:
            self.glides.start(address, cast(float, self._values()[address]))
        self.glides.aim(address, value)
        self.camerawork.take(address)

    def _accept_sleeper(self, sleeper: int, what: str, value: object) -> None:
        number = float(cast(float, value)) if value is not None else 0.0
        match what:
            case "beat":
                self.community.beat(sleeper, self.tick)
            case "rate":
                self.community.drive(sleeper, number, self.tick)
            case "hue":
                self.community.tint(sleeper, number)
            case "glow":
                self.community.light(sleeper, number)
            case "present":
                self.community.welcome(sleeper, bool(value))

    def _accept_show(self, address: str, value: object) -> None:
        word = str(value)
        match address:
            case "/show/go":
                self._go(self.course.place + 1)
            case "/show/back":
                self._go(self.course.place - 1)
            case "/show/section":
                self._go(self._known(address, self.score.index(word), [s.name for s in self.score.section], word))
            case "/show/phase":
                here = [s.phase for s in self.score.section]
                self._go(self._known(address, self.score.first(word), sorted(set(here)), word))
            case "/show/scene":
                self._known(address, 0 if word in self.cast else None, sorted(self.cast.names), word)
                self._enter(word)
            case "/show/calm":
                self._calm()

    @staticmethod
    def _known(address: str, place: int | None, names: Sequence[str], got: str) -> int:
        if place is None:
            raise Refused("type", f'{address} takes one of {", ".join(names)}, got "{got[:40]}"')
        return place

    def _calm(self) -> None:
        self.glides.rest()
        self.camerawork.release()
        self.community.release()
        self.soothed = True
        lit = [i for i, s in enumerate(self.score.section) if s.phase == "harmony" and s.presence > 0]
        self._go(max(lit, key=lambda i: self.score.section[i].seconds, default=0))

    # time

    def step(self) -> None:
        """One tick further."""
        ringing = self.tick >= self.bells.due or self.community.driven.max() > 0.5
        far = self._distances() if ringing else np.zeros(SLEEPERS)
        self._moments = {}
        self.glides.step()
        values = self.glides.now()
        if not values["/show/hold"] and self.course.step(cast(float, values["/show/rate"])):
            self._begin_section()
        section = self.course.section
        swing = min(section.swing, SOOTHING) if self.soothed else section.swing
        self.camerawork.step(section.camera, self.course.elapsed / ticks.RATE)
        self.unrest = _towards(self.unrest, UNREST[section.phase], swing)
        self.soothed = self.soothed and self.unrest > 0.0
        self.bloom = _towards(self.bloom, BLOOM[section.phase], section.opening)
        self.presence = _towards(self.presence, section.presence, section.fade)
        self.darkness = _towards(self.darkness, float(bool(values["/show/blackout"])), BLACKOUT)
        self.clock.step()
        self.chords.step(self.tick, self.course.arc, section.phase, self._torn(values))
        self.community.step(self.tick, self._climate(values))
        c = self.community
        self.bells.step(self.tick, c.phase, c.present, c.driven, far)
        self.tick += 1
        self._fade_scenes()
        for name in self.playing:
            self._stage[name].step(self._moment_of(name))

    def _climate(self, values: Mapping[str, Value]) -> Climate:
        return Climate(
            unrest=self._torn(values),
            bloom=self.bloom,
            communion=cast(float, values["/dream/communion"]),
            breath=cast(float, values["/dream/breath"]),
            mend=bool(values["/dream/mend"]),
        )

    def _torn(self, values: Mapping[str, Value]) -> float:
        return min(max(self.unrest + cast(float, values["/dream/unrest"]), 0.0), 1.0)

    def _go(self, place: int) -> None:
        self.course.go(place)
        self._begin_section()

    def _begin_section(self) -> None:
        section = self.course.section
        for address, value in section.controls.items():
            self.glides.aim(address, cast(Value, accept(self.table, address, [value]).value))
        self.camerawork.begin(section.camera, self.glides.now())
        if section.scene:
            self._enter(section.scene)
        if self.course.place == 0 and self.course.arc > 0:
            self.community.settle_elsewhere(self.course.arc)

    # scenes

    def _enter(self, name: str) -> None:
        """Put a scene on stage, or bring it to the front."""
        if name not in self._stage:
            self._stage[name] = self.cast.as_born(name)
        if name in self.playing:
            i = self.playing.index(name)
            self.playing.append(self.playing.pop(i))
            self.weights.append(self.weights.pop(i))
        else:
            self.playing.append(name)
            self.weights.append(0.0)

    @property
    def named(self) -> tuple[str, ...]:
        """The scenes that the score asks for, in the order in which they enter."""
        asked = (self.score.scene, *(section.scene for section in self.score.section))
        return tuple(dict.fromkeys(name for name in asked if name))

    @property
    def scenes(self) -> tuple[str, ...]:
        """Every scene that can be called for."""
        return self.cast.names

    def build(self, name: str) -> None:
        """Make a scene ahead of its entrance, so that no tick waits for it; another thread may do that."""
        self.cast.build(name)

    def recast(self, name: str, kind: type[Scene], part: Part) -> None:
        """Between two steps: `name` is another version of itself from now on, and fades in where the old one plays.

        Raises ValueError, and changes nothing, where it can't be played in this show.
        """
        former = self.cast.replace(name, kind, part, self.tick)
        if name in self.playing:
            front = self.playing[-1] == name
            self.playing[self.playing.index(name)] = former
            self._stage[former] = self._stage.pop(name)
            if front:
                self._stage[name] = part.scene
                self.playing.append(name)
                self.weights.append(0.0)
        self._moments = {}

    def _fade_scenes(self) -> None:
        front = len(self.playing) - 1
        weights = [_towards(w, float(i == front), CROSSFADE) for i, w in enumerate(self.weights)]
        stay = [i for i, w in enumerate(weights) if w > 0.0 or i == front]
        for i in set(range(len(weights))) - set(stay):
            del self._stage[self.playing[i]]
            self.cast.forget(self.playing[i])
        self.playing, self.weights = [self.playing[i] for i in stay], [weights[i] for i in stay]

    # looking

    def moment(self) -> Moment:
        """What the scene in front may know now. The same object until the next step."""
        return self._moment_of(self.playing[-1])

    def _moment_of(self, name: str) -> Moment:
        """What this scene may know: everybody is where it seats them."""
        seats = self.cast.part(name).seats
        seated = "" if seats is None else name
        if seated not in self._moments:
            place = self.community.place if seats is None else seats
            known = next(iter(self._moments.values()), None)
            self._moments[seated] = (
                self._noted(place)
                if known is None
                else replace(known, sleepers=self._sleepers(place), tones=self._tones(place))
            )
        return self._moments[seated]

    def _framed(self, name: str, aspect: float) -> Moment:
        now = self._moment_of(name)
        return now if aspect == now.aspect else replace(now, aspect=aspect)

    def _noted(self, place: NDArray[np.float64]) -> Moment:
        values, section = self._values(), self.course.section
        return Moment(
            tick=self.tick,
            arc=self.course.arc,
            section=section.name,
            phase=section.phase,
            progress=self.course.progress,
            phase_progress=self.course.phase_progress,
            arc_progress=self.course.arc_progress,
            presence=_smooth(self.presence) * _smooth(1.0 - self.darkness),
            unrest=self._torn(values),
            bloom=self.bloom,
            coherence=self.community.coherence,
            breath=self.community.breath,
            sleepers=self._sleepers(place),
            beat=Beat(self.clock.index, self.clock.age, self.clock.length),
            chord=_frozen(self.chords.ratios),
            tones=self._tones(place),
            root=self.chords.root(cast(float, values["/sound/root"])),
            loudness=self.course.loudness,
            hush=self.chords.hush(self.tick),
            left=1e6 if values["/show/hold"] else self.course.left / cast(float, values["/show/rate"]),
            controls=values,
        )

    def _distances(self) -> NDArray[np.float64]:
        """(n,) metres from the camera to every sleeper of the scene in front, over the ground."""
        away = self.moment().sleepers.place - np.array(self.view().eye[:2])
        distances: NDArray[np.float64] = np.hypot(away[:, 0], away[:, 1])
        return distances

    def _tones(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        c = self.community
        return _frozen(self.choir.swells(self.tick, c.phase, c.present, place))

    def _sleepers(self, place: NDArray[np.float64]) -> Sleepers:
        c = self.community
        arrays = (c.phase, c.pulse, c.hue, c.glow, c.present, c.character, c.side, place, c.arrived)
        return Sleepers(*map(_frozen, (*arrays, self.choir.tones(place), self.bells.struck)))

    def lights(self, aspect: float = ASPECT) -> tuple[Light, ...]:
        """The lights of every scene on stage, cross-faded, for a picture `aspect` times as wide as high."""
        shown: list[Light] = []
        for name, weight in zip(self.playing, self.weights, strict=True):
            if weight == 1.0:
                shown.extend(self._stage[name].light(self._framed(name, aspect)))
            elif not dark(weight):
                lights = self._stage[name].light(self._framed(name, aspect))
                shown.extend(dissolved(lights, weight, leaving=name != self.playing[-1]))
        return tuple(shown)

    def voices(self) -> tuple[Voice, ...]:
        """The voices of every scene on stage, cross-faded."""
        heard: list[Voice] = []
        for name, weight in zip(self.playing, self.weights, strict=True):
            voices = self._stage[name].sound(self._moment_of(name))
            share = _smooth(weight)
            heard.extend(voices if weight == 1.0 else (replace(voice, gain=voice.gain * share) for voice in voices))
        return tuple(heard)

    def view(self, aspect: float = ASPECT) -> View:
        """The camera of the scene in front, eased over from the one before."""
        views = [self._stage[name].view(self._framed(name, aspect)) for name in self.playing]
        view = views[0]
        for other, weight in zip(views[1:], self.weights[1:], strict=True):
            view = _between(view, other, _smooth(weight))
        return view

    def _values(self) -> Mapping[str, Value]:
        return self.camerawork.shown(self.glides.now())

    # remembering

    def snapshot(self) -> bytes:
        """Everything that moves; `restore` and stepping on equals never having stopped."""
        return memory.pack(
            {
                "seed": self.seed,
                "show": memory.remember(self, self.moving),
                "course": memory.remember(self.course, ("arc", "place", "elapsed")),
                "clock": memory.remember(self.clock, self.clock.moving),
                "chords": self.chords.snapshot(),
                "glides": self.glides.snapshot(),
                "camera": memory.remember(self.camerawork, self.camerawork.state),
                "community": self.community.snapshot(),
                "bells": memory.remember(self.bells, self.bells.state),
                "scenes": {n: memory.remember(self._stage[n], self._stage[n].state) for n in self.playing},
            }
        )

    def restore(self, data: bytes, scenes: bool = True) -> None:
        """Back to a snapshot of a show with the same seed, score and scenes. Raises ValueError naming what is wrong.

        Without `scenes` those on stage stay, as they were born: what else a show is does not depend on its scenes.
        """
        state = memory.unpack(data)
        if not isinstance(state, dict) or state.get("seed") != self.seed:
            raise ValueError(f"snapshot: not of a show with seed {self.seed}")
        try:
            if not scenes:
                stage = {"playing": list(self.playing), "weights": list(self.weights)}
                state = {
                    **state,
                    "show": {**state["show"], **stage},
                    "scenes": {n: self.cast.part(n).birth for n in self.playing},
                }
            self._recall(state)
        except (KeyError, TypeError) as error:
            raise ValueError(f"snapshot: {error} is missing or malformed") from None

    def _recall(self, state: Mapping[str, Any]) -> None:
        state = {**state, "show": _without_former(state["show"])}
        unknown = set(state["show"]["playing"]) - set(self.cast.names)
        if unknown:
            raise ValueError(f"snapshot: no scene is called {sorted(unknown)[0]}")
        if not 0 <= state["course"]["place"] < len(self.score.section):
            raise ValueError(f"snapshot: the score has {len(self.score.section)} sections")
        memory.recall(self, self.moving, state["show"])
        memory.recall(self.course, ("arc", "place", "elapsed"), state["course"])
        memory.recall(self.clock, self.clock.moving, state["clock"])
        self.chords.restore(state["chords"])
        self.glides.restore(state["glides"])
        memory.recall(self.camerawork, self.camerawork.state, state["camera"])
        self.community.restore(state["community"])
        memory.recall(self.bells, self.bells.state, state["bells"])
        self._stage = {name: self.cast.as_born(name) for name in self.playing}
        for name, scene in self._stage.items():
            memory.recall(scene, scene.state, state["scenes"][name])
        self._moments = {}

    def _check(self, score: Score) -> None:
        place = f"score {score.name}"
        names = ", ".join(sorted(self.cast.names))
        if score.scene not in self.cast:
            raise ValueError(f'{place}: scene takes one of {names}, got "{score.scene}"')
        moves = [move for section in score.section for move in section.camera]
        moved = {f"/camera/{axis}" for axis in AXES if any(getattr(move, axis) is not None for move in moves)}
        for section in score.section:
            here = f"{place}: section {section.name}"
            if section.scene and section.scene not in self.cast:
                raise ValueError(f'{here}: scene takes one of {names}, got "{section.scene}"')
            for address, value in section.controls.items():
                try:
                    control = accept(self.table, address, [value]).control
                except Refused as error:
                    raise ValueError(f"{here}: {error}") from None
                if control.kind not in ("number", "switch") or "/N/" in control.address:
                    raise ValueError(f"{here}: {address} can't be a section's target, only numbers and switches can")
                if address in moved:
                    raise ValueError(f"{here}: {address} is moved by this score's camera; say it there")
            self._check_camera(section, here)

    def _check_camera(self, section: Section, here: str) -> None:
        for move in section.camera:
            for axis in AXES:
                row, value = self.table[f"/camera/{axis}"], getattr(move, axis)
                if value is not None and not row.low <= value <= row.high:
                    raise ValueError(f"{here}: camera {axis} takes {row.takes}, got {value:g}")


def _without_former(show: Mapping[str, Any]) -> Mapping[str, Any]:
    """A snapshot's stage without the scenes that were being replaced: their code is gone with the process."""
    playing, weights = show["playing"], show["weights"]
    stay = [i for i, name in enumerate(playing) if FORMER not in name]
    left = [weights[i] for i in stay]
    if len(stay) < len(playing) and left:
        left[-1] += 1.0 - sum(left)
    return {**show, "playing": [playing[i] for i in stay], "weights": left}


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only copy."""
    copy = np.array(array)
    copy.setflags(write=False)
    return copy


def _smooth(x: float) -> float:
    """0..1 with a soft start and end."""
    return x * x * (3.0 - 2.0 * x)


def _over(part: float) -> float:
    return 1.0 / part if part > 0.0 else math.inf


def _between(a: View, b: View, way: float) -> View:
    def mix(p: tuple[float, float, float], q: tuple[float, float, float]) -> tuple[float, float, float]:
        return (p[0] + (q[0] - p[0]) * way, p[1] + (q[1] - p[1]) * way, p[2] + (q[2] - p[2]) * way)

    return replace(
        b,
        eye=mix(a.eye, b.eye),
        target=mix(a.target, b.target),
        height_deg=a.height_deg + (b.height_deg - a.height_deg) * way,
        roll=a.roll + (b.roll - a.roll) * way,
        haze=_over((1.0 - way) / a.haze + way / b.haze),
    )
