"""What the performer's hand does beyond the phase's own: a stillness deeper than harmony's, light that lingers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation import Array, Moment

AFTERGLOW = 0.95  # of what was as bright as can be, at /light/trails 1


def stillness(now: Moment) -> float:
    """0..1: how far /dream/unrest pulls below calm. Wind and ripples rest then, clouds part, the water is a mirror."""
    return max(-now.number("/dream/unrest"), 0.0) * (1.0 - now.unrest)


def hazy(now: Moment) -> float:
    """0.15..1.85, 1 as painted: how much light hangs in the air where it is thick, by /light/glow."""
    return 0.15 + 1.7 * now.number("/light/glow")


def lingering(light: Array, phase: NDArray[np.floating], now: Moment) -> Array:
    """Light 0..1 that was brightest at a phase of 0 (radians) and dies away slower the more /light/trails there is.

    What calm light does is too slow for a picture to show where it was; so wood and jewels glow after it.
    """
    trails = now.number("/light/trails")
    if trails <= 0.0:
        return light
    turned = np.mod(phase, 2.0 * math.pi)
    after = np.where(turned < math.pi, 0.5 + 0.5 * np.cos(turned), 0.0).astype(np.float32)
    return np.asarray(np.maximum(light, np.float32(AFTERGLOW * trails) * after), dtype=np.float32)
