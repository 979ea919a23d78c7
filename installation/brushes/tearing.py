"""What glitch does to lights: two registers pulled apart, slabs sheared on the shared clock, some of them gone.

for register in registers(now, self._slabs):
    shown += [register.torn(light) for light in lights]

What stands, a crown or a figure, can be torn harder: wide slabs leave it, and the clock's hammer whips it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.brushes.colour import LUMINANCE, Array, rgb, shone
from installation.model.chance import Chance
from installation.scene import Beat, Light, Mist, Moment, Points, Strokes

REGISTERS = (rgb(0.06, 0.86, 1.00), rgb(1.00, 0.16, 0.74))
"""The colours of the two registers that glitch pulls the light into: cyan against magenta."""

BARELY = 0.001  # unrest that nobody sees: a glide to nothing is never quite there
APART = 0.085  # metres either way at full unrest, two metres up
SLABS = 96
SLAB = 0.085  # metres; the highest reaches as high as there is light
GONE = 0.07  # share of slabs that are missing at full unrest
SHEARED = 4  # slices for which slabs stay where they were sheared to
WIDE = 4  # wide slabs that stand out of a thing at once
HELD = 12  # slices for which they stay out
STRUCK = 0.1  # share of slices on which the hammer falls
LEAN = 0.12  # metres to a metre of height, of what was struck
SWING, RINGING = 34.0, 26.0  # ticks in which it swings once, and in which that falls to 1/e
SEVERED = 0.30  # metres: what is pulled further than this from its neighbour is no longer joined to it


@dataclass(frozen=True)
class Register:
    """One of the pictures that the light is pulled into."""

    tint: Array  # (3,) what everything is tinted towards
    tinted: float  # 0 own colours .. 1 the tint alone
    share: float  # of the brightness
    pull: float  # metres sideways, two metres up
    shear: Array  # (SLABS,) metres sideways
    here: Array  # (SLABS,) 1, or 0 where a slab is missing
    foot: float = 0.0  # metres, above which it leans
    lean: float = 0.0  # metres sideways to a metre over the foot

    @overload
    def torn(self, light: Points | Strokes) -> Points | Strokes: ...
    @overload
    def torn(self, light: Light) -> Light: ...
    def torn(self, light: Light) -> Light:
        """A light as it is in this register; mist stays as it is. A stroke is cut where two slabs are pulled apart."""
        if isinstance(light, Mist) or self is WHOLE:
            return light
        height = np.abs(light.position[:, 2])
        slab = np.minimum(height * np.float32(1.0 / SLAB), np.float32(SLABS - 1)).astype(np.intp)
        shear, strength = self.shear[slab], np.float32(self.share) * self.here[slab]
        position = light.position.copy(order="K")
        position[:, 0] += np.float32(0.35 * self.pull) + np.float32(0.325 * self.pull) * height + shear
        if self.lean != 0.0:
            position[:, 0] += np.float32(self.lean) * np.maximum(height - np.float32(self.foot), np.float32(0.0))
        if isinstance(light, Strokes):
            cut = np.flatnonzero(np.abs(np.diff(shear)) > SEVERED)
            strength[cut] = strength[cut + 1] = 0.0
        white = (light.colour @ LUMINANCE) * strength * np.float32(1.7 * self.tinted)
        colour = shone(light.colour, strength * np.float32(1.0 - self.tinted)) + shone(self.tint, white)
        return replace(light, position=position, colour=colour)


WHOLE = Register(np.ones(3, np.float32), 0.0, 1.0, 0.0, np.zeros(SLABS, np.float32), np.ones(SLABS, np.float32))
"""The only register while nothing is torn."""


def registers(now: Moment, chance: Chance, crown: tuple[float, float] | None = None) -> tuple[Register, ...]:
    """One register while calm; two, drifting apart and sheared afresh in each slice of the glitch clock, when not.

    Between the heights of `crown`, metres, wide slabs are torn out for a few slices, and when the clock's hammer falls
    all that is above the first of them leans and swings back.
    """
    torn = now.unrest
    if torn <= BARELY:
        return (WHOLE,)
    draw, struck = chance.at(now.beat.index // SHEARED), chance.of("hammer").at(now.beat.index).uniform(size=3)
    strain = torn * max(now.number(addresses.UNREST), 0.0)  # pulled further than the phase does
    asked = now.number(addresses.LIGHT_GLITCH)
    hardness = 2.0 * asked * torn**1.5 * (1.0 + strain)
    wide, lean = np.zeros(SLABS), 0.0
    if crown is not None:
        wide = _torn_out(chance.of("wide").at(now.beat.index // HELD), crown) * hardness
        lean = LEAN * hardness * _hammer(struck, now.beat)
    made = []
    for side, tint in zip((-1.0, 1.0), REGISTERS, strict=True):
        runs = np.repeat(draw.standard_normal(SLABS), draw.integers(1, 5, SLABS))[:SLABS]  # slabs shear in runs
        moving = np.repeat(draw.uniform(size=SLABS) < 0.4, 3)[:SLABS]
        shear = 0.13 * hardness * runs * moving + wide * (1.0 + 0.12 * side)
        here = np.where(draw.uniform(size=SLABS) < GONE * (min(hardness, 1.5) + 2.0 * strain), 0.0, 1.0)
        drift = 1.0 + 0.25 * np.sin(now.seconds * 0.9 + side)
        made.append(
            Register(
                tint=tint,
                tinted=min(torn * 1.25, 0.96),
                share=0.5 + 0.06 * torn,
                pull=float(side * APART * (0.8 + 2.4 * asked) * torn * drift * (1.0 + 0.8 * strain)),
                shear=shear.astype(np.float32),
                here=here.astype(np.float32),
                foot=0.0 if crown is None else crown[0],
                lean=lean,
            )
        )
    return tuple(made)


def _torn_out(draw: np.random.Generator, crown: tuple[float, float]) -> NDArray[np.float64]:
    """(SLABS,) metres by which wide slabs stand out; some come in pairs that part to both sides."""
    out, low, high = np.zeros(SLABS), crown[0] / SLAB, crown[1] / SLAB
    for at, size, side, reach, paired in draw.uniform(size=(WIDE, 5)).tolist():
        first, tall = int(low + at * (high - low)), int(2 + 6 * size)
        far = (0.35 + 0.9 * reach) * (1.0 if side < 0.5 else -1.0)
        out[first : first + tall] = far
        if paired < 0.4:
            out[first + tall : first + tall + tall // 2 + 1] = -0.6 * far
    return out


def _hammer(dice: NDArray[np.float64], beat: Beat) -> float:
    """-1..1: how far a thing leans, some ticks after a blow; it swings back, and the next slice may strike again."""
    falls, force, side = dice
    if falls > STRUCK:
        return 0.0
    blow = float(0.4 + 0.6 * force) * (1.0 if side < 0.5 else -1.0)
    return blow * math.exp(-beat.age / RINGING) * math.cos(2.0 * math.pi * beat.age / SWING)
