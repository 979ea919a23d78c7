"""Binaural rendering for headphones: a ring of loudspeakers as a head in its middle hears them.

A spherical head of our own, from published formulas, and no measured set: the delay of each ear after R. S. Woodworth
("Experimental Psychology", 1938: a/c (theta + sin theta)), the head's shadow as a first-order shelf that depends on the
angle of incidence (C. P. Brown and R. O. Duda, "A structural model for binaural sound synthesis", IEEE Trans. Speech
Audio Proc. 6, 1998). It knows left from right; what is ahead and what is behind differ by the shadow of the ears only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

SPEAKERS = 8
"""Loudspeakers of the ring; channel 0 stands ahead on the left, the others follow clockwise."""

RADIUS = 0.0875  # metres, of a head
SOUND = 343.0  # metres a second
SHADOWED, DARKEST = 0.1, math.radians(150.0)  # least gain at high frequencies, and where (Brown and Duda, eq. 3)
BEHIND_DB = -3.0  # at high frequencies of what comes from behind: the ears' own shadow, simplified to a shelf


def ears(azimuth: float) -> Doubles:
    """(2, 2) of the left and right ear for a source at `azimuth`, turns clockwise: seconds of delay, gain up high."""
    heard = np.zeros((2, 2))
    for ear, side in enumerate((-0.25, 0.25)):
        angle = abs(math.remainder(azimuth - side, 1.0)) * 2.0 * math.pi  # of incidence: 0 opposite the ear
        if angle < 0.5 * math.pi:
            delay = RADIUS / SOUND * (1.0 - math.cos(angle))
        else:
            delay = RADIUS / SOUND * (1.0 + angle - 0.5 * math.pi)
        shadow = (1.0 + SHADOWED / 2.0) + (1.0 - SHADOWED / 2.0) * math.cos(angle / DARKEST * math.pi)
        behind = max(-math.cos(2.0 * math.pi * azimuth), 0.0)
        heard[ear] = delay, max(shadow, SHADOWED) * 10.0 ** (BEHIND_DB * behind / 20.0)
    return heard


@loose
def _listen(
    ring: Array, past: Array, delays: Doubles, shelves: Doubles, state: Doubles, share: float, out: Array
) -> None:
    """Add what two ears hear of `ring`, (speakers, n), to `out`, (2, n).

    `past` (speakers, m + n) holds the last m samples and this block; delays (speakers, 2) in samples; shelves
    (speakers, 2, 3) b0 b1 a1; state (speakers, 2, 2) moves on.
    """
    speakers, n = ring.shape
    before = past.shape[1] - n
    for s in range(speakers):
        for ear in range(2):
            whole = int(delays[s, ear])
            part = delays[s, ear] - whole
            b0, b1, a1 = shelves[s, ear]
            x1, y1 = state[s, ear]
            for k in range(n):
                at = before + k - whole
                x = past[s, at] * (1.0 - part) + past[s, at - 1] * part
                y = b0 * x + b1 * x1 - a1 * y1 + 1e-18
                x1, y1 = x, y
                out[ear, k] += np.float32(share * y)
            state[s, ear, 0], state[s, ear, 1] = x1, y1


class Head:
    """Eight channels in, two ears out."""

    def __init__(self, rate: int) -> None:
        heard = np.array([ears((c - 0.5) / SPEAKERS) for c in range(SPEAKERS)])  # (speakers, 2, 2)
        self._delays = heard[:, :, 0] * rate
        self._past = np.zeros((SPEAKERS, math.ceil(self._delays.max()) + 2), dtype=np.float32)
        self._state = np.zeros((SPEAKERS, 2, 2))
        # (w + gain s) / (w + s), w = 2 c / a, bilinear: 1 down low, `gain` up high
        w = 2.0 * SOUND / RADIUS / (2.0 * rate)
        gain = heard[:, :, 1]
        rows = [(w + gain) / (w + 1.0), (w - gain) / (w + 1.0), np.full_like(gain, (w - 1.0) / (w + 1.0))]
        self._shelves = np.stack(rows, axis=-1)

    def render(self, ring: Array) -> Array:
        """(2, n) of `ring`, (SPEAKERS, n)."""
        kept = self._past.shape[1]
        whole = np.concatenate([self._past, ring], axis=1)
        out = np.zeros((2, ring.shape[1]), dtype=np.float32)
        _listen(ring, whole, self._delays, self._shelves, self._state, 1.0 / math.sqrt(2.0), out)
        self._past = whole[:, -kept:].copy()
        return out
