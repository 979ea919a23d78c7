"""Samples in order -> an MP4 of sound alone (PyAV, AAC), to be put beside the pictures. Knows nothing of shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from numpy.typing import NDArray

from installation.foundation.atomic import Unfinished, Whole

Samples = NDArray[np.float32]

LAYOUTS = {1: "mono", 2: "stereo", 4: "quad", 6: "hexagonal", 8: "octagonal"}
"""FFmpeg's name for so many channels in a ring."""

_BITS_S = 96_000  # a channel


class SoundEncoder(Whole):
    """AAC that is finished or is not there: it is written under another name and takes its own in `close`.

    Its first sample sounds with the first picture. Leaving the `with` block by an error throws it away.
    """

    def __init__(self, path: Path, channels: int, rate: int = 48_000) -> None:
        self._unfinished = Unfinished(path)
        self._file = av.open(str(self._unfinished.path), "w", format="mp4")
        self._stream = sound_stream(self._file, channels, rate)
        self._count = 0  # samples

    def write(self, samples: Samples) -> None:
        """The next sound, (n, channels) of -1..1."""
        self._file.mux(self._stream.encode(sound_frame(samples, self._stream.rate, self._count)))
        self._count += len(samples)

    def close(self) -> None:
        """Pack what is left and give the file its name."""
        self._file.mux(self._stream.encode(None))
        self._file.close()
        self._unfinished.finish()

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._unfinished.abandon()


def sound_stream(file: OutputContainer, channels: int, rate: int) -> AudioStream:
    """AAC in a file that is written."""
    stream = file.add_stream("aac", rate=rate, layout=LAYOUTS[channels])
    stream.bit_rate = _BITS_S * channels
    return stream


def sound_frame(samples: Samples, rate: int, first: int) -> av.AudioFrame:
    """(n, channels) of -1..1 as a frame; `first` counts the samples before."""
    flat = np.ascontiguousarray(samples).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(flat, format="flt", layout=LAYOUTS[samples.shape[1]])
    frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
    return frame
