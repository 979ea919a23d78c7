"""Who becomes the average, who is drawn into the maelstrom, who resists, and when everyone returns. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, eased
from scenes.restpods.palette import Doubles
from scenes.restpods.street import Street

HUB = np.array([1.2, 16.5, 8.6])  # metres, the maelstrom's eye
ACROSS = np.array([1.0, 0.0, 0.0])
ASLANT = np.array([0.0, 0.76, 0.65])
"""The two axes of the maelstrom's disc: its far side stands up, so that all of it is seen from the street."""

RIM, EYE = 11.5, 1.1  # metres, where the dreamers enter and where they are gone
ARMS = 3
TURNS = 0.40  # of an arm, by which it winds from the rim to the eye
RESISTING = 0.12  # share of the sleepers who keep their own figure
STOLEN = 0.82  # share of the others who are drawn in


class Fate:
    """What theft does to each sleeper; every array has a row a sleeper."""

    def __init__(self, street: Street, chance: Chance) -> None:
        draw, count = chance.at(), len(street.along)
        near = np.argsort(street.along + 0.4 * street.row)  # every few neighbours have one who resists
        per = round(1.0 / RESISTING)
        self.resists = np.zeros(count, dtype=bool)
        for block in range(0, count, per):
            self.resists[draw.choice(near[block : block + per])] = True
        self._late: Doubles = draw.uniform(0.05, 0.62, count)
        self._goes = draw.uniform(size=count) < STOLEN
        self.arm = draw.integers(0, ARMS, count)
        self._start: Doubles = (draw.permutation(count) + 0.5) / count  # in even steps: nobody falls beside another
        self.off: Doubles = draw.normal(0.0, 0.09, count)  # radians beside the arm
        self.aside: Doubles = draw.normal(0.0, 0.22, count)  # metres over the disc

    def grey(self, theft: float, kept: Doubles) -> Array:
        """(n,) 0 themselves .. 1 the average; `kept`, (n,) 0..1, are held by a light of their own."""
        free = np.where(self.resists, 1.0, kept)
        grey: Array = eased((theft - self._late) / 0.16) * (1.0 - free).astype(np.float32)
        return grey

    def taken(self, theft: float, kept: Doubles) -> Array:
        """(n,) 0 over their pod .. 1 in the maelstrom."""
        free = np.where(self.resists, 1.0, kept)
        way = eased((theft - 0.10 - self._late) / 0.28) * (1.0 - free)
        taken: Array = np.where(self._goes, way, 0.0).astype(np.float32)
        return taken

    def fallen(self, drawn: float) -> Doubles:
        """(n,) 0 at the rim .. 1 in the eye, when the maelstrom has drawn `drawn` turns of dreamers in."""
        fallen: Doubles = (self._start + drawn) % 1.0
        return fallen

    def whirled(self, fallen: Doubles, drawn: float) -> Doubles:
        """(3, n) metres: where those who have fallen so far are in the maelstrom."""
        return spiral(fallen, self.arm, drawn, self.off, self.aside)


def spiral(
    fallen: Doubles, arm: NDArray[np.int64], drawn: float, off: Doubles | float, aside: Doubles | float
) -> Doubles:
    """(3, ...) metres on a logarithmic spiral from the rim to the eye."""
    radius = RIM * (EYE / RIM) ** (fallen**1.5)
    angle = 2.0 * np.pi * (arm / ARMS + TURNS * 2.0 * fallen - 0.35 * drawn) + off
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    place: Doubles = np.stack(
        [HUB[i] + ACROSS[i] * x + ASLANT[i] * y + (aside if i == 2 else 0.0) + 0.0 * x for i in range(3)]
    )
    return place
