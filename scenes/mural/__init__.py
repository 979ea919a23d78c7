"""Mural: a wall at night that a whole community paints, a stroke each; an optimiser paints over it; both become a rose.

Nothing here moves by itself: every light is a function of the moment, so any moment can be drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import numpy as np

from installation import Chance, Company, Control, Light, Moment, Phase, Scene, View, Voice
from scenes.mural import camera
from scenes.mural.air import Air
from scenes.mural.guests import Guests
from scenes.mural.hum import Hum
from scenes.mural.palette import Doubles
from scenes.mural.street import Pavement
from scenes.mural.wall import Wall
from scenes.mural.wind import WIDE

PHASES: tuple[Phase, ...] = ("harmony", "glitch", "resolution")


class Mural(Scene):
    """Each breath runs a brush of light along its sleeper's stroke; wet light dries behind it."""

    controls: ClassVar[tuple[Control, ...]] = (
        Control(
            *("/mural/wet", 0.5, 0.0, 1.0, "", "How long the paint stays wet."),
            glide=2.0,
            seen=("harmony", "resolution"),
            heard=("harmony", "resolution"),
        ),
        Control(
            *("/mural/bristles", 0.5, 0.0, 1.0, "", "0 fine hairs .. 1 a broad brush."),
            glide=4.0,
            seen=("harmony",),
        ),
        Control(
            *("/mural/grid", 0.5, 0.0, 1.0, "", "How much of the wall the optimiser takes."),
            glide=3.0,
            seen=("glitch",),
            heard=("glitch",),
        ),
        Control(
            *("/mural/rose", 1.0, 0.0, 1.0, "", "How far strokes go into the rose when they bloom."),
            glide=6.0,
            seen=("resolution",),
            heard=("resolution",),
        ),
        Control(*("/mural/wind", 0.5, 0.0, 1.0, "", "How far the strokes sway."), glide=4.0, seen=("harmony",)),
    )
    budget: ClassVar[int] = 320_000

    def __init__(self, chance: Chance, company: Company) -> None:
        self._wall = Wall(chance.of("wall"), company)
        self._street = Pavement(chance.of("street"), self._wall, self._wall.rose)
        self._air = Air(chance.of("air"))
        self._guests = Guests()
        self._hum = Hum(self._wall.grown.place[0].mean(axis=1).astype(np.float64), WIDE)

    def seats(self) -> Doubles:
        """Along the wall, which goes round whoever listens."""
        return self._street.seats(self._wall)

    def light(self, now: Moment) -> Iterable[Light]:
        """Air, wall, street."""
        paint = self._wall.paint(now)
        opened = float(paint.opened.max())
        return (
            *self._air.light(now, self.view(now), opened),
            *self._wall.light(now, paint),
            *self._street.light(now, paint),
            *self._guests.light(now, self._unswayed(now), paint),
        )

    def sound(self, now: Moment) -> tuple[Voice, ...]:
        """The wall, and under it the community's drone at half its loudness."""
        wet, swap, opened = self._wall.heard(now)
        bows = self._hum.bowed(now, wet, swap, opened)
        return (*bows, *(replace(voice, gain=0.5 * voice.gain) for voice in super().sound(now)))

    def whereabouts(self, now: Moment) -> Doubles:
        """Where the guests' lanterns hang."""
        return self._guests.place(now, self._unswayed(now))

    def view(self, now: Moment) -> View:
        """Before the wall."""
        return camera.seen(now)

    def _unswayed(self, now: Moment) -> View:
        """The camera without its sway: lanterns are placed by it, or they would sway along."""
        return self.view(replace(now, controls={**now.controls, "/camera/sway": 0.0}))
