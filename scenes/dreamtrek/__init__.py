"""Dream Trek: an auditorium of cocoons, whose ribbons flow together into one rope that the camera climbs along.

Torn, the rope parts into two camps; mended, the same camps are warp and weft of a basket in which every ribbon keeps
its hue. Only the camera remembers; every light is a function of the moment and of where the camera is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from installation import RATE, Chance, Company, Control, Light, Moment, Scene, View, Voice
from scenes.dreamtrek import anchor, camera, voices
from scenes.dreamtrek.air import Air
from scenes.dreamtrek.cocoons import Cocoons
from scenes.dreamtrek.guests import Guests
from scenes.dreamtrek.ribbons import Ribbons
from scenes.dreamtrek.seats import dealt
from scenes.dreamtrek.tearing import Tearing

ANCHOR, CLIMB = "/trek/anchor", "/trek/climb"
SETTING_OUT, CLIMBING = 11.0, 38.0  # seconds, the two time constants of the camera's climb


class DreamTrek(Scene):
    """Ribbons from every cocoon close on the middle in one breath, and climb."""

    controls: ClassVar[tuple[Control, ...]] = (
        Control(
            ANCHOR,
            0.0,
            0.0,
            1.0,
            "",
            "A voice held on to: a beam that ribbons gather round.",
            0.3,
            seen=("glitch",),
            heard=("harmony", "glitch", "resolution"),
        ),
        Control(
            CLIMB,
            0.0,
            -6.0,
            6.0,
            "m",
            "Lifts the camera along the rope.",
            4.0,
            seen=("harmony", "glitch", "resolution"),
        ),
    )
    state: ClassVar[tuple[str, ...]] = ("_aim", "_climbed")
    budget: ClassVar[int] = 300_000

    def __init__(self, chance: Chance, company: Company) -> None:
        seats = dealt(company.hue, chance.of("seats").at())
        tearing = Tearing(chance.of("tearing"), len(company))
        self._seats = seats.place
        self._ribbons = Ribbons(seats, tearing, chance.of("ribbons"))
        self._cocoons = Cocoons(seats, tearing, chance.of("cocoons"))
        cocoons = np.column_stack([seats.place, seats.height + 0.12]).astype(np.float64)
        self._guests = Guests(cocoons)
        self._air = Air(chance.of("air"))
        self._aim, self._climbed = 0.0, 0.0  # how far up the trek the camera means to be, and is, 0..1

    def seats(self) -> NDArray[np.float64]:
        """On the tiers, like with like."""
        return self._seats

    def step(self, now: Moment) -> None:
        """The camera climbs on."""
        self._aim += (camera.goal(now) - self._aim) * (1.0 / (RATE * SETTING_OUT))
        self._climbed += (self._aim - self._climbed) * (1.0 / (RATE * CLIMBING))

    def view(self, now: Moment) -> View:
        """From where the camera has climbed to."""
        return camera.seen(now, self._climbed, now.number(CLIMB))

    def whereabouts(self, now: Moment) -> NDArray[np.float64]:
        """Where the guests' lanterns float."""
        return self._guests.place(now, self._unswayed(now))

    def _unswayed(self, now: Moment) -> View:
        """The camera without its sway: lanterns are placed by it, or they would sway along."""
        return self.view(replace(now, controls={**now.controls, "/camera/sway": 0.0}))

    def light(self, now: Moment) -> Iterable[Light]:
        """Hall, cocoons, ribbons, anchor."""
        view, held = self.view(now), now.number(ANCHOR)
        return (
            *self._air.light(now),
            *self._cocoons.light(now, view),
            *self._ribbons.light(now, view, held),
            *anchor.beam(now, held),
            *self._guests.light(now, self._unswayed(now)),
        )

    def sound(self, now: Moment) -> Iterable[Voice]:
        """The community's tones, the canon that climbs over them, and the anchor's fifth."""
        sung = voices.staying(tuple(super().sound(now)))
        return (*sung, *voices.climbing(now), voices.anchored(now, now.number(ANCHOR)))
