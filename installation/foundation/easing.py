"""Soft starts and ends: the one smoothstep, and the curves that have a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


def ease(x: float) -> float:
    """0..1 with a soft start and end (smoothstep), clipped."""
    t = min(max(x, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def _squared(x: float) -> float:
    t = min(max(x, 0.0), 1.0)
    return t * t  # a power is the C library's, which has another last bit on another machine


CURVES: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "ease": ease,
        "line": lambda x: min(max(x, 0.0), 1.0),
        "in": _squared,
        "out": lambda x: 1.0 - _squared(1.0 - x),
    }
)
"""Ways from 0 to 1 by name: soft at both ends, straight, soft at the start, soft at the end."""


def eased(x: NDArray[np.floating]) -> NDArray[np.float32]:
    """The same for an array of any shape."""
    t = np.clip(x, 0.0, 1.0).astype(np.float32, copy=False)
    smooth: NDArray[np.float32] = t * t * (3.0 - 2.0 * t)
    return smooth
