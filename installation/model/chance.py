"""Random numbers addressed by (seed, name, index), never drawn from a shared stream.

Two places that ask for chance under different names can't disturb each other, and any moment of the show can
be asked for its numbers without having lived through the moments before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Chance:
    """A named source of random numbers. `Chance(7).of("tree")` is another source than `Chance(7).of("water")`."""

    seed: int
    name: str = ""

    def of(self, name: str) -> Chance:
        """The source called `name` below this one."""
        return Chance(self.seed, f"{self.name}/{name}")

    def at(self, index: int = 0) -> np.random.Generator:
        """A fresh generator at `index` (0 .. 2**64 - 1); the same address always gives the same numbers.

        Philox is a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011):
        the address is its key and counter, so nothing is ever skipped over.
        """
        return np.random.Generator(np.random.Philox(key=self._key, counter=[0, 0, 0, index]))

    @cached_property
    def _key(self) -> NDArray[Any]:
        digest = blake2b(f"{self.seed}{self.name}".encode(), digest_size=16).digest()
        return np.frombuffer(digest, dtype=np.uint64)
