"""Terrace: people in two rows on either side. Seats: where people are is where they are heard; voices of one's own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from installation import Chance, Company, Light, Moment, Points, Scene, Voice, hues, shone, spatial


class Terrace(Scene):
    """The camps sit opposite each other; what each hums is as bright as it is pulled from the other."""

    def __init__(self, chance: Chance, company: Company) -> None:
        rows = chance.at().permutation(len(company)) / len(company)
        self._seats = np.stack([3.0 * company.side, -2.0 + 8.0 * rows], axis=1)  # metres: x to the right, y away
        self._height = 0.4 + 0.6 * chance.of("tiers").at().integers(0, 4, len(company))

    def seats(self) -> NDArray[np.float64]:
        """Asked once: `now.sleepers.place` is this from then on."""
        return self._seats

    def light(self, now: Moment) -> tuple[Light, ...]:
        """A lamp where each of them sits."""
        s = now.sleepers
        x, y = s.place.T
        voice = 0.6 + 0.8 * now.tones[s.tone]  # as loud as the tone of the chord that this sleeper sings
        colour = shone(hues(s.hue), 1.8 * (0.1 + s.pulse) * voice * s.present * s.glow)
        outward = np.sign(x) * 0.25 * self._height
        return (Points(spatial(x + outward, y, self._height), np.full(len(s), 0.05, np.float32), colour, halo=0.3),)

    def sound(self, now: Moment) -> Iterable[Voice]:
        """What the community sings by itself, and a hum from each camp that beats against the other when torn."""
        yield from super().sound(now)
        for turn, detune in ((0.25, 1.0), (0.75, 1.0 + 0.02 * now.unrest)):
            yield Voice(now.root * 2.0 * detune, 0.12, azimuth=turn, width=0.0, brightness=0.2 + 0.5 * now.unrest)
