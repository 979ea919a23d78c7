"""Pods: lanterns of glass with somebody asleep in each, and what the wet street gives back of them. Pure."""

from __future__ import annotations

import numpy as np

from installation import Array, Chance, Moment, Points, Strokes, hues, mix, shone
from scenes.restpods.dreamers import Crowd
from scenes.restpods.palette import GREY, LAMP, PEACH, Doubles, dim, lines
from scenes.restpods.street import Street

HALF = np.array([0.66, 0.42, 0.37])  # metres, half axes of a pod, which lies across the street
ROUND = 21  # vertices of a line
RIBS = 3
RESTING = 11  # vertices of the body inside
MIRRORED = 0.30  # of a pod's light comes back from the street
STREAK = 6


class Pods:
    """Glass, sleepers and their image in the street."""

    def __init__(self, street: Street, chance: Chance) -> None:
        draw, self._count = chance.at(), len(street.along)
        count = self._count
        self._street = street
        self._size: Doubles = draw.uniform(0.86, 1.12, count)
        self._turn: Doubles = draw.normal(0.0, 0.22, count)
        self._warmth: Array = draw.uniform(0.0, 1.0, count).astype(np.float32)
        self._waver: Doubles = draw.uniform(0.0, 2.0 * np.pi, count)
        self._near = np.flatnonzero(street.along < 21.0)  # whose ribs can be told apart
        self._ribs = self._carried(_ribs(draw, count)).astype(np.float32)[:, self._near]  # (3, near, RIBS * ROUND)
        self._body = self._carried(_asleep(draw, street.side)).astype(np.float32)  # (3, n, RESTING)
        rib = np.linspace(0.0, 2.0 * np.pi, ROUND)
        self._rib_light = np.tile(0.15 + 0.22 * np.cos(rib), RIBS).clip(0.04).astype(np.float32)  # glass shines above
        taper = np.interp(
            np.linspace(0.0, 1.0, RESTING), (0.0, 0.12, 0.5, 0.75, 1.0), (0.030, 0.075, 0.068, 0.045, 0.018)
        )
        self._thick = np.tile(taper, count).astype(np.float32)
        self._front = np.flatnonzero((street.row == 0) & (street.along < 44.0))

    def _carried(self, place: Doubles) -> Doubles:
        """(3, n, v) on a pod of unit size -> metres on the street."""
        x, y, z = place * (HALF[:, None, None] * self._size[None, :, None])
        c, s = np.cos(self._turn)[:, None], np.sin(self._turn)[:, None]
        return np.stack([c * x - s * y, s * x + c * y, z]) + self._street.pod[:, :, None]

    def light(self, now: Moment, crowd: Crowd, view_from: Array, warm: Array) -> list[Points | Strokes]:
        """`warm` is (n,) 0 grey and cold .. 1 the sleeper's own pod."""
        away = self._away(view_from)
        strength = self._strength(now, warm) * dim(away)
        colour = self._colour(now, warm)
        outline = self._outline(view_from)
        air, image = self._air(now, colour, strength, away), self._mirrored(now, outline, colour, strength)
        return [*self._glass(outline, colour, strength), self._asleep(now, colour, strength), *air, *image]

    def _away(self, eye: Array) -> Array:
        away: Array = np.sqrt(((self._street.pod - eye[:, None]) ** 2).sum(axis=0)).astype(np.float32)
        return away

    def _strength(self, now: Moment, warm: Array) -> Array:
        sleepers = now.sleepers
        arrival = 1.0 + 2.0 * np.exp(-np.maximum(sleepers.arrived - 9.5, 0.0) / 2.0) * (sleepers.arrived < 60.0)
        waiting = 0.25 + 0.75 * np.minimum(sleepers.arrived / 10.0, 1.0) ** 3  # dark until its sleeper is there
        breath = (0.64 + 0.70 * sleepers.pulse) * (0.8 + 0.3 * now.tones[sleepers.tone])
        calm = breath * arrival * waiting * (1.0 - 0.45 * now.bloom)
        here = 0.10 + 0.90 * sleepers.present
        strength: Array = ((0.20 + (calm - 0.20) * warm) * here * np.sqrt(sleepers.glow)).astype(np.float32)
        return strength

    def _colour(self, now: Moment, warm: Array) -> Array:
        own = mix(mix(PEACH, LAMP, self._warmth), hues(now.sleepers.hue, 0.2), 0.12 + 0.40 * now.bloom)
        return mix(np.broadcast_to(0.8 * GREY, own.shape), own, warm)

    def _outline(self, eye: Array) -> Array:
        """(3, n, ROUND) metres: where glass meets the dark, as seen from the eye: the silhouette of an ellipsoid."""
        half = HALF[:, None] * self._size
        c, s = np.cos(self._turn), np.sin(self._turn)
        x, y, z = eye[:, None] - self._street.pod
        look = np.stack([c * x + s * y, -s * x + c * y, z]) / half  # to the eye, where the pod is a unit ball
        far = np.sqrt((look**2).sum(axis=0))
        look /= far
        right = np.stack([-look[1], look[0], np.zeros(self._count)])
        right /= np.sqrt((right**2).sum(axis=0))
        above = np.cross(look, right, axis=0)
        rim = np.sqrt(1.0 - 1.0 / far**2)[:, None]
        turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
        ring = (look / far)[:, :, None] + rim * (right[:, :, None] * np.sin(turn) - above[:, :, None] * np.cos(turn))
        x, y, z = ring * half[:, :, None]
        c, s = c[:, None], s[:, None]
        return (np.stack([c * x - s * y, s * x + c * y, z]) + self._street.pod[:, :, None]).astype(np.float32)

    def _glass(self, outline: Array, colour: Array, strength: Array) -> list[Strokes]:
        """Where the glass meets the dark, brighter above; and, of near ones, what holds it."""
        top = (0.275 + 0.225 * np.cos(np.linspace(0.0, 2.0 * np.pi, ROUND))).astype(np.float32)
        rim = lines(outline, 0.0085, colour, top * strength[:, None])
        ribs = self._rib_light * strength[self._near][:, None]
        return [rim, lines(self._ribs, 0.0085, colour[self._near], ribs, ROUND)]

    def _asleep(self, now: Moment, colour: Array, strength: Array) -> Strokes:
        """The sleeper: one curve from head to foot, that rises with the breath."""
        place = self._body.copy()
        belly = np.sin(np.linspace(0.0, np.pi, RESTING)) ** 2
        place[2] += ((0.05 * (0.5 + 0.5 * np.cos(now.sleepers.phase)))[:, None] * belly).astype(np.float32)
        fade = (1.0 - 0.6 * np.linspace(0.0, 1.0, RESTING)).astype(np.float32)
        light = (0.62 * strength * now.sleepers.present.astype(np.float32))[:, None] * fade
        return lines(place, self._thick, mix(colour, LAMP, 0.25), light)

    def _air(self, now: Moment, colour: Array, strength: Array, away: Array) -> list[Points]:
        """The lamp in the glass, and the haze round it: near ones only, or the far street would be fog."""
        here = now.sleepers.present.astype(np.float32)
        near = np.exp(-away / 15.0)
        lamp = shone(mix(colour, LAMP, 0.5), 1.7 * strength * here * np.minimum(1.0, 12.0 / away))
        head = np.ascontiguousarray(self._body[:, :, 0].T)
        size = np.full(self._count, 0.075, np.float32)
        haze = shone(colour, 0.25 * strength * near)
        pod = self._street.pod.T.astype(np.float32)
        return [Points(head, size, lamp, halo=0.4), Points(pod, np.full(self._count, 0.62, np.float32), haze)]

    def _mirrored(self, now: Moment, outline: Array, colour: Array, strength: Array) -> list[Points | Strokes]:
        """The first row in the wet street: the rim upside down and wavering, and a streak towards the viewer."""
        who = self._front
        place = outline[:, who].copy()
        place[2] *= np.float32(-1.0)
        waver = np.sin(13.0 * place[2] + self._waver[who][:, None] - 1.7 * now.seconds)
        place[0] += (0.030 * waver).astype(np.float32)
        light = np.broadcast_to((0.55 * MIRRORED * strength[who])[:, None], place.shape[1:])
        rim = lines(place, 0.014, colour[who], light)
        way = np.linspace(0.0, 1.0, STREAK)
        x, y = self._street.pod[0, who][:, None], self._street.pod[1, who][:, None]
        wave = 0.05 * np.sin(7.0 * way - 1.9 * now.seconds + self._waver[who][:, None]) * way
        streak = np.stack(
            [x + wave, np.broadcast_to(y - 0.4, wave.shape), np.broadcast_to(-0.3 - 1.5 * way, wave.shape)]
        )
        fade = 0.34 * MIRRORED * strength[who][:, None] * (1.0 - way) ** 1.3
        return [rim, lines(streak, 0.13, colour[who], fade)]


def _ribs(draw: np.random.Generator, count: int) -> Doubles:
    """(3, n, RIBS * ROUND) on a unit pod: hoops that hold the glass, never evenly."""
    turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
    hoops = []
    for k in range(RIBS - 1):
        at = np.array([-0.46, 0.40])[k] + draw.normal(0.0, 0.08, (count, 1))
        size = np.sqrt(1.0 - at**2)
        hoops.append(np.stack([at + 0.0 * turn, size * np.sin(turn), size * np.cos(turn)]))
    seam = draw.normal(0.10, 0.06, (count, 1))
    flat = np.sqrt(1.0 - seam**2)
    hoops.append(np.stack([flat * np.cos(turn), flat * np.sin(turn), seam + 0.0 * turn]))
    return np.concatenate(hoops, axis=2)


def _asleep(draw: np.random.Generator, side: Doubles) -> Doubles:
    """(3, n, RESTING) on a unit pod: a body on its side, knees drawn up, its head towards the street."""
    way = np.linspace(0.0, 1.0, RESTING)
    curl = draw.uniform(0.10, 0.50, (len(side), 1))
    x = -side[:, None] * (0.56 - (1.22 - curl) * way)
    knees = np.exp(-(((way - 0.68) / 0.17) ** 2))
    z = -0.42 + 0.16 * np.sin(np.pi * np.minimum(way * 2.0, 1.0)) + (0.9 * curl) * knees
    y = -0.20 - 1.3 * curl * knees
    return np.stack([x, np.broadcast_to(y, x.shape), z])
