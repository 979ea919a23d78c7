"""The camera: it walks up the street, stands under the maelstrom, comes close to who is in front, and leaves. Pure.

Every phase has its own way, from one place to another. The scene follows it slowly, so that nothing ever jumps.
"""

from __future__ import annotations

import math

import numpy as np

from installation import RATE, Array, Moment, View, ease, framed
from scenes.restpods.palette import Doubles
from scenes.restpods.street import middle

ANGLE = 42.0  # degrees
LAG = 3.6  # seconds, twice: how slowly the camera follows
NEARER, FARTHER = 6.5, 4.0  # metres up the street when right in the middle of it, and back when as far as can be
HIGHER, LOWER = 3.6, 1.3  # metres: over the first roofs and under the net; and down to the wet ground
DOWN = 2.2  # metres by which it looks lower from up there, into the street
ASIDE = 1.5  # metres

Place = tuple[float, float, float]
WAYS: dict[str, tuple[Place, Place, Place, Place]] = {
    "harmony": ((0.30, -13.0, 2.35), (0.9, 14.0, 3.7), (0.10, -7.4, 2.05), (0.8, 14.0, 4.5)),
    "glitch": ((0.25, -9.4, 2.05), (0.9, 15.0, 5.3), (0.95, -5.6, 1.35), (1.15, 16.0, 6.9)),
    "resolution": ((-0.20, -7.0, 2.00), (0.7, 9.0, 3.3), (0.55, -11.6, 2.30), (0.8, 13.0, 3.9)),
}
"""Of each phase: eye and aim at its beginning, eye and aim at its end; metres."""

START: Doubles = np.array([WAYS["harmony"][:2]] * 2)
"""(2, 2, 3): how far the first and the second follower have come, eye and aim."""


def followed(way: Doubles, now: Moment) -> Doubles:
    """The followers a tick later."""
    eye, aim, last_eye, last_aim = (np.array(place) for place in WAYS[now.phase])
    part = ease(now.phase_progress)
    there = np.stack([eye + (last_eye - eye) * part, aim + (last_aim - aim) * part])
    share = 1.0 / (RATE * LAG)
    first = way[0] + (there - way[0]) * share
    return np.stack([first, way[1] + (first - way[1]) * share])


def view(now: Moment, way: Doubles) -> View:
    """Where the picture is taken from; hand and score move it from there, but never out of the street."""
    asked, sway, t = framed(now), now.number("/camera/sway"), now.seconds
    eye, aim = way[1]
    ahead = (NEARER if asked.near > 0.0 else FARTHER) * asked.near
    up, down = ease(asked.lift), math.sin(0.5 * math.pi * min(asked.lift, 0.0))
    y = eye[1] + ahead
    bend = float(middle(np.array(y)) - middle(np.array(eye[1])))  # who walks up a street that winds stays on it
    x = eye[0] + max(asked.near, 0.0) * bend + ASIDE * math.sin(asked.turn)
    x += 1.1 * sway * math.sin(2.0 * math.pi * t / 97.0)
    y += 0.8 * sway * math.sin(2.0 * math.pi * t / 61.0)
    z = eye[2] + HIGHER * up + LOWER * down + 0.26 * sway * math.sin(2.0 * math.pi * t / 71.0)
    roll = 0.07 * sway * now.unrest * math.sin(2.0 * math.pi * t / 37.0)
    rise = (aim[1] - y) * math.tan(0.5 * asked.tilt)
    target = float(aim[0]), float(aim[1]) + ahead, float(aim[2]) - DOWN * up + 0.5 * LOWER * down + rise
    return View((x, y, max(z, 0.5)), target, ANGLE, roll)


def standing(view: View) -> Array:
    """(3,) the eye."""
    return np.array(view.eye, dtype=np.float32)
