"""Fireflies: one point of light for each sleeper. Points, hues, and chance addressed by index."""

from __future__ import annotations

import numpy as np

from installation import Chance, Company, Light, Moment, Points, Scene, ease, hues, mix, shone, spatial


class Fireflies(Scene):
    """Everybody glows with their own breath, and flickers when the dream tears."""

    def __init__(self, chance: Chance, company: Company) -> None:
        draw = chance.at()  # a generator, for what is made once
        self._home = draw.uniform((-4.0, -3.0, 0.2), (4.0, 3.0, 4.0), (len(company), 3)).T  # metres
        self._drift = draw.uniform(0.0, 2.0 * np.pi, (3, len(company)))
        self._flicker = chance.of("flicker")  # another source: nobody else's draws disturb it
        self._row = np.arange(len(company))

    def light(self, now: Moment) -> tuple[Light, ...]:
        """A function of the moment alone: any moment can be drawn."""
        sleepers, t = now.sleepers, now.seconds
        place = self._home + 0.3 * np.sin(self._drift + 0.4 * t)
        torn = self._flicker.hashed(self._row, now.beat.index) < 0.4 * now.unrest  # afresh in each slice of glitch
        strength = (0.15 + sleepers.pulse) * np.where(torn, 0.2, 1.0) * sleepers.present * sleepers.glow
        kin = hues(0.25 + 0.1 * (sleepers.hue - 0.5))  # nearly one colour while all agree
        colour = mix(kin, hues(sleepers.hue), ease(now.bloom))  # everybody's own once they are themselves
        return (
            Points(spatial(*place), np.full(len(torn), 0.035, np.float32), shone(colour, 2.5 * strength), halo=0.5),
        )
