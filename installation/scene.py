"""The contract between engine and scenes: Moment, the primitives of light and sound, Scene.

A scene is told a Moment and answers with values; it never draws, plays, reads a clock or a file. Engine and
scenes meet here and nowhere else.

Space is in metres, right-handed: x to the right, y away from the camera, z up; the water is z = 0. Colour is
linear RGB radiance (Rec. 709 primaries), without an upper limit; about 1 is a bright highlight.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.controls import Control, Value
from installation.model import almanac, ticks
from installation.model.chance import Chance
from installation.model.choir import AZIMUTH
from installation.model.harmony import CALM_WEIGHTS, OPENING, TORN_WEIGHTS
from installation.model.score import RESOLUTION, Phase
from installation.words.poem import Poem

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

ASPECT = 16.0 / 9.0
"""Width over height of a picture where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who is there, as a scene is told at its birth: what of every sleeper stays for the whole show. Read-only."""

    hue: Doubles  # (n,) turns, a sleeper's own; the golden ratio apart, so sleepers whose i * 0.618 is near look alike
    character: Doubles  # (n,) -1..1, who leads and who follows the common breath
    side: Doubles  # (n,) -1 or 1, the camp a sleeper falls into when the dream tears

    def __len__(self) -> int:
        return len(self.hue)


@dataclass(frozen=True, slots=True)
class Sleepers:
    """The community at one tick; every array has a row a sleeper and is read-only."""

    phase: Doubles  # (n,) radians; a breath peaks at 0
    pulse: Doubles  # (n,) 0..1, (0.5 + 0.5 cos phase)^4
    hue: Doubles  # (n,) turns
    glow: Doubles  # (n,) brightness, 1 as usual
    present: Doubles  # (n,) 0 absent .. 1 here; moves smoothly
    character: Doubles  # (n,) -1..1, who leads and who follows the common breath
    side: Doubles  # (n,) -1 or 1, the camp a sleeper falls into when the dream tears
    place: Doubles  # (n, 2) metres: where the scene seats them, or on the water, where they move between arcs
    arrived: Doubles  # (n,) seconds since this sleeper came into the room; 1,000 for all where a score begins settled
    tone: NDArray[np.int64]  # (n,) 0..7, which tone of the chord this sleeper sings
    struck: Doubles  # (n,) 0 .. 1, how hard this sleeper's bell is struck in this tick: at the peak of a breath
    guest: Doubles  # (n,) 0 .. 1, how far somebody in the room is this sleeper: show them where; on a straight way
    joined: Doubles  # (n,) seconds since a guest came; 1,000 for long ago, as in the next two
    left: Doubles  # (n,) seconds since a guest went
    called: Doubles  # (n,) seconds since somebody asked where this sleeper is
    beats: Doubles  # (n, 4) seconds since each of its last beats, the newest first
    accord: Doubles  # (n,) 0 .. 1, how well a guest breathes with all

    def __len__(self) -> int:
        return len(self.phase)


@dataclass(frozen=True, slots=True)
class Beat:
    """The glitch clock that light and sound share: slices of 1/4, 1/2, 1, 1 or 2 times 20 ticks."""

    index: int  # counts slices since the show began; an address for chance
    age: int  # ticks since this slice began
    length: int  # ticks this slice lasts


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything a scene may know."""

    tick: int
    arc: int  # how often the score has come round
    section: str
    phase: Phase
    progress: float  # 0..1 within the section
    phase_progress: float  # 0..1 within the sections of this phase that follow each other
    arc_progress: float  # 0..1 through the whole score
    presence: float  # 0 dark and silent .. 1; the score's own fade
    unrest: float  # 0 calm .. 1 torn
    bloom: float  # 0 .. 1, how far everyone has become themselves again (resolution)
    coherence: float  # 0..1, the measured order parameter
    breath: float  # radians, mean phase of the community, unwrapped: it only moves on
    sleepers: Sleepers
    beat: Beat
    chord: Doubles  # (8,) frequencies over the root
    tones: Doubles  # (8,) 0..1, how loud each tone of the chord swells: what a jewel may brighten with
    root: float  # Hz
    loudness: float  # LUFS that the section wants of its sound
    hush: float  # 0 .. 1 silent, just before a resolution lands
    left: float  # seconds until the next section; 1e6 where the score waits
    controls: Mapping[str, Value]
    poem: Poem  # the verses that may be written now, visitors' lines among them
    date: str = ""  # of the evening, as 2026-11-21; empty where nobody said
    omen: float = 0.0  # 0 .. 1 through what comes once a night; nearly always 0
    wonder: float = 0.0  # the same, in one night of the year
    aspect: float = ASPECT  # width over height of the picture that is drawn; in `step` and `sound` always ASPECT

    @property
    def seconds(self) -> float:
        """Seconds since the show began."""
        return ticks.seconds(self.tick)

    @property
    def season(self) -> float | None:
        """0..1 through the year, 0 its shortest day, 0.5 its longest; None where nobody said which evening it is."""
        return almanac.season(self.date) if self.date else None

    def number(self, address: str) -> float:
        """The gliding value of the number at `address`. Raises KeyError for what is not in the table."""
        return cast(float, self.controls[address])


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Round soft lights. A point's brightness at its centre does not depend on its distance, its size does."""

    position: Array  # (n, 3) metres
    radius: Array  # (n,) metres; two standard deviations of the spot
    colour: Array  # (n, 3) linear RGB at the centre
    halo: float = 0.0  # share of the light, 0..1, that goes into a wide halo; free of cost
    least: float = 0.0  # pixels of a picture of 1080 rows: no radius is drawn smaller


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Polylines of light, drawn continuous at any size: vertex i joins i + 1 unless i + 1 starts a new one."""

    position: Array  # (n, 3) metres
    radius: Array  # (n,) metres at the vertex
    colour: Array  # (n, 3) linear RGB on the axis
    starts: NDArray[np.int32]  # (s,) ascending index of each polyline's first vertex; starts[0] == 0
    halo: float = 0.0  # as in Points, but everything is drawn twice: give it to the few strokes that need it
    least: float = 0.0  # pixels of a picture of 1080 rows: no radius is drawn smaller, so that far lines don't fade


@dataclass(frozen=True, slots=True, eq=False)
class Mist:
    """A coarse colour field that faces the viewer: the picture's own frame, whatever the camera does."""

    colour: Array  # (rows, columns, 3) linear RGB, row 0 at the top; stretched over the whole picture, smoothly


Light = Points | Strokes | Mist


def dimmed(light: Light, factor: float) -> Light:
    """The same light, `factor` times as bright: a cross-fade is two scenes dimmed and drawn together."""
    return replace(light, colour=light.colour * np.float32(factor))


@overload
def gathered(lights: Iterable[Points | Strokes]) -> list[Points | Strokes]: ...
@overload
def gathered(lights: Iterable[Light]) -> list[Light]: ...
def gathered(lights: Iterable[Any]) -> list[Any]:
    """The same picture from fewer, larger lights: points and strokes of one halo become one, in their order."""
    kinds: dict[tuple[type, float, float], list[Points | Strokes]] = {}
    mists: list[Any] = []
    for light in lights:
        if isinstance(light, Mist):
            mists.append(light)
        elif len(light.radius) > 0:
            kinds.setdefault((type(light), light.halo, light.least), []).append(light)
    return mists + [alike[0] if len(alike) == 1 else _joined(alike) for alike in kinds.values()]


def _joined(lights: list[Points | Strokes]) -> Points | Strokes:
    """Lights of one kind, halo and least radius end to end, in the memory order that they have."""
    position = np.concatenate([light.position for light in lights])
    radius = np.concatenate([light.radius for light in lights])
    colour = np.concatenate([light.colour for light in lights])
    if isinstance(lights[0], Points):
        return Points(position, radius, colour, lights[0].halo, lights[0].least)
    before = np.cumsum([0, *(len(light.radius) for light in lights[:-1])], dtype=np.int32)
    starts = [light.starts + n for light, n in zip(lights, before, strict=True) if isinstance(light, Strokes)]
    return Strokes(position, radius, colour, np.concatenate(starts), lights[0].halo, lights[0].least)


@dataclass(frozen=True, slots=True)
class Voice:
    """One tone of the drone."""

    frequency: float  # Hz
    gain: float  # 0..1, linear
    azimuth: float = 0.0  # turns clockwise from ahead
    width: float = 1.0  # 0 one point .. 1 satellites spread to both sides
    brightness: float = 0.5  # 0 nearly a sine .. 1 every partial, and nearly one beyond


@dataclass(frozen=True, slots=True)
class Strike:
    """A bell that is struck in this tick, and rings on by itself."""

    frequency: float  # Hz, of its deepest mode
    gain: float  # 0..1, how hard: louder and brighter
    azimuth: float = 0.0  # turns clockwise from ahead


@dataclass(frozen=True, slots=True)
class View:
    """Where the picture is taken from: a pinhole camera, level unless `roll` says otherwise."""

    eye: tuple[float, float, float]  # metres
    target: tuple[float, float, float]  # metres, drawn at the centre of the picture
    height_deg: float = 34.0  # vertical angle of view
    roll: float = 0.0  # radians
    haze: float = math.inf  # metres in which points and strokes lose all but 1/e of their light; inf: clear air

    def axes(self) -> tuple[Doubles, Doubles, Doubles]:
        """Right, up and ahead, (3,) each and of length 1.

        Raises ValueError when the eye stands on the target, or the angle isn't within 1..170 degrees.
        """
        if not 1.0 <= self.height_deg <= 170.0:
            raise ValueError(f"view.height_deg must be within 1..170 degrees, got {self.height_deg}")
        ahead: Doubles = np.array(self.target, dtype=np.float64) - np.array(self.eye, dtype=np.float64)
        distance = float(np.linalg.norm(ahead))
        if not (math.isfinite(distance) and distance > 1e-6):
            raise ValueError(f"view.eye and view.target must be two places, got {self.eye} and {self.target}")
        ahead /= distance
        level: Doubles = np.array([ahead[1], -ahead[0], 0.0])  # to the right on the water
        if float(np.linalg.norm(level)) < 1e-9:  # straight up or down: x stays to the right
            level = np.array([1.0, 0.0, 0.0])
        level /= np.linalg.norm(level)
        (ax, ay, az), (bx, by, bz) = level.tolist(), ahead.tolist()
        above: Doubles = np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])  # their cross product
        c, s = math.cos(self.roll), math.sin(self.roll)
        return c * level + s * above, c * above - s * level, ahead

    def seen(self, places: NDArray[np.floating], aspect: float) -> tuple[Doubles, Doubles, Doubles]:
        """Where (n, 3) places are on a picture `aspect` times as wide as high (a scene gives `now.aspect`).

        (n,) shares of its width from the left, (n,) of its height from the top, 0..1 on the picture, as Mist counts
        them; and (n,) metres along the sight, 0 or less for what is not in front of the camera.
        """
        p = np.asarray(places, dtype=np.float64) - np.array(self.eye, dtype=np.float64)
        right, up, ahead = self.axes()
        depth: Doubles = p @ ahead
        scale = 0.5 / math.tan(math.radians(0.5 * self.height_deg)) / np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        return 0.5 + scale * (p @ right) / aspect, 0.5 - scale * (p @ up), depth


class Scene(ABC):
    """One piece. Only `step` changes it; `light` and `sound` look and may be asked any number of times a tick.

    What `step` changes must be in the attributes that `state` names (numbers, strings or arrays): they are the
    scene's share of a snapshot. Everything else is made in `__init__` from `chance` and `company` and stays.
    """

    controls: ClassVar[tuple[Control, ...]] = ()
    state: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[bool] = False  # shows lines of `Moment.poem`: they are made ahead of their time
    budget: ClassVar[int] = 150_000  # splats a picture may cost at 1080p

    @abstractmethod
    def __init__(self, chance: Chance, company: Company) -> None: ...

    def seats(self) -> Doubles | None:
        """(n, 2) metres from the middle of the room, x to the right, y away: where each sleeper of the company is.

        Asked once, after birth. `Sleepers.place` is this then, and the sound comes from there. By default, None, they
        lie on the water round the tree, elsewhere in each arc.
        """
        return None

    def whereabouts(self, now: Moment) -> Doubles:
        """(n, 3) metres: where everybody is seen, or would be if they were a guest. By default on the ground, where
        they lie; a scene that shows guests elsewhere, so that they find themselves, says so here."""
        return np.column_stack([now.sleepers.place, np.zeros(len(now.sleepers))])

    def step(self, now: Moment) -> None:  # noqa: B027 (a scene that is a pure function of the moment has no step)
        """Exactly once a tick."""

    @abstractmethod
    def light(self, now: Moment) -> Iterable[Light]:
        """The lights of this moment. Changes nothing, and what it returned does not change when the scene steps on."""

    def sound(self, now: Moment) -> Iterable[Voice]:
        """The voices of this moment, at most 16. Changes nothing. By default the community sings."""
        return sung(now)

    def view(self, now: Moment) -> View:
        """The camera of this moment; by default the one that /camera/... moves, swaying slowly."""
        return swaying(now)


_SINGERS = tuple(zip(*(a.tolist() for a in (CALM_WEIGHTS, TORN_WEIGHTS, OPENING, AZIMUTH)), strict=True))


def sung(now: Moment) -> tuple[Voice, ...]:
    """A voice a tone of the chord, as loud as the sleepers who sing it, and from where they lie."""
    torn, still = now.unrest, max(-now.number(addresses.UNREST), 0.0) * (1.0 - now.unrest)
    shut = max((1.0 - now.coherence) * (1.0 - torn), still)  # the chord opens as they come to agree
    steadied = 1.0 - 0.7 * torn  # torn tones shout; they no longer swell
    bright = 0.375 + 0.425 * torn - 0.04 * now.bloom + 2.2 * (now.number(addresses.SOUND_COLOUR) - 0.5) - 0.4 * still
    lowest = float(now.chord.min())
    voices = tuple(
        Voice(
            now.root * ratio,
            tone**steadied * (calm + (wild - calm) * torn) * (1.0 - shut * opening),
            azimuth,
            0.1 if ratio == lowest else min(max(0.5 * math.log2(now.root * ratio / 80.0), 0.1), 1.0),  # bass stays put
            bright,
        )
        for ratio, tone, (calm, wild, opening, azimuth) in zip(
            now.chord.tolist(), now.tones.tolist(), _SINGERS, strict=True
        )
    )
    deep = 1.6 * now.bloom * (1.0 - now.bloom) * (1.0 - torn) if now.phase == RESOLUTION else 0.0
    return (*voices, Voice(0.5 * now.root * lowest, deep, 0.0, 0.1, bright)) if deep > 0.01 else voices


_OCTAVES = (2.0, 4.0, 8.0)  # over a sleeper's tone, for one sleeper after the other
_BELLS_HZ = (400.0, 2_800.0)


def rung(now: Moment) -> tuple[Strike, ...]:
    """The bell of every sleeper whose breath peaks and who is chosen to ring, octaves over its tone, where it lies."""
    sleepers = now.sleepers
    low, high = _BELLS_HZ
    struck = []
    for i in np.flatnonzero(sleepers.struck).tolist():
        hz = now.root * float(now.chord[sleepers.tone[i]]) * _OCTAVES[i % len(_OCTAVES)]
        hz *= 0.5 ** max(math.ceil(math.log2(hz / high)), 0) * 2.0 ** max(math.ceil(math.log2(low / hz)), 0)
        x, y = sleepers.place[i].tolist()
        struck.append(Strike(hz, float(sleepers.struck[i]), math.atan2(x, y) / (2.0 * math.pi) % 1.0))
    return tuple(struck)


def swaying(now: Moment, target_height: float = 2.2) -> View:
    """A camera where /camera/distance, height and orbit have it, that looks at the axis, up by /camera/tilt.

    It drifts by /camera/sway, less close to the water, so that it stays over it, or under.
    """
    sway, t = now.number(addresses.SWAY), now.seconds
    angle = sway * (0.22 * math.sin(2 * math.pi * t / 97.0) + 0.08 * math.sin(2 * math.pi * t / 41.0 + 1.0))
    angle += 2.0 * math.pi * now.number(addresses.ORBIT)
    distance = now.number(addresses.DISTANCE) * (1.0 + 0.06 * sway * math.sin(2 * math.pi * t / 61.0))
    height = now.number(addresses.HEIGHT)
    height += min(0.25, 0.5 * abs(height)) * sway * math.sin(2 * math.pi * t / 53.0 + 2.0)
    eye = (distance * math.sin(angle), -distance * math.cos(angle), height)
    rise = math.atan2(target_height - height, distance) + math.radians(now.number(addresses.TILT))
    rise = min(max(rise, -1.5), 1.5)
    away = distance * (1.0 - math.cos(rise))
    return View(eye, (away * math.sin(angle), -away * math.cos(angle), height + distance * math.sin(rise)))


def unswayed(now: Moment) -> View:
    """The camera of `swaying` if it did not sway: what guests' places are measured by, so that they lie still."""
    return swaying(replace(now, controls={**now.controls, addresses.SWAY: 0.0}))
