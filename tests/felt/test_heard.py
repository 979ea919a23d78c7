"""Whoever moves a control of the sound to one end hears it, in the phases that the table names.

"Hears" is measured: the spectrum in third octaves, of the middle and of the sides, or that in quarter tones, or how
strongly bands beat 20 to 100 times a second, differs from that of the untouched show at the same ticks by more than
half of what it changes by itself in half a second. The difference is taken of the means: chance alone, which falls
otherwise, is none.
"""

from __future__ import annotations

import copy
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.controls import Control
from installation.model import ticks
from installation.model.chance import Chance
from installation.model.score import Phase
from installation.sound.synth import Synth
from tests.felt import moments

RATE, QUANTUM = 48_000, 400
ROOM_S = 3.0  # seconds in which the room has filled, before anything is touched
ANSWERED_S = {"dream": 6.0}  # from the touch to what is judged: the community answers, or only the room
LATER_S, JUDGED_S = 1.5, 2.0
FRAME_S, HOP_S = 0.5, 0.25
FAINTEST_DB = 1.0  # mean over all bands: less is lost on loudspeakers
EDGES = 50.0 * 2.0 ** (np.arange(25) / 3.0)  # Hz, third octaves to 12,800
TONES = 200.0 * 2.0 ** (np.arange(97) / 24.0)  # Hz, quarter tones to 3,200
SILENT_DB = -80.0  # dBFS in a band, below which nothing is heard
BEATING = np.array([[200.0, 500.0], [500.0, 1_250.0], [1_250.0, 3_150.0]])  # Hz, bands whose beating is heard

Array = NDArray[np.float64]


def heard(phase: Phase, address: str = "", value: float = 0.0, after: float = LATER_S) -> Array:
    """(frames, features) in dB, of the JUDGED_S that begin so long after one control was set."""
    synth, now = _listening(phase)
    synth, show = copy.deepcopy(synth), moments.show(phase)
    show.restore(now)
    if address:
        moments.touch(show, address, value)
    return features(played(show, synth, after + JUDGED_S)[int(after * RATE) :])


@cache
def _listening(phase: Phase) -> tuple[Synth, bytes]:
    synth, show = Synth(Chance(1).of("sound")), moments.show(phase)
    played(show, synth, ROOM_S)
    return synth, show.snapshot()


def played(show: moments.Show, synth: Synth, seconds: float) -> NDArray[np.float32]:
    made = []
    for _ in range(ticks.ticks(seconds)):
        show.step()
        made.append(synth.render(show.moment(), show.voices(), QUANTUM))
    return np.concatenate(made)


def features(sound: NDArray[np.float32]) -> Array:
    n, hop = int(FRAME_S * RATE), int(HOP_S * RATE)
    middle, side = (sound[:, 0] + sound[:, 1]) / 2.0, (sound[:, 0] - sound[:, 1]) / 2.0
    starts = range(0, len(sound) - n + 1, hop)
    return np.array([_features(middle[i : i + n], side[i : i + n]) for i in starts])


def _features(middle: NDArray[np.float32], side: NDArray[np.float32]) -> Array:
    return np.concatenate([bands(middle, EDGES), bands(side, EDGES), bands(middle, TONES), beats(middle)])


def bands(part: NDArray[np.float32], edges: Array) -> Array:
    """(n - 1,) dBFS between each of `edges`, (n,) Hz, and the next."""
    window = np.hanning(len(part))
    power = 2.0 * np.square(np.abs(np.fft.rfft(part * window))) / (window.sum() ** 2)
    which = np.digitize(np.fft.rfftfreq(len(part), 1.0 / RATE), edges)
    return np.maximum(10.0 * np.log10(np.bincount(which, power, len(edges) + 1)[1:-1] + 1e-12), SILENT_DB)


def beats(part: NDArray[np.float32]) -> Array:
    """(3,) dB of how far each band's envelope beats 20 to 100 times a second, of its mean."""
    spectrum = np.fft.fft(part)
    hz = np.fft.fftfreq(len(part), 1.0 / RATE)
    found = []
    for low, high in BEATING:
        envelope = np.abs(np.fft.ifft(np.where((hz >= low) & (hz < high), 2.0 * spectrum, 0.0)))
        power = np.square(np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(len(part)))))
        rate = np.fft.rfftfreq(len(part), 1.0 / RATE)
        share = power[(rate >= 20.0) & (rate <= 100.0)].sum() / (len(part) ** 2 * envelope.mean() ** 2 + 1e-16)
        found.append(max(10.0 * np.log10(share + 1e-12), -40.0))
    return np.array(found)


@cache
def untouched(phase: Phase, after: float = LATER_S) -> Array:
    return heard(phase, after=after)


SPECTRUM, BEATS = 2 * (len(EDGES) - 1), len(BEATING)
QUALITIES = {"spectrum": slice(0, SPECTRUM), "tones": slice(SPECTRUM, -BEATS), "beats": slice(-BEATS, None)}
"""Where in the features each of them is."""


def apart(touched: Array, before: Array) -> dict[str, tuple[float, float]]:
    """For each quality by how many dB it was changed, mean over its bands, and how much it changes by itself."""
    later = round(0.5 / HOP_S)
    changed = np.abs((touched - before).mean(axis=0))
    alone = np.abs(before[later:] - before[:-later]).mean(axis=0)
    return {name: (float(changed[part].mean()), float(alone[part].mean())) for name, part in QUALITIES.items()}


@pytest.mark.parametrize(("row", "end", "phase"), moments.felt("heard"))
def test_each_end_of_a_control_is_heard_where_the_table_says(row: Control, end: float, phase: Phase) -> None:
    after = ANSWERED_S.get(row.address.split("/")[1], LATER_S)
    found = apart(heard(phase, row.address, end, after), untouched(phase, after))
    assert any(changed > max(0.5 * alone, FAINTEST_DB) for changed, alone in found.values()), found


def test_every_control_of_the_sound_says_where_it_is_heard() -> None:
    silent = [row.address for row in moments.numbers() if row.address.startswith("/sound/") and not row.heard]
    assert not silent
