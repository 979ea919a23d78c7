"""How this room's kernels are compiled: one place that knows numba's switches.

Kernels release the GIL, so that threads can share a picture. No kernel may reorder sums: the same lights give the same
bytes with any number of threads. Machine code is cached in the user's cache folder (or where NUMBA_CACHE_DIR says), in
a folder named after the kernels' sources: numba wouldn't notice that a kernel called from another file has changed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar, cast

from installation import places

os.environ.setdefault("NUMBA_SLP_VECTORIZE", "1")  # the rows of a splat become vectors

from numba import config, njit

config.SLP_VECTORIZE = 1  # for a process in which somebody else imported numba before

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_KEPT = 4  # folders of machine code: this version's, and a few of others


def _cache() -> str:
    """The folder for this version's machine code, or "" (numba's own choice) where none can be made."""
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    kernels = b"".join(source for source in sources if b"installation.light.compiled" in source)
    base = Path(config.CACHE_DIR or places.cache_folder()) / "light"
    here = base / blake2b(kernels, digest_size=8).hexdigest()
    try:
        if not here.is_dir():
            here.mkdir(parents=True)
            for old in sorted(base.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
                shutil.rmtree(old, ignore_errors=True)
        return str(here) if os.access(here, os.W_OK) else ""
    except OSError:
        return ""


_CACHE = _cache()


def _compiled(kernel: Kernel, flags: set[str]) -> Kernel:
    elsewhere = config.CACHE_DIR
    config.CACHE_DIR = _CACHE or elsewhere
    try:
        return cast(Kernel, njit(nogil=True, cache=True, error_model="numpy", fastmath=flags)(kernel))
    finally:
        config.CACHE_DIR = elsewhere


def exact(kernel: Kernel) -> Kernel:
    """A kernel that may meet NaN and infinity and must notice them."""
    return _compiled(kernel, {"contract"})


def quick(kernel: Kernel) -> Kernel:
    """A kernel that is only given finite numbers. It may fuse multiply and add, but not reorder."""
    return _compiled(kernel, {"contract", "nnan", "ninf", "nsz"})
