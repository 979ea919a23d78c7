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

    def hashed(self, *index: NDArray[np.integer[Any]] | int) -> NDArray[np.float64]:
        """A number in 0..1 (1 excluded) for each index, all at once: `hashed(np.arange(n), now.beat.index)` is (n,).

        Any number of integer indices, broadcast; the same indices always give the same number. A thousand times as
        quick as `at` for a thousand rows. The mixing is SplitMix64's (Steele, Lea, Flood, "Fast splittable
        pseudorandom number generators", 2014): good enough for pictures, and for nothing that must be secret.
        """
        state = np.full(np.broadcast_shapes(*(np.shape(i) for i in index)), self._key[0])
        with np.errstate(over="ignore"):  # of a lone number; arrays wrap round unasked
            for i, step in enumerate(index):
                word = np.asarray(step).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(i)
                state = _mixed(state + word)
            state = _mixed(state ^ self._key[1])
        share: NDArray[np.float64] = (state >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return share

    @cached_property
    def _key(self) -> NDArray[Any]:
        digest = blake2b(f"{self.seed}{self.name}".encode(), digest_size=16).digest()
        return np.frombuffer(digest, dtype=np.uint64)


def normal(draw: np.random.Generator, *shape: int) -> NDArray[np.float64]:
    """Standard normal numbers, as exact as a float32: their far tail is made by the C library's logarithm, whose last
    bits are another on other machines, and here they are cut off."""
    made: NDArray[np.float64] = draw.standard_normal(shape).astype(np.float32).astype(np.float64)
    return made


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the result depends on every bit of `state`."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
