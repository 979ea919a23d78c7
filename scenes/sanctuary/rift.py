"""The rift: a Julia set stands upright in the room, all else is sheared along it, ice on the left, rose on the right.

Its level lines are found backwards, z -> sqrt(z - c) along closed curves, the sign kept continuous, so that they are
exact at any depth. c is near -1.5, where the set is a dendrite: lines pinch at levels that can be afforded.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation import LUMINANCE, Array, Chance, Moment, ease
from scenes.sanctuary.palette import GOLD, ICE, ORCHID, PEARL, ROSE, Doubles, Lines, drawn, joined

LOW, HIGH = -0.4, 6.6  # metres: how far down and up the cut goes
STEPS = 256  # of the cut, from LOW to HIGH
APART, DEEP, LIFT = 0.62, 0.35, 0.30  # metres to either side, along the nave and up, at the lens' middle
FADED, RIM = 0.30, 0.42  # metres from the cut: there light is out, and there it glows
SLAB = 1.0 / 7.0  # metres
SIGMA = 0.20  # metres by which slabs slip
HELD = 4  # slices for which they stay
LEVELS, FIRST = 7, 20  # nested equipotentials, and vertices of the zeroth
RADIUS = 2.6  # of the zeroth, in the plane of c
TALL, WIDE, MIDDLE, BEFORE = 1.62, 1.15, 3.0, 0.55  # metres a unit up and across, its middle, and how far along


_SIDES, _PAIRS, _ROWS = np.arange(2)[:, None], np.arange(32), np.arange(64)


class Rift:
    """The cut, fixed for the evening, and what it does."""

    def __init__(self, chance: Chance) -> None:
        self.cut: Array = _displaced(chance.of("cut").at()).astype(np.float32)  # (STEPS,) metres
        self._slabs, since = chance.of("slabs"), chance.of("since")
        self._since = (HELD * since.hashed(_SIDES, _PAIRS)).astype(np.int64)  # slices by which each moves later
        self._since_far = (HELD * since.of("far").hashed(_SIDES, _ROWS // 3)).astype(np.int64)

    def line(self, z: NDArray[np.floating]) -> Array:
        """x of the cut at heights z."""
        at = np.clip((z - np.float32(LOW)) * np.float32((STEPS - 1) / (HIGH - LOW)), 0, STEPS - 1)
        x: Array = self.cut[at.astype(np.int32)]
        return x

    def torn(self, lines: Lines, now: Moment, open_: float) -> Lines:
        """Lines as they hang on either side; what crosses the cut is pulled into threads. `open_` is 1 as usual."""
        x, y, z = lines.place
        away = x - self.line(z)
        side = np.where(away < 0.0, np.float32(-1.0), np.float32(1.0))
        near = np.abs(away)
        torn = np.float32(ease(now.unrest) * open_)
        up = (z - np.float32(3.0)) * np.float32(1.0 / 3.7)
        lens = np.maximum(np.float32(1.0) - up * up, np.float32(0.0)) * torn
        pull = side * lens * (np.float32(0.35) + np.float32(0.65) * np.exp(near * np.float32(-1.0 / 1.6)))
        place = np.empty_like(lines.place)
        place[0] = x + np.float32(APART) * pull + self._slipped(now, z, side)
        place[1] = y + np.float32(DEEP) * pull
        place[2] = z + np.float32(LIFT) * pull
        return replace(lines, place=place, light=self._sided(lines.light, side, near, now))

    def _slipped(self, now: Moment, z: Array, side: Array) -> Array:
        """Metres by which slabs have slipped, in runs, each side by itself, each afresh in a slice of its own."""
        hard = 2.0 * now.number("/light/glitch") * now.unrest**1.5
        if hard <= 0.0:
            return np.zeros_like(z)
        run, run_far = (now.beat.index + self._since) // HELD, (now.beat.index + self._since_far) // HELD
        slips = np.repeat(self._slabs.hashed(_SIDES, _PAIRS, run) < 0.45, 2, axis=1)  # in pairs, so that few are torn
        far = np.sqrt(12.0) * (self._slabs.of("far").hashed(_SIDES, _ROWS // 3, run_far) - 0.5)  # and in runs of three
        table = (SIGMA * hard * far * slips).astype(np.float32).ravel()
        slab = np.clip(z * np.float32(1.0 / SLAB), 0, 63).astype(np.int32)
        slipped: Array = table[slab + np.where(side > 0.0, 64, 0)]
        return slipped

    def _sided(self, light: Array, side: Array, near: Array, now: Moment) -> Array:
        """Ice on the left, rose on the right; dark at the cut, glowing along its rim."""
        torn = np.float32(ease(1.3 * now.unrest))
        white = np.einsum("k,kn->n", LUMINANCE, light) * np.float32(2.0) + light[2] * np.float32(0.12)
        cut = np.clip((near - np.float32(0.10)) * np.float32(1.0 / (FADED - 0.10)), 0.0, 1.0)
        rim = np.float32(1.0) + np.float32(1.3) * np.exp(-(((near - np.float32(RIM)) * np.float32(1.0 / 0.16)) ** 2))
        share = np.float32(1.0) + torn * ((np.float32(0.12) + np.float32(0.88) * cut) * rim - np.float32(1.0))
        tinted, own = white * share * torn, share * (np.float32(1.0) - torn)
        right = side > 0.0
        lit = np.empty_like(light)
        for k in range(3):
            lit[k] = light[k] * own + np.where(right, ROSE[k], ICE[k]) * tinted
        return lit

    def fractal(self, now: Moment, open_: float) -> Lines:
        """The set itself, from violet outside to ice within; it lives as c moves."""
        torn = ease(now.unrest)
        t, much = now.seconds, now.number("/sanctuary/fractal")
        c = complex(
            -0.9
            - 1.2 * min(much, 0.5)
            - 0.5 * max(much - 0.5, 0.0)
            + 0.09 * math.cos(0.11 * t) * (1.0 - abs(2 * much - 1)),
            0.020 + 0.035 * math.sin(0.143 * t),
        )
        colours = (
            (ORCHID, 0.14),
            (ROSE, 0.26),
            (ROSE, 0.42),
            (PEARL, 0.52),
            (PEARL, 0.60),
            (ICE, 0.70),
        )
        parts = []
        for curve, (colour, bright) in zip(levels(c)[1:], colours, strict=True):
            z = MIDDLE + TALL * curve.real
            x = WIDE * (0.12 + 0.88 * torn * open_) * curve.imag + 0.55 * self.line(z.astype(np.float32))
            step = np.abs(np.diff(curve, prepend=curve[:1]))
            light = bright * torn * (0.75 + 0.25 * math.cos(now.breath)) * (step < 0.6)
            place = np.stack([x, np.full(len(x), BEFORE), z])[:, None, :]
            parts.append(drawn(place, 0.0105, colour, light[None, :]))
        return joined(parts)

    def seam(self, shown: float, now: Moment) -> Lines:
        """Gold where the crack was, on vault and floor: mended, not hidden."""
        z = np.linspace(5.55, HIGH - 0.35, 14)
        above = np.stack([self.line(z.astype(np.float32)), np.full(14, 0.5), z])
        y = np.linspace(0.5, -3.4, 14)
        wander = np.interp(np.linspace(0.0, 200.0, 14), np.arange(STEPS), self.cut.astype(np.float64))
        below = np.stack([wander + self.cut[0] - wander[0], y, np.full(14, 0.012)])
        glow = shown * (0.55 + 0.20 * math.cos(now.breath)) * np.linspace(1.0, 0.45, 14)
        place = np.stack([above, below], axis=1)
        return drawn(place, 0.014, GOLD, np.stack([glow, glow]))


def levels(c: complex) -> list[NDArray[np.complex64]]:
    """Nested level lines of the filled Julia set of z^2 + c, closed, each twice as long as the one before."""
    turn = np.linspace(0.0, 2.0 * np.pi, FIRST, endpoint=False)
    curve = (RADIUS * np.exp(1j * turn)).astype(np.complex64)
    found = []
    for _ in range(LEVELS):
        root = np.sqrt(np.concatenate([curve, curve]) - np.complex64(c))
        turned = np.real(root[1:] * np.conj(root[:-1])) < 0.0
        sign = np.concatenate([[False], np.logical_xor.accumulate(turned)])
        curve = np.where(sign, -root, root)
        found.append(np.append(curve, curve[:1]))
    return found


def _displaced(draw: np.random.Generator) -> Doubles:
    """(STEPS,) metres: a leaning line whose middle points were moved aside again and again, less each time."""
    line, reach = np.array([0.0, 0.0]), 0.35
    while len(line) < STEPS:
        middle = 0.5 * (line[1:] + line[:-1]) + draw.normal(0.0, 0.5 * reach, len(line) - 1)
        merged = np.empty(2 * len(line) - 1)
        merged[::2], merged[1::2] = line, middle
        line, reach = merged, 0.52 * reach
    z = np.linspace(LOW, HIGH, STEPS)
    cut: Doubles = np.interp(np.linspace(0.0, 1.0, STEPS), np.linspace(0.0, 1.0, len(line)), line) + 0.10 * (z - 3.0)
    return cut
