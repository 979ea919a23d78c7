"""Lake: rings of light over still water. Mirror images, and what glitch does to lights."""

from __future__ import annotations

import numpy as np

from installation import (
    Chance,
    Company,
    Light,
    Moment,
    Scene,
    Strokes,
    along,
    ease,
    hues,
    mirrored,
    mix,
    polylines,
    registers,
    rgb,
    shone,
    spatial,
)

RINGS, VERTICES = 9, 90


class Lake(Scene):
    """Nine rings that rise and sink with the common breath, and their images."""

    def __init__(self, chance: Chance, company: Company) -> None:
        self._slabs = chance.of("slabs")
        self._turn = np.linspace(0.0, 2.0 * np.pi, VERTICES)
        self._tilt = chance.at().normal(0.0, 0.12, (2, RINGS, 1))

    def light(self, now: Moment) -> tuple[Light, ...]:
        """What stands, torn into registers while the dream is; then each register's image in the water."""
        ring = self._ring(now)
        standing = [register.torn(ring) for register in registers(now, self._slabs)]  # one while calm, two when torn
        ripple = [0.03 * np.sin(9.0 * light.position[:, 2] + 2.0 * now.seconds) for light in standing]
        images = [mirrored(light, 0.35, ripple=r, softest=0.03) for light, r in zip(standing, ripple, strict=True)]
        return (*standing, *images)

    def _ring(self, now: Moment) -> Strokes:
        which = np.arange(RINGS)[:, None]
        radius = 0.5 + 0.33 * which
        x, y = radius * np.cos(self._turn), radius * np.sin(self._turn)
        breath = 0.5 - 0.5 * np.cos(now.breath - 0.5 * which)
        z = 0.4 + 0.28 * which + 0.35 * breath * now.coherence + self._tilt[0] * x + self._tilt[1] * y
        colour = mix(rgb(0.15, 0.6, 1.0), hues(which[:, 0] / RINGS), ease(now.bloom))
        lit = along(shone(colour, 0.25 + 0.5 * breath[:, 0]), VERTICES)
        return Strokes(spatial(x, y, z), np.full(x.size, 0.016, np.float32), lit, polylines(RINGS, VERTICES))
