"""What glitch does to lights: two registers pulled apart, slabs sheared on the shared clock, some of them gone.

for register in registers(now, self._slabs):
    shown += [register.torn(light) for light in lights]
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from installation.brushes.colour import LUMINANCE, Array, rgb, shone
from installation.model.chance import Chance
from installation.scene import Light, Mist, Moment, Points, Strokes

REGISTERS = (rgb(0.06, 0.86, 1.00), rgb(1.00, 0.16, 0.74))
"""The colours of the two registers that glitch pulls the light into: cyan against magenta."""

APART = 0.085  # metres either way at full unrest, two metres up
SLABS = 96
SLAB = 0.085  # metres; the highest reaches as high as there is light
GONE = 0.07  # share of slabs that are missing at full unrest


@dataclass(frozen=True)
class Register:
    """One of the pictures that the light is pulled into."""

    tint: Array  # (3,) what everything is tinted towards
    tinted: float  # 0 own colours .. 1 the tint alone
    share: float  # of the brightness
    pull: float  # metres sideways, two metres up
    shear: Array  # (SLABS,) metres sideways
    here: Array  # (SLABS,) 1, or 0 where a slab is missing

    @overload
    def torn(self, light: Points | Strokes) -> Points | Strokes: ...
    @overload
    def torn(self, light: Light) -> Light: ...
    def torn(self, light: Light) -> Light:
        """A light as it is in this register; mist stays as it is."""
        if isinstance(light, Mist):
            return light
        position, colour = self.moved(light.position), self.tinged(light.position, light.colour)
        return replace(light, position=position, colour=colour)

    def moved(self, position: Array) -> Array:
        """Where (n, 3) positions are in this register."""
        if self.pull == 0.0 and not self.shear.any():
            return position
        height = np.abs(position[:, 2])
        moved = position.copy(order="K")
        moved[:, 0] += self.pull * (0.35 + 0.325 * height) + self.shear[_slab(height)]
        return moved

    def tinged(self, position: Array, colour: Array) -> Array:
        """What (n, 3) colours at those positions are in this register."""
        if self.tinted == 0.0:
            return colour
        strength = np.float32(self.share) * self.here[_slab(np.abs(position[:, 2]))]
        light = (colour @ LUMINANCE) * strength * np.float32(1.7 * self.tinted)
        tinged: Array = shone(colour, strength * np.float32(1.0 - self.tinted)) + shone(self.tint, light)
        return tinged


WHOLE = Register(np.ones(3, np.float32), 0.0, 1.0, 0.0, np.zeros(SLABS, np.float32), np.ones(SLABS, np.float32))
"""The only register while nothing is torn."""


def _slab(height: Array) -> NDArray[np.intp]:
    slab: NDArray[np.intp] = np.minimum(height * np.float32(1.0 / SLAB), SLABS - 1).astype(np.intp)
    return slab


def registers(now: Moment, chance: Chance) -> tuple[Register, ...]:
    """One register while calm; two, drifting apart and sheared afresh in each slice of the glitch clock, when not."""
    torn = now.unrest
    if torn <= 0.0:
        return (WHOLE,)
    draw = chance.at(now.beat.index)
    hardness = 2.0 * now.number("/light/glitch") * torn**1.5
    made = []
    for side, tint in zip((-1.0, 1.0), REGISTERS, strict=True):
        runs = np.repeat(draw.standard_normal(SLABS), draw.integers(1, 5, SLABS))[:SLABS]  # slabs shear in runs
        moving = np.repeat(draw.uniform(size=SLABS) < 0.4, 3)[:SLABS]
        shear = 0.13 * hardness * runs * moving
        here = np.where(draw.uniform(size=SLABS) < GONE * min(hardness, 1.5), 0.0, 1.0)
        drift = 1.0 + 0.25 * np.sin(now.seconds * 0.9 + side)
        made.append(
            Register(
                tint=tint,
                tinted=min(torn * 1.25, 0.96),
                share=0.5 + 0.14 * torn,
                pull=float(side * APART * 2.0 * torn * drift),
                shear=shear.astype(np.float32),
                here=here.astype(np.float32),
            )
        )
    return tuple(made)
