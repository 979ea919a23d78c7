"""What glitch does to lights: two registers pulled apart, slabs sheared on the shared clock, some of them gone.

for register in registers(now, self._slabs):
    shown += [register.torn(light) for light in lights]

What stands, a crown or a figure, can be torn harder: wide slabs leave it, and the clock's hammer knocks it over.

Nothing here sweeps, and little of it happens at once. Light that swings over a place brightens it twice a swing, and
slabs that all jump together are a flash: so slabs jump, each in a slice of its own, and stay. What fills the picture
has all of its jumps in one place: there they come more seldom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from installation import addresses
from installation.brushes.colour import LUMINANCE, Array, rgb, shone
from installation.model.chance import Chance
from installation.scene import Light, Mist, Moment, Points, Strokes

REGISTERS = (rgb(0.06, 0.86, 1.00), rgb(1.00, 0.16, 0.74))
"""The colours of the two registers that glitch pulls the light into: cyan against magenta."""

BARELY = 0.001  # unrest that nobody sees: a glide to nothing is never quite there
APART = 0.085  # metres either way at full unrest, two metres up
SLABS = 96
SLAB = 0.085  # metres; the highest reaches as high as there is light
GONE = 0.07  # share of slabs that are missing at full unrest
SHEARED = 8  # slices for which a slab stays where it was sheared to
WIDE = 4  # wide slabs that stand out of a thing at once
HELD = 12  # slices for which they stay out
BLOWS, STRUCK = 8, 0.6  # slices to which at most one blow of the hammer falls, and how often one does
SELDOM = 4  # times as long do slabs stay where a thing fills the picture
LEAN, BACK = 0.12, 5  # metres to a metre of height, of what was struck, and slices until all of it stands again
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
        if isinstance(light, Strokes):
            cut = np.flatnonzero(np.abs(np.diff(shear)) > SEVERED)
            strength[cut] = strength[cut + 1] = 0.0
        white = (light.colour @ LUMINANCE) * strength * np.float32(1.7 * self.tinted)
        colour = shone(light.colour, strength * np.float32(1.0 - self.tinted)) + shone(self.tint, white)
        return replace(light, position=position, colour=colour)


WHOLE = Register(np.ones(3, np.float32), 0.0, 1.0, 0.0, np.zeros(SLABS, np.float32), np.ones(SLABS, np.float32))
"""The only register while nothing is torn."""


def registers(
    now: Moment, chance: Chance, crown: tuple[float, float] | None = None, near: float = 0.0
) -> tuple[Register, ...]:
    """One register while calm; two, drifting apart, when not: in each slice of the glitch clock some slabs are sheared
    afresh.

    Between the heights of `crown`, metres, wide slabs are torn out for some slices. When the clock's hammer falls all
    that is above the first of them leans at once, and stands again slab by slab. `near`, 0..1, is how far what is torn
    fills the picture.
    """
    torn = now.unrest
    if torn <= BARELY:
        return (WHOLE,)
    strain = torn * max(now.number(addresses.UNREST), 0.0)  # pulled further than the phase does
    asked = now.number(addresses.LIGHT_GLITCH)
    hardness = 2.0 * asked * torn**1.5 * (1.0 + strain)
    wide = lean = np.zeros(SLABS)
    if crown is not None:
        wide = hardness * _torn_out(chance.of("wide"), now.beat.index, crown, near)
        lean = (1.0 - near) * hardness * _hammered(chance.of("hammer"), now.beat.index, crown[0])
    made = []
    for side, tint in zip((-1.0, 1.0), REGISTERS, strict=True):
        far, gone = _sheared(chance.of("left" if side < 0.0 else "right"), now.beat.index, near)
        drift = 1.0 + 0.25 * np.sin(now.seconds * 0.9 + side)
        made.append(
            Register(
                tint=tint,
                tinted=min(torn * 1.25, 0.96),
                share=0.5 + 0.06 * torn,
                pull=float(side * APART * (0.8 + 2.4 * asked) * torn * drift * (1.0 + 0.8 * strain)),
                shear=(0.13 * hardness * far + wide * (1.0 + 0.12 * side) + lean).astype(np.float32),
                here=(gone >= GONE * (min(hardness, 1.5) + 2.0 * strain)).astype(np.float32),
            )
        )
    return tuple(made)


def _sheared(chance: Chance, index: int, near: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(SLABS,) how far slabs are sheared, in deviations, and 0..1, how near each is to being gone: in runs of one to
    four, each of which is moved on in a slice of its own."""
    run = np.repeat(_EACH, 1 + (4.0 * chance.hashed(_EACH)).astype(np.int64))[:SLABS]
    since = _since(chance.of("since").hashed(run), index, SHEARED, chance.of("seldom").hashed(run) < near)
    moving = chance.of("moving").hashed(run, since) < 0.4
    long, turn = chance.of("long").hashed(run, since), chance.of("turn").hashed(run, since)
    deviate = np.sqrt(-2.0 * np.log1p(-long)) * np.cos(2.0 * np.pi * turn)  # Box and Muller's normal one
    return np.where(moving, deviate, 0.0), chance.of("gone").hashed(_EACH, since)


def _torn_out(chance: Chance, index: int, crown: tuple[float, float], near: float) -> NDArray[np.float64]:
    """(SLABS,) metres by which wide slabs stand out, one after the other; some come in pairs that part to both
    sides."""
    out, low, high = np.zeros(SLABS), crown[0] / SLAB, crown[1] / SLAB
    own = np.arange(WIDE) / WIDE
    since = _since(own, index, HELD, own < near)
    dice = chance.hashed(np.arange(WIDE)[:, None], since[:, None], np.arange(5))
    for at, size, side, reach, paired in dice.tolist():
        first, tall = int(low + at * (high - low)), int(2 + 6 * size)
        far = (0.35 + 0.9 * reach) * (1.0 if side < 0.5 else -1.0)
        out[first : first + tall] = far
        if paired < 0.4:
            out[first + tall : first + tall + tall // 2 + 1] = -0.6 * far
    return out


def _hammered(chance: Chance, index: int, foot: float) -> NDArray[np.float64]:
    """(SLABS,) metres by which slabs lean after a blow: more the higher over the foot, until each snaps back."""
    blow, passed = divmod(index, BLOWS)
    falls, late, force, side = chance.at(blow).uniform(size=4).tolist()
    passed -= int(2.0 * late)  # slices since the blow
    if falls > STRUCK or not 0 <= passed < BACK:
        return np.zeros(SLABS)
    leaning = chance.of("back").hashed(_EACH // 2, blow) * BACK >= passed
    slant = LEAN * (0.4 + 0.6 * force) * (1.0 if side < 0.5 else -1.0)
    return np.where(leaning, slant * np.maximum((_EACH + 0.5) * SLAB - foot, 0.0), 0.0)


def _since(own: NDArray[np.float64], index: int, held: int, seldom: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How often each has changed by this slice, where each changes every `held` slices, when its `own`, 0..1, says."""
    every = np.where(seldom, SELDOM * held, held)
    return (index + (every * own).astype(np.int64)) // every


_EACH = np.arange(SLABS)
