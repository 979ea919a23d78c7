"""Whether two shows are the same, as far as anybody could see: coarse numbers, compared with a tolerance.

Machines of another make differ in the last bit of a sine, and differences do not grow: a digest would cry wolf.
"""

from __future__ import annotations

import numpy as np

from installation.cloud.messages import Figures
from installation.show import Show

TURN = 2.0 * np.pi

TOLERANCE = 1e-4
"""Share of 1, or of the number where that is larger."""


def figures(show: Show) -> Figures:
    """Of a show between two steps. The first of the counts is how many of the values are angles."""
    community, course = show.community, show.course
    here = [float(community.present.sum()), float(community.driven.sum())]
    slow = [show.unrest, show.bloom, show.presence, show.darkness, *here]
    values = np.concatenate([community.phase, [community.breath % TURN], slow, show.glides.value])
    counts = (len(community) + 1, course.arc, course.place, show.clock.index, len(show.playing))
    return Figures(show.tick, counts, values.astype("<f4").tobytes())


def agree(ours: Figures, theirs: Figures) -> bool:
    """Whether nobody could see a difference. Figures of other lengths, or that are no numbers, are no agreement."""
    if ours.counts != theirs.counts or len(ours.values) != len(theirs.values):
        return False
    a, b = (np.frombuffer(one.values, "<f4").astype(np.float64) for one in (ours, theirs))
    if not np.isfinite(b).all():
        return False
    away, angles = a - b, ours.counts[0]
    away[:angles] = np.remainder(away[:angles] + TURN / 2, TURN) - TURN / 2
    return bool(np.all(np.abs(away) <= TOLERANCE * np.maximum(np.abs(a), 1.0)))
