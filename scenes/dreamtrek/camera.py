"""The camera of the trek: it climbs as the arc goes on, and turns round the rope as it climbs. Pure."""

from __future__ import annotations

import math

from installation import Moment, View, ease

HEIGHTS = {"harmony": 0.42, "glitch": 0.55, "resolution": 1.0}
"""How far up the trek each phase leads, 0..1."""
ANGLE = 44.0  # degrees
USUAL_DISTANCE, USUAL_HEIGHT = 11.0, 1.9  # metres of /camera/... at which this camera is where it was meant to be
NEARING, LIFTING = 0.4, 0.6  # how much of a change of either this camera follows
LOWEST = 0.6  # metres
HAZE = 46.0  # metres in which the dark of the hall takes all but a third


def goal(now: Moment) -> float:
    """How far up the camera should be by now; at the bottom in the dark."""
    return HEIGHTS[now.phase] * min(2.0 * now.presence, 1.0)


def seen(now: Moment, climbed: float, lifted: float) -> View:
    """The view from `climbed`, 0..1 of the trek, and `lifted` metres along the rope.

    /camera/distance and height move it from there, less than by their metres: a hall is larger than a tree, and a score
    that was written for the tree may lead the camera under the water.
    """
    sway, t = now.number("/camera/sway"), now.seconds
    torn = ease(now.unrest)  # it leans in to what tears
    usual = 17.4 + 1.2 * math.sin(math.pi * climbed) - 1.2 * torn
    far = usual * (now.number("/camera/distance") / USUAL_DISTANCE) ** NEARING
    height = 7.4 + 3.4 * ease(climbed) + LIFTING * (now.number("/camera/height") - USUAL_HEIGHT) + lifted
    drift = 0.30 * math.sin(2.0 * math.pi * t / 131.0) + 0.10 * math.sin(2.0 * math.pi * t / 47.0 + 1.0)
    turn = 0.25 + 2.2 * climbed + sway * drift + 2.0 * math.pi * now.number("/camera/orbit")
    eye = (far * math.sin(turn), -far * math.cos(turn), max(height, LOWEST))
    aim = 3.9 + 0.5 * climbed + 0.5 * torn + 0.6 * lifted + far * math.tan(math.radians(now.number("/camera/tilt")))
    return View(eye, (0.0, 0.0, aim), ANGLE, 0.05 * now.unrest * math.sin(0.31 * t), HAZE)
