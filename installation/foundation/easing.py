"""Soft starts and ends: the one smoothstep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ease(x: float) -> float:
    """0..1 with a soft start and end (smoothstep), clipped."""
    t = min(max(x, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def eased(x: NDArray[np.floating]) -> NDArray[np.float32]:
    """The same for an array of any shape."""
    t = np.clip(x, 0.0, 1.0).astype(np.float32, copy=False)
    smooth: NDArray[np.float32] = t * t * (3.0 - 2.0 * t)
    return smooth
