"""Sound as a WAV file, 24 bits a sample. Reads and writes files; knows nothing of the show."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.foundation.atomic import Unfinished, Whole

FULL = 2**23 - 1
"""The integer that 1.0 becomes."""


def packed(samples: NDArray[np.float32]) -> bytes:
    """(n, channels) in -1..1 as little-endian 24-bit integers; what is outside is clipped, NaN is silence."""
    whole = np.rint(np.clip(np.nan_to_num(samples.astype(np.float64)), -1.0, 1.0) * FULL).astype("<i4")
    octets = np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)
    return octets[:, :3].tobytes()  # the highest byte of a 24-bit number in 32 only repeats its sign


class Wav(Whole):
    """A WAV file, `rate` samples a second, that is finished or is not there: it takes its name in `close`.

    Leaving the `with` block by an error throws it away.
    """

    def __init__(self, path: Path, channels: int = 2, rate: int = 48_000) -> None:
        self._unfinished = Unfinished(path)
        self._file = wave.open(str(self._unfinished.path), "wb")  # noqa: SIM115 (closed by close)
        self._file.setnchannels(channels)
        self._file.setsampwidth(3)
        self._file.setframerate(rate)

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append (n, channels) samples in -1..1."""
        self._file.writeframesraw(packed(samples))

    def close(self) -> None:
        """Finish the header and give the file its name."""
        self._file.close()
        self._unfinished.finish()

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._unfinished.abandon()
