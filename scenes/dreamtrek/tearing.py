"""What glitch does to the trek: ribbons that jump to other cocoons, slabs of the rope that slip, cocoons that fail.

Everything is hashed from who and which run of slices, so that it holds for a while, is staggered over the community,
and happens on the clock that the sound is torn by: never all at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance, Moment

SLAB = 0.31  # metres; slabs slip in pairs
SLIPPING, SLIP = 0.55, 0.45  # share of them, and metres sideways, at full unrest and /light/glitch 0.5
HELD = 4  # slices for which a pair of slabs, or a failed cocoon, stays as it is
JUMPING = 0.62  # share of ribbons that hang on somebody else's cocoon at full unrest
FAILING = 0.22  # share of cocoons that are dim at full unrest


class Tearing:
    """Chances of one performance; pure functions of the moment. `held` is how far the anchor holds, 0..1."""

    def __init__(self, chance: Chance, people: int) -> None:
        self._jump, self._host = chance.of("jump"), chance.of("host")
        self._slip, self._far, self._fail = chance.of("slip"), chance.of("far"), chance.of("fail")
        self._who = np.arange(people)
        draw = chance.at()
        self._period = draw.integers(7, 19, people)  # slices that a ribbon stays where it is
        self._stagger = draw.integers(0, 84, people)

    def hosts(self, now: Moment, held: float) -> NDArray[np.int64]:
        """(n,) on whose cocoon each ribbon hangs: one's own, or for some slices somebody else's."""
        share = JUMPING * now.unrest * (1.0 - 0.7 * held)
        if share <= 0.0:
            return self._who
        run = (now.beat.index + self._stagger) // self._period
        away = self._jump.hashed(self._who, run) < share
        other = (self._host.hashed(self._who, run) * len(self._who)).astype(np.int64)
        return np.where(away, other, self._who)

    def slips(self, now: Moment, height: Array, held: float) -> Array:
        """Metres sideways by which the rope is displaced at `height`, in pairs of slabs."""
        pair = (height / np.float32(2 * SLAB)).astype(np.int64)
        run = (now.beat.index + 3 * pair) // HELD
        slipped = self._slip.hashed(pair, run) < SLIPPING * now.unrest
        hard = 2.0 * SLIP * now.number("/light/glitch") * now.unrest * (1.0 - 0.7 * held)
        return ((2.0 * self._far.hashed(pair, run) - 1.0) * hard * slipped).astype(np.float32)

    def failing(self, now: Moment) -> Array:
        """(n,) 1, or less where a cocoon fails for some slices."""
        if now.unrest <= 0.0:
            return np.ones(len(self._who), np.float32)
        dark = self._fail.hashed(self._who, (now.beat.index + self._stagger) // HELD) < FAILING * now.unrest
        return np.where(dark, np.float32(0.3), np.float32(1.0))
