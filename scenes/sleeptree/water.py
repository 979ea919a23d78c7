"""Still black water: what stands above it is seen again below, and everything that breathes leaves rings."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import (
    REGISTERS,
    Array,
    Chance,
    Light,
    Moment,
    Points,
    Strokes,
    View,
    along,
    ease,
    eased,
    hues,
    mirrored,
    mix,
    polylines,
    shone,
)
from scenes.sleeptree.dreamers import LANDING
from scenes.sleeptree.mood import stillness
from scenes.sleeptree.palette import CYAN, GOLD, TEAL

BREATHS = 6  # rings of as many breaths are on the water at once
ROUND = 132  # vertices of a large ring
SMALL = 18  # vertices of a jewel's ring
WAVES = 26  # rings of one of the two systems that interfere
GLINTS = 460
SOFTEST = 0.016  # metres: nothing is seen sharper in the water
CROWN = 4.3  # metres: what stands so high is to be seen in the water, too
SHALLOWEST = 0.30  # of its height, to which the image may be drawn together for that
CENTRES = ((-0.95, 0.35), (0.95, -0.25))  # metres, where the two systems spring from


def foreshortening(view: View) -> float:
    """By how much the image's height is drawn together, SHALLOWEST..1, so that the picture holds the crown's too.

    A true mirror shows the crown below the lower edge of most pictures.
    """
    away = math.hypot(view.eye[0] - view.target[0], view.eye[1] - view.target[1])
    down = math.atan2(view.eye[2] - view.target[2], max(away, 1e-6)) + math.radians(view.height_deg) / 2.0
    depth = math.hypot(view.eye[0], view.eye[1]) * math.tan(min(max(down, 0.0), 1.4)) - view.eye[2]
    return min(max(depth / CROWN, SHALLOWEST), 1.0)


def image(light: Points | Strokes, now: Moment, short: float) -> Points | Strokes:
    """The light as the water shows it: `short` times as far below as it is above, wavering more the deeper, dimmed."""
    height = light.position[:, 2]
    wave = np.sin(7.0 * height + 2.2 * light.position[:, 0] - np.float32(1.55 * now.seconds)) + 0.6 * np.sin(
        17.0 * height - 1.3 * light.position[:, 0] + np.float32(2.3 * now.seconds)
    )
    still = stillness(now)
    ripple = np.float32(1.0 - still) * (0.006 + 0.016 * np.minimum(height, 2.0)) * wave.astype(np.float32)
    back = dimming(light.position) * np.float32(1.0 + 1.1 * still)
    return mirrored(light, back, squash=short, ripple=ripple, softest=SOFTEST)


def dimming(position: Array) -> Array:
    """(n,) how much of the light comes back: less the deeper, as it leaves the water more steeply."""
    back: Array = (0.40 * np.exp(-position[:, 2] / 4.2)).astype(np.float32)
    return back


class Water:
    """Rings, moiré and glints; a pure function of the moment."""

    def __init__(self, chance: Chance) -> None:
        turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
        self._round = np.stack([np.cos(turn), np.sin(turn)], axis=1)  # (ROUND, 2)
        self._turn = turn
        small = np.linspace(0.0, 2.0 * np.pi, SMALL)
        self._small = np.stack([np.cos(small), np.sin(small)], axis=1)  # (SMALL, 2)
        draw = chance.of("glints").at()
        radius, angle = 0.4 + 15.0 * draw.uniform(size=GLINTS) ** 1.4, draw.uniform(0.0, 2.0 * np.pi, GLINTS)
        self._glint = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        self._glint_beat = draw.uniform(0.0, 2.0 * np.pi, (2, GLINTS))
        self._glint_reach = draw.uniform(0.03, 0.14, GLINTS) * (1.0 + 0.25 * radius)

    def light(self, now: Moment, place: NDArray[np.float64]) -> list[Light]:
        """What moves on the water itself; the sleepers lie at `place`, (n, 2) metres."""
        lights: list[Light] = [self._glints(now), self._jewel_rings(now, place)]
        calm = (1.0 - now.unrest) * now.coherence**2
        if calm > 0.003:
            lights.append(self._breath_rings(now, calm))
        if now.unrest > 0.0:
            lights.extend(self._moire(now, side) for side in (0, 1))
        if now.bloom > 0.0:
            lights.append(self._standing_ring(now))
        return lights

    def _breath_rings(self, now: Moment, calm: float) -> Strokes:
        """A ring leaves the trunk with each shared breath, with two fainter ones in its wake."""
        breaths = now.breath / (2.0 * math.pi)
        rings, radii, strengths = [], [], []
        for back in range(BREATHS):
            age = breaths - math.floor(breaths) + back
            for wake, strength in ((0.0, 1.0), (0.11, 0.45), (0.20, 0.2)):
                reach = 0.55 + 1.45 * (age - wake)
                born = ease((age - wake) / 0.5)
                gone = ease((BREATHS - age) / 1.5)
                if reach <= 0.3 or born * gone <= 0.0:
                    continue
                rings.append(self._round * reach)
                radii.append(np.full(ROUND, 0.011 + 0.006 * age))
                strengths.append(np.full(ROUND, strength * born * gone * math.exp(-age / 2.1)))
        facing = np.tile(0.55 + 0.45 * np.cos(self._turn * 2.0), len(rings))
        colour = mix(CYAN, mix(TEAL, GOLD, 0.15), ease(now.bloom))
        light = 0.30 * calm * np.concatenate(strengths) * facing
        return _flat(np.concatenate(rings), np.concatenate(radii), shone(colour, light), ROUND)

    def _moire(self, now: Moment, side: int) -> Strokes:
        """One of two wave systems, lit where the other one crests: overlapping frequencies, seen."""
        centre, other = np.array(CENTRES[side]), np.array(CENTRES[1 - side])
        step, phase = 0.40 + 0.035 * side, (0.42 + 0.05 * side) * now.seconds
        crest = (np.arange(WAVES) + phase % 1.0) * step + 0.35
        ring = (centre + crest[:, None, None] * self._round).reshape(-1, 2)
        far = np.hypot(*(ring - other).T)
        beat = (0.5 + 0.5 * np.cos(2.0 * np.pi * (far / (0.40 + 0.035 * (1 - side)) - phase))) ** 5
        ends = np.repeat(eased(np.minimum(crest / 0.9, (crest[-1] + step - crest) / 2.6)), ROUND)
        light = 0.44 * ease(now.unrest) * beat * ends * np.exp(-np.hypot(*ring.T) / 7.0)
        tint = mix(REGISTERS[side], CYAN if side == 0 else REGISTERS[0], 0.2)
        thick = np.repeat(0.012 + 0.0018 * crest, ROUND) * (0.35 + 1.3 * beat)  # a lens where both crest
        return _flat(ring, thick, shone(tint, light), ROUND)

    def _standing_ring(self, now: Moment) -> Strokes:
        """What the moiré settles into: one slow ring that stays, petalled, breathing in place."""
        open_ = ease(now.bloom) * (1.0 - now.unrest)
        rings, lights = [], []
        for k in range(3):
            swing = 0.055 * math.cos(now.breath * 0.5 + k)
            petals = 1.0 + swing * np.cos(7.0 * self._turn + 0.05 * now.seconds + 2.1 * k)
            rings.append(self._round * (1.62 + 0.13 * k) * petals[:, None])
            lights.append((0.20 - 0.05 * k) * open_ * (0.65 + 0.35 * np.cos(7.0 * self._turn + k + 0.3 * now.seconds)))
        colour = mix(GOLD, TEAL, 0.35)
        return _flat(np.concatenate(rings), np.full(3 * ROUND, 0.014), shone(colour, np.concatenate(lights)), ROUND)

    def _jewel_rings(self, now: Moment, place: NDArray[np.float64]) -> Strokes:
        """Every sleeper's own ring; a newcomer's is wide."""
        sleepers = now.sleepers
        age = sleepers.phase / (2.0 * np.pi)  # 0 at the peak of the breath .. 1 at the next
        reach = 0.06 + 0.50 * age
        strength = eased(age / 0.10) * (1.0 - age) ** 2 * sleepers.present * sleepers.glow
        landed = sleepers.arrived - LANDING
        new = landed < 7.0
        reach = np.where(new, 0.1 + 0.45 * landed.clip(0.0), reach)
        strength = np.where(new, 4.0 * (landed > 0.0) * (1.0 - landed / 7.0).clip(0.0) ** 2, strength)
        ring = (place[:, None, :] + reach[:, None, None] * self._small).reshape(-1, 2)
        colour = along(shone(hues(sleepers.hue), 0.085 * strength), SMALL)
        return _flat(ring, np.repeat(0.007 + 0.012 * age, SMALL), colour, SMALL)

    def _glints(self, now: Moment) -> Strokes:
        """Short level strokes where a ripple catches the tree's light."""
        a, b = self._glint_beat
        t = now.seconds
        catch = (1.0 - stillness(now)) * np.clip(np.sin(a + 0.7 * t) * np.sin(b + 0.43 * t), 0.0, 1.0) ** 3
        far = np.hypot(*self._glint.T)
        light = (
            catch * (0.30 * np.exp(-far / 2.4) + 0.045 * np.exp(-far / 9.0)) * (1.0 + 0.4 * math.cos(now.breath - 0.6))
        )
        drift = self._glint + 0.06 * np.stack([np.sin(b + 0.5 * t), np.cos(a + 0.4 * t)], axis=1)
        half = np.stack([self._glint_reach, np.zeros(GLINTS)], axis=1)
        line = np.stack([drift - half, drift, drift + half], axis=1).reshape(-1, 2)
        colour = mix(mix(CYAN, GOLD, 0.8 * ease(now.bloom)), REGISTERS[1], 0.5 * now.unrest)
        shape = np.tile(np.array([0.0, 1.0, 0.0]), GLINTS) * np.repeat(light, 3)
        return _flat(line, np.full(3 * GLINTS, 0.006), shone(colour, shape), 3)


def _flat(ring: NDArray[np.float64], radius: NDArray[np.float64], colour: Array, length: int) -> Strokes:
    """Polylines of `length` vertices each, on the water."""
    position = np.zeros((len(ring), 3), dtype=np.float32, order="F")
    position[:, :2] = ring
    return Strokes(position, radius.astype(np.float32), colour, polylines(len(ring) // length, length))
