"""The rope as heard: voices that climb the chord's own tones, each as the one before is half way up.

A Shepard canon in just intonation (R. N. Shepard, "Circularity in judgments of relative pitch", JASA 36, 1964): every
voice is silent at the foot and at the top, so that the climb never ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from installation import Moment, Voice

CLIMBERS = 7
BREATHS = 6  # from the foot of the rope to its top
STANDING = 0.72  # share of a step in which a voice stays on a tone; then it slides to the next
LOUD = 0.30  # gain of a climber half way up
FIFTH = 3.0  # of the root: the anchor's tone
STEADY = 0.8  # gain of the anchor


def staying(sung: Sequence[Voice]) -> tuple[Voice, ...]:
    """The low tones that everything climbs over: softer towards the top, where the climbers are."""
    return tuple(replace(voice, gain=voice.gain * (0.95 - 0.11 * k)) for k, voice in enumerate(sung))


def climbing(now: Moment) -> tuple[Voice, ...]:
    """Up the chord an octave higher, tone by tone; every second one falls while the dream is torn."""
    ladder = [math.log2(2.0 * ratio) for ratio in sorted(now.chord.tolist())]
    torn = now.unrest * now.unrest * (3.0 - 2.0 * now.unrest)
    heard = []
    for k in range(CLIMBERS):
        way = (now.breath / (2.0 * math.pi * BREATHS) + k / CLIMBERS) % 1.0
        pitch = _on(ladder, way)
        if k % 2:
            pitch += torn * (_on(ladder, 1.0 - way) - pitch)
        gain = LOUD * math.sin(math.pi * way) ** 2 * (0.25 + 0.75 * now.coherence * (1.0 - torn) + 0.6 * torn)
        heard.append(Voice(now.root * 2.0**pitch, gain, (k * 3 / CLIMBERS + 0.25 * way) % 1.0, 0.35, _bright(now, way)))
    return tuple(heard)


def anchored(now: Moment, held: float) -> Voice:
    """One steady fifth, straight ahead."""
    return Voice(now.root * FIFTH, STEADY * held, 0.0, 0.1, 0.35)


def _bright(now: Moment, way: float) -> float:
    colour = now.number("/sound/colour") - 0.5
    return min(max(0.22 + 0.2 * way + 0.35 * now.unrest + 0.12 * now.bloom + 0.7 * colour, 0.0), 1.0)


def _on(ladder: Sequence[float], way: float) -> float:
    """Octaves over the root at a share of the way up."""
    step, within = divmod(way * (len(ladder) - 1), 1.0)
    low = ladder[min(int(step), len(ladder) - 1)]
    high = ladder[min(int(step) + 1, len(ladder) - 1)]
    slide = min(max((within - STANDING) / (1.0 - STANDING), 0.0), 1.0)
    return low + (high - low) * slide * slide * (3.0 - 2.0 * slide)
