"""The ribbons lit: a wave of light runs along each with its sleeper's own breath.

While all agree the waves are rings that close on the middle and climb; torn they are noise; at the end a canon.
"""

from __future__ import annotations

import numpy as np

from installation import Array, Chance, Moment, Points, Strokes, View, ease, eased, mix, polylines
from scenes.dreamtrek.flow import KNOTS, Flow, Way
from scenes.dreamtrek.palette import CORDS, GOLD, PEARL, SUMMITS, camps, kin, own
from scenes.dreamtrek.rope import FOOT, Facing
from scenes.dreamtrek.seats import Seats
from scenes.dreamtrek.tearing import Tearing

STOUT, STOUTER = 0.42, 0.85  # brightness of a ribbon from which it has a second and a third hair
WAVES = 2.7  # waves of light on a ribbon at once
REST, CREST = 0.145, 1.38  # light of a ribbon between waves, and what a wave adds
BESIDE = (-1.0, -0.5), (0.35, 1.0), (-0.3, 0.2)  # where the hairs lie, shares of WIDE
DIMMEST, BRIGHTER = 0.13, 3.1
"""Weights of ribbons: a few are bright and most are a shimmer between them, or so many lines side by side would be
stripes, which tire the eye and wake the flash guard."""
CALMER = 0.65  # share of a wave that is lost when torn: each sleeper's phase trembles then, and all would flicker
GILT = 0.15  # share of gold in every own hue of the basket: they are of one light
WIDE, CLOSE = 0.17, 0.018  # metres between filaments at the loft and in the rope
FINE, ROUND = 0.0085, 0.0145  # metres, radius of a filament in the flow and in the rope
BODY, BODIES = 0.30, 3  # metres, radius of the light that a ribbon lies in; every third one has it
GROWING = 7.0  # seconds in which a newcomer's ribbon reaches the top
NEAR, CLEAR = 0.16, 0.5  # of the way from the camera to the axis: nothing is drawn nearer, everything farther


class Ribbons:
    """The lights of all ribbons; a pure function of the moment."""

    def __init__(self, seats: Seats, tearing: Tearing, chance: Chance) -> None:
        self._flow, self._tearing = Flow(seats, tearing, chance.of("flow")), tearing
        draw, n = chance.of("silk").at(), len(seats)
        turn = draw.uniform(0.0, 2.0 * np.pi, (n, 1))
        self._silk_cos, self._silk_sin = np.cos(turn).astype(np.float32), np.sin(turn).astype(np.float32)
        self._weight = (DIMMEST + BRIGHTER * draw.uniform(size=n) ** 4.5).astype(np.float32)
        self._kin = kin(seats.turn)
        self._hairs(draw)
        self._wave = np.float32(2.0 * np.pi * WAVES) * self._flow.along

    def _hairs(self, draw: np.random.Generator) -> None:
        """One to three hairs a ribbon, beside it unevenly, or they would be stripes; the first goes on in the rope."""
        n = len(self._weight)
        every = [np.arange(n), np.flatnonzero(self._weight > STOUT), np.flatnonzero(self._weight > STOUTER)]
        self._of = np.concatenate(every)  # (m,) the ribbon of each hair
        beside = [draw.uniform(low, high, len(of)) for of, (low, high) in zip(every, BESIDE, strict=True)]
        self._beside = np.concatenate(beside).astype(np.float32)[:, None]
        bright = draw.uniform(0.55, 1.25, (len(self._of), 1)).astype(np.float32)
        first = (np.arange(len(self._of)) < n)[:, None]
        self._share = bright * np.where(first, 1.0, 1.0 - self._flow.roped).astype(np.float32)  # (m, KNOTS)
        self._thick = np.tile(FINE + (ROUND - FINE) * self._flow.roped, len(self._of)).astype(np.float32)
        self._starts = polylines(len(self._of), KNOTS)

    def light(self, now: Moment, view: View, held: float) -> list[Points | Strokes]:
        """Filaments, the light they lie in, crests and jewels; `held` is how far the anchor holds, 0..1."""
        hosts = self._tearing.hosts(now, held)
        way = self._flow.way(now, Facing.of(view), hosts, held)
        light = self._colour(now, hosts, way) * self._strength(now, view, way)
        lights: list[Points | Strokes] = [
            self._filaments(now, way, light),
            _bodies(way, light),
            self._crests(now, way, light),
        ]
        if self._flow.rope.opened(now) > 0.0:
            lights.append(self._jewels(now, way))
        return lights

    def _strength(self, now: Moment, view: View, way: Way) -> Array:
        """(n, KNOTS) how bright each ribbon is."""
        sleepers = now.sleepers
        voice = 0.7 + 0.6 * now.tones[sleepers.tone]
        self_lit = (self._weight * voice * sleepers.present * sleepers.glow).astype(np.float32)[:, None]
        crowd = np.minimum(np.float32(0.27) + (way.radius / np.float32(6.5)) ** np.float32(1.1), 1.0)
        stout = self._flow.rope.weight * np.float32(0.42 + 0.30 * self._flow.rope.opened(now))
        lying = crowd + self._flow.roped * (stout * way.lying - crowd)
        strength: Array = self_lit * lying * self._grown(now) * self._packet(now) * _clear(view, way)
        return strength

    def _packet(self, now: Moment) -> Array:
        """(n, KNOTS): (0.5 + 0.5 cos(phase - 2 pi WAVES s))^5, and what is left between two waves."""
        phase = now.sleepers.phase.astype(np.float32)[:, None]
        wave = 0.5 + 0.5 * (np.cos(phase) * np.cos(self._wave) + np.sin(phase) * np.sin(self._wave))
        square = wave * wave
        calmer = 1.0 - CALMER * now.unrest
        packet: Array = np.float32(REST + 0.25 * (1.0 - calmer)) + np.float32(CREST * calmer) * (square * square * wave)
        return packet

    def _grown(self, now: Moment) -> Array:
        """0..1: light grows along the ribbons as the piece begins, and along a newcomer's alone."""
        along, arrived = self._flow.along, now.sleepers.arrived
        grown = eased((np.float32(1.25 * now.presence) - along) * 6.0)
        if (arrived < GROWING + 2.0).any():
            grown = grown * eased(((arrived / GROWING).astype(np.float32)[:, None] - along) * 6.0)
        return grown

    def _colour(self, now: Moment, hosts: np.ndarray, way: Way) -> Array:
        """(3, n, KNOTS): kin while all agree, the camps' when torn, everybody's own in the basket."""
        torn, rope = np.float32(ease(1.2 * now.unrest)), self._flow.rope
        camp = camps(now.sleepers.side[hosts])
        family = mix(self._kin, mix(own(now.sleepers.hue), GOLD, GILT), way.opened[:, 0])
        family = mix(family, camp, float(torn))
        climb = eased((rope.height - (FOOT + 1.6)) / 8.0)
        roped, gold = self._flow.roped, np.float32(0.25) * climb
        colour = np.empty((3, *way.x.shape), np.float32)
        for k in range(3):
            cords = CORDS[:, k, None] + climb * (SUMMITS - CORDS)[:, k, None]
            cord = cords[rope.cord]
            hue = family[:, k, None]
            cord += way.opened * (hue + gold * (SUMMITS[1, k] - hue) - cord)
            cord += torn * (camp[:, k, None] - cord)
            colour[k] = hue + roped * (cord - hue)
        return colour

    def _filaments(self, now: Moment, way: Way, light: Array) -> Strokes:
        """The hairs of every ribbon, on a binormal that turns."""
        flow = self._flow
        apart = np.float32(WIDE) * flow.loft + np.float32(CLOSE)
        turn = 5.0 * flow.along + np.float32(0.25 * now.seconds)
        cos, sin = apart * np.cos(turn), apart * np.sin(turn)
        lift = self._silk_cos * cos - self._silk_sin * sin
        out = (self._silk_sin * cos + self._silk_cos * sin) / np.maximum(np.hypot(way.x, way.y), np.float32(0.3))
        position = np.empty((3, *self._share.shape), np.float32)
        lit = np.empty_like(position)
        for k, (centre, shift) in enumerate(((way.x, -way.y * out), (way.y, way.x * out), (way.z, lift))):
            np.add(centre[self._of], self._beside * shift[self._of], out=position[k])
            np.multiply(light[k][self._of], self._share, out=lit[k])
        return Strokes(position.reshape(3, -1).T, self._thick, lit.reshape(3, -1).T, self._starts)

    def _crests(self, now: Moment, way: Way, light: Array) -> Points:
        """A spark on the crest of every wave."""
        at = (now.sleepers.phase[None, :] / (2.0 * np.pi) + np.arange(3)[:, None]) / WAVES  # (3, n) shares of a ribbon
        knot = np.interp(at, self._flow.along, np.arange(KNOTS))
        low = np.minimum(knot.astype(np.int64), KNOTS - 2)
        part, who = (knot - low).astype(np.float32), np.arange(at.shape[1])
        position = np.stack([a[who, low] + part * (a[who, low + 1] - a[who, low]) for a in (way.x, way.y, way.z)])
        lit = light[:, who, low] * np.where(at < 1.0, 1.0 - 0.6 * self._flow.roped[low], 0.0).astype(np.float32)
        lit += np.float32(0.35) * lit.max(axis=0)
        thick = np.full(at.size, 0.034, np.float32)
        return Points(position.reshape(3, -1).T, thick, (np.float32(1.5) * lit).reshape(3, -1).T, 0.3)

    def _jewels(self, now: Moment, way: Way) -> Points:
        """What each ribbon of the basket carries at its end: it pulses with its sleeper."""
        sleepers = now.sleepers
        here = sleepers.present * sleepers.glow * self._flow.rope.opened(now) * ease((now.presence - 0.7) / 0.3)
        strength = (here * (0.25 + 1.9 * sleepers.pulse)).astype(np.float32)
        place = np.stack([a[:, -1] for a in (way.x, way.y, way.z)]).T
        return Points(
            place, np.full(len(here), 0.075, np.float32), mix(own(sleepers.hue), PEARL, 0.25) * strength[:, None], 0.42
        )


def _clear(view: View, way: Way) -> Array:
    """(n, KNOTS) 0..1: what is right before the camera, by shares of its way to the axis, is not drawn."""
    eye = np.array(view.eye, dtype=np.float32)
    away = np.sqrt((way.x - eye[0]) ** 2 + (way.y - eye[1]) ** 2 + (way.z - eye[2]) ** 2)
    reach = np.hypot(eye[0], eye[1])
    return eased((away / reach - np.float32(NEAR)) * np.float32(1.0 / (CLEAR - NEAR)))


def _bodies(way: Way, light: Array) -> Strokes:
    """The light that some ribbons lie in, as far as they flow."""
    some, knots = slice(0, None, BODIES), slice(0, 36, 3)
    position = np.stack([a[some, knots] for a in (way.x, way.y, way.z)])
    lit = light[:, some, knots] * np.float32(0.16)
    thick = np.full(position[0].size, BODY, np.float32)
    return Strokes(position.reshape(3, -1).T, thick, lit.reshape(3, -1).T, polylines(*position.shape[1:]))
