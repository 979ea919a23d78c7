"""How this room's kernels are compiled: one place that knows numba's switches.

Kernels release the GIL, so that threads can share a picture, and are cached on disk beside their source or, where that
may not be written, in the user's cache folder. No kernel may reorder sums: the same lights give the same bytes with any
number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

os.environ.setdefault("NUMBA_SLP_VECTORIZE", "1")  # a splat's rows become vectors: up to 3 times faster

import numba  # noqa: E402 (the switch above must come first)
from numba import njit  # noqa: E402

numba.config.SLP_VECTORIZE = 1  # for a process in which somebody else imported numba before

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def exact(kernel: Kernel) -> Kernel:
    """A kernel that may meet NaN and infinity and must notice them."""
    compiled: Kernel = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})(kernel)
    return compiled


def quick(kernel: Kernel) -> Kernel:
    """A kernel that is only given finite numbers. It may fuse multiply and add, but not reorder."""
    flags = {"contract", "nnan", "ninf", "nsz", "arcp"}
    compiled: Kernel = njit(nogil=True, cache=True, error_model="numpy", fastmath=flags)(kernel)
    return compiled
