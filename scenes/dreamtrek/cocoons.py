"""The cocoons: ribs of glass that a sleeper lies in, their head, and the light of their breath."""

from __future__ import annotations

import numpy as np

from installation import Array, Chance, Moment, Points, Strokes, View, along, ease, mix, polylines, shone
from scenes.dreamtrek.palette import PEARL, camps, kin, own
from scenes.dreamtrek.seats import Seats
from scenes.dreamtrek.tearing import Tearing

RIBS, KNOTS = 6, 13  # lines from end to end of a cocoon, and vertices of one
LONG, WIDE = 0.86, 0.31  # metres, half its length and half its width
FINE = 0.0095  # metres, radius of a rib
FALL, LANDING = 5.0, 2.0  # metres and seconds in which a newcomer comes down


class Cocoons:
    """The lights of the sleepers themselves; a pure function of the moment."""

    def __init__(self, seats: Seats, tearing: Tearing, chance: Chance) -> None:
        self._tearing, n = tearing, len(seats)
        draw = chance.at()
        cos, sin = np.cos(seats.angle), np.sin(seats.angle)
        self._centre = np.stack([seats.radius * cos, seats.radius * sin, seats.height + 0.12], axis=1)
        axis = np.stack([-0.90 * cos, -0.90 * sin, np.full(n, -0.30)], axis=1) + 0.04 * draw.normal(size=(n, 3))
        axis /= np.linalg.norm(axis, axis=1)[:, None]  # its foot lies to the stage
        level = np.stack([-axis[:, 1], axis[:, 0], np.zeros(n)], axis=1)
        level /= np.linalg.norm(level, axis=1)[:, None]
        turn = 2.0 * np.pi * np.arange(RIBS) / RIBS + draw.uniform(-0.25, 0.25, (n, 1))
        normal = np.cos(turn)[..., None] * level[:, None] + np.sin(turn)[..., None] * np.cross(axis, level)[:, None]
        way = np.linspace(0.0, np.pi, KNOTS)
        wide = np.sin(way) ** 1.25 * (1.0 + 0.24 * np.cos(way))  # an almond, wider where the head lies
        size = draw.uniform(0.9, 1.1, (n, 1, 1, 1))
        ribs = size * (-LONG * np.cos(way)[:, None] * axis[:, None, None] + WIDE * wide[:, None] * normal[:, :, None])
        self._ribs = np.asfortranarray((self._centre[:, None, None] + ribs).reshape(-1, 3), dtype=np.float32)
        self._normal = normal.astype(np.float32)  # (n, RIBS, 3)
        self._head, self._body = (
            (self._centre - 0.42 * axis).astype(np.float32),
            (self._centre + 0.15 * axis).astype(np.float32),
        )
        self._along = (0.45 + 0.55 * np.sin(way)).astype(np.float32)
        self._starts = polylines(n * RIBS, KNOTS)
        self._kin = kin(seats.turn)

    def light(self, now: Moment, view: View) -> list[Points | Strokes]:
        """Ribs, heads and breath."""
        sleepers, n = now.sleepers, len(now.sleepers)
        eye = np.array(view.eye) - self._centre
        away = np.linalg.norm(eye, axis=1)
        pulse, colour = sleepers.pulse, self._colour(now)
        here = 1.4 * sleepers.present * sleepers.glow * self._awake(now)
        facing = np.abs(np.matmul(self._normal, (eye / away[:, None]).astype(np.float32)[:, :, None]))[..., 0]
        rim = 0.25 + 0.75 * (1.0 - facing) ** 1.5  # glass is brightest where it is seen edge on
        ribs = (0.07 + here * (0.11 + 0.34 * pulse)).astype(np.float32)[:, None] * rim
        falling = np.clip(1.0 - sleepers.arrived / LANDING, 0.0, 1.0)
        head = self._head + np.array([0.0, 0.0, FALL], np.float32) * (falling**2).astype(np.float32)[:, None]
        return [
            Strokes(
                self._ribs,
                np.full(len(self._ribs), FINE, np.float32),
                shone(along(colour, RIBS * KNOTS), (ribs[..., None] * self._along).ravel()),
                self._starts,
            ),
            Points(
                head, np.full(n, 0.062, np.float32), shone(mix(colour, PEARL, 0.45), here * (0.35 + 1.5 * pulse)), 0.4
            ),
            Points(self._body, np.full(n, 0.42, np.float32), shone(colour, here * (0.025 + 0.10 * pulse))),
        ]

    def _awake(self, now: Moment) -> Array:
        """(n,): own voice, own failing, and the light of having just come in."""
        arrived = now.sleepers.arrived
        landed = np.where(arrived > LANDING, 2.5 * np.exp(-(arrived - LANDING) / 2.0), 0.0)
        voice = 0.75 + 0.5 * now.tones[now.sleepers.tone]
        awake: Array = (voice * self._tearing.failing(now) * (1.0 + landed)).astype(np.float32)
        return awake

    def _colour(self, now: Moment) -> Array:
        """(n, 3): nearly kin while all agree, every hue its own once they are themselves."""
        calm = mix(self._kin, own(now.sleepers.hue), 0.25 + 0.75 * ease(now.bloom))
        return mix(calm, camps(now.sleepers.side), ease(1.2 * now.unrest))
