"""The rope as heard: voices that climb the chord's own tones, each as the one before is half way up.

A Shepard canon in just intonation (R. N. Shepard, "Circularity in judgments of relative pitch", JASA 36, 1964): every
voice is silent at the foot and at the top, so that the climb never ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from installation import Moment, Voice, ease

CLIMBERS = 7
BREATHS = 6  # from the foot of the rope to its top
STANDING = 0.72  # share of a step in which a voice stays on a tone; then it slides to the next
SWELLING = 0.22  # share of a step in which a voice comes up on a tone, and goes from it
LOUD = 0.42  # gain of a climber half way up
FIFTH = 3.0  # of the root: the anchor's tone
STEADY = 0.8  # gain of the anchor


def staying(sung: Sequence[Voice]) -> tuple[Voice, ...]:
    """The low tones that everything climbs over: softer towards the top, where the climbers are."""
    return tuple(replace(voice, gain=voice.gain * (0.95 - 0.11 * k)) for k, voice in enumerate(sung))


def climbing(now: Moment) -> tuple[Voice, ...]:
    """Up the chord an octave higher, tone by tone; every second one falls while the dream is torn.

    A slide between tones that others hold is rough: calm voices go over it under their breath, torn ones aloud.
    """
    ladder = [math.log2(2.0 * ratio) for ratio in sorted(now.chord.tolist())]
    torn = ease(now.unrest)
    heard = []
    for k in range(CLIMBERS):
        way = (now.breath / (2.0 * math.pi * BREATHS) + k / CLIMBERS) % 1.0
        pitch, stand = _on(ladder, way)
        if k % 2:
            pitch += torn * (_on(ladder, 1.0 - way)[0] - pitch)
        swell = math.sin(math.pi * way) ** 2 * (stand + torn * (1.0 - stand))
        agreed = 0.25 + 0.75 * now.coherence * (1.0 - torn) + 0.6 * torn
        azimuth = (k * 3 / CLIMBERS + 0.25 * way) % 1.0
        heard.append(Voice(now.root * 2.0**pitch, LOUD * swell * agreed, azimuth, 0.35, _bright(now, way)))
    return tuple(heard)


def anchored(now: Moment, held: float) -> Voice:
    """One steady fifth, straight ahead."""
    return Voice(now.root * FIFTH, STEADY * held, 0.0, 0.1, 0.35)


def _bright(now: Moment, way: float) -> float:
    colour = now.number("/sound/colour") - 0.5
    return min(max(0.22 + 0.2 * way + 0.35 * now.unrest + 0.12 * now.bloom + 0.7 * colour, 0.0), 1.0)


def _on(ladder: Sequence[float], way: float) -> tuple[float, float]:
    """Octaves over the root at a share of the way up, and how firmly that tone is stood on, 0..1."""
    step, within = divmod(way * (len(ladder) - 1), 1.0)
    low = ladder[min(int(step), len(ladder) - 1)]
    high = ladder[min(int(step) + 1, len(ladder) - 1)]
    stand = ease(within / SWELLING) * ease((STANDING - within) / SWELLING)
    return low + (high - low) * ease((within - STANDING) / (1.0 - STANDING)), stand
