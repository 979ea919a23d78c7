"""What /camera/... means, without the tree's metres: every world frames itself, and a score's moves fit all of them.

The controls speak of a tree on water, in metres from its axis and over the water. A score that leads into the crown and
up to a bird's eye wants something else of a street: `framed` says how near and how high, the world what that is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from installation import addresses
from installation.controls import TABLE
from installation.scene import Moment


@dataclass(frozen=True, slots=True)
class Framing:
    """How a moment wants to be seen."""

    near: float  # -1 as far away as can be, 0 as the world has it, 1 right in the middle of it
    lift: float  # -1 from under the ground, 0 as the world has it, 1 a bird's eye
    turn: float  # radians round the middle, to the right
    tilt: float  # radians up


def framed(now: Moment) -> Framing:
    """What score and hand ask of the camera: the ends of each control's range are the ends of these."""
    near = -_share(addresses.DISTANCE, now, math.log)
    lift = _share(addresses.HEIGHT, now, float)
    turn, tilt = 2.0 * math.pi * now.number(addresses.ORBIT), math.radians(now.number(addresses.TILT))
    return Framing(near, lift, turn, tilt)


def _share(address: str, now: Moment, scale: Callable[[float], float]) -> float:
    """-1 at the low end of a control's range, 0 where it usually is, 1 at the high end."""
    row = TABLE[address]
    usual, here = scale(cast(float, row.default)), scale(now.number(address))
    return (here - usual) / abs(scale(row.high if here > usual else row.low) - usual)
