"""The net over the street: a knot of cold light for every sleeper, lines to neighbours, a thread down to each. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Moment, Points, Strokes, ease, eased, hues, mix, polylines, shone
from scenes.restpods.dreamers import Crowd
from scenes.restpods.fate import HUB
from scenes.restpods.palette import AZURE, EMBER, ICE, LIME, TEAL, WHITE, dim, lines
from scenes.restpods.street import Street

NEIGHBOURS = 4
KNOTS = 9  # vertices of an edge
THREAD = 8  # vertices of a thread
REWOVEN = 2.0 / 3.0  # of the net's width, once it is mended


class Net:
    """Knots, edges with their packets, and threads with a bead each."""

    def __init__(self, street: Street, chance: Chance) -> None:
        draw = chance.at()
        self._street = street
        self._edges = _neighbours(street.knot.T)  # (e, 2)
        count = len(self._edges)
        span = np.sqrt(((street.knot[:, self._edges[:, 0]] - street.knot[:, self._edges[:, 1]]) ** 2).sum(axis=0))
        sag = (draw.uniform(0.05, 0.30, count) * np.minimum(span / 3.0, 1.5)).astype(np.float32)
        self._way = np.linspace(0.0, 1.0, KNOTS).astype(np.float32)
        self._sag = sag[:, None] * 4.0 * self._way * (1.0 - self._way)  # (e, KNOTS) metres
        self._weight = (0.35 + 1.3 * draw.uniform(size=count) ** 2).astype(np.float32)
        self._knot = street.knot.astype(np.float32)
        self._swing = draw.uniform(0.0, 2.0 * np.pi, len(street.along)).astype(np.float32)

    def light(self, now: Moment, crowd: Crowd, head: Array, eye: Array, theft: float) -> list[Points | Strokes]:
        """`head` is (3, n) metres, where threads end."""
        bright = np.float32(1.9 * now.number("/pods/mesh") ** 1.5)
        if bright <= 0.0:
            return []
        knot = self._knot.copy()
        middle = np.float32(1.0 - (1.0 - REWOVEN) * ease(now.bloom))
        centre = self._centre
        knot[0] = centre + (knot[0] - centre) * middle
        knot[2] += 0.06 * np.sin(0.5 * np.float32(now.seconds % 1e4) + self._swing)
        away = np.sqrt(((knot - eye[:, None]) ** 2).sum(axis=0))
        fade = bright * dim(away)
        colour = self._colour(now, crowd)
        mesh, threads = self._mesh(now, knot, colour, fade, theft), self._threads(now, crowd, knot, head, colour, fade)
        return [mesh, threads, *self._lights(now, crowd, knot, colour, fade)]

    @property
    def _centre(self) -> Array:
        """(n,) the street's middle under each knot."""
        out = 0.75 + 1.75 * self._street.row + 0.16 * self._street.row**2
        centre: Array = (self._street.knot[0] - self._street.side * out).astype(np.float32)
        return centre

    def _colour(self, now: Moment, crowd: Crowd) -> Array:
        cold = mix(mix(TEAL, ICE, 0.25), AZURE, 0.30)
        own = hues(now.sleepers.hue, 0.12)
        calm = mix(np.broadcast_to(cold, own.shape), own, ease(now.bloom))
        market: Array = np.where((now.sleepers.side > 0.0)[:, None], LIME, EMBER)
        sold: Array = (0.9 * crowd.grey).astype(np.float32)
        return mix(calm, mix(market, WHITE, 0.25), sold)

    def _mesh(self, now: Moment, knot: Array, colour: Array, fade: Array, theft: float) -> Strokes:
        """Edges; stolen ones let go of their neighbour and run to the one hub."""
        a, b = self._edges.T
        loose = _loosened(theft, len(a))
        end = knot[:, b] + (HUB.astype(np.float32)[:, None] - knot[:, b]) * loose
        place = knot[:, a][:, :, None] + (end - knot[:, a])[:, :, None] * self._way
        place[2] -= self._sag * (1.0 - loose)[:, None]
        light = self._packets(now, a, b) * (self._weight * 0.5 * (fade[a] + fade[b]) * (1.0 - 0.55 * loose))[:, None]
        tint = colour[a].T[:, :, None] + (colour[b] - colour[a]).T[:, :, None] * self._way
        tint *= light
        width = np.full(light.size, 0.0085, np.float32)
        return Strokes(place.reshape(3, -1).T, width, tint.reshape(3, -1).T, polylines(len(a), KNOTS))

    def _packets(self, now: Moment, a: NDArray[np.int64], b: NDArray[np.int64]) -> Array:
        """(e, KNOTS): what a sleeper gives with a breath runs along the edge; in unison it is one wave over all."""
        phase = now.sleepers.phase.astype(np.float32)
        turn = phase[a][:, None] - np.float32(2.2) * self._way
        packet = (0.5 + 0.5 * np.cos(turn)) ** 7
        run = now.breath - 0.16 * self._street.along[a]
        crest = ((0.5 + 0.5 * np.cos(run)) ** 4).astype(np.float32)[:, None]
        common = np.float32(now.coherence * (1.0 - now.unrest) * (1.0 - 0.6 * now.bloom))
        here = (now.sleepers.present[a] * now.sleepers.present[b]).astype(np.float32)[:, None]
        light: Array = (0.10 + 0.34 * packet * (1.0 - 0.6 * np.float32(now.unrest)) + 0.30 * common * crest) * here
        return light

    def _threads(self, now: Moment, crowd: Crowd, knot: Array, head: Array, colour: Array, fade: Array) -> Strokes:
        """From each knot down to its dreamer, and a bead that rises with each breath."""
        way = np.linspace(0.0, 1.0, THREAD, dtype=np.float32)
        place = head[:, :, None] + (knot - head)[:, :, None] * way
        age = (now.sleepers.phase / (2.0 * np.pi)).astype(np.float32)[:, None]
        bead = np.exp(-(((way - 1.15 * age) / 0.10) ** 2)) * (1.0 - 0.6 * age)
        held = (1.0 - crowd.taken) * now.sleepers.present.astype(np.float32)
        light = (0.028 + 0.42 * bead) * (fade * held)[:, None]
        return lines(place, 0.006, colour, light)

    def _lights(self, now: Moment, crowd: Crowd, knot: Array, colour: Array, fade: Array) -> list[Points]:
        sleepers = now.sleepers
        beat = (0.20 + 1.5 * sleepers.pulse * (1.0 - 0.7 * crowd.grey)) * sleepers.present * sleepers.glow
        flash = 1.0 + 3.0 * np.exp(-((sleepers.arrived - 11.5) ** 2) / 1.5)  # the net takes a newcomer in
        lit = shone(mix(colour, WHITE, 0.35), 1.35 * beat * flash * fade)
        glow = np.full(len(fade), 0.75, np.float32)
        size = (0.038 + 0.016 * sleepers.pulse).astype(np.float32)
        return [Points(knot.T, size, lit, halo=0.4), Points(knot.T, glow, np.float32(0.030) * lit)]


def _loosened(theft: float, count: int) -> Array:
    """(e,) 0 an edge between neighbours .. 1 run to the hub: one after another, in an order of their own."""
    late = (np.arange(count) * 0.7548776662) % 1.0
    loose: Array = eased((theft - 0.15 - 0.55 * late) / 0.2)
    return loose


def _neighbours(knot: NDArray[np.float64]) -> NDArray[np.int64]:
    """(e, 2) each knot and its nearest ones, every pair once."""
    apart = ((knot[:, None] - knot[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1)[:, :NEIGHBOURS]
    pairs = np.sort(np.stack([np.repeat(np.arange(len(knot)), NEIGHBOURS), near.ravel()], axis=1), axis=1)
    edges: NDArray[np.int64] = np.unique(pairs, axis=0)
    return edges
