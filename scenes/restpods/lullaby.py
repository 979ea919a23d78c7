"""What the street sings: eight tones of a lullaby, bells of the net in canon, and the soloist in front. Pure."""

from __future__ import annotations

import math

from installation import Moment, Voice

BELLS = 7
CEILING = 1400.0  # Hz, above which a bell is folded down
AVERAGE = (4.0, 8.0)  # over the root: the two tones that everyone is pulled to when torn
TOGETHER = 0.06  # of a tone's distance from the average that is left
WEIGHTS = (0.80, 0.85, 0.72, 0.56, 0.48, 0.40, 0.26, 0.18)
AROUND = tuple(((3 * k) % 8) / 8.0 for k in range(8))  # turns: neighbours in pitch lie far apart


def sung(now: Moment, solo: int, shown: float) -> tuple[Voice, ...]:
    """Eight tones, seven bells and a soloist: sixteen voices, each always in the same place of the tuple."""
    return (*_lullaby(now), *_bells(now), _soloist(now, solo, shown))


def _averaged(ratio: float, unrest: float) -> float:
    """A tone's ratio to the root on its way to the nearer of the two tones that are left."""
    pitch = math.log2(ratio)
    aim = min((math.log2(a) for a in AVERAGE), key=lambda a: abs(a - pitch))
    left = 1.0 - (1.0 - TOGETHER) * min(max(unrest, 0.0), 1.0) ** 1.5
    return math.exp2(aim + (pitch - aim) * left)


def _lullaby(now: Moment) -> list[Voice]:
    colour = 0.8 * (now.number("/sound/colour") - 0.5)
    shut = (1.0 - now.coherence) * (1.0 - now.unrest)
    voices = []
    for k, (ratio, tone) in enumerate(zip(now.chord.tolist(), now.tones.tolist(), strict=True)):
        steady = tone ** (1.0 - 0.7 * now.unrest)
        gain = WEIGHTS[k] * steady * (1.0 - 0.11 * k * shut)
        bright = min(max(0.22 + 0.50 * now.unrest + 0.14 * now.bloom + colour, 0.0), 1.0)
        frequency = now.root * _averaged(ratio, now.unrest)
        width = 0.1 if k == 0 else min(max(0.5 * math.log2(frequency / 80.0), 0.1), 1.0)
        voices.append(Voice(frequency, gain, AROUND[k], width, bright))
    return voices


def _bells(now: Moment) -> list[Voice]:
    """Each is struck once a breath, as the wave of light passes its part of the street."""
    colour = 0.8 * (now.number("/sound/colour") - 0.5)
    voices = []
    for k in range(BELLS):
        frequency = now.root * _averaged(now.chord[k + 1] * 2.0, now.unrest)
        while frequency > CEILING:
            frequency *= 0.5
        age = (now.breath / (2.0 * math.pi) - k / BELLS) % 1.0
        struck = min(age / 0.012, 1.0) * math.exp(-4.2 * age) * (1.0 - min(max((age - 0.9) / 0.1, 0.0), 1.0))
        gain = 0.19 * now.number("/pods/mesh") * struck * (0.35 + 0.65 * now.coherence) * (1.0 - 0.5 * now.unrest)
        bright = min(max(0.72 + 0.20 * now.bloom + colour, 0.0), 1.0)
        voices.append(Voice(frequency, gain, (k / BELLS - 0.42) % 1.0, 0.2, bright))
    return voices


def _soloist(now: Moment, solo: int, shown: float) -> Voice:
    """The soloist's own tone an octave up, straight ahead, as loud as their breath."""
    frequency = now.root * float(now.chord[now.sleepers.tone[solo]]) * 2.0
    while frequency > CEILING:
        frequency *= 0.5
    breath = 0.45 + 0.55 * (0.5 + 0.5 * math.cos(float(now.sleepers.phase[solo])))
    gain = 0.42 * shown * breath * float(now.sleepers.present[solo]) * (1.0 - 0.4 * now.unrest)
    return Voice(frequency, gain, 0.0, 0.15, 0.55)
