"""Gates, detuning, stutter, bit-crushing and holes, exactly on the slices of the glitch clock.

`Slice` is what one slice of the clock asks for, drawn from chance by the slice's number, so the ear is torn in the
tick in which the eye is. A phrase of a few slices has a character of its own: sometimes the bare chord, sometimes
a swarm, a thread, a hammer, or nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose
from installation.model import ticks
from installation.model.chance import Chance
from installation.sound.biquads import Coefficients, biquad, butterworth, coefficients
from installation.sound.cue import VOICES, Cue

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

EDGE_S = 0.003  # over which a cut is mended
CLOSED = 0.06  # gain of a tone whose gate is shut
REDRAWN = 0.35  # share of the tones that stray anew in a slice
STRAY = 26.0  # cents
HOLDS = (1, 1, 6, 11, 17)  # samples that a sample is held
BITS = (12, 8, 6, 5)
DIVISORS = (2, 3, 4, 6, 8)
PHRASE = 12  # slices in two phrases
LOW_HZ, HIGH_HZ = 35.0, 7_000.0  # of what is torn
LONGEST_HOLE = ticks.ticks(0.7)  # holes one after the other are shorter than this
MEMORY_S = 2.0  # of sound that stutter and freeze can reach back to


@dataclass(frozen=True, slots=True)
class Character:
    """How a phrase tears."""

    weight: float  # how often
    tones: int  # of the chord that are left
    shut: float  # share of those tones that gates shut in a slice
    stutter: float  # chance of it in a slice
    crush: float  # 0 clean .. 1 held and quantised
    depth: float  # of the amplitude modulation, 0..1
    push: float  # of the roughness wanted
    hole: float  # chance of silence in a slice
    bright: float  # of the voices' own brightness: how many partials are left


CHARACTERS = {
    "chord": Character(0.27, 8, 0.12, 0.12, 0.0, 0.7, 0.55, 0.06, 1.0),
    "swarm": Character(0.25, 5, 0.35, 0.35, 0.35, 1.0, 1.15, 0.06, 0.7),
    "thread": Character(0.14, 2, 0.0, 0.25, 0.7, 0.9, 0.8, 0.10, 0.25),
    "hammer": Character(0.22, 6, 0.4, 0.9, 0.6, 0.95, 1.0, 0.14, 0.55),
    "void": Character(0.12, 3, 0.5, 0.2, 0.2, 0.8, 0.7, 0.6, 0.4),
}


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of the glitch clock, for the ear."""

    gate: Doubles  # (VOICES,) 0..1
    stray: Doubles  # (VOICES,) cents
    hold: int = 1  # samples
    bits: int = 16
    crush: float = 0.0  # 0..1
    loop: int = 0  # samples that are said again until the slice ends; 0: none
    hole: bool = False
    empty: int = 0  # ticks that holes have lasted when this slice ends, one after the other
    excess: float = 0.0  # 0..1, how far /sound/glitch is past its middle
    depth: float = 0.0  # 0..1
    push: float = 1.0
    bright: float = 1.0


WHOLE = Slice(np.ones(VOICES), np.zeros(VOICES))
"""Nothing torn."""


def force(cue: Cue) -> float:
    """0..1, how hard the clock tears: unrest, as far as /sound/glitch lets it."""
    return min(max(cue.unrest * 2.0 * cue.glitch, 0.0), 1.0)


def excess(cue: Cue) -> float:
    """0..1, how much harder still, in the upper half of /sound/glitch: nothing is left whole."""
    return cue.unrest * max(2.0 * cue.glitch - 1.0, 0.0)


def phrase(source: Chance, beat: int) -> tuple[Character, Doubles]:
    """The character of the phrase that slice `beat` belongs to, and a rank for each tone, (VOICES,)."""
    pair, within = divmod(beat, PHRASE)
    split = 4 + int(source.of("split").at(pair).integers(5))
    draw = source.of("phrase").at(2 * pair + (within >= split))
    weights = np.array([character.weight for character in CHARACTERS.values()])
    chosen = int(draw.choice(len(weights), p=weights / weights.sum()))
    ranks: Doubles = draw.permutation(VOICES // 2).repeat(2)[:VOICES].astype(np.float64)
    ranks[: VOICES // 2] = draw.permutation(VOICES // 2)
    return tuple(CHARACTERS.values())[chosen], ranks


def drawn(source: Chance, cue: Cue, before: Slice, samples: int) -> Slice:
    """The slice that begins with `cue`, after the slice `before`; `samples` in a tick."""
    hard = force(cue)
    if hard == 0.0:
        return WHOLE
    character, ranks = phrase(source, cue.beat)
    more = excess(cue)
    draw = source.of("slice").at(cue.beat)
    stray = np.where(draw.random(VOICES) < REDRAWN, draw.normal(0.0, STRAY * (1.0 + 9.0 * more), VOICES), before.stray)
    shut = np.where(draw.random(VOICES) < min(character.shut * (hard + more), 0.8), CLOSED, 1.0)
    left = np.where(ranks < character.tones, 1.0, 0.0)
    loop = min(cue.length, 20) * samples // int(draw.choice(DIVISORS))
    stutters = draw.random() < character.stutter * hard + (1.0 - character.stutter) * 0.6 * more
    empty = before.empty + cue.length
    hole = bool(draw.random() < character.hole * hard * hard) and empty < LONGEST_HOLE
    return Slice(
        gate=shut * (1.0 - hard * (1.0 - left)),
        stray=stray * hard,
        hold=round(int(draw.choice(HOLDS)) * (1.0 + 2.0 * more)),
        bits=max(int(draw.choice(BITS)) - round(2.0 * more), 3),
        crush=min(character.crush * hard + 0.8 * more, 1.0),
        loop=loop if stutters else 0,
        hole=hole,
        empty=empty if hole else 0,
        excess=more,
        depth=character.depth * hard,
        push=1.0 + (character.push - 1.0) * hard,
        bright=1.0 + (character.bright - 1.0) * hard,
    )


@loose
def _tear(
    bus: Array,
    memory: Array,
    at: int,
    since: int,
    loop: int,
    hold: int,
    bits: int,
    crush0: float,
    crush1: float,
    edge: int,
    filters: Doubles,
    held: Doubles,
    low: Coefficients,
    high: Coefficients,
) -> None:
    """Remember `bus` (channels, n) at `at` of `memory`, and tear it in place; `since` samples into the slice.

    held (channels, 4): the held sample, its age, the residue that mends a cut, the last sample put out.
    filters (channels, 4): the states of the filters `low` and `high`.
    """
    channels, n = bus.shape
    size = memory.shape[1]
    steps = 2.0 ** (bits - 1)
    torn = loop > 0 or crush0 > 0.0 or crush1 > 0.0
    for c in range(channels):
        memory[c, at : at + n] = bus[c]  # a whole number of quanta is remembered: none goes over the end
        keep, age, residue, last = held[c]
        s0, s1, s2, s3 = filters[c]
        if since == 0:  # what would be a click is let go over the edge instead; 0 where the sound goes on as it was
            residue = last - float(memory[c, (at - 1) % size])
        inside = since % loop if loop > 0 else since  # samples since the last cut
        for k in range(n if torn else min(max(edge - since, 0), n)):
            x = float(bus[c, k])
            if loop > 0:
                if inside == loop:
                    inside = 0
                if since + k >= loop:
                    x = float(memory[c, (at - since + inside) % size])
                if inside == 0:
                    residue = last - float(memory[c, (at - since - 1) % size])
            x += residue * max(1.0 - inside / edge, 0.0)
            last = x
            inside += 1
            if torn:
                crush = crush0 + (crush1 - crush0) * k / n
                if age >= hold:
                    keep = math.floor(x * steps + 0.5) / steps
                    age = 0.0
                age += 1.0
                if crush > 0.0:
                    y, s0, s1 = biquad(x + (keep - x) * crush + 1e-18, low, s0, s1)
                    y, s2, s3 = biquad(y, high, s2, s3)
                    x += (y - x) * min(crush * 4.0, 1.0)
            bus[c, k] = x
        if not torn:
            last = float(bus[c, n - 1])
            age = hold  # what is held begins with the sample that is torn first
        held[c, 0], held[c, 1], held[c, 2], held[c, 3] = keep, age, residue, last
        filters[c, 0], filters[c, 1], filters[c, 2], filters[c, 3] = s0, s1, s2, s3


class Tear:
    """The torn bus, and the last two seconds of it."""

    def __init__(self, source: Chance, channels: int, rate: int, quantum: int) -> None:
        self._chance, self._quantum = source, quantum
        self.memory = np.zeros((channels, math.ceil(MEMORY_S * rate / quantum) * quantum), dtype=np.float32)
        self.at = 0  # where the next sample goes
        self.slice = WHOLE
        self._beat, self._since = -1, 0
        self._edge = max(int(EDGE_S * rate), 1)
        self._crush = 0.0
        self._filters, self._held = np.zeros((channels, 4)), np.zeros((channels, 4))
        band = np.array([butterworth(HIGH_HZ, rate, high=False), butterworth(LOW_HZ, rate, high=True)])
        self._band = coefficients(band)

    def listen(self, cue: Cue) -> Slice:
        """The slice that `cue` falls into; another one when the clock has moved on."""
        if cue.beat != self._beat:
            self.slice = drawn(self._chance, cue, self.slice, self._quantum)
            self._beat, self._since = cue.beat, 0
        elif force(cue) == 0.0:
            self.slice = WHOLE
        return self.slice

    def render(self, bus: Array) -> None:
        """Tear `bus`, (channels, n), in place."""
        s, n = self.slice, bus.shape[1]
        after = s.crush
        _tear(
            bus,
            self.memory,
            self.at,
            self._since,
            s.loop,
            s.hold,
            s.bits,
            self._crush,
            after,
            self._edge,
            self._filters,
            self._held,
            *self._band,
        )
        self._crush = after
        self._since += n
        self.at = (self.at + n) % self.memory.shape[1]
