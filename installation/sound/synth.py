"""Synth: a function of its state, the cues and the voices asked for -> samples, a quantum at a time.

A quantum is a tick of sound, 400 samples at 48 kHz. Whatever number of samples is asked for, sound is made in whole
quanta, so the size of a block changes nothing. Touches no device, reads no clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.model import ticks
from installation.model.chance import Chance
from installation.model.roughness import HIGHEST, detune_for, rolloff, roughness_of
from installation.scene import Moment, Voice
from installation.sound.bells import Bells, Bowl, Drop
from installation.sound.binaural import SPEAKERS, Head
from installation.sound.breath_noise import BreathNoise
from installation.sound.cue import Cue, decode, encode
from installation.sound.freeze import FreezeBridge
from installation.sound.glitch import Slice, Tear
from installation.sound.hearing.guard import HearingGuard
from installation.sound.hearing.loudness import GainRamp, LoudnessServo
from installation.sound.high_partials import HighPartials
from installation.sound.reverb import Reverb
from installation.sound.splinters import Splinters
from installation.sound.voices import BLEND, Voices
from installation.venue.settings import Hearing

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

WIDEST = 0.35  # detune beyond which a chord is no rougher, only another chord: for the upper half of /sound/roughness
DEEPEST = 1.6  # depth of the modulation: beyond 1 a tone turns over in each beat, and its own pitch fades
SLEW = 0.02  # of detune from one solving to the next
SOLVED = 6  # quanta from one solving to the next: 50 ms
TORN_ROUGHNESS = 2.4  # wanted at full unrest and /sound/roughness 0.5


_LOW = np.array([16.0, 0.0, -64.0, 0.0, -0.9])  # of a voice: Hz, gain, turns, width, brightness
_HIGH = np.array([HIGHEST, 1.0, 64.0, 1.0, 1.9])


@dataclass(frozen=True, slots=True)
class Levels:
    """What the synth put out lately."""

    rms: float = 0.0  # linear, of the last quantum
    momentary: float = -120.0  # LUFS of the last 0.4 s
    peak: float = 0.0  # linear true peak of the last quantum
    roughness: float = 0.0  # Sethares, of the tones asked for
    held_db: float = 0.0  # by how much the hearing guard turns down
    faults: int = 0  # quanta that were not a sound


class Synth:
    """The drones. `latency` is the number of samples by which sound is late, all of it the limiter's look-ahead.

    `binaural` sound is made for a ring of eight loudspeakers, and is what a head in its middle hears: two channels.
    """

    def __init__(
        self,
        chance: Chance,
        channels: int = 2,
        rate: int = 48_000,
        hearing: Hearing | None = None,
        binaural: bool = False,
    ) -> None:
        if not 1 <= channels <= 8:
            raise ValueError(f"sound takes 1..8 channels, got {channels}")
        if binaural and channels != 2:
            raise ValueError(f"binaural sound has 2 channels, got {channels}")
        self.channels, self.rate = channels, rate
        self._binaural = binaural
        self._ring = SPEAKERS if binaural else channels  # channels that are mixed, before a head hears them
        self.quantum = rate // ticks.RATE
        self._chance = chance
        self._hearing = hearing or Hearing()
        self._guard = HearingGuard(channels, rate, self.quantum, self._hearing)
        self.latency = self._guard.latency
        self._servo = LoudnessServo()
        self._left = np.zeros((channels, 0), dtype=np.float32)  # made and not yet asked for
        self._late = np.zeros((channels, self.quantum), dtype=np.float32)  # the last quantum put out
        self._begin()

    def _begin(self) -> None:
        """Everything that a fault may have spoilt, new."""
        keys = self._chance.of("keys").at().integers(1, 2**62, 4).tolist()
        channels, rate = self._ring, self.rate
        self._voices, self._high = Voices(keys[0], channels, rate), HighPartials(keys[3], channels, rate)
        self._bells = Bells(channels, rate, self.quantum)
        self._bowl, self._drop = Bowl(channels, rate), Drop(channels, rate)
        self._breath = BreathNoise(keys[1], channels, rate)
        self._freeze = FreezeBridge(keys[2], channels, rate)
        self._tear = Tear(self._chance.of("tear"), channels, rate, self.quantum)
        self._splinters = Splinters(self._chance.of("splinters"), channels, rate)
        self._reverb = Reverb(channels, rate, self.quantum)
        self._head = Head(rate) if self._binaural else None
        self._hush, self._fader = GainRamp(), GainRamp()
        self.detune = 0.0  # by how much the tones are pulled apart
        self._roughness, self._quanta = 0.0, 0

    @property
    def gain_db(self) -> float:
        """What the loudness servo adds; hand it to another synth that is to take over."""
        return self._servo.gain_db

    @gain_db.setter
    def gain_db(self, value: float) -> None:
        self._servo.gain_db = min(max(value, -LoudnessServo.REACH), LoudnessServo.REACH)

    @property
    def levels(self) -> Levels:
        """What was put out lately."""
        guard = self._guard
        rms = math.sqrt(float(np.mean(np.square(self._late))))
        return Levels(rms, guard.momentary, guard.peak, self._roughness, guard.held_db, guard.faults)

    def render(self, now: Moment | Cue, voices: Iterable[Voice], n: int) -> Array:
        """(n, channels) samples in -1..1 that follow the ones before, `now` and `voices` holding all the while."""
        return self.render_row(encode(now if isinstance(now, Cue) else Cue.of(now), voices), n)

    def render_row(self, row: Doubles, n: int) -> Array:
        """`render` for a cue and voices that are written as a row."""
        if not np.isfinite(row).all():
            row = np.where(np.isfinite(row), row, 0.0)
        cue, voices = decode(row)
        heard = np.minimum(np.maximum(voices, _LOW), _HIGH)
        made = [self._left]
        ready = self._left.shape[1]
        while ready < n:
            made.append(self._quantum(cue, heard))
            ready += self.quantum
        whole = np.concatenate(made, axis=1)
        self._left = whole[:, n:]
        return np.ascontiguousarray(whole[:, :n].T)

    def _quantum(self, cue: Cue, voices: Doubles) -> Array:
        """(channels, quantum) more sound."""
        bus = np.zeros((self._ring, self.quantum), dtype=np.float32)
        torn = self._tear.listen(cue)
        if torn.bright != 1.0:
            voices = voices * np.array([1.0, 1.0, 1.0, 1.0, torn.bright])
        if self._quanta % SOLVED == 0:
            self._solve(cue, voices, torn)
        depth = min(torn.depth * 2.0 * cue.roughness, DEEPEST)
        self._voices.render(voices, torn.gate, torn.stray, cue.unrest, self.detune, depth, bus)
        self._high.render(voices, cue.bloom, cue.unrest, bus)
        self._bells.render(cue.tick, cue.strikes, bus)
        self._drop.render(cue.breath, cue.unrest, bus)
        self._tear.render(bus)
        self._breath.render(cue.breath, cue.unrest, bus)
        self._bowl.render(cue.left, cue.root, bus)
        self._freeze.render(cue.unrest, self._tear, bus)
        self._hush.render(bus, 0.0 if torn.hole else 1.0 - cue.hush)  # before the room, whose tail rings on
        self._reverb.render(bus, *_room(cue), cue.bloom * (1.0 - cue.unrest))
        self._splinters.render(cue, torn, bus)
        bus = bus if self._head is None else self._head.render(bus)
        seconds = self.quantum / self.rate
        self._servo.render(bus, cue.loudness, seconds)
        self._fader.render(bus, cue.presence**1.5 * 10.0 ** (cue.level / 20.0))
        late, sane = self._guard.render(bus)
        self._servo.steer(self._guard.power, self._fader.square, seconds)
        if not sane:
            self._begin()
        self._quanta += 1
        self._late = late
        return late

    def _solve(self, cue: Cue, voices: Doubles, torn: Slice) -> None:
        """Move the detune towards the one that is as rough as unrest wants, and measure what it is."""
        if len(voices) == 0:
            self.detune, self._roughness = 0.0, 0.0
            return
        tones = np.ascontiguousarray(voices[:, 0])
        gains = (voices[:, 1] * torn.gate[: len(voices)])[:, None] * BLEND[1] + 1e-9
        alphas = np.array([rolloff(hz, bright, cue.unrest) for hz, bright in voices[:, (0, 4)]])
        if cue.unrest > 0.0 or self.detune > 0.0:
            calm = roughness_of(tones, gains, alphas, 0.0)
            wanted = calm + (2.0 * cue.roughness * TORN_ROUGHNESS * torn.push - calm) * cue.unrest
            widest = WIDEST * max(1.0, 4.0 * cue.roughness - 1.0)
            low, high = max(self.detune - SLEW, 0.0), min(self.detune + SLEW, widest)
            self.detune = (
                0.0 if cue.unrest == 0.0 and low == 0.0 else detune_for(wanted, tones, gains, alphas, low, high, 3)
            )
            self._roughness = roughness_of(tones, gains, alphas, self.detune)
        elif self._quanta % (10 * SOLVED) == 0:
            self._roughness = roughness_of(tones, gains, alphas, 0.0)


def _room(cue: Cue) -> tuple[float, float]:
    """Reverberation time in s, and how much of it: 8 s in calm, 2.2 s torn, 16 s when everyone is themselves."""
    size = 4.0 ** (cue.space - 0.5)
    t60 = 8.0 * (2.2 / 8.0) ** cue.unrest * 2.0 ** (cue.bloom * (1.0 - cue.unrest))
    calm = (0.45 + 0.4 * cue.bloom) * (0.2 + 1.6 * cue.space)
    torn = 0.14 * 6.0 ** (2.0 * cue.space - 1.0)
    return t60 * size, calm * (1.0 - cue.unrest) + torn * cue.unrest
