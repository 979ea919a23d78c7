"""The loop gate: how much of what a microphone hears is the show itself, and what is left when that is taken off.

What is played is known. In each bin of its spectrum its power, held and fading as a room holds it, times a coupling
that is learned, is what of it the microphone may hear. At first it is taken to be heard as loud as it is played, which
is a plain gate; the coupling falls to what the room really lets by, and hardly rises while somebody speaks. Bins, not
bands, for the drones are tones: what a room does to one of them is no measure of its neighbour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.sound.listening.spectrum import BINS, HOPS, Lane, hop, take

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

FADING = 10.0 ** (-0.3 / 10.0)  # a hop: 60 dB in two seconds, a reverberant room
FRESH = 0.1  # of what is held, that must be playing now where something is to be learned
UNHEARD = 1e-10  # mean square of what is played in a bin, below which it says nothing of the room
MARGIN = 4.0  # by which what is taken off is more than what is expected: a room's beats and nodes move
FIRST, LEAST, MOST = 1.0, 1e-7, 100.0  # coupling, of power
FALLS, RISES = 10.0 ** (-0.5 / 10.0 / HOPS), 10.0 ** (20.0 / 10.0 / HOPS)  # dB a second: its 98 % quantile
FAR, DROPS = 0.03, 10.0 ** (-6.0 / 10.0 / HOPS)  # of what is expected, below which it falls faster
SPOKEN = 10.0 ** (0.3 / 10.0 / HOPS)  # how it rises while somebody is heard


@strict
def played(block: Array, lane: Lane, now: Doubles, echo: Doubles) -> None:
    """`block`, (n, channels), is played: its power into `now`, (BINS,), and as a room holds it into `echo`."""
    start, whole = take(block, 0, lane)
    while whole:
        hop(lane, 2)
        for b in range(BINS):
            now[b] = lane.powers[b]
            echo[b] = max(now[b], echo[b] * FADING)
        start, whole = take(block, start, lane)


@strict
def nearer(powers: Doubles, now: Doubles, echo: Doubles, coupling: Doubles, spoken: bool, near: Doubles) -> None:
    """What of `powers`, (BINS,), is not the show's own goes into `near`; the coupling learns, slowly while `spoken`."""
    for b in range(BINS):
        near[b] = powers[b]
        if echo[b] > UNHEARD:
            if now[b] > FRESH * echo[b]:
                expected = coupling[b] * echo[b]
                if powers[b] > expected:
                    coupling[b] *= SPOKEN if spoken else RISES
                else:
                    coupling[b] *= FALLS if powers[b] > FAR * expected else DROPS
                coupling[b] = min(max(coupling[b], LEAST), MOST)
            near[b] = max(powers[b] - MARGIN * coupling[b] * echo[b], 0.0)
