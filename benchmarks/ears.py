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


def loudness_range(sound: Array) -> float:
    """LRA in LU: from the 10th to the 95th percentile of the short-term loudness over both gates (EBU Tech 3342)."""
    short = loudness_over_time(sound, 3.0)
    short = short[short > -70.0]
    gate = 10.0 * np.log10(np.mean(10.0 ** (short / 10.0))) - 20.0
    low, high = np.percentile(short[short > gate], (10.0, 95.0))
    return float(high - low)


def band_db(sound: Array, first: float, last: float, low: float, high: float) -> float:
    """Energy from `low` to `high` Hz in the seconds `first` to `last`, in dB of all that sounds above 20 Hz there."""
    n = 1 << 15
    mono = sound[int(first * RATE) : int(last * RATE)].mean(axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mono, n)[:: n // 2] * np.hanning(n)
    power = np.square(np.abs(np.fft.rfft(frames, axis=1))).sum(axis=0)
    hz = np.fft.rfftfreq(n, 1 / RATE)
    inside = power[(hz >= low) & (hz < high)].sum()
    return 10.0 * float(np.log10(max(float(inside / power[hz >= 20.0].sum()), 1e-12)))


def novelty(sound: Array, span: float = 8.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds, and how unlike the `span` seconds before and after each of them are, every half second.

    A checkerboard along the self-similarity of spectra in third octaves and decibels (J. Foote, "Automatic audio
    segmentation using a measure of audio novelty", ICME 2000), written as the distance of the two sides' means over
    what each side varies by itself.
    """
    hop, n = RATE // 2, 1 << 15
    mono = sound.mean(axis=1)
    starts = np.arange(0, len(mono) - n, hop)
    edges = 40.0 * 2.0 ** (np.arange(25) / 3.0)
    hz = np.fft.rfftfreq(n, 1 / RATE)
    which = np.digitize(hz, edges)
    rows = []
    for start in starts:
        power = np.square(np.abs(np.fft.rfft(mono[start : start + n] * np.hanning(n))))
        rows.append(10.0 * np.log10(np.bincount(which, power, len(edges) + 1)[1:-1] + 1e-3))
    bands, k = np.array(rows), int(2 * span)
    found = np.zeros(len(bands))
    for i in range(k, len(bands) - k):
        before, after = bands[i - k : i], bands[i : i + k]
        within = 0.5 * (before.std(axis=0) + after.std(axis=0)) + 1.5
        found[i] = float(np.sqrt(np.mean(np.square((after.mean(axis=0) - before.mean(axis=0)) / within))))
    return (starts + n / 2) / RATE, found
