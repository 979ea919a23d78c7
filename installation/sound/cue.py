"""What the synth is told each tick: the moment's numbers that sound needs, and the voices, in one row of numbers.

A row is what crosses from the stage to the process that owns the loudspeakers, and what `Synth.render` takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.model.bells import MOST
from installation.scene import Moment, Strike, Voice, rung

Doubles = NDArray[np.float64]

CONTROLS = (addresses.SOUND_LEVEL, addresses.SPACE, addresses.SOUND_ROUGHNESS, addresses.SOUND_GLITCH)
"""In the order in which a cue has them."""

VOICES = 16
"""Voices that can sound at once; a scene's further ones are not heard."""

STRIKES = MOST
"""Bells that can be struck in one tick."""


@dataclass(frozen=True, slots=True)
class Cue:
    """The numbers of a moment that sound needs. A `Moment` in short; `Cue.of` makes one."""

    tick: int
    unrest: float  # 0 calm .. 1 torn
    bloom: float  # 0..1
    presence: float  # 0 silent .. 1
    breath: float  # radians; a breath peaks at 0
    beat: int  # number of the slice of the glitch clock
    age: int  # ticks since the slice began
    length: int  # ticks the slice lasts
    level: float = 0.0  # dB
    space: float = 0.5  # 0..1
    roughness: float = 0.5  # 0..1
    glitch: float = 0.5  # 0..1
    loudness: float = -20.5  # LUFS that is steered to
    hush: float = 0.0  # 0..1 silent
    left: float = 1e6  # seconds until the next section
    root: float = 55.0  # Hz
    strikes: tuple[Strike, ...] = ()  # bells that are struck in this tick

    @classmethod
    def of(cls, now: Moment) -> Cue:
        """What sound needs of `now`."""
        controls = map(now.number, CONTROLS)
        beat = (now.beat.index, now.beat.age, now.beat.length)
        section = (now.loudness, now.hush, now.left, now.root)
        numbers = (now.tick, now.unrest, now.bloom, now.presence, now.breath, *beat, *controls, *section)
        return cls(*numbers, strikes=rung(now))  # type: ignore[arg-type, misc]


_NUMBERS = tuple(field.name for field in fields(Cue) if field.name != "strikes")
_numbers_of_cue = attrgetter(*_NUMBERS)  # astuple would copy deeply
_numbers_of_voice = attrgetter(*(field.name for field in fields(Voice)))
_numbers_of_strike = attrgetter(*(field.name for field in fields(Strike)))
_CUE = len(_NUMBERS)
_VOICE, _STRIKE = len(fields(Voice)), len(fields(Strike))
# what each number may be, whoever sent it: ticks and beats of two hundred years, shares, levels in dB
_RANGES = {"tick": (0, 1e12), "breath": (-1e12, 1e12), "beat": (0, 1e12), "age": (0, 1e6), "length": (1, 1e6)}
_RANGES |= {"level": (-120.0, 0.0), "loudness": (-60.0, -10.0), "left": (0.0, 1e6), "root": (10.0, 1e3)}
_LOW, _HIGH = np.array([_RANGES.get(name, (0.0, 1.0)) for name in _NUMBERS], dtype=np.float64).T
_COUNTS = tuple(i for i, name in enumerate(_NUMBERS) if name in ("tick", "beat", "age", "length"))
_STRUCK_LOW, _STRUCK_HIGH = np.array([0.0, 0.0, -64.0]), np.array([8_000.0, 1.0, 64.0])  # Hz, gain, turns
_AT_STRIKES = _CUE + 1 + VOICES * _VOICE
ROW = _AT_STRIKES + STRIKES * _STRIKE
"""Numbers in a row."""


def encode(cue: Cue, voices: Iterable[Voice]) -> Doubles:
    """(ROW,) the cue and its voices as numbers. Not finite numbers are left for the hearing guard to answer."""
    row = np.zeros(ROW)
    row[:_CUE] = _numbers_of_cue(cue)
    heard = [_numbers_of_voice(voice) for voice in voices][:VOICES]
    row[_CUE] = len(heard)
    if heard:
        row[_CUE + 1 : _CUE + 1 + len(heard) * _VOICE] = np.concatenate(heard)
    struck = [_numbers_of_strike(strike) for strike in cue.strikes[:STRIKES]]
    if struck:
        row[_AT_STRIKES : _AT_STRIKES + len(struck) * _STRIKE] = np.concatenate(struck)
    return row


def decode(row: Doubles) -> tuple[Cue, Doubles]:
    """The cue and its voices, (v, 5): frequency, gain, azimuth, width, brightness."""
    numbers: list[float] = np.minimum(np.maximum(row[:_CUE], _LOW), _HIGH).tolist()
    for i in _COUNTS:
        numbers[i] = int(numbers[i])
    count = int(row[_CUE])
    strikes = np.minimum(np.maximum(row[_AT_STRIKES:].reshape(STRIKES, _STRIKE), _STRUCK_LOW), _STRUCK_HIGH)
    struck = tuple(Strike(*strike) for strike in strikes[strikes[:, 0] > 0.0].tolist())
    cue = Cue(*numbers, strikes=struck)  # type: ignore[arg-type, misc]
    return cue, row[_CUE + 1 : _CUE + 1 + count * _VOICE].reshape(count, _VOICE)


def rehearsal() -> list[Doubles]:
    """Rows in which all that can sound does: calm with a bell, a bowl and a drop; torn; the freeze. They compile it."""
    voice, strike = (Voice(110.0, 0.5),), (Strike(880.0, 1.0),)
    cues = (
        Cue(i, unrest, 0.0, 1.0, 7.0 * i, i, 0, 20, left=1.0, strikes=strike)
        for i, unrest in enumerate((0.0, 0.0, *(1.0,) * 12, 0.3, 0.3))
    )
    return [encode(cue, voice) for cue in cues]
