"""The camera: it hangs in the nave's mouth and drifts; only while the dream is torn it leans. Pure."""

from __future__ import annotations

import math

from installation import Moment, View, ease

DISTANCE, HEIGHT, ANGLE = 7.4, 1.75, 40.0  # metres, metres, degrees
USUAL_DISTANCE, USUAL_HEIGHT = 11.0, 1.9  # metres of /camera/... at which this camera is where it was meant to be
FOLLOWED = 0.08  # how much of a change of distance it follows: what is written must stay in the picture
LIFT, ASIDE = 0.8, 1.6  # metres at most that /camera/height and orbit move it


def seen(now: Moment) -> View:
    """Hand and score move it with /camera/..., less than by their metres: they speak of a tree that one walks round."""
    t, sway = now.seconds, 2.0 * now.number("/camera/sway")
    away = DISTANCE * (now.number("/camera/distance") / USUAL_DISTANCE) ** FOLLOWED + 0.9 * ease(now.bloom)
    drift = 1.3 * math.sin(2.0 * math.pi * t / 97.0) + 0.4 * math.sin(2.0 * math.pi * t / 43.0)
    x = 0.5 * sway * drift * (1.0 - 0.45 * ease(now.bloom)) + ASIDE * math.sin(
        2.0 * math.pi * now.number("/camera/orbit")
    )
    z = HEIGHT + 0.6 * ease(now.bloom) + 0.10 * sway * math.sin(2.0 * math.pi * t / 71.0)
    z += LIFT * math.tanh((now.number("/camera/height") - USUAL_HEIGHT) / 4.0)
    aim = 2.55 + 0.25 * ease(now.bloom) + away * math.tan(math.radians(0.5 * now.number("/camera/tilt")))
    roll = 0.035 * sway * now.unrest * math.sin(0.31 * t)
    return View((x, -away, max(z, 0.4)), (0.35 * x, 0.0, aim), ANGLE, roll)
