"""Show: all state that moves. `step` is the one mover; everything else looks.

Time comes in as calls of `step`, the outside world as calls of `accept`. The same seed, score and accepted controls
at the same ticks give the same show, to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.acceptance import accept
from installation.camerawork import Camerawork
from installation.cast import Cast, Part
from installation.controls import SLEEPERS, Accepted, Refused, Value, table
from installation.crossfade import Crossfade
from installation.cuelist import CueList, known
from installation.foundation import snapshot as memory
from installation.foundation.easing import ease
from installation.glides import Glides
from installation.hand import Hand
from installation.memento import marked
from installation.model import tempo, ticks
from installation.model.almanac import Almanac
from installation.model.arithmetic import warm
from installation.model.bells import FAR, BellQueue
from installation.model.chance import Chance
from installation.model.choir import Choir
from installation.model.community import Climate, Community
from installation.model.glitchclock import GlitchClock
from installation.model.harmony import Chords
from installation.model.score import GLITCH, HARMONY, RESOLUTION, UNTOLD, Score
from installation.scene import ASPECT, Beat, Company, Light, Moment, Scene, Sleepers, View, Voice
from installation.score_check import check
from installation.words.lexicon import Lexicon
from installation.words.poem import AHEAD, Poem, Text
from installation.words.poet import Poet

UNREST = {HARMONY: 0.0, GLITCH: 1.0, RESOLUTION: 0.0}
BLOOM = {HARMONY: 0.0, GLITCH: 0.0, RESOLUTION: 1.0}
BLACKOUT = 2.0  # seconds
WRITING = 12  # ticks between two verses that are made ahead
GATHERING = 0.8  # of the first section's fade, in which the sleepers come in: the last are seen to


def _nobodys(number: int) -> str:
    """Visitors' lines of a show that has none."""
    return ""


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

    moving = ("tick", "unrest", "bloom", "presence", "darkness", "date")

    def __init__(
        self, score: Score, seed: int, scenes: Mapping[str, type[Scene]], lexicon: Lexicon | None = None
    ) -> None:
        self.score, self.seed = score, seed
        self.table = table([control for scene in scenes.values() for control in scene.controls])
        chance = Chance(seed)
        warm()
        self.tick = 0
        self.cues = CueList(score)
        self.course = self.cues.course
        gathering = 0.0 if score.settled else GATHERING * self.course.section.fade
        self.community = Community(chance.of("community"), SLEEPERS, score.settled, gathering)
        born = self.community.own_hue, self.community.character, self.community.side
        self.cast = Cast(scenes, chance.of("scene"), Company(*map(_frozen, born)))
        check(score, self.table, self.cast.names)
        self.clock = GlitchClock(chance.of("glitch clock"))
        self.chords = Chords(chance.of("chords"))
        self.choir = Choir(chance.of("choir"))
        self.bells = BellQueue(chance.of("bells"), SLEEPERS)
        self.poet = Poet(chance.of("poem"), lexicon)
        self.text_of: Text = _nobodys  # of a visitor's line, by its number; it moves nothing, so nothing keeps it
        self.glides = Glides(self.table)
        self.camerawork = Camerawork(self.table)
        self.hand = Hand(self.table, self.glides, self.camerawork, chance.of("gestures"))
        self.unrest, self.bloom = 0.0, BLOOM[self.course.section.phase]
        self.presence = self.course.section.presence if score.settled else 0.0
        self.darkness = 0.0  # 0 .. 1 blacked out
        self.date = ""  # of the evening
        self.marked: int | None = None  # whose light every picture marks, 0-based: it is drawn so and moves nothing
        self.almanac = Almanac(score, chance.of("almanac"))
        self._stage = Crossfade(self.cast)
        self._moments: dict[str, Moment] = {}  # of this tick: by scene that seats people, "" for the others
        self._stage.enter(self.course.section.scene or score.scene)
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
        elif taken.address.startswith(addresses.SHOW) and taken.control.kind in ("bang", "word", "several"):
            self._accept_show(taken)
        else:
            self.hand.take(taken)
        return taken

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
            case "guest":
                self.community.seat(sleeper, bool(value))
            case "call":
                self.community.call(sleeper, self.tick)
            case "free":
                self.community.free(sleeper)

    def _accept_show(self, taken: Accepted) -> None:
        word = str(taken.value)
        match taken.address:
            case addresses.SCENE:
                known(taken.address, 0 if word in self.cast else None, sorted(self.cast.names), word)
                self._stage.enter(word)
            case addresses.DATE:
                self.date = word
            case addresses.CALM:
                self._calm()
            case addresses.TAP:
                self.hand.tap(self.tick)
            case _ if self.cues.take(taken, self.tick):
                self._begin_section()

    def _calm(self) -> None:
        self.hand.calm()
        self.community.release()
        self.cues.soothe()
        self._begin_section()

    # time

    def step(self) -> None:
        """One tick further."""
        beaten = self.community.beats[:, 0] == self.tick
        for name in self.playing:
            self._moment_of(name)  # as it is before this tick: what rings is judged by what is seen
        values = self.hand.step()
        if not values[addresses.HOLD] and self.cues.step(cast(float, values[addresses.RATE])):
            self._begin_section()
        section, way = self.course.section, self.cues.way
        self.camerawork.step(section.camera, self.course.elapsed / ticks.RATE)
        self.unrest = ticks.towards(self.unrest, UNREST[section.phase], way(section.swing))
        self.bloom = ticks.towards(self.bloom, BLOOM[section.phase], way(section.opening))
        present, fade = (0.0, section.fade_out) if self.course.closing else (section.presence, way(section.fade))
        self.presence = ticks.towards(self.presence, present, fade)
        self.darkness = ticks.towards(self.darkness, float(bool(values[addresses.BLACKOUT])), BLACKOUT)
        self.clock.step(tempo.slices(cast(float, values[addresses.TEMPO])))
        self.chords.step(self.tick, self.course.arc, section.phase, self._torn(values))
        self.community.step(self.tick, self._climate(values))
        c = self.community
        self.bells.step(self.tick, c.phase, c.present, c.driven, self._distances, beaten)
        self._moments = {}
        if self.tick % WRITING == 0:
            self._write_ahead(str(values[addresses.VERSE_LANGUAGE]))
        self.tick += 1
        self._stage.step()
        for name in self.playing:
            self._stage[name].step(self._moment_of(name))

    def _write_ahead(self, language: str) -> None:
        """Make one verse of this arc that nobody has asked for yet, where a scene on stage will."""
        if any(self.cast.part(name).scene.writes for name in self.playing):
            for phase, count in AHEAD:
                if self.poet.ahead(language, self.course.arc, phase, count):
                    return

    def _climate(self, values: Mapping[str, Value]) -> Climate:
        return Climate(
            unrest=self._torn(values),
            bloom=self.bloom,
            communion=cast(float, values[addresses.COMMUNION]),
            breath=cast(float, values[addresses.BREATH]),
            mend=bool(values[addresses.MEND]),
        )

    def _torn(self, values: Mapping[str, Value]) -> float:
        crowd = cast(float, values[addresses.CROWD]) * cast(float, values[addresses.CROWD_MOST])
        return min(max(self.unrest + cast(float, values[addresses.UNREST]) + crowd, 0.0), 1.0)

    def _begin_section(self) -> None:
        section = self.course.section
        for address, value in section.controls.items():
            taken = accept(self.table, address, [value])
            self.hand.cue(address, cast(Value, taken.value))
            if self.cues.fade == 0.0 and taken.control.kind == "number":
                self.glides.start(address, cast(float, taken.value))
        self.camerawork.begin(section.camera, self.glides.now())
        if self.tick > 0:
            self.chords.move_on()
        if section.scene:
            self._stage.enter(section.scene, self.cues.way(section.crossfade))
        else:
            self._stage.seconds = self.cues.way(self._stage.seconds)
        if self.course.place == 0 and self.course.arc > 0:
            self.community.settle_elsewhere(self.course.arc)

    # scenes

    @property
    def playing(self) -> list[str]:
        """Names of the scenes on stage, the newest last."""
        return self._stage.playing

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
        self._stage.replace(name, former, part)
        self._moments = {}

    # looking

    def moment(self) -> Moment:
        """What the scene in front may know now. The same object until the next step."""
        return self._moment_of(self._stage.front)

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
        if self.marked is not None:
            now = replace(now, sleepers=marked(now.sleepers, self.marked, now.breath))
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
            presence=ease(self.presence) * ease(1.0 - self.darkness),
            unrest=self._torn(values),
            bloom=self.bloom,
            coherence=self.community.coherence,
            breath=self.community.breath,
            sleepers=self._sleepers(place),
            beat=Beat(self.clock.index, self.clock.age, self.clock.length),
            chord=_frozen(self.chords.ratios),
            tones=self._tones(place),
            root=self.chords.root(cast(float, values[addresses.ROOT])),
            loudness=self.course.loudness,
            hush=self.chords.hush(self.tick),
            left=UNTOLD if values[addresses.HOLD] else self.cues.left / cast(float, values[addresses.RATE]),
            controls=values,
            poem=Poem(
                self.poet,
                str(values[addresses.VERSE_LANGUAGE]),
                self.course.arc,
                section.phase,
                str(values[addresses.VERSE_SHOWN]),
                self.text_of,
            ),
            date=self.date,
            omen=self.almanac.omen(self.course, self.date),
            wonder=self.almanac.wonder(self.course, self.date),
        )

    def _distances(self) -> NDArray[np.float64]:
        """(n,) metres over the ground from the camera to every sleeper of the scene in front.

        Whoever is beside the picture counts as FAR further off: what rings is seen.
        """
        place, view = self.moment().sleepers.place, self.view()
        x, y = (place - np.array(view.eye[:2])).T
        across, _, depth = view.seen(np.column_stack([place, np.zeros(len(place))]), ASPECT)
        beside = (depth <= 0.0) | (across < 0.0) | (across > 1.0)
        # to the millimetre: a scene's camera may differ in its last bits from machine to machine
        away: NDArray[np.float64] = np.round(np.sqrt(x * x + y * y), 3) + FAR * beside
        return away

    def _tones(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        c = self.community
        return _frozen(self.choir.swells(self.tick, c.phase, c.present, place))

    def _sleepers(self, place: NDArray[np.float64]) -> Sleepers:
        c = self.community
        arrays = (c.phase, c.pulse, c.hue, c.glow, c.present, c.character, c.side, place, c.arrived)
        asked = (self.tick - c.called) / ticks.RATE
        guests = (c.guest, c.joined, c.left, asked, (self.tick - c.beats) / ticks.RATE, c.accord)
        return Sleepers(*map(_frozen, (*arrays, self.choir.tones(place), self.bells.struck, *guests)))

    def whereabouts(self, aspect: float = ASPECT) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Where on a picture everybody is, or would be as a guest: (n, 2) shares of width and height from the upper
        left, and (n,) whether that is inside the picture."""
        front = self.playing[-1]
        x, y, far = self.view(aspect).seen(self._stage[front].whereabouts(self._framed(front, aspect)), aspect)
        inside = (far > 0.0) & (x > 0.0) & (x < 1.0) & (y > 0.0) & (y < 1.0)
        return np.stack([x, y], axis=1), inside

    def lights(self, aspect: float = ASPECT) -> tuple[Light, ...]:
        """The lights of every scene on stage, cross-faded, for a picture `aspect` times as wide as high."""
        return self._stage.lights(lambda name: self._framed(name, aspect))

    def voices(self) -> tuple[Voice, ...]:
        """The voices of every scene on stage, cross-faded."""
        return self._stage.voices(self._moment_of)

    def view(self, aspect: float = ASPECT) -> View:
        """The camera of the scene in front, eased over from the one before."""
        return self._stage.view(lambda name: self._framed(name, aspect))

    def _values(self) -> Mapping[str, Value]:
        return self.camerawork.shown(self.hand.values())

    # remembering

    def snapshot(self) -> bytes:
        """Everything that moves; `restore` and stepping on equals never having stopped."""
        return memory.pack(
            {
                "seed": self.seed,
                "show": memory.remember(self, self.moving),
                "cues": self.cues.snapshot(),
                "clock": memory.remember(self.clock, self.clock.moving),
                "chords": self.chords.snapshot(),
                "glides": self.glides.snapshot(),
                "camera": memory.remember(self.camerawork, self.camerawork.state),
                "hand": self.hand.snapshot(),
                "community": self.community.snapshot(),
                "bells": memory.remember(self.bells, self.bells.state),
                "stage": self._stage.snapshot(),
            }
        )

    def restore(self, data: bytes, scenes: bool = True, fitting: bool = False) -> None:
        """Back to a snapshot of a show with the same seed, score and scenes. Raises ValueError naming what is wrong.

        Without `scenes` those on stage stay, as they were born: what else a show is does not depend on its scenes.
        With `fitting`, scenes may have been written anew: what of their state no longer fits is as it was born.
        """
        state = memory.unpack(data)
        if not isinstance(state, dict) or state.get("seed") != self.seed:
            raise ValueError(f"snapshot: not of a show with seed {self.seed}")
        try:
            if not scenes:
                state = {**state, "stage": self._stage.as_born()}
            self._recall(state, fitting)
        except (KeyError, TypeError) as error:
            raise ValueError(f"snapshot: {error} is missing or malformed") from None

    def _recall(self, state: Mapping[str, Any], fitting: bool) -> None:
        self.cues.restore(state["cues"])
        memory.recall(self, self.moving, state["show"])
        memory.recall(self.clock, self.clock.moving, {"owed": 0.0, **state["clock"]})
        self.chords.restore(state["chords"])
        self.glides.restore(state["glides"])
        memory.recall(self.camerawork, self.camerawork.state, state["camera"])
        self.hand.restore(state.get("hand", {}))  # of a show that was played when nothing could be taken back: none
        self.community.restore(state["community"])
        memory.recall(self.bells, self.bells.state, state["bells"])
        self._stage.restore(state["stage"], fitting)
        self._moments = {}


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only copy."""
    copy = np.array(array)
    copy.setflags(write=False)
    return copy
