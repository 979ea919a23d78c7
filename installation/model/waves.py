"""Waves: shapes in which a number can move by itself, and how long such a movement may be. Time is turns, passed in."""

from __future__ import annotations

import math

from installation.foundation.easing import ease
from installation.model.chance import Chance

SHORTEST_S, LONGEST_S = 0.5, 30.0
"""Of a recording."""

PERIOD_S = (0.5, 600.0)
"""Of a wave."""

SHAPES = ("sine", "triangle", "wander", "steps")
"""Waves by name."""


def wave(shape: str, turn: float, chance: Chance) -> float:
    """-1..1 at so many turns. Those that wander go to two places in a turn, which chance addresses by their number."""
    if shape == "sine":
        from installation.model.arithmetic import sin  # it brings a compiler, and the shapes' names are asked for often

        return sin(2.0 * math.pi * (turn % 1.0))
    if shape == "triangle":
        return 1.0 - abs((4.0 * turn + 1.0) % 4.0 - 2.0)
    i = math.floor(2.0 * turn)
    way = 2.0 * turn - i
    here, there = (2.0 * float(chance.hashed(n)) - 1.0 for n in (i, i + 1))
    return here + (there - here) * ease(way if shape == "wander" else 8.0 * way - 7.0)
