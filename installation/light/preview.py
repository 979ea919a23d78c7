"""A small copy of a finished frame, for who looks at it elsewhere: cheap, as the live loop makes it between frames."""

from __future__ import annotations

import numpy as np

from installation.light.picture import Pixels

WIDE = 480
"""Pixels that the copy is about as wide as."""

_ALL_BUT_LOWEST = np.uint32(0x00FEFEFE)
_ONE = np.uint32(1)


def shrunk(frame: Pixels, wide: int = WIDE) -> Pixels:
    """`frame` (height, width) 0x00RRGGBB at a whole fraction of its size, even in both directions.

    Each pixel is the mean of four out of those it stands for.
    """
    step = max(1, round(frame.shape[1] / wide))
    high, across = (side // step // 2 * 2 for side in frame.shape)
    kept = frame[: high * step, : across * step]
    if step == 1:
        return kept.copy()
    half = step // 2
    upper = _mean(kept[::step, ::step], kept[::step, half::step])
    lower = _mean(kept[half::step, ::step], kept[half::step, half::step])
    return _mean(upper, lower)


def _mean(a: Pixels, b: Pixels) -> Pixels:
    """The mean of three channels at once: what both have, and half of what one has."""
    mean: Pixels = (a & b) + (((a ^ b) & _ALL_BUT_LOWEST) >> _ONE)
    return mean
