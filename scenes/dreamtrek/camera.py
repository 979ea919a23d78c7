"""The camera of the trek: it climbs as the arc goes on, and turns round the rope as it climbs. Pure.

What a score asks of it means this here: near is in the bowl, under the silk, before the rope; far is up in the dark of
the gallery; low looks up along the rope from the rim, high looks down on the whirl as on a galaxy.
"""

from __future__ import annotations

import math

from installation import Moment, View, ease, framed

HEIGHTS = {"harmony": 0.42, "glitch": 0.55, "resolution": 1.0}
"""How far up the trek each phase leads, 0..1."""
ANGLE = 44.0  # degrees
NEARER, FARTHER = 0.30, 1.45  # of its way from the rope: right in it, and as far as can be
LOWER, HIGHER = 3.4, 10.0  # metres
RIM = 13.5  # metres from the rope: nearer than that nobody lies between
LOWEST, OVER = 1.3, 5.6  # metres over the stage inside that, and outside, where cocoons would stand before the rope
HAZE = 46.0  # metres in which the dark of the hall takes all but a third


def goal(now: Moment) -> float:
    """How far up the camera should be by now; at the bottom in the dark."""
    return HEIGHTS[now.phase] * min(2.0 * now.presence, 1.0)


def seen(now: Moment, climbed: float, lifted: float) -> View:
    """The view from `climbed`, 0..1 of the trek, and `lifted` metres along the rope."""
    asked, sway, t = framed(now), now.number("/camera/sway"), now.seconds
    torn, nearer = ease(now.unrest), max(asked.near, 0.0)  # it leans in to what tears
    usual = 17.4 + 1.2 * math.sin(math.pi * climbed) - 1.2 * torn
    far = usual * (NEARER**nearer if asked.near > 0.0 else FARTHER**-asked.near)
    height = 7.4 + 3.4 * ease(climbed) - 2.6 * nearer + lifted
    height += HIGHER * asked.lift if asked.lift > 0.0 else LOWER * asked.lift
    drift = 0.30 * math.sin(2.0 * math.pi * t / 131.0) + 0.10 * math.sin(2.0 * math.pi * t / 47.0 + 1.0)
    turn = 0.25 + 2.2 * climbed + sway * drift + asked.turn
    lowest = LOWEST + (OVER - LOWEST) * ease((far - 0.6 * RIM) / (0.4 * RIM))
    eye = (far * math.sin(turn), -far * math.cos(turn), max(height, lowest))
    aim = 3.9 + 0.5 * climbed + 0.5 * torn + 0.6 * lifted + far * math.tan(asked.tilt)
    aim -= 2.2 * max(asked.lift, 0.0)  # from above, the whirl; the rope stands up to the eye
    return View(eye, (0.0, 0.0, aim), ANGLE, 0.05 * now.unrest * math.sin(0.31 * t), HAZE)
