"""The stage: a light for everyone who sings, rings at their feet, and one after another comes to the front. Pure."""

from __future__ import annotations

import numpy as np

from installation import Array, Moment, Points, Strokes, ease, eased, hues, mix, shone
from scenes.restpods.dreamers import Crowd, Dreamers
from scenes.restpods.figures import FACE
from scenes.restpods.palette import WHITE, dim, lines
from scenes.restpods.street import Street, middle

FRONT = np.array([0.55, 1.1, 0.28], dtype=np.float32)  # metres, where a soloist stands
TALLER = 1.42
TURN = 11.0  # seconds that each soloist has
CONES = 26  # spotlights that are drawn: the nearest of those who sing
CONE = 7  # vertices
RING = 33
GROUNDED = 64  # dreamers with a ring at their foot


class Limelight:
    """Cones, rings and the soloist."""

    def __init__(self, street: Street, dreamers: Dreamers) -> None:
        self._street, self._dreamers = street, dreamers
        near = np.argsort(street.along + 6.0 * street.row)
        self._coned = near[:110]
        self._grounded = np.flatnonzero((street.row < 2) & (street.along < 32.0))[:GROUNDED]
        self.soloists = near[:48]
        self._average = dreamers.portrait.shut.mean(axis=1)  # (3, v) metres

    def light(self, now: Moment, crowd: Crowd, solo: int, shown: float) -> list[Points | Strokes]:
        """`solo` is who stands in front, `shown` 0..1 how far they have come in."""
        spot = now.number("/pods/spot")
        made: list[Points | Strokes] = self._stranger(now.omen) if now.omen > 0.0 else []
        open_ = ease(now.bloom) * (1.0 - now.unrest)
        if open_ * spot > 0.0:
            made += [self._cones(now, crowd, open_ * spot), self._rings(now, crowd, open_)]
        if shown > 0.0:
            made += self._soloist(now, crowd, solo, shown, spot)
        return made

    def _stranger(self, through: float) -> list[Points | Strokes]:
        """Once a night somebody who has no pod comes up the street, and is gone: the mean of all, in white."""
        y = np.array(52.0 - 47.0 * through)
        shown = np.float32(ease(through / 0.2) * ease((1.0 - through) / 0.22))
        body = self._average * np.float32(1.25) + np.array([float(middle(y)), float(y), 0.12], np.float32)[:, None]
        portrait = self._dreamers.portrait
        light = portrait.weight.mean(axis=0) * (0.75 * shown)
        image = body * np.array([[1.0], [1.0], [-1.0]], np.float32)
        size = portrait.radius * np.float32(1.4)
        face = np.array([[float(middle(y)), float(y), 1.25 * FACE * 1.35]], np.float32)
        return [
            Strokes(body.T, size, shone(WHITE, light), portrait.starts, least=0.6),
            Strokes(image.T, size * np.float32(1.5), shone(WHITE, 0.2 * light), portrait.starts),
            Points(face, np.full(1, 0.30, np.float32), shone(WHITE, np.full(1, 0.35 * shown))),
        ]

    def _cones(self, now: Moment, crowd: Crowd, strength: float) -> Strokes:
        """A soft light from above on each who sings; who listens has hardly any."""
        sung = now.tones[now.sleepers.tone] ** 4 * (0.25 + 0.75 * now.sleepers.pulse)
        sung = sung * now.sleepers.present * (1.0 - crowd.taken)
        who = self._coned[np.argsort(-(sung[self._coned] / crowd.far[self._coned]), kind="stable")[:CONES]]
        way = np.linspace(0.0, 1.0, CONE)
        foot = crowd.place[:, who].astype(float)
        top = foot + np.array([0.0, 0.0, 7.0])[:, None]
        top[0] = 0.75 * top[0]
        place = top[:, :, None] + (foot - top)[:, :, None] * way
        light = (0.16 * strength * sung[who] * dim(crowd.far[who]))[:, None] * np.sin(np.pi * way**0.6)
        colour = mix(hues(now.sleepers.hue[who], 0.10), WHITE, 0.15)
        return lines(place, np.tile(0.10 + 0.50 * way, len(who)).astype(np.float32), colour, light)

    def _rings(self, now: Moment, crowd: Crowd, strength: float) -> Strokes:
        """A ring on the ground under each of the near ones that opens with their own breath."""
        who = self._grounded
        age = now.sleepers.phase[who] / (2.0 * np.pi)
        turn = np.linspace(0.0, 2.0 * np.pi, RING)
        r = 0.30 + 0.60 * age
        x, y = crowd.place[0, who], crowd.place[1, who]
        z = np.broadcast_to((crowd.place[2, who] - 0.30)[:, None], (len(who), RING))
        place = np.stack([x[:, None] + r[:, None] * np.cos(turn), y[:, None] + r[:, None] * np.sin(turn), z])
        fade = eased(age / 0.10) * (1.0 - age) ** 1.6
        light = 0.42 * strength * fade * now.sleepers.present[who] * dim(crowd.far[who]) ** 2
        return lines(place, 0.009, hues(now.sleepers.hue[who], 0.12), np.repeat(light[:, None], RING, axis=1))

    def _soloist(self, now: Moment, crowd: Crowd, solo: int, shown: float, spot: float) -> list[Points | Strokes]:
        """One dreamer in the only strong light: half as tall again, with three rings and an image in the wet street."""
        made = self._dreamers.portrait
        who = np.array([solo])
        gesture = np.float32(crowd.gesture[solo])
        place = (made.shut[:, solo] + (made.wide[:, solo] - made.shut[:, solo]) * gesture) * np.float32(TALLER)
        place = place + FRONT[:, None]
        colour = mix(hues(now.sleepers.hue[who], 0.14), WHITE, 0.10)[0]
        beat = float(now.sleepers.pulse[solo])
        light = made.weight[solo] * np.float32(shown * (0.42 + 0.30 * beat) * (0.4 + 0.6 * spot))
        body = Strokes(place.T, made.radius * np.float32(1.25), shone(colour, light), made.starts)
        image = place.copy()
        image[2] *= np.float32(-1.0)
        image[0] += 0.03 * np.sin(9.0 * image[2] - 1.6 * np.float32(now.seconds % 1e4))
        below = Strokes(image.T, made.radius * np.float32(1.6), shone(colour, 0.16 * light), made.starts)
        rings, beam = self._applause(now, solo, colour, shown * spot), self._beam(colour, shown * spot, beat)
        return [body, below, rings, beam, *self._head(solo, colour, shown, beat)]

    def _applause(self, now: Moment, solo: int, colour: Array, strength: float) -> Strokes:
        turn = np.linspace(0.0, 2.0 * np.pi, 49)
        age = (now.sleepers.phase[solo] / (2.0 * np.pi) + np.arange(3)) / 3.0
        r = (0.55 + 1.1 * age)[:, None]
        place = np.stack([FRONT[0] + r * np.cos(turn), FRONT[1] + r * np.sin(turn), np.full((3, 49), 0.02)])
        light = 0.55 * strength * eased(age / 0.12) * (1.0 - age) ** 1.4
        return lines(place, 0.012, colour, np.repeat(light[:, None], 49, axis=1))

    def _beam(self, colour: Array, strength: float, beat: float) -> Strokes:
        way = np.linspace(0.0, 1.0, 12)
        top = np.array([FRONT[0] + 0.2, FRONT[1] + 0.5, 9.5])
        place = top[:, None] + (FRONT.astype(float) - top)[:, None] * way
        light = 0.075 * strength * (0.75 + 0.25 * beat) * np.sin(np.pi * way**0.7)
        radius = (0.14 + 0.75 * way).astype(np.float32)
        return lines(place[:, None], radius, mix(colour, WHITE, 0.25), light[None])

    def _head(self, solo: int, colour: Array, shown: float, beat: float) -> list[Points]:
        tall = float(self._dreamers.stature[solo]) * TALLER
        face = FRONT + np.array([0.0, 0.0, 0.936 * tall], np.float32)
        heart = FRONT + np.array([0.0, -0.12, 0.735 * tall], np.float32)
        pool = FRONT * np.array([1.0, 1.0, 0.0], np.float32)
        return [
            Points(face[None], np.full(1, 0.20, np.float32), shone(colour, np.full(1, 0.40 * shown))[:1]),
            Points(
                heart[None], np.full(1, 0.055, np.float32), shone(WHITE, np.full(1, (0.6 + 2.4 * beat) * shown)), 0.4
            ),
            Points(pool[None], np.full(1, 1.1, np.float32), shone(colour, np.full(1, 0.10 * shown))),
        ]
