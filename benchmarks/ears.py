"""Ears: what finished sound is like, measured by means that the synth does not use. Shared with the tests."""

from __future__ import annotations

import numpy as np
import pyloudnorm
from numpy.typing import NDArray

from installation.model.roughness import roughness

RATE = 48_000
Array = NDArray[np.float32]


def integrated(sound: Array) -> float:
    """LUFS of the whole, gated."""
    return float(pyloudnorm.Meter(RATE).integrated_loudness(sound.astype(np.float64)))


def heard_roughness(sound: Array, at: float, seconds: float = 1.0) -> float:
    """Sethares on the FFT peaks of `seconds` of sound; 40 dB below the highest peak nothing counts."""
    n = int(seconds * RATE)
    mono = sound[int(at * RATE) : int(at * RATE) + n].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 2 * len(mono)))
    middle = spectrum[1:-1]
    peaks = 1 + np.flatnonzero((middle > spectrum[:-2]) & (middle >= spectrum[2:]) & (middle > 0.01 * spectrum.max()))
    hz = peaks * RATE / (2 * len(mono))
    heard = (hz > 30.0) & (hz < 8_000.0)
    return float(roughness(hz[heard], spectrum[peaks[heard]].astype(np.float64)))


def modulation(sound: Array, at: float, seconds: float, low: float = 500.0, high: float = 4_000.0) -> float:
    """How strongly loudness beats 20 to 100 times a second: power of the envelope there over its squared mean.

    Of what sounds from 500 to 4000 Hz, where roughness is heard most (Zwicker and Fastl, "Psychoacoustics", 11.1).
    Lower down any chord over 55 Hz has difference tones of its own in 20..100 Hz, which are its bass, not a beating.
    """
    mono = sound[int(at * RATE) : int((at + seconds) * RATE)].mean(axis=1).astype(np.float64)
    hz = np.fft.fftfreq(len(mono), 1 / RATE)
    envelope = np.abs(np.fft.ifft(np.where((hz >= low) & (hz < high), 2.0 * np.fft.fft(mono), 0.0)))
    window = np.hanning(len(mono))
    power = np.abs(np.fft.rfft((envelope - envelope.mean()) * window)) ** 2
    beats = np.fft.rfftfreq(len(mono), 1 / RATE)
    beating = power[(beats >= 20.0) & (beats <= 100.0)].sum() / (window**2).sum() / len(mono)
    return float(beating / max(float(envelope.mean()) ** 2, 1e-20))


def true_peak(sound: Array) -> float:
    """dBTP, by zero-padding the spectrum eight times: an interpolation that the limiter does not use."""
    highest, n = 0.0, 1 << 15
    for start in range(0, len(sound), n // 2):
        part = sound[start : start + n]
        if len(part) < n:
            part = np.concatenate([part, np.zeros((n - len(part), part.shape[1]), dtype=part.dtype)])
        fine = np.abs(np.fft.irfft(np.fft.rfft(part, axis=0), 8 * n, axis=0) * 8)
        highest = max(highest, float(fine[2 * n : 6 * n].max()))
    return 20.0 * float(np.log10(max(highest, 1e-9)))


def loudness_over_time(sound: Array, window: float) -> NDArray[np.float64]:
    """LUFS every 0.1 s over `window` seconds."""
    meter = pyloudnorm.Meter(RATE)
    weighted = sound.astype(np.float64)
    for stage in meter._filters.values():
        weighted = np.stack([stage.apply_filter(weighted[:, c]) for c in range(weighted.shape[1])], axis=1)
    power = np.concatenate([[0.0], np.cumsum((weighted**2).sum(axis=1))])
    hop, n = RATE // 10, int(window * RATE)
    starts = np.arange(0, len(sound) - n, hop)
    return -0.691 + 10.0 * np.log10(np.maximum((power[starts + n] - power[starts]) / n, 1e-12))
