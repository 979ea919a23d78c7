"""The community heard: sleepers grouped by where they lie, one group a tone of the chord.

A tone swells slowly by itself and breathes with its group: as one with the others while the community agrees, in canon
once everybody is themselves again, and hardly at all while the dream is torn. Pure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.model import ticks
from installation.model.arithmetic import cos_sin
from installation.model.chance import Chance
from installation.model.harmony import TONES

Doubles = NDArray[np.float64]

AZIMUTH: Doubles = (np.arange(TONES) * 3 / TONES) % 1.0
"""(8,) turns clockwise from ahead: where each tone's group lies. Neighbours in pitch lie far apart in the room."""

LEAST = 0.4  # of a tone between two swells
BREATHED = 0.32  # share of a tone that goes with its group's breath
LONELY = 6.0  # sleepers in a group below which its tone fades


class Choir:
    """Who sings which tone, and how loud each tone is: pure functions of the tick and the sleepers."""

    def __init__(self, chance: Chance) -> None:
        draw = chance.at()
        self.period: Doubles = draw.permutation(np.linspace(8.0, 13.5, TONES))  # (8,) seconds between two swells
        self.offset: Doubles = draw.permutation(np.arange(TONES) / TONES)  # (8,) turns
        self._away, self._right = cos_sin(2 * np.pi * AZIMUTH)  # (8,) where a group lies from the tree
        self._seats: list[tuple[Doubles, Doubles, NDArray[np.int64]]] = []  # place, share, nearest: the newest last

    def tones(self, place: Doubles) -> NDArray[np.int64]:
        """(n,) 0..7: the tone that each sleeper sings, by `place`, (n, 2) metres from the tree."""
        return self._seated(place)[1]

    def swells(self, tick: int, phase: Doubles, present: Doubles, place: Doubles) -> Doubles:
        """(8,) 0..1 from the sleepers' phase (n,), presence (n,) and place (n, 2)."""
        share, _ = self._seated(place)
        wide = (0.5 + 0.5 * cos_sin(phase)[0])[:, None]
        belongs = present[:, None] * share
        crowd = belongs.sum(axis=0)
        breath = (belongs * wide).sum(axis=0) / np.maximum(crowd, 1e-9)
        slow = cos_sin(np.pi * (ticks.seconds(tick) / self.period + self.offset))[1] ** 2
        swell: Doubles = (LEAST + (1.0 - LEAST) * slow) * (1.0 - BREATHED + BREATHED * breath)
        swell *= np.minimum(crowd / LONELY, 1.0)
        return swell

    def _seated(self, place: Doubles) -> tuple[Doubles, NDArray[np.int64]]:
        """(n, 8) how much each sleeper belongs to each group, softly, so that nobody jumps; (n,) the nearest group.

        Sleepers seldom move: kept for as long as the same arrays are asked about, one for each scene in a cross-fade.
        """
        for known, share, nearest in self._seats:
            if known is place:
                return share, nearest
        x, y = place[:, :1], place[:, 1:]
        facing = (x * self._right + y * self._away) / np.maximum(np.sqrt(x * x + y * y), 1e-6)
        share, nearest = np.maximum(facing, 0.0) ** 2, np.argmax(facing, axis=1)
        self._seats = [*self._seats[-1:], (place, share, nearest)]
        return share, nearest
