"""Threads: light that rises from single sleepers into the crown, in arcs, when the community has been mended.

About twenty are up at a time: each sleeper's comes and goes in its own long turn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Moment, Strokes, View, along, ease, eased, hues, polylines, shone, spatial
from scenes.sleeptree.growth import Tree

Doubles = NDArray[np.float64]

THREADS = 120  # sleepers from whom a thread rises, some time
KNOTS = 34  # vertices of a thread
TURN = 41.0  # seconds from one rising of a thread to the next
UP = 0.34  # of its turn that a thread is there
BARS = 2.2  # metres from the eye, within which a thread would be a bar across the picture
FARTHEST = 6.6  # metres from the trunk: who lies further out sends none, it would leave the picture


class Threads:
    """A pure function of the moment."""

    def __init__(self, tree: Tree, chance: Chance, sleepers: int) -> None:
        draw = chance.at()
        self._of = draw.permutation(sleepers)[:THREADS]
        self._late = draw.uniform(0.0, 1.0, THREADS)
        self._beat = draw.uniform(0.0, 2.0 * np.pi, THREADS)
        self._arch = draw.uniform(0.5, 1.25, THREADS)
        low = tree.tips[np.hypot(tree.tips[:, 0], tree.tips[:, 1]) > 0.9].astype(np.float64)
        angle = np.arctan2(low[:, 1], low[:, 0])
        order = np.argsort(angle)
        self._tip, self._angle = low[order], angle[order]
        self._skip = draw.integers(-6, 7, THREADS)  # no two sleepers who lie alike meet the same tip

    def light(self, now: Moment, view: View, place: Doubles, lift: float) -> Strokes:
        """Arcs from the jewels, `lift` metres over the water at (n, 2) metres; a pulse runs up each with its breath."""
        sleepers = now.sleepers
        turn = (self._late + now.seconds / TURN) % 1.0 / UP  # 0..1 while a thread is there
        near = eased((FARTHEST - np.hypot(*sleepers.place[self._of].T)) / 0.8)
        up = np.flatnonzero((turn < 1.05) & (near > 0.0))
        of = self._of[up]
        foot = place[of]
        turned = np.arctan2(sleepers.place[of, 1], sleepers.place[of, 0])
        tip = self._tip[(np.searchsorted(self._angle, turned) + self._skip[up]) % len(self._tip)]
        knots = self._arc(foot, tip, lift, now.seconds, up)
        age = (sleepers.phase[of] / (2.0 * np.pi))[:, None]
        way = np.linspace(0.0, 1.0, KNOTS)[None, :]
        behind = 1.22 * age - way  # how far the pulse has passed
        head = np.exp(-((behind / 0.030) ** 2))
        tail = np.where(behind > 0.0, np.exp(-behind.clip(0.0) / 0.16), 0.0)
        fade = 1.0 - 0.4 * age
        shown = self._shown(now, turn[up], way) * near[up][:, None]
        strength = (0.10 + (2.2 * head + 0.5 * tail) * fade) * shown * (sleepers.present * sleepers.glow)[of][:, None]
        away = np.sqrt(sum((axis - at) ** 2 for axis, at in zip(knots, view.eye, strict=True)))
        strength = strength * eased((away - BARS) / BARS)
        hue = along(hues(sleepers.hue[of], 0.16), KNOTS)
        white = (0.5 * head * fade).ravel()
        colour = hue + shone(1.0 - hue, white)
        thick = 0.0065 + 0.004 * head
        return Strokes(
            spatial(*knots),
            thick.ravel().astype(np.float32),
            shone(colour, strength.ravel()),
            polylines(len(up), KNOTS),
        )

    def _arc(self, foot: Doubles, tip: Doubles, lift: float, t: float, up: NDArray[np.intp]) -> Doubles:
        """(3, up, KNOTS): straight up from the jewel at first, then over and down into the crown."""
        a = np.column_stack([foot, np.full(len(up), lift)])
        beat, arch = self._beat[up], self._arch[up]
        sway = 0.10 * np.stack([np.sin(beat + 0.31 * t), np.cos(beat + 0.27 * t)], axis=1)
        b = np.column_stack([foot * 0.98 + sway, 0.55 * tip[:, 2] + 0.3 * arch])
        over = tip.copy()
        over[:, :2] = 0.62 * tip[:, :2] + 0.38 * foot + sway
        over[:, 2] += 0.7 * arch
        way = np.linspace(0.0, 1.0, KNOTS)
        weights = np.stack([(1 - way) ** 3, 3 * way * (1 - way) ** 2, 3 * way**2 * (1 - way), way**3])
        return np.asarray(np.tensordot(np.stack([a, b, over, tip]), weights, axes=(0, 0)).transpose(1, 0, 2))

    def _shown(self, now: Moment, turn: Doubles, way: Doubles) -> Array:
        """(up, KNOTS) 0..1: it rises, stays a while, and is taken up into the crown from below."""
        risen = eased((turn[:, None] * 5.0 * 1.2 - way) * 5.0)
        leaving = eased(((turn[:, None] - 0.75) * 4.0 * 1.2 - way) * 5.0)
        shown: Array = risen * (1.0 - leaving) * np.float32(ease(1.6 * now.bloom) * (1.0 - now.unrest))
        return shown
