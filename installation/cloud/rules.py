"""How long nodes wait for each other, and how much they take: what failed first made most of it."""

from __future__ import annotations

from installation.model import ticks
from installation.model.ticks import SECOND

LEAD = 12
"""Ticks that a line is ahead of the beat: 100 ms; 6 do on a cable."""

SILENCE = SECOND
"""Nanoseconds without line and answer after which the conductor is gone."""

HELD = 3 * SECOND
"""Nanoseconds after which a conductor that says nothing new is gone, however much it says."""

LATE = SECOND // 2
"""Nanoseconds between two turns from which on a node has been away."""

LISTENS, LISTENS_ON = SECOND, SECOND // 4
"""Nanoseconds that it then listens before it takes over; and before it goes on conducting."""

ALONE = 5 * SECOND
"""Nanoseconds after which it takes over although it has heard nobody."""

LOOKS = SECOND
"""Nanoseconds that a new node looks for others before it begins alone."""

GIVES_WAY = 3 * SECOND // 10
"""Nanoseconds that a node waits for each that would conduct before it."""

FEW = 3 * SECOND
"""Nanoseconds that less than half of those named wait: the others may be playing on."""

STANDS = SECOND // 2
"""Nanoseconds at the horizon after which a snapshot is asked for, not lines."""

BEHIND = 3 * ticks.RATE
"""Ticks that are not caught up: a snapshot is."""

LONGEST = 30 * ticks.RATE
"""Ticks of one line."""

FURTHEST = 5 * ticks.RATE
"""Ticks that a line may be ahead."""

LEAP = 1000
"""By which a term may be higher than the last."""

AGAIN = SECOND // 10
"""Nanoseconds after which what no line holds yet is asked again."""

UNSAID, AT_ONCE = 256, 96
"""Controls of this node that may wait for a line; and that are asked for at once."""

MENDS = 5 * SECOND
"""Nanoseconds between two corrections."""

SHUNNED = 60 * SECOND
"""Nanoseconds for which nobody listens to the lines of a node that conducted nonsense, or nothing."""

NEVER = -(2**62)
"""Nanoseconds, of what has not happened yet: a clock may stand anywhere."""
