"""Somebody speaks, and somebody sings: formants in a row (D. H. Klatt, JASA 67, 1980), and no recordings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RATE = 48_000

VOWELS = {"a": (730.0, 1090.0, 2440.0), "i": (270.0, 2290.0, 3010.0), "o": (570.0, 840.0, 2410.0)}
"""Hz of three formants (G. E. Peterson and H. L. Barney, JASA 24, 1952, men)."""

WIDTHS = (60.0, 90.0, 150.0)  # Hz, of the formants


def sung(hz: Array, vowel: str = "a") -> Array:
    """(n,) a voice whose pitch is `hz`, (n,): pulses of the glottis as a falling row of partials, through a mouth."""
    phase = 2.0 * np.pi * np.cumsum(hz) / RATE
    sound = np.zeros(len(hz))
    for k in range(1, int(5000.0 / float(hz.max()))):
        sound += np.sin(k * phase) / k**2 * np.abs(_mouth(k * hz, vowel))
    return np.asarray(sound / np.abs(sound).max())


def _mouth(hz: Array, vowel: str) -> NDArray[np.complex128]:
    through = np.ones(len(hz), np.complex128)
    for middle, width in zip(VOWELS[vowel], WIDTHS, strict=True):
        through *= middle**2 / (middle**2 - hz**2 + 1j * hz * width)
    return through


def spoken(seconds: float, syllables: Sequence[float], draw: np.random.Generator) -> Array:
    """(n,) syllables that begin at these seconds: a hiss, then a vowel whose pitch falls, 0.18 s in all."""
    sound = np.zeros(int(seconds * RATE))
    for i, start in enumerate(syllables):
        n, hiss = int(0.15 * RATE), int(0.03 * RATE)
        vowel = sung(np.linspace(140.0, 110.0, n), "aio"[i % 3]) * np.hanning(2 * n)[n - n // 8 :][:n]
        at = int(start * RATE)
        sound[at : at + hiss] += 0.15 * draw.standard_normal(hiss)
        sound[at + hiss : at + hiss + n] += vowel
    return sound
