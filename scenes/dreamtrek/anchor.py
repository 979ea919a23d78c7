"""The anchor, a voice held on to: a warm upright line that the ribbons gather round, and rings from its foot."""

from __future__ import annotations

import numpy as np

from installation import Moment, Points, Strokes, along, mix, polylines, shone, spatial
from scenes.dreamtrek.palette import GOLD, PEARL

TALL = 14.0  # metres
KNOTS = 24
FINE, HAZE = 0.035, 0.5  # metres, radius of the line and of the light that it stands in
RINGS, REACH, ROUND = 4, 4.2, 96  # how many at once, metres that they go out to, vertices
SLOW = 0.11  # rings a second
WARM = mix(GOLD, PEARL, 0.45)


def beam(now: Moment, held: float) -> list[Points | Strokes]:
    """The lights of the anchor; none while nobody holds on."""
    if held <= 0.0:
        return []
    z = np.linspace(0.02, TALL, KNOTS)
    line = spatial(np.zeros(KNOTS), np.zeros(KNOTS), z)
    ends = np.exp(-z / 11.0) * (1.0 - z / TALL)
    start = np.zeros(1, np.int32)
    core = Strokes(line, np.full(KNOTS, FINE, np.float32), shone(WARM, 0.85 * held * ends), start, halo=0.5)
    haze = Strokes(line, np.full(KNOTS, HAZE, np.float32), shone(WARM, 0.05 * held * ends), start)
    return [core, haze, _rings(now, held)]


def _rings(now: Moment, held: float) -> Strokes:
    age = (np.arange(RINGS) + SLOW * RINGS * now.seconds % 1.0) / RINGS  # 0 at the foot .. 1
    turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
    reach = (0.35 + REACH * age)[:, None]
    strength = 0.30 * held * np.minimum(age * 6.0, 1.0) * (1.0 - age) ** 2
    return Strokes(
        spatial(reach * np.cos(turn), reach * np.sin(turn), np.full((RINGS, ROUND), 0.03)),
        np.full(RINGS * ROUND, 0.014, np.float32),
        shone(WARM, along(strength, ROUND)),
        polylines(RINGS, ROUND),
    )
