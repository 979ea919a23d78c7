"""Tuning, chords and how one chord becomes the next. Pure; knows frequencies over a root, never a sound.

Just intonation over one root: every chord is a set of whole-number ratios, so that its partials fall together and
the drone stands still. A `Chords` is where the show is in its harmony; the arc decides the order.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.foundation import snapshot as memory
from installation.model import ticks
from installation.model.arithmetic import exp, exp2, log2
from installation.model.chance import Chance
from installation.model.score import GLITCH, HARMONY, RESOLUTION

Doubles = NDArray[np.float64]

TONES = 8
"""Tones in a chord, and groups of sleepers that sing them."""

CHORDS: dict[str, tuple[float, ...]] = {
    "home": (1, 2, 3, 4, 5, 6, 8, 10),
    "subdominant": (4 / 3, 2, 8 / 3, 4, 16 / 3, 20 / 3, 8, 32 / 3),
    "plagal": (1, 2, 8 / 3, 4, 16 / 3, 20 / 3, 8, 32 / 3),  # the subdominant over the root held on
    "ninth": (1, 2, 3, 4, 5, 6, 9, 12),
    "relative": (5 / 6, 5 / 3, 10 / 3, 4, 5, 20 / 3, 8, 10),  # the minor chord that shares two tones with home
    "seventh": (1, 2, 3, 4, 5, 6, 7, 9),  # the natural seventh: a chord of nothing but its root's partials
    "sus": (1, 2, 3, 4, 16 / 3, 6, 8, 12),
    "resolved": (1, 2, 3, 4, 5, 6, 8, 12),
}
"""Frequencies over the root, ascending."""

WANDERING = ("subdominant", "plagal", "ninth", "relative", "seventh")
"""What harmony visits between two times at home, in an order that each arc draws anew."""

CALM_WEIGHTS: Doubles = np.array([0.8, 0.9, 0.8, 0.6, 0.5, 0.42, 0.26, 0.16])
TORN_WEIGHTS: Doubles = np.array([0.3, 0.55, 0.9, 1.0, 1.0, 0.9, 0.7, 0.5])
"""(8,) how loud each tone of a chord is, the lowest first, in calm and when torn."""

OPENING: Doubles = np.linspace(0.0, 0.9, TONES)
"""(8,) share of each tone that only sounds when the community agrees: the lowest always, the highest hardly without."""

KEYS = (1.0, 9 / 8, 8 / 9, 6 / 5, 5 / 6)
"""What an arc may multiply the root by; the first arc takes the first."""

RENEWAL = (("resolved", 40.0), ("ninth", 22.0), ("sus", 9.0), ("resolved", math.inf))
"""Chords of the resolution once it has landed, with seconds."""

CALM = 0.06  # unrest below which a resolution may land
HUSH = 0.6  # seconds of silence before the landing
LANDING = 9.0  # seconds between the calm and the fall of 16/3 to 5


def led(sounding: Doubles, chord: Doubles) -> Doubles:
    """The tones of `chord`, (8,), in the order in which `sounding`, (8,), should move to them.

    Minimises the sum of squared |log2 ratio|. In one dimension with a convex cost the best assignment keeps the order
    (Villani, "Topics in Optimal Transportation", 2003, 2.2), so no solver is needed.
    """
    order = np.empty(len(sounding), dtype=np.int64)
    order[np.argsort(sounding, kind="stable")] = np.arange(len(sounding))
    ascending: Doubles = np.sort(chord)
    return ascending[order]


class Chords:
    """The chord now: which one, how far each tone has glided to it, and when the next one is due."""

    moving = ("phase", "turn", "name", "since", "calm_since", "stays", "moved_on", "pitch", "aim", "glide", "key")

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self.phase: str = HARMONY
        self.turn = 0  # counts chords since the show began; an address for chance
        self.name = "home"
        self.since = 0  # tick at which this chord was aimed at
        self.calm_since = -1  # tick at which a resolution came to rest; -1 while it has not
        self.stays = self._stay(0)  # ticks until the next chord
        self.moved_on = False  # a section has begun, and its chord is due
        self.pitch: Doubles = log2(np.array(CHORDS["home"]))  # (8,) octaves over the root
        self.aim: Doubles = self.pitch.copy()  # (8,) where the tones glide to
        self.glide: Doubles = np.ones(TONES)  # (8,) seconds, time constants
        self.key = 0.0  # octaves by which this arc moves the root

    @property
    def ratios(self) -> Doubles:
        """(8,) frequencies over the root."""
        return exp2(self.pitch)

    def root(self, asked: float) -> float:
        """Hz, for a performer's root in Hz: the arc's own key on top of it."""
        return float(asked * exp2(np.array([self.key]))[0])

    def step(self, tick: int, arc: int, phase: str, unrest: float) -> None:
        """One tick further: perhaps another chord, and every tone a little nearer to it."""
        if phase != self.phase:
            self.phase, self.calm_since = phase, -1
            chords: dict[str, str] = {HARMONY: "home", GLITCH: self.name, RESOLUTION: "sus"}
            self._move(chords[phase], tick)
        elif phase == RESOLUTION:
            self._land(tick, unrest)
        elif tick - self.since >= self.stays:
            self._move(self._elsewhere(arc) if self.moved_on else self._next(arc), tick)
        self.pitch = self.aim + (self.pitch - self.aim) * exp(-1.0 / (ticks.RATE * self.glide))
        self.key += (self._key(arc) - self.key) / (ticks.RATE * 3.0)

    def move_on(self) -> None:
        """Another section begins: in harmony and glitch with another chord over another bass, so that it is heard."""
        self.stays, self.moved_on = 0, True

    def hush(self, tick: int) -> float:
        """0 .. 1: the silence in which a resolution holds its breath before the suspended fourth falls."""
        if self.calm_since < 0:
            return 0.0
        past = (tick - self.calm_since) / ticks.RATE - LANDING
        return min(max((past + HUSH + 0.25) / 0.25, 0.0), 1.0) * min(max(1.0 - past / 0.15, 0.0), 1.0)

    def snapshot(self) -> dict[str, Any]:
        """All that `step` moves."""
        return memory.remember(self, self.moving)

    def restore(self, state: dict[str, Any]) -> None:
        """Put back a snapshot. Raises ValueError when it is not one of these chords."""
        memory.recall(self, self.moving, state)

    def _move(self, name: str, tick: int) -> None:
        self.turn += 1
        self.name, self.since, self.stays, self.moved_on = name, tick, self._stay(self.turn), False
        self.aim = log2(led(self.pitch, np.array(CHORDS[name])))
        self.glide = self._chance.of("glide").at(self.turn).uniform(0.5, 1.6, TONES)

    def _stay(self, turn: int) -> int:
        """20 to 40 s; in glitch a third of that."""
        seconds = float(self._chance.of("stay").at(turn).uniform(20.0, 40.0))
        return ticks.ticks(seconds / 3.0 if self.phase == GLITCH else seconds)

    def _next(self, arc: int) -> str:
        """Home after every second journey; journeys in the arc's own order."""
        order = self._chance.of("order").at(arc).permutation(len(WANDERING))
        if self.name != "home" and self.turn % 3 == 0:
            return "home"
        visited = [WANDERING[i] for i in order]
        following = dict(pairwise((*visited, visited[0])))
        return following.get(self.name, visited[self.turn % len(visited)])

    def _elsewhere(self, arc: int) -> str:
        """The next chord that stands over another bass: home, where the bass had left it."""
        if CHORDS[self.name][0] != 1:
            return "home"
        order = self._chance.of("order").at(arc).permutation(len(WANDERING))
        return next(WANDERING[i] for i in order if CHORDS[WANDERING[i]][0] != 1)

    def _land(self, tick: int, unrest: float) -> None:
        """Wait for the calm, hold the suspension, let it fall, and go on from there."""
        if unrest > CALM:
            self.calm_since = -1
            if self.name != "sus":
                self._move("sus", tick)
            return
        if self.calm_since < 0:
            self.calm_since = tick
        waited = (tick - self.calm_since) / ticks.RATE - LANDING
        if waited < 0.0:
            return
        for name, seconds in RENEWAL:
            if waited < seconds:
                if name != self.name:
                    self._move(name, tick)
                return
            waited -= seconds

    def _key(self, arc: int) -> float:
        """Octaves; never the key of the arc before."""
        if arc == 0:
            return 0.0
        keys = self._chance.of("key").at((arc - 1) // (len(KEYS) - 1)).permutation(np.arange(1, len(KEYS)))
        return float(log2(np.array([KEYS[int(keys[(arc - 1) % len(keys)])]]))[0])
