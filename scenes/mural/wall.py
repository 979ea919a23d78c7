"""The wall: 240 strokes between three forms, the brush's, the optimiser's and the rose. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from installation import Array, Chance, Company, Moment, Points, Strokes, ease, eased, hues, mix, polylines, shone
from scenes.mural.boxes import Boxes
from scenes.mural.brush import BRISTLES, DRY, FLASH, bristles, head, heads, painted, wetness
from scenes.mural.lattice import Swap, pulled, traced
from scenes.mural.palette import CYAN, GOLD, ICE, IVORY, ROSE, TEAL, ULTRAMARINE, VIOLET, WHITE, lit
from scenes.mural.rose import Rose
from scenes.mural.wind import MOON, VERTICES, grown

OWN = 0.14  # share of one's own hue while all agree
SPATTER = 900
FLYING = 0.98  # of its light is out while a stroke moves to the rose: quick and bright, many at once would be a flash
BRIGHTEST = 0.62  # of the paint: brighter, the whorl's strokes would be stripes that tire the eye
BODY = slice(0, VERTICES, 3)  # vertices of the paint that lies under the bristles


@dataclass(frozen=True)
class Paint:
    """The wall at one moment."""

    place: Array  # (3, n, BRISTLES, VERTICES) metres
    light: Array  # (3, n, BRISTLES, VERTICES)
    wet: Array  # (n, VERTICES) 0..1
    opened: Array  # (n,) 0 on the wall .. 1 in the rose
    colour: Array  # (n, 3) what each sleeper is in the rose
    swap: float  # 0 the brush has the wall .. 1 the optimiser, the mean


class Wall:
    """Everything that is on it."""

    def __init__(self, chance: Chance, company: Company) -> None:
        self.grown = grown(chance.of("wind"), len(company))
        self.bristles = bristles(self.grown, chance.of("bristles"))
        self.rose = Rose(self.grown, self.bristles, company, chance.of("rose"))
        self._lattice, self._swap = traced(self.grown, chance.of("lattice")), Swap(chance.of("swap"), self.grown.place)
        self._coarse = Swap(chance.of("swap"), self.grown.place[:, :, ::10])
        self._boxes = Boxes(self.grown, chance.of("boxes"))
        draw, n = chance.at(), len(company)
        self._across = self.grown.normal[:, :, None, :] * self.bristles.offset
        self._pale = self._palette(draw)
        self._sway = draw.uniform(0.0, 2.0 * np.pi, n), draw.uniform(0.25, 0.6, n)
        self._starts = polylines(n * BRISTLES, VERTICES)
        self._body = polylines(n, len(range(VERTICES)[BODY]))
        self._body_radius = (0.032 + 0.9 * np.abs(self.bristles.offset).max(axis=1)[:, BODY]).astype(np.float32).ravel()
        self._ghosted = self.rose.members
        whole = self._pale[:, self._ghosted]
        self._ghostly = whole * np.minimum(np.float32(0.34) / whole.max(axis=0), np.float32(1.0))
        self._spatter(draw)

    def _palette(self, draw: np.random.Generator) -> Array:
        """(3, n, VERTICES) what the paint is, by place."""
        x, z = self.grown.place
        n = len(x)
        near = np.exp(-(((x - MOON[0]) ** 2 + (z - MOON[1]) ** 2) / 1.75**2))
        core = np.exp(-(((x - MOON[0]) ** 2 + (z - MOON[1]) ** 2) / 0.62**2))
        low, kind = eased((2.4 - z) / 2.2), draw.uniform(size=(n, 1))
        bright = np.minimum(0.30 + 0.75 * near + 0.35 * core, BRIGHTEST) * (1.0 - 0.45 * eased((np.abs(x) - 2.6) / 3.6))
        colour = np.empty((3, n, VERTICES), np.float32)
        for k in range(3):
            base = np.where(kind < 0.16, VIOLET[k], ULTRAMARINE[k] + (TEAL[k] - ULTRAMARINE[k]) * low)
            base = base + (CYAN[k] - base) * np.minimum(1.2 * near, 1.0)
            base = np.where(kind > 0.955, GOLD[k], base)
            colour[k] = (base + (IVORY[k] - base) * np.minimum(1.3 * core, 1.0)) * bright
        return colour

    def _spatter(self, draw: np.random.Generator) -> None:
        who, where = draw.integers(0, len(self._starts) // BRISTLES, SPATTER), draw.integers(0, VERTICES, SPATTER)
        aside = draw.normal(0.0, 0.11, (2, SPATTER))
        x, z = self.grown.place[:, who, where] + aside
        self._drop = np.stack([x, draw.uniform(-0.3, 0.0, SPATTER), np.maximum(z, 0.02)]).astype(np.float32)
        self._drop_of = who, where
        self._drop_size = draw.uniform(0.005, 0.030, SPATTER).astype(np.float32)
        self._drop_light = (0.10 + 0.9 * draw.uniform(size=SPATTER) ** 3).astype(np.float32)

    def paint(self, now: Moment) -> Paint:
        """Where every bristle is, and how bright."""
        at = head(now)
        wet, opened = wetness(now, at, self.grown.way), self.rose.opened(now, self.bristles.late)
        there = painted(now, self.grown.way, self.bristles.late)
        swap = self._swap.at(now) if now.unrest > 0.0 else np.zeros_like(wet)
        place = self._placed(now, swap, opened)
        colour = self.rose.colours(now)
        light = self._lit(now, wet, there, swap, opened, colour)
        return Paint(place, light, wet, opened, colour, float(swap.mean()))

    def heard(self, now: Moment) -> tuple[Array, float, float]:
        """What the hum follows: (n, v) how wet the paint is, the optimiser's share, and how far it is a rose."""
        wet = wetness(now, head(now), self.grown.way[:, ::6])
        swap = self._coarse.at(now).mean() if now.unrest > 0.0 else 0.0
        return wet, float(swap), float(self.rose.opened(now, self.bristles.late).mean())

    def _placed(self, now: Moment, swap: Array, opened: Array) -> Array:
        n = len(opened)
        place = np.empty((3, n, BRISTLES, VERTICES), np.float32)
        wide = np.float32(0.5 + now.number("/mural/bristles"))
        phase, rate = self._sway
        sway = (0.070 * now.number("/mural/wind") * np.sin(phase + rate * now.seconds)).astype(np.float32)
        flat = self.grown.place[:, :, None, :] + self._across * wide
        flat[0] += (sway[:, None] * self.grown.way)[:, None, :]
        depth = -self.bristles.relief
        if now.unrest > 0.0:
            torn = np.float32(ease(1.5 * now.unrest))
            flat[:, :, 1::2] += (self._lattice.place[:, :, 1::2] - flat[:, :, 1::2]) * torn
            pull = (pulled(swap) * torn)[:, None, :]
            flat[:, :, ::2] += (self._lattice.place[:, :, ::2] - flat[:, :, ::2]) * pull
            depth = depth * np.float32(1.0 - 0.7 * torn)
        if opened.max() > 0.0:
            who = self.rose.members
            flat[:, who] += (self.rose.place(now) - flat[:, who]) * opened[who, None, None]
            depth = depth + (self.rose.depth[:, None] - depth) * opened[:, None]
        place[0], place[1], place[2] = flat[0], depth[:, None, :], flat[1]
        return place

    def _lit(self, now: Moment, wet: Array, there: Array, swap: Array, opened: Array, colour: Array) -> Array:
        sleepers = now.sleepers
        voice = sleepers.present * sleepers.glow * (0.75 + 0.5 * now.tones[sleepers.tone])
        own = there * (voice * self.bristles.weight).astype(np.float32)[:, None]
        agreed = np.float32(FLASH * (0.35 + 0.65 * now.coherence))
        level = (np.float32(DRY) + agreed * wet) * own
        hue = hues(sleepers.hue)
        pale = self._pale * np.float32(1.0 - OWN) + (hue.T * np.float32(OWN))[:, :, None] * self._pale.max(axis=0)
        paint = pale * level
        bloom = np.float32(ease(1.3 * now.bloom) * (1.0 - now.unrest))
        if bloom > 0.0:
            pulse = (0.24 * (0.95 + 0.75 * sleepers.pulse)).astype(np.float32)[:, None]
            weight = (self.rose.weight * np.where(self.rose.ring < 3, 0.70, 0.40)).astype(np.float32)
            mine = (pulse + np.float32(1.15) * wet) * own * weight[:, None]
            paint = paint + (colour.T[:, :, None] * mine - paint) * bloom
            flying = np.float32(1.0) - np.float32(FLYING) * np.float32(4.0) * opened * (np.float32(1.0) - opened)
            paint = paint * flying[:, None]
        if now.unrest <= 0.0:
            return lit(paint, self.bristles.ink)
        return self._torn(now, paint, level, swap)

    def _torn(self, now: Moment, paint: Array, level: Array, swap: Array) -> Array:
        """Two registers without a second drawing: bristles 0, 2, 4 stay the brush's, 1 and 3 are the optimiser's."""
        torn = np.float32(ease(1.5 * now.unrest))
        near = self._pale.max(axis=0) ** np.float32(0.7)
        brush = (level + np.float32(0.10)) * (np.float32(1.0) - np.float32(0.85) * swap) * near
        grid = (level + np.float32(0.16)) * swap * self._lattice.weight[:, None]
        light = np.empty((3, *self.bristles.ink.shape), np.float32)
        for k in range(3):
            soft = paint[k] + (ROSE[k] * np.float32(1.25) * brush - paint[k]) * torn
            hard = paint[k] + (ICE[k] * np.float32(1.1) * grid - paint[k]) * torn
            light[k, :, ::2] = soft[:, None, :] * self.bristles.ink[:, ::2]
            light[k, :, 1::2] = hard[:, None, :] * (self.bristles.ink[:, 1::2] * (1.0 - torn) + torn * np.float32(0.6))
        return light

    def light(self, now: Moment, paint: Paint) -> list[Points | Strokes]:
        """Paint, what lies under it, brushes, spatter, the optimiser's boxes, the rose's glass."""
        lights: list[Points | Strokes] = [self._under(paint), self._strokes(paint), self._brushes(now, paint)]
        lights.append(self._drops(now, paint))
        lights += self._boxes.light(now, paint.wet)
        ghost = float(paint.opened.max())
        if ghost > 0.0:
            lights.append(self._ghost(now, paint))
            lights += self.rose.light(now, paint.opened, paint.place[:, :, 2], paint.colour)
        return lights

    def _strokes(self, paint: Paint) -> Strokes:
        radius = self.bristles.radius.reshape(-1)
        return Strokes(paint.place.reshape(3, -1).T, radius, paint.light.reshape(3, -1).T, self._starts)

    def _under(self, paint: Paint) -> Strokes:
        """The body of the paint: broad and dark under the fine bristles."""
        place, light = paint.place[:, :, 2, BODY], paint.light[:, :, :, BODY].mean(axis=2)
        return Strokes(place.reshape(3, -1).T, self._body_radius, (0.20 * light).reshape(3, -1).T, self._body)

    def _brushes(self, now: Moment, paint: Paint) -> Points:
        """A light at each brush: it comes as the brush sets down, and goes as it is lifted."""
        at, sleepers = head(now), now.sleepers
        here = eased(at / 0.075) * eased((1.10 - at) / 0.26) * (sleepers.present * sleepers.glow).astype(np.float32)
        here *= painted(now, np.minimum(at, 1.0)[:, None], self.bristles.late)[:, 0]
        calm = mix(mix(CYAN, WHITE, 0.5), WHITE, 0.2)
        colour = mix(np.broadcast_to(calm, (len(at), 3)), hues(sleepers.hue, 0.25), float(0.35 + 0.5 * now.bloom))
        place = heads(paint.place[:, :, 2], self.grown.way, at)
        size = np.full(len(at), 0.019, np.float32)
        return Points(place.T, size, shone(colour, (0.85 - 0.45 * now.unrest) * here), halo=0.5)

    def _drops(self, now: Moment, paint: Paint) -> Points:
        who, where = self._drop_of
        calm = (1.0 - 0.75 * paint.opened[who]) * self._drop_light
        light = paint.light[:, who, 2, where]
        return Points(self._drop.T, self._drop_size, (light * (1.4 * calm).astype(np.float32)).T)

    def _ghost(self, now: Moment, paint: Paint) -> Strokes:
        """What stays on the wall of the first painting, where the rose was drawn from."""
        who = self._ghosted
        place = np.empty((3, len(who), 2, VERTICES), np.float32)
        flat = self.grown.place[:, who, None, :] + self._across[:, who][:, :, 1::2]
        place[0], place[1], place[2] = flat[0], np.float32(0.04), flat[1]
        own = (paint.opened * now.sleepers.present)[who].astype(np.float32)
        strength = own[:, None] * (np.float32(0.10) + np.float32(0.22) * paint.wet[who])
        light = lit(self._ghostly * strength, self.bristles.ink[who][:, 1::2])
        radius = self.bristles.radius[who][:, 1::2].reshape(-1)
        return Strokes(place.reshape(3, -1).T, radius, light.reshape(3, -1).T, polylines(2 * len(who), VERTICES))
