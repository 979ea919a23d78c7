"""Avenue: lamps along a road into the haze. A camera of one's own, and Mist that knows where a place is seen."""

from __future__ import annotations

import math

import numpy as np

from installation import (
    Chance,
    Company,
    Light,
    Mist,
    Moment,
    Points,
    Scene,
    Strokes,
    View,
    along,
    ease,
    hues,
    mix,
    polylines,
    rgb,
    shone,
    spatial,
)

GATES, VERTICES, APART = 30, 25, 2.0  # metres from gate to gate
ROWS, COLUMNS = 18, 32


class Avenue(Scene):
    """Thirty gates; the light at the end of the road is where it should be in a picture of any shape."""

    def __init__(self, chance: Chance, company: Company) -> None:
        self._far = APART * (1.0 + np.arange(GATES))
        self._of = chance.at().permutation(len(company))[:GATES]

    def view(self, now: Moment) -> View:
        """Down the road, swaying a little; what is 20 m away has lost all but a third of its light."""
        sway = now.number("/camera/sway")
        eye = (0.5 * sway * math.sin(0.05 * now.seconds), -3.0, 1.7)
        return View(eye, (0.0, 40.0, 1.9), height_deg=50.0, haze=20.0)

    def light(self, now: Moment) -> tuple[Light, ...]:
        """Gates as hairlines that are never thinner than a pixel, a lamp on each, and the glow at the end."""
        turn = np.linspace(0.0, math.pi, VERTICES)
        x = np.tile(1.8 * np.cos(turn), GATES)
        z = np.tile(2.8 * np.sin(turn) ** 0.7, GATES)
        y = np.repeat(self._far, VERTICES)
        pulse = now.sleepers.pulse[self._of]
        colour = mix(rgb(0.3, 0.5, 1.0), hues(now.sleepers.hue[self._of]), ease(now.bloom))
        lit = along(shone(colour, 0.2 + 0.5 * pulse), VERTICES)
        gates = Strokes(
            spatial(x, y, z), np.full(x.size, 0.012, np.float32), lit, polylines(GATES, VERTICES), least=0.8
        )
        top = spatial(np.zeros(GATES), self._far, np.full(GATES, 2.8))
        lamps = Points(top, np.full(GATES, 0.06, np.float32), shone(colour, 0.5 + 3.0 * pulse), halo=0.5)
        return gates, lamps, self._end(now)

    def _end(self, now: Moment) -> Mist:
        u, v, _ = self.view(now).seen(np.array([[0.0, 70.0, 1.2]]), now.aspect)
        column, row = (np.arange(COLUMNS) + 0.5) / COLUMNS, (np.arange(ROWS) + 0.5) / ROWS
        away = ((column[None, :] - u) * now.aspect) ** 2 + (row[:, None] - v) ** 2
        glow = (0.05 + 0.03 * math.cos(now.breath) * now.coherence) * np.exp(-away / 0.03)
        tint = mix(rgb(0.5, 0.4, 1.0), rgb(1.0, 0.7, 0.35), ease(now.bloom))
        return Mist(np.multiply.outer(glow, tint).astype(np.float32))
