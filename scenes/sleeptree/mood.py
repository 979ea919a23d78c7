"""What the performer's pull does beyond the phase's own: a stillness that is deeper than harmony's."""

from __future__ import annotations

from installation import Moment


def stillness(now: Moment) -> float:
    """0..1: how far /dream/unrest pulls below calm. Wind and ripples rest then, clouds part, the water is a mirror."""
    return max(-now.number("/dream/unrest"), 0.0) * (1.0 - now.unrest)
