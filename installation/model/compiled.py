"""numba as this project uses it: compiled once, kept on disk, and running without the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

os.environ.setdefault("NUMBA_SLP_VECTORIZE", "1")  # numba reads it when it is imported
from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def kernel(function: Kernel) -> Kernel:
    """Compile for speed: sums may be reordered, and NaN is taken to be impossible."""
    compiled: Kernel = njit(nogil=True, cache=True, fastmath=True)(function)
    return compiled


def strict(function: Kernel) -> Kernel:
    """Compile for whatever arrives: NaN and infinity keep their meaning."""
    compiled: Kernel = njit(nogil=True, cache=True)(function)
    return compiled
