"""The sleepers as coupled oscillators, and their measured coherence.

Kuramoto's model with noise (Strogatz, "From Kuramoto to Crawford", Physica D 143, 2000), with a character that lets
a sleeper lead or follow the common breath and two camps that glitch pulls apart. Coherence is what the model does;
nobody sets it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.foundation import snapshot as memory
from installation.foundation.easing import ease
from installation.model import ticks
from installation.model.arithmetic import angle, cos_sin, power_of_e
from installation.model.chance import Chance, normal
from installation.model.pulses import DOUBLE, Pulses

Doubles = NDArray[np.float64]

DT = 1.0 / ticks.RATE
RATE_LOW, RATE_HIGH = 0.02, 3.0  # Hz, what a sensor may ask of a sleeper
QUIET = ticks.ticks(30.0)  # a sensor that says nothing this long has let go of its sleeper
SEATED_S, FREED_S = 2.4, 3.6  # seconds in which a guest comes, and goes
KEPT = 4  # beats of a guest that are remembered: as many rings as may be on the water
LONG_AGO_S = 1e3  # seconds, of what never was
ACCORD_S = 5.0  # seconds in which a guest's accord with the common breath is heard
LIFT, LIFTED = 0.5, 8.0  # 1/s that guests in accord add to K at most; so many of them add two thirds of it
_NEVER = -1_000 * ticks.RATE


@dataclass(frozen=True, slots=True)
class Climate:
    """What pulls at the sleepers in this tick."""

    unrest: float  # g, 0..1
    bloom: float  # 0..1
    communion: float = 0.5  # 0..1
    breath: float = 0.16  # Hz
    mend: bool = False

    @property
    def coupling(self) -> float:
        """K, 1/s: pulls together when calm, pushes apart when torn."""
        calm = 0.6 + 0.1 * self.bloom
        low = 2.0 * self.communion
        pull = low * math.sqrt(low) if self.communion < 0.5 else 1.0 + 3.0 * (self.communion - 0.5)
        return calm * pull * (1.0 - self.unrest) - 0.25 * self.unrest

    @property
    def spread(self) -> float:
        """s, radians by which the strongest characters lead or follow."""
        rest = 0.15 + 0.75 * self.bloom
        if self.communion < 0.5:
            return rest + (0.5 - self.communion) * 2.4
        return rest * 2.0 * (1.0 - self.communion)

    @property
    def diffusion(self) -> float:
        """D, 1/s, of every sleeper's own restlessness."""
        return 0.002 + 1.2 * self.unrest * self.unrest

    @property
    def rift(self) -> float:
        """delta, rad/s, by which the two camps run apart."""
        return 2.0 * math.pi * 0.28 * self.unrest


class Community:
    """`count` sleepers; `step` moves them by one tick.

    Over the first `gathering` seconds they come in, one after the other; 0: all are there already.
    """

    moving = (
        *("phase", "breath", "mended_coupling", "present", "presence", "glow", "glow_target", "hue", "hue_target"),
        *("rate", "rate_target", "driven", "drive_tick", "arrived", "hearts"),
        *("guest", "guest_target", "seated", "joined", "left", "called", "beats", "accord"),
        *("place", "place_from", "place_to", "place_moved"),
    )

    def __init__(self, chance: Chance, count: int, settled: bool = False, gathering: float = 0.0) -> None:
        self._chance, self._restless = chance, chance.of("restless")
        born = chance.of("born").at()
        self.character: Doubles = born.uniform(-1.0, 1.0, count)  # phi
        self.temper: Doubles = normal(born, count)  # own rate in standard deviations from the common one
        self.side: Doubles = born.permutation(np.where(np.arange(count) % 2 == 0, 1.0, -1.0))
        self.own_hue: Doubles = (
            np.asarray(np.arange(count) * 0.6180339887 + born.uniform()) % 1.0
        )  # golden ratio: no two neighbours
        self.phase: Doubles = born.uniform(0.0, 2.0 * np.pi, count)  # theta, radians
        if settled:
            self.phase = np.mod(0.15 * self.character + 0.2 * self.temper, 2.0 * np.pi)
        self.breath = 0.0  # radians, unwrapped: the common breath as everyone hears it
        self.mended_coupling = 0.0  # 1/s that the stabiliser adds to K
        self.presence = np.ones(count)  # whether a sleeper is in the room
        self.present = np.full(count, float(gathering <= 0.0))  # the same, fading
        self.glow, self.glow_target = np.ones(count), np.ones(count)
        self.hue, self.hue_target = self.own_hue.copy(), self.own_hue.copy()
        self.rate, self.rate_target = np.full(count, 0.16), np.full(count, 0.16)  # Hz, given by a sensor
        self.driven = np.zeros(count)  # 0 own rate .. 1 the sensor's
        self.pulses = Pulses(count, QUIET)
        self.drive_tick = np.full(count, -QUIET - 1, dtype=np.int64)  # when a sensor last spoke
        self.arrived = np.full(count, 0.0 if gathering > 0.0 else LONG_AGO_S)  # seconds in the room
        self._comes_in = chance.of("gathering").at().uniform(0.0, gathering, count) * ticks.RATE  # ticks
        self.hearts = np.ones(count)  # n: so many of a sensor's beats are one breath
        self.guest_target = np.zeros(count)  # 1 where somebody has said that they are this sleeper, until it is freed
        self.seated = np.zeros(count, dtype=bool)  # whether somebody is, or a sensor speaks for it
        self.guest = np.zeros(count)  # the same, 0..1 on a straight way
        self.joined, self.left = np.full(count, LONG_AGO_S), np.full(count, LONG_AGO_S)  # seconds since they came, went
        self.called = np.full(count, _NEVER, dtype=np.int64)  # tick at which this sleeper was asked to show itself
        self.beats = np.full((count, KEPT), _NEVER, dtype=np.int64)  # ticks of the last beats, the newest first
        self.accord = np.zeros(count)  # 0..1 how well a guest breathes with all
        self.place: Doubles = self._places(0)  # (n, 2) metres on the water
        self.place_from, self.place_to = self.place, self.place
        self.place_moved = 1.0  # 0..1 of the way between the last two arcs' places
        # what can be worked out again, kept because it is asked for often
        self._noisy_second, self._second_of_noise = -1, np.zeros((ticks.RATE, count))
        self._seen, self._cos, self._sin = np.zeros(0), np.zeros(0), np.zeros(0)
        self._spread, self._lean_cos, self._lean_sin = math.nan, np.ones(count), np.zeros(count)

    def __len__(self) -> int:
        return len(self.phase)

    # what the world says of one sleeper

    def beat(self, sleeper: int, tick: int) -> None:
        """A sensor felt a beat: the rate follows the usual interval, the pulse is drawn towards its peak.

        A heart is several times as fast as a breath: n of its beats are one, and draw the breath to an nth of its turn.
        """
        if tick - self.beats[sleeper, 0] >= DOUBLE:
            self.beats[sleeper] = (tick, *self.beats[sleeper, :-1])
        if not self.pulses.beat(sleeper, tick):
            return
        self.drive_tick[sleeper] = tick
        usual = self.pulses.usual(sleeper)
        if usual > 0.0:
            self.rate_target[sleeper] = min(max(ticks.RATE / usual, RATE_LOW), RATE_HIGH)
        n = float(self.hearts[sleeper])
        away = math.remainder(n * self.phase[sleeper], 2.0 * math.pi) / n
        self.phase = self.phase.copy()  # another array: what was worked out of the old one is not true of it
        self.phase[sleeper] -= 0.5 / n * away

    def doubles(self, sleeper: int, tick: int) -> bool:
        """Whether a beat of this sleeper's sensor would change nothing now: it is the last one once more."""
        return self.pulses.doubles(sleeper, tick)

    def drive(self, sleeper: int, rate: float, tick: int) -> None:
        """A sensor gives the rate itself, in Hz."""
        self.rate_target[sleeper] = rate
        self.drive_tick[sleeper] = tick

    def tint(self, sleeper: int, hue: float) -> None:
        """A hue, in turns."""
        self.hue_target[sleeper] = hue

    def light(self, sleeper: int, glow: float) -> None:
        """A brightness, 1 as usual."""
        self.glow_target[sleeper] = glow

    def welcome(self, sleeper: int, here: bool) -> None:
        """Come in, or leave."""
        if here and self.presence[sleeper] == 0.0:
            self.arrived[sleeper] = 0.0
        self.presence[sleeper] = float(here)

    def seat(self, sleeper: int, here: bool) -> None:
        """Somebody is this sleeper from now on, or no longer."""
        self.guest_target[sleeper] = float(here)

    def call(self, sleeper: int, tick: int) -> None:
        """Somebody asks where this sleeper is."""
        self.called[sleeper] = tick

    def free(self, sleeper: int) -> None:
        """What anybody gave to this sleeper is taken back: rate, hue, glow, beats, and who they were."""
        self.guest_target[sleeper] = 0.0
        self.drive_tick[sleeper] = -QUIET - 1
        self.glow_target[sleeper], self.hue_target[sleeper] = 1.0, self.own_hue[sleeper]
        self.called[sleeper] = self.beats[sleeper] = _NEVER
        self.pulses.forget(sleeper)
        self.welcome(sleeper, True)

    def release(self) -> None:
        """Everyone back to their own rate and glow, and into the room; who is a guest stays one, and keeps its hue."""
        self.drive_tick[:] = -QUIET - 1
        self.glow_target[:] = 1.0
        self.hue_target = np.where(self.guest_target > 0.0, self.hue_target, self.own_hue)
        for sleeper in np.flatnonzero(self.presence == 0.0):
            self.welcome(int(sleeper), True)

    def settle_elsewhere(self, arc: int) -> None:
        """Start moving to the places of another arc."""
        self.place_from, self.place_to, self.place_moved = self.place.copy(), self._places(arc), 0.0

    # time

    def step(self, tick: int, climate: Climate) -> None:
        """One tick further."""
        self._follow_targets(tick)
        late_cos, late_sin = self._late(climate.spread)
        z = complex(self._mean(late_cos), self._mean(late_sin))
        coupling = climate.coupling + self._stabiliser(climate.mend) + self._lift()
        # |z| sin(arg z + lean - theta), without asking for another sine
        pull = coupling * (z.imag * late_cos - z.real * late_sin) * (1.0 - self._stubborn() * self.driven)
        own = climate.breath * (1.0 + 0.075 * self.temper)
        self.hearts = np.where(self.driven > 0.0, np.maximum(np.rint(self.rate / climate.breath), 1.0), 1.0)
        rate = own + (self.rate / self.hearts - own) * self.driven
        before = self.phase
        self.phase = np.mod(
            self.phase
            + DT * (2.0 * np.pi * rate + self.side * climate.rift + pull)
            + math.sqrt(2.0 * climate.diffusion * DT) * self._noise(tick),
            2.0 * np.pi,
        )
        self._follow_breath(climate.breath, z)
        self._follow_guests(tick, before)

    @property
    def coherence(self) -> float:
        """|mean exp(i theta)| over those present, 0..1: Kuramoto's order parameter."""
        cos, sin = (self._mean(each) for each in self._circle())
        return math.sqrt(cos * cos + sin * sin)

    @property
    def pulse(self) -> Doubles:
        """(n,) 0..1."""
        squared = (0.5 + 0.5 * self._circle()[0]) ** 2
        pulse: Doubles = squared * squared
        return pulse

    def snapshot(self) -> dict[str, Any]:
        """All that `step` moves."""
        return {**memory.remember(self, self.moving), "pulses": memory.remember(self.pulses, self.pulses.moving)}

    def restore(self, state: dict[str, Any]) -> None:
        """Put back a snapshot. Raises ValueError when it is not one of this community."""
        memory.recall(self, self.moving, state)
        memory.recall(self.pulses, self.pulses.moving, state["pulses"])

    def _mean(self, values: Doubles) -> float:
        """Over those present; 0 where nobody is."""
        weight = float(self.present.sum())
        return float((values * self.present).sum()) / weight if weight > 1e-6 else 0.0

    def _circle(self) -> tuple[Doubles, Doubles]:
        """cos and sin of everybody's phase; they are asked for several times between two steps."""
        if self._seen is not self.phase:
            self._seen, (self._cos, self._sin) = self.phase, cos_sin(self.phase)
        return self._cos, self._sin

    def _late(self, spread: float) -> tuple[Doubles, Doubles]:
        """cos and sin of phase less what a sleeper's character leads by."""
        if spread != self._spread:
            self._spread, lean = spread, spread * self.character
            self._lean_cos, self._lean_sin = cos_sin(lean)
        cos, sin = self._circle()
        return cos * self._lean_cos + sin * self._lean_sin, sin * self._lean_cos - cos * self._lean_sin

    def _noise(self, tick: int) -> Doubles:
        """(n,) standard normal: a second's worth is drawn at once, addressed by the second."""
        second, within = divmod(tick, ticks.RATE)
        if second != self._noisy_second:
            self._noisy_second = second
            self._second_of_noise = normal(self._restless.at(second), ticks.RATE, len(self))
        noise: Doubles = self._second_of_noise[within]
        return noise

    def _follow_targets(self, tick: int) -> None:
        """Nothing that somebody sets jumps."""
        here = self.presence * (tick >= self._comes_in)
        self.present += (here - self.present) * (DT / 0.8)
        self.arrived += DT * here
        self.glow += (self.glow_target - self.glow) * (DT / 0.3)
        turn = self.hue_target - self.hue
        self.hue += (turn - np.rint(turn)) * (DT / 0.5)
        self.rate += (self.rate_target - self.rate) * (DT / 0.7)
        spoken = (tick - self.drive_tick) <= QUIET
        self.driven += (spoken - self.driven) * (DT / np.where(spoken, 0.4, 4.0))
        if self.place_moved < 1.0:
            self.place_moved = min(self.place_moved + DT / 12.0, 1.0)
            way = ease(self.place_moved)
            self.place = self.place_from + (self.place_to - self.place_from) * way

    def _stubborn(self) -> Doubles:
        """(n,) share of the pull that a driven sleeper withstands: who taps a breath leads it, a heart joins in."""
        return np.where(self.hearts > 1.0, 0.4, 0.9)

    def _lift(self) -> float:
        """What guests in accord add to K, 1/s: breathing along brings all together."""
        if not self.seated.any():
            return 0.0
        return LIFT * (1.0 - power_of_e(-float((self.guest * self.accord).sum()) / LIFTED))

    def _follow_guests(self, tick: int, before: Doubles) -> None:
        """Who comes and goes, and how well guests breathe with all; `before` is (n,) the phase of the last tick."""
        spoken = (tick - self.drive_tick) <= QUIET
        here = (self.guest_target > 0.0) | spoken
        if not (here.any() or self.guest.any() or (self.left < LONG_AGO_S).any()):
            return
        came, went = here & ~self.seated, self.seated & ~here
        self.joined = np.where(came, 0.0, np.minimum(self.joined + DT, LONG_AGO_S))
        self.left = np.where(went, 0.0, np.where(here, LONG_AGO_S, np.minimum(self.left + DT, LONG_AGO_S)))
        self.seated = here
        self.guest = np.clip(self.guest + np.where(here, DT / SEATED_S, -DT / FREED_S), 0.0, 1.0)
        agreed = np.where(here, np.maximum(cos_sin(self.phase - self.breath % (2.0 * np.pi))[0], 0.0) ** 2, 0.0)
        self.accord += (agreed - self.accord) * (DT / ACCORD_S)
        fast, was = np.mod(self.hearts * self.phase, 2.0 * np.pi), np.mod(self.hearts * before, 2.0 * np.pi)
        given = spoken & (self.driven > 0.5) & (tick - self.beats[:, 0] > self._missing())  # a rate and no beats
        for sleeper in np.flatnonzero(given & (was - fast > np.pi)).tolist():
            self.beats[sleeper] = (tick, *self.beats[sleeper, :-1])

    def _missing(self) -> Doubles:
        """(n,) ticks without a beat after which a sensor that gave a rate is one that gives no beats."""
        return 0.9 * ticks.RATE / self.rate_target

    def _stabiliser(self, on: bool) -> float:
        """A controller that raises K until coherence reaches 0.95 and lets go slowly."""
        error = 0.95 - self.coherence if on else -1.0
        self.mended_coupling = min(max(self.mended_coupling + 1.5 * error * DT, 0.0), 9.0)
        return self.mended_coupling

    def _follow_breath(self, rate: float, z: complex) -> None:
        """A phase-locked loop hears the common breath through the noise; it slows or hurries but never turns back."""
        error = math.remainder(angle(z.imag, z.real) - self.breath, 2.0 * math.pi)
        speed = 2.0 * math.pi * rate + 2.5 * (z.real * z.real + z.imag * z.imag) * error
        self.breath += DT * max(speed, 0.1)

    def _places(self, arc: int) -> Doubles:
        """(n, 2) metres: a sunflower's spiral round the tree, disturbed, another one each arc."""
        draw = self._chance.of("places").at(arc)
        i = np.arange(len(self)) + 0.5
        radius = 2.3 + 6.2 * np.sqrt(i / len(self)) + 0.22 * normal(draw, len(self))
        turned = i * 2.399963 + draw.uniform(0.0, 2.0 * np.pi) + 0.05 * normal(draw, len(self))
        order = draw.permutation(len(self))
        cos, sin = cos_sin(turned)
        return np.stack([radius * cos, radius * sin], axis=1)[order]
