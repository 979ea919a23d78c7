"""The cocoons: a shell of light, open above, the sleeper in it, and the light of their breath."""

from __future__ import annotations

import numpy as np

from installation import Array, Chance, Moment, Points, Strokes, View, along, ease, eased, mix, polylines, shone
from scenes.dreamtrek.palette import PEARL, camps, kin, own
from scenes.dreamtrek.seats import Seats
from scenes.dreamtrek.tearing import Tearing

RIBS = np.array([0.0, 0.5, 0.25, 0.75])  # turns round the shell: both edges, the ridge, the keel
BRIGHT = np.array([1.0, 1.0, 0.5, 0.3], dtype=np.float32)  # of each
KNOTS = 13  # vertices of a rib
LONG, WIDE, HIGH = 0.88, 0.34, 0.27  # metres, half its length, width and height
FINE = 0.0095  # metres, radius of a rib
BODY = 0.17  # metres, radius of a sleeper's light
LYING = np.array([-0.42, -0.12, 0.2, 0.55], dtype=np.float32)  # metres from head to foot
BLURRED, SHARP = 4.5, 11.0  # metres from the camera within which a cocoon is out of focus, and from which it is not
SOFTER = 5.0  # times as wide, out of focus
FALL, LANDING = 5.0, 2.0  # metres and seconds in which a newcomer comes down


class Cocoons:
    """The lights of the sleepers themselves; a pure function of the moment."""

    def __init__(self, seats: Seats, tearing: Tearing, chance: Chance) -> None:
        self._tearing, n = tearing, len(seats)
        draw = chance.at()
        cos, sin = np.cos(seats.angle), np.sin(seats.angle)
        self._centre = np.column_stack([seats.place, seats.height + 0.12])
        axis = np.stack([-0.90 * cos, -0.90 * sin, np.full(n, -0.30)], axis=1) + 0.05 * draw.normal(size=(n, 3))
        axis /= np.linalg.norm(axis, axis=1)[:, None]  # its foot lies to the stage
        level = np.stack([-axis[:, 1], axis[:, 0], np.zeros(n)], axis=1)
        level /= np.linalg.norm(level, axis=1)[:, None]
        turn = (2.0 * np.pi * RIBS + draw.normal(0.0, 0.12, (n, 1)))[..., None]
        normal = WIDE * np.cos(turn) * level[:, None] + HIGH * np.sin(turn) * np.cross(axis, level)[:, None]
        way = np.linspace(0.0, np.pi, KNOTS)
        wide = np.sin(way) ** 1.15 * (1.0 + 0.24 * np.cos(way))  # an almond, wider where the head lies
        size = draw.uniform(0.9, 1.1, (n, 1, 1, 1))
        ribs = size * (-LONG * np.cos(way)[:, None] * axis[:, None, None] + wide[:, None] * normal[:, :, None])
        self._ribs = np.asfortranarray((self._centre[:, None, None] + ribs).reshape(-1, 3), dtype=np.float32)
        self._shell = (BRIGHT[:, None] * (0.35 + 0.65 * np.sin(way))).astype(np.float32).ravel()
        lying = (self._centre[:, None] + LYING[:, None] * axis[:, None]).reshape(-1, 3)
        self._lying, self._head = (
            np.asfortranarray(lying, dtype=np.float32),
            (self._centre - 0.45 * axis).astype(np.float32),
        )
        self._kin = kin(seats.turn)

    def light(self, now: Moment, view: View) -> list[Points | Strokes]:
        """Shells, sleepers and their heads."""
        sleepers, n = now.sleepers, len(now.sleepers)
        pulse, colour = sleepers.pulse * (1.0 - 0.6 * now.unrest) + 0.15 * now.unrest, self._colour(now)
        here = 1.4 * sleepers.present * sleepers.glow * self._awake(now)
        away = np.linalg.norm(np.array(view.eye) - self._centre, axis=1)
        soft = 1.0 + (SOFTER - 1.0) * eased((SHARP - away) / (SHARP - BLURRED))
        shell = (0.07 + here * (0.13 + 0.40 * pulse)) * soft**-0.8
        falling = np.clip(1.0 - sleepers.arrived / LANDING, 0.0, 1.0)
        head = self._head + np.array([0.0, 0.0, FALL], np.float32) * (falling**2).astype(np.float32)[:, None]
        lit = shone(mix(colour, PEARL, 0.45), here * (0.35 + 1.5 * pulse))
        return [
            Strokes(
                self._ribs,
                along(FINE * soft, len(self._shell)),
                shone(along(colour, len(self._shell)), (shell[:, None] * self._shell).ravel()),
                polylines(n * len(RIBS), KNOTS),
            ),
            Strokes(
                self._lying,
                np.full(len(self._lying), BODY, np.float32),
                along(shone(colour, here * (0.03 + 0.16 * pulse)), len(LYING)),
                polylines(n, len(LYING)),
            ),
            Points(head, np.full(n, 0.062, np.float32), lit, 0.4),
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
