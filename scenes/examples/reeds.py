"""Reeds: luminous stems that lean in the wind of their sleepers. Strokes, a control, and a state that `step` moves."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from installation import (
    RATE,
    Chance,
    Company,
    Control,
    Light,
    Moment,
    Scene,
    Strokes,
    along,
    polylines,
    rgb,
    shone,
    spatial,
)

STEMS, VERTICES = 120, 14


class Reeds(Scene):
    """A hundred and twenty stems; each follows its own sleeper."""

    controls = (Control("/reeds/height", 1.8, 0.3, 4.0, "m", "Tallest stem.", glide=4.0),)
    state: ClassVar[tuple[str, ...]] = ("lean",)  # what step changes: it goes into snapshots

    def __init__(self, chance: Chance, company: Company) -> None:
        draw = chance.at()
        self._foot = draw.uniform(-4.0, 4.0, (2, STEMS, 1))  # metres on the water
        self._tall = draw.uniform(0.5, 1.0, STEMS)  # of the tallest
        self._of = draw.permutation(len(company))[:STEMS]  # whose stem it is
        self.lean = np.zeros(STEMS)  # metres at the tip

    def step(self, now: Moment) -> None:
        """Once a tick, and the only place that may change the scene."""
        wind = 0.5 * np.sin(now.sleepers.phase[self._of]) * (1.0 + 1.5 * now.unrest)
        self.lean = self.lean + (wind - self.lean) / RATE

    def light(self, now: Moment) -> tuple[Light, ...]:
        """Any number of times a tick; changes nothing."""
        way = np.linspace(0.0, 1.0, VERTICES)  # from foot to tip
        height = now.number("/reeds/height") * self._tall
        x, y = self._foot
        place = spatial(x + self.lean[:, None] * way**2, np.repeat(y, VERTICES, axis=1), height[:, None] * way)
        strength = along(0.5 + 1.2 * now.sleepers.pulse[self._of], VERTICES) * np.tile(way, STEMS)
        radius = np.tile(0.02 - 0.012 * way, STEMS).astype(np.float32)
        return (Strokes(place, radius, shone(rgb(0.2, 0.9, 0.7), strength), polylines(STEMS, VERTICES), halo=0.3),)
