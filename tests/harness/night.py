"""A night in three minutes of code: a short arc, heard once and asked about by many tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.model import ticks
from installation.model.chance import Chance
from installation.model.score import Score, Section
from installation.scene import Company, Light, Moment, Scene, Voice
from installation.show import Show
from installation.sound.cue import Cue
from installation.sound.synth import Synth

Array = NDArray[np.float32]
RATE, QUANTUM = 48_000, 400

ARC = Score(
    "night",
    (
        Section("communion", "harmony", 24.0, fade=3.0),
        Section("rupture", "glitch", 20.0, ramp=4.0),
        Section("mending", "resolution", 34.0, ramp=5.0),
    ),
    settled=True,
)
HARMONY, TORN, GLITCH, MENDED = (8.0, 24.0), 24.0, (29.0, 43.5), (66.0, 78.0)
"""Seconds: calm, when it tears, torn, and the end of the resolution."""
MENDING = 44.0

CALM = Cue(tick=0, unrest=0.0, bloom=0.0, presence=1.0, breath=0.0, beat=0, age=0, length=20)
WILD = replace(CALM, unrest=1.0, glitch=1.0, roughness=1.0)
CHORD = tuple(
    Voice(55.0 * k, gain, azimuth, 1.0 if k > 1 else 0.1)
    for k, gain, azimuth in zip(
        (1, 2, 3, 4, 5, 6, 8, 10), (0.8, 0.9, 0.8, 0.6, 0.5, 0.42, 0.26, 0.16), np.arange(8) * 0.375 % 1, strict=True
    )
)


class Dark(Scene):
    def __init__(self, chance: Chance, company: Company) -> None: ...

    def light(self, now: Moment) -> tuple[Light, ...]:
        return ()


def dark_show(seed: int = 7, score: Score = ARC) -> Show:
    return Show(score, seed, {score.scene: Dark})


def heard(seed: int = 7, score: Score = ARC) -> tuple[Array, list[Moment], Synth]:
    """A whole arc in sync, (n, 2), and its moments."""
    show, synth = dark_show(seed, score), Synth(Chance(seed).of("sound"))
    sound, moments = [], []
    for _ in range(ticks.ticks(score.seconds)):
        show.step()
        moments.append(show.moment())
        sound.append(synth.render(show.moment(), show.voices(), QUANTUM))
    return np.concatenate(sound)[synth.latency :], moments, synth


def steady(cue: Cue, seconds: float, voices: tuple[Voice, ...] = CHORD, channels: int = 2, beats: int = 20) -> Array:
    """(n, channels) of one cue, with the glitch clock going on in slices of `beats` ticks."""
    synth = Synth(Chance(1).of("sound"), channels)
    return np.concatenate(
        [
            synth.render(replace(cue, tick=t, beat=t // beats, age=t % beats, length=beats), voices, QUANTUM)
            for t in range(ticks.ticks(seconds))
        ]
    )


def cut(sound: Array, span: tuple[float, float]) -> Array:
    return sound[int(span[0] * RATE) : int(span[1] * RATE)]
