"""The camera before the wall: torn, it draws back and narrows, into the optimiser's axonometry. Pure."""

from __future__ import annotations

import math

from installation import Moment, View, ease

NEAR, FLAT = 10.6, 25.6  # metres from the wall, calm and torn
CALM, OPEN = 6.35, 7.9  # metres of the wall that the picture's height holds: calm, and when the rose is open
TARGET, LOW = 2.62, 2.38  # metres up, what it looks at, calm and when the rose is open
USUAL_DISTANCE, USUAL_HEIGHT = 11.0, 1.9  # metres of /camera/... at which this camera is where it was meant to be
FOLLOWED = 0.30  # how much of a change of distance it follows
LIFT, ASIDE = 1.2, 3.0  # metres at most that /camera/height and orbit move it


def seen(now: Moment) -> View:
    """Hand and score move it with /camera/..., less than by their metres: they speak of a tree that one walks round."""
    t, torn, bloom = now.seconds, ease(now.unrest), ease(now.bloom) * (1.0 - ease(now.unrest))
    sway = 2.0 * now.number("/camera/sway") * (1.0 - 0.6 * torn)
    nearer = (now.number("/camera/distance") / USUAL_DISTANCE) ** FOLLOWED
    away = (NEAR + (FLAT - NEAR) * torn) * nearer
    tall = (CALM + (OPEN - CALM) * bloom) * nearer
    drift = 2.0 * math.sin(2.0 * math.pi * t / 89.0) + 0.5 * math.sin(2.0 * math.pi * t / 37.0)
    x = sway * drift * 0.5 + ASIDE * math.sin(2.0 * math.pi * now.number("/camera/orbit"))
    lift = LIFT * math.tanh((now.number("/camera/height") - USUAL_HEIGHT) / 4.0)
    z = 1.75 + 0.25 * sway * math.sin(2.0 * math.pi * t / 71.0) + 1.0 * torn + 0.5 * bloom + lift
    aim = TARGET + (LOW - TARGET) * bloom + 0.5 * away * math.tan(math.radians(0.5 * now.number("/camera/tilt")))
    return View((x, -away, max(z, 0.4)), (0.45 * (1.0 - bloom) + 0.25 * x, 0.0, aim), _angle(tall, away))


def _angle(tall: float, away: float) -> float:
    """Degrees in which so many metres are seen from so far."""
    return math.degrees(2.0 * math.atan(0.5 * tall / away))
