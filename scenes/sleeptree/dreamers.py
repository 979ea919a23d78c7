"""The sleepers: jewels on the water, the motes that keep them company, and their light on the water."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import (
    Array,
    Chance,
    Moment,
    Points,
    Strokes,
    View,
    along,
    beaten,
    called,
    coming,
    crowded,
    ease,
    eased,
    hues,
    mix,
    polylines,
    rgb,
    seated,
    shone,
    shore,
    spatial,
    unswayed,
)
from scenes.sleeptree.mood import hazy, lingering

LIFT = 0.045  # metres, a jewel over the water
FALL, LANDING = 2.6, 1.6  # metres and seconds in which a newcomer comes down to the water
COLUMN = 7  # vertices of a jewel's light on the water
MOTES = 300  # small lights that circle the jewels; some have many, most have none
NEAR, FAR = 2.2, 7.5  # metres from the eye: there a jewel is three times as large as its size, and as large as it
GUEST = 0.062  # metres, the least radius of a guest's jewel
WHITE = rgb(1.0, 1.0, 1.0)


class Dreamers:
    """The lights of the community; a pure function of the moment."""

    def __init__(self, chance: Chance, sleepers: int) -> None:
        draw = chance.at()
        self._size = (0.021 + 0.009 * draw.pareto(2.6, sleepers)).clip(0.021, 0.055)
        self._drift = np.column_stack([draw.uniform(size=sleepers), draw.uniform(0.0, 2.0 * np.pi, (sleepers, 2))])
        hosts = draw.permutation(sleepers)[:80]
        self._host = hosts[(len(hosts) * draw.uniform(size=MOTES) ** 1.7).astype(np.intp)]
        self._orbit = draw.uniform(0.10, 0.46, MOTES)
        self._mote_height = draw.uniform(0.02, 0.34, MOTES)
        self._mote_turn = draw.uniform(0.0, 2.0 * np.pi, MOTES)
        self._mote_rate = draw.choice((-1.0, 1.0), MOTES) * draw.uniform(0.05, 0.22, MOTES)
        self._mote_size = draw.uniform(0.008, 0.015, MOTES).astype(np.float32)

    def place(self, now: Moment) -> NDArray[np.float64]:
        """(n, 2) metres: where the sleepers lie on the water; some of them drift. Guests lie where they are seen."""
        at_shore, _ = seated(now.sleepers.guest)
        place = self._home(now)
        if at_shore.any():
            place[at_shore] = self.shore(now)[at_shore]
        return place

    def shore(self, now: Moment) -> NDArray[np.float64]:
        """(n, 2) metres: where everybody lies as a guest: in the picture wherever the camera goes, and drifting."""
        _, a, b = self._drift.T
        swing = np.stack([np.sin(a + 0.11 * now.seconds), np.sin(b + 0.087 * now.seconds)], axis=1)
        return np.asarray(shore(unswayed(now), now.aspect, len(now.sleepers)) + 0.07 * swing)

    def _home(self, now: Moment) -> NDArray[np.float64]:
        t = now.seconds
        kind, a, b = self._drift.T
        wide = 0.32 * eased((kind - 0.5) / 0.5)
        swing = np.stack([np.sin(a + 0.11 * t), np.sin(b + 0.087 * t)], axis=1)
        return np.asarray(now.sleepers.place + wide[:, None] * swing)

    def light(
        self, now: Moment, view: View, place: NDArray[np.float64], together: Array, flicker: np.random.Generator
    ) -> tuple[list[Points | Strokes], Strokes]:
        """Jewels, their halos and motes; and apart, their light on the water. `together`, (n,) 0..1, shine as one."""
        strength, colour = self._strength(now, flicker), self._colour(now)
        near = self._nearness(view, place)
        colour = colour + shone(WHITE - colour, np.float32(0.55) * together)
        strength = strength + np.float32(1.3) * together * now.sleepers.present.astype(np.float32)
        lights: list[Points | Strokes] = [*self._jewels(now, place, strength, colour, near)]
        lights.append(self._motes(now, place, strength, colour))
        return lights, self._columns(now, place, strength, colour, near)

    @staticmethod
    def _nearness(view: View, place: NDArray[np.float64]) -> Array:
        """(n,) 0 far from the eye .. 1 before it."""
        x, y, z = view.eye
        away = np.sqrt((place[:, 0] - x) ** 2 + (place[:, 1] - y) ** 2 + z * z)
        return eased((FAR - away) / (FAR - NEAR))

    def _columns(self, now: Moment, place: NDArray[np.float64], strength: Array, colour: Array, near: Array) -> Strokes:
        """Each jewel's light on the water: a wavering streak towards the viewer."""
        x, y = place.T[:, :, None]
        way = np.linspace(0.0, 1.0, COLUMN)
        waver = np.sin(9.0 * way - 2.2 * now.seconds + 5.0 * x) * 0.035 * way
        fade = (1.0 - way) ** 1.5 * (0.75 + 0.25 * np.sin(21.0 * way - 3.1 * now.seconds + y))
        depth = np.broadcast_to(-(LIFT + 0.42 * way), fade.shape)
        wide = (0.016 + 0.016 * way) * (1.0 + 0.9 * near[:, None])
        return Strokes(
            spatial(x + waver, np.broadcast_to(y, fade.shape), depth),
            wide.ravel().astype(np.float32),
            shone(along(colour, COLUMN), (0.30 * strength[:, None] * fade).ravel()),
            polylines(len(x), COLUMN),
        )

    def _strength(self, now: Moment, flicker: np.random.Generator) -> Array:
        """(n,) how bright: own breath, own voice, and in glitch a flicker of their own."""
        sleepers = now.sleepers
        voice = 0.75 + 0.5 * now.tones[sleepers.tone]
        one = ease(2.0 * now.number("/dream/communion") - 1.0)  # then everybody shines with the common breath
        mine = lingering(sleepers.pulse.astype(np.float32), sleepers.phase, now)
        pulse = mine + one * ((0.5 + 0.5 * math.cos(now.breath)) ** 2 - mine)
        rest = 0.12 + 0.08 * now.bloom + 0.88 * pulse
        torn = np.where(flicker.uniform(size=len(sleepers)) < 0.30 * now.unrest, 0.25, 1.0)
        arrival = 1.0 + 2.5 * np.exp(-sleepers.arrived / 2.0)
        own = rest * voice * torn * arrival
        guest, (_, lit) = sleepers.guest, seated(sleepers.guest)
        if guest.any():
            shown = crowded(sleepers) * (0.40 + 0.35 * pulse + 1.1 * beaten(sleepers) + 0.8 * coming(sleepers))
            own = (own + (shown + 1.2 * called(sleepers) - own) * eased(guest)) * lit
        strength: Array = (own * sleepers.glow * sleepers.present).astype(np.float32)
        return strength

    def _colour(self, now: Moment) -> Array:
        """(n, 3): nearly one family while all agree, every hue its own once they are themselves."""
        own = hues(now.sleepers.hue, 0.14)
        kin = hues(0.52 + 0.20 * (now.sleepers.hue - 0.5), 0.14)
        communion = 2.0 * now.number("/dream/communion") - 1.0  # -1 each for themselves .. 1 all one
        usual = 0.45 + 0.55 * ease(now.bloom)
        alike = mix(kin, hues(np.full(len(own), 0.52), 0.3), max(communion, 0.0))
        way = usual * (1.0 - max(communion, 0.0)) + (1.0 - usual) * max(-communion, 0.0)
        return mix(alike, own, np.maximum(eased(now.sleepers.guest), np.float32(way)))  # guests have their own

    def _jewels(
        self, now: Moment, place: NDArray[np.float64], strength: Array, colour: Array, near: Array
    ) -> tuple[Points, Points]:
        sleepers = now.sleepers
        falling = np.clip(1.0 - sleepers.arrived / LANDING, 0.0, 1.0)
        position = spatial(place[:, 0], place[:, 1], LIFT + FALL * falling**2)
        own = np.maximum(self._size, GUEST * sleepers.guest) * (1.0 + 0.35 * sleepers.guest * beaten(sleepers))
        size = (own * (1.0 + 0.27 * sleepers.pulse)).astype(np.float32) * (1.0 + 2.0 * near)
        lit = np.minimum(strength, np.float32(1.6))
        white = 1.0 - np.float32(0.6) * sleepers.guest.astype(np.float32)  # who is somebody's is seen in their hue
        pale = colour + shone(WHITE - colour, (np.float32(0.20) + np.float32(0.32) * lit) * white)
        core = shone(pale, (4.6 + 1.8 * (1.0 - now.unrest)) * strength)
        wide = np.float32(0.22) + np.float32(3.0) * own.astype(np.float32) * (1.0 + near)
        halo = shone(colour, hazy(now) * strength * (0.030 - 0.012 * near))
        return Points(position, size, core, halo=0.30), Points(position, wide, halo)

    def _motes(self, now: Moment, place: NDArray[np.float64], strength: Array, colour: Array) -> Points:
        """Small lights that circle a jewel and breathe with it a little later: clusters on the water."""
        turn = self._mote_turn + self._mote_rate * now.seconds
        wide = self._orbit * (1.0 + 0.15 * np.sin(0.4 * now.seconds + 3.0 * self._mote_turn))
        x, y = place[self._host].T + wide * np.stack([np.cos(turn), np.sin(turn)])
        height = self._mote_height * (0.8 + 0.2 * np.sin(0.6 * now.seconds + self._mote_turn))
        light = 0.10 + 0.9 * strength[self._host]
        return Points(spatial(x, y, height), self._mote_size, shone(np.take(colour.T, self._host, axis=1).T, light))
