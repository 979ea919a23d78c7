"""Rings of light, each linked with each other one exactly once: the Hopf fibration, a fibre a sleeper. They make cloth.

Base points lie on four circles of latitude of a sphere that turns; over each stands a circle of the three-sphere, drawn
stereographically (H. Hopf, 1931; the pictures after D. W. Lyons, "An elementary introduction to the Hopf fibration").
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from installation import Array, Chance, Company, Moment, ease, eased, hues, mix
from scenes.sanctuary.cloth import Cloth
from scenes.sanctuary.palette import AQUA, AZURE, INDIGO, ORCHID, PEARL, Doubles, Lines

VERTICES = 56
LATITUDES = 0.55, 0.95, 1.35, 1.80  # radians from the pole
CENTRE = 0.0, 1.5, 2.9  # metres
ELEVATION = 0.95  # radians
SIZE, SOFTNESS, CLOSENESS = 1.55, 0.30, 0.93
LATE = 0.5
FLYING = 0.8  # of its light is out while a ring unrolls into a thread: quick and bright, many at once would be a flash
ARRIVING = 6.0  # seconds in which a newcomer's ring closes


@dataclass(frozen=True)
class Woven:
    """The rings, or what they have become, at one moment."""

    lines: Lines
    bead: Array  # (n,) how bright each sleeper is
    opened: Array  # (n,) 0 a ring .. 1 a thread of the cloth


class Fibres:
    """Who stands over which point of the sphere."""

    def __init__(self, chance: Chance, company: Company) -> None:
        draw, n = chance.at(), len(company)
        self._late = draw.uniform(size=n).astype(np.float32)
        order = draw.permutation(n)
        self.latitude = order * len(LATITUDES) // n  # (n,) 0..3
        self._theta = np.array(LATITUDES)[self.latitude] + draw.normal(0.0, 0.07, n)
        in_ring = np.empty(n)
        for k in range(len(LATITUDES)):
            who = np.flatnonzero(self.latitude == k)
            in_ring[who] = (np.arange(len(who)) + draw.uniform(-0.6, 0.6, len(who))) / max(len(who), 1)
        self.phi: Doubles = 2.0 * np.pi * in_ring  # (n,) radians
        u = np.linspace(0.0, 2.0 * np.pi, VERTICES)
        self._cos, self._sin = np.cos(u).astype(np.float32), np.sin(u).astype(np.float32)
        self._weight = (0.07 + 1.7 * draw.uniform(size=n) ** 3.2).astype(np.float32)  # even rings would be a grating
        self._thick = np.repeat(draw.uniform(0.0065, 0.0125, n), VERTICES).astype(np.float32)
        self._kin = np.stack([PEARL * np.float32(0.8), AQUA, mix(AZURE, INDIGO, 0.4), ORCHID])[self.latitude]
        self.cloth = Cloth(company, chance.of("cloth"), VERTICES)
        self._starts = np.arange(0, n * VERTICES, VERTICES, dtype=np.int32)

    def seats(self) -> Doubles:
        """(n, 2) metres: all round, where one's ring stands; the inner latitudes nearer."""
        reach = 3.0 + 1.5 * self.latitude
        seats: Doubles = np.stack([reach * np.sin(self.phi), reach * np.cos(self.phi)], axis=1)
        return seats

    def opened(self, now: Moment) -> Array:
        """(n,) how far each ring has unrolled into a thread, one after another."""
        way = np.float32(1.55 * now.bloom) - np.float32(LATE) * self._late
        return eased(way) * np.float32(1.0 - now.unrest)

    def woven(self, now: Moment, turned: float) -> Woven:
        """Rings and threads; `turned` is how long the sphere has turned, in seconds of its usual speed."""
        opened, sleepers = self.opened(now), now.sleepers
        bead = ((0.18 + 0.82 * sleepers.pulse) * sleepers.present * sleepers.glow).astype(np.float32)
        if opened.min() >= 1.0:
            place, lit, thick = self.cloth.threads(now)
        else:
            place, lit = self._ringed(now, turned)
            thick = self._thick
            if opened.max() > 0.0:
                way = opened[:, None]
                thread, shine, width = self.cloth.threads(now)
                flying = np.float32(1.0) - np.float32(FLYING) * np.float32(4.0) * way * (np.float32(1.0) - way)
                place, lit = place + (thread - place) * way, (lit + (shine - lit) * way) * flying
                thick = thick + (width - thick) * np.repeat(opened, VERTICES)
        lines = Lines(place.reshape(3, -1), lit.reshape(3, -1), thick, self._starts)
        return Woven(lines, bead, opened)

    def _ringed(self, now: Moment, turned: float) -> tuple[Array, Array]:
        """(3, n, VERTICES) metres and light of the rings."""
        ring, far = self._rings(now, turned)
        light = self._ring_light(now, ring, far)
        colour = mix(self._kin, hues(now.sleepers.hue, 0.12), 0.20)
        return ring, colour.T[:, :, None] * light

    def _rings(self, now: Moment, turned: float) -> tuple[Array, Array]:
        """(3, n, VERTICES) metres, and how far from the middle, (n, VERTICES)."""
        theta, phi = self._based(turned)
        a, b = np.cos(0.5 * theta).astype(np.float32)[:, None], np.sin(0.5 * theta).astype(np.float32)[:, None]
        c, s = np.cos(phi).astype(np.float32)[:, None], np.sin(phi).astype(np.float32)[:, None]
        y0, y1 = a * (c * self._cos - s * self._sin), a * (s * self._cos + c * self._sin)
        y2, y3 = b * self._cos, b * self._sin
        near = np.float32(1.0) / (np.float32(1.0) - np.float32(CLOSENESS) * y2)
        x, y, z = y0 * near, y1 * near, y3 * near
        far = np.sqrt(x * x + y * y + z * z)
        breath = 1.0 + 0.045 * (0.5 + 0.5 * math.cos(now.breath)) * now.coherence
        size = np.float32(SIZE * breath) / (np.float32(1.0) + np.float32(SOFTNESS) * far)
        x, y, z, far = x * size, y * size, z * size, far * size
        ce, se = np.float32(math.cos(ELEVATION)), np.float32(math.sin(ELEVATION))
        y, z = ce * y - se * z, se * y + ce * z
        cy, sy = np.float32(math.cos(0.06 * turned)), np.float32(math.sin(0.06 * turned))
        place = np.empty((3, *x.shape), np.float32)
        place[0] = cy * x - sy * y + np.float32(CENTRE[0])
        place[1] = sy * x + cy * y + np.float32(CENTRE[1])
        place[2] = z + np.float32(CENTRE[2])
        return place, far

    def _based(self, turned: float) -> tuple[Doubles, Doubles]:
        """The base points, turned with their sphere: every fibre goes to a fibre."""
        turn, tilt = 0.05 * turned, 0.25 + 0.42 * math.sin(0.037 * turned)
        x = np.sin(self._theta) * np.cos(self.phi + turn)
        y = np.sin(self._theta) * np.sin(self.phi + turn)
        z = np.cos(self._theta)
        y, z = math.cos(tilt) * y - math.sin(tilt) * z, math.sin(tilt) * y + math.cos(tilt) * z
        return np.arccos(np.clip(z, -1.0, 1.0)), np.arctan2(y, x)

    def _ring_light(self, now: Moment, ring: Array, far: Array) -> Array:
        """A bead runs round each ring with its sleeper's breath."""
        sleepers = now.sleepers
        here = (sleepers.present * sleepers.glow * (0.75 + 0.5 * now.tones[sleepers.tone])).astype(np.float32)
        at = sleepers.phase + 1.5 * self.phi
        c, s = np.cos(at).astype(np.float32)[:, None], np.sin(at).astype(np.float32)[:, None]
        half = np.float32(0.5) + np.float32(0.5) * (self._cos * c + self._sin * s)
        bead = half * half * half
        bead = bead * bead * half
        rest = (0.03 + 0.07 * (0.18 + 0.82 * sleepers.pulse)).astype(np.float32)[:, None]
        light = rest + np.float32(0.52 * (0.4 + 0.6 * now.coherence)) * bead
        light *= (here * self._weight)[:, None]
        light *= np.float32(0.85) - np.float32(0.28) * (ring[1] - np.float32(CENTRE[1]))
        light *= np.clip(np.float32(0.28) + np.float32(0.55) * (far - np.float32(0.5)), 0.2, 1.0)
        shone: Array = light * self._closed(now)
        return shone

    def _closed(self, now: Moment) -> Array:
        """(n, VERTICES) 0..1: rings close out of the dark as the piece begins, and newcomers' when they come."""
        way = np.linspace(0.0, 1.0, VERTICES, dtype=np.float32)
        share = np.float32(1.4 * ease(now.presence)) - np.float32(0.35) * self._late[:, None]
        shown = eased((share - np.abs(np.float32(2.0) * way - np.float32(1.0))) * np.float32(6.0))
        arrived = now.sleepers.arrived
        if (arrived < ARRIVING + 1.0).any():
            new = (1.15 * arrived / ARRIVING).astype(np.float32)[:, None]
            shown = shown * eased((new - way) * np.float32(8.0))
        return shown
