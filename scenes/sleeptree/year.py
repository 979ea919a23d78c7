"""The tree's year: in blossom, in leaf, in amber, bare under frost, by the date of the evening.

It is light that stands for leaves: a bare tree has as much of it, but cold, sparse and glittering.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from installation import Moment, ease, rgb

ICE = rgb(0.62, 0.84, 1.00)
LEAF = rgb(0.20, 0.86, 0.46)
EMBER = rgb(1.00, 0.44, 0.12)


@dataclass(frozen=True)
class Year:
    """What is on the twigs."""

    leaf: float = 1.0  # 0 bare .. 1 all of its leaves
    green: float = 0.0  # how far leaves are summer's
    turned: float = 0.0  # how far they are autumn's
    petals: float = 1.0  # light of petals in bloom
    falling: float = 0.0  # share of them that let go
    frost: float = 0.0


def year(now: Moment) -> Year:
    """Of a moment; where nobody said which evening it is, everything is there at once."""
    season = now.season
    if season is None:
        return Year()
    return Year(
        leaf=0.30 + 0.70 * ease((season - 0.26) / 0.12) * (1.0 - ease((season - 0.80) / 0.12)),
        green=_about(season, 0.52, 0.17),
        turned=_about(season, 0.82, 0.10),
        petals=0.75 + 0.55 * _about(season, 0.35, 0.08),
        falling=0.30 * _about(season, 0.39, 0.05) + 0.75 * _about(season, 0.86, 0.08),
        frost=_about(season, 0.02, 0.13),
    )


def _about(season: float, at: float, wide: float) -> float:
    """1 at that time of the year, falling off to both sides."""
    away = (season - at + 0.5) % 1.0 - 0.5
    return math.exp(-((away / wide) ** 2))
