"""The microphone: an input that is kept open and listened to in its own callback, which only numbers leave."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.sound.listening.ears import Ears
from installation.sound.output.devices import chosen, microphones
from installation.sound.output.shared_memory import Meter
from installation.venue.settings import VoiceSettings

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

BLOCKS = 50
"""Calls a second, of two hops each."""

AGAIN = 100  # looks after which an input that is not there is tried again: five seconds


class Listener(Protocol):
    """What stands beside the loudspeakers."""

    def played(self, sound: Array) -> None:
        """(n, channels) is put out."""

    def tend(self, sd: Any) -> str:
        """Look after it, now and then; how it is, in words or none."""

    def close(self) -> None:
        """Stop."""


class Deaf:
    """Nobody listens."""

    def played(self, sound: Array) -> None:
        """Nothing."""

    def tend(self, sd: Any) -> str:
        """Nothing to say."""
        return ""

    def close(self) -> None:
        """Nothing."""


class Microphone:
    """Listens to the input that the venue names, as long as it is there. Nothing here raises because of a device."""

    def __init__(self, wanted: VoiceSettings, rate: int, channels: int, meters: Doubles) -> None:
        self._wanted, self._rate, self._meters = wanted, rate, meters
        self._ears = _warm(rate, channels)
        self._stream: Any = None
        self._pause = 0  # looks until the next trial
        self._words = ""

    def played(self, sound: Array) -> None:
        """The show's own sound, which is not to be heard as somebody's."""
        self._ears.played(sound)

    def tend(self, sd: Any) -> str:
        """Open the input where it is not open; which one hears, or what is wrong."""
        if self._stream is not None and not self._stream.active:
            self.close()
            self._pause = AGAIN
        if self._stream is None and self._pause == 0:
            self._pause = AGAIN
            self._words = self._open(sd)
        self._pause = max(self._pause - 1, 0)
        return self._words

    def close(self) -> None:
        """Stop listening; nobody is heard any more."""
        if self._stream is not None:
            self._stream.abort()
            self._stream.close()
            self._stream = None
        self._words = "no input"
        self._meters[[Meter.VOICE_LEVEL, Meter.VOICE_CONFIDENCE]] = 0.0

    def _open(self, sd: Any) -> str:
        device = chosen(microphones(), self._wanted.input, fallback=False)
        if device is None:
            return f"no input {self._wanted.input or 'to hear with'}"
        try:
            self._stream = sd.InputStream(
                device=device.number,
                channels=1,
                samplerate=self._rate,
                blocksize=self._rate // BLOCKS,
                latency="low",
                dtype="float32",
                callback=self._hear,
            )
            self._stream.start()
        except sd.PortAudioError as error:
            self.close()
            return f"input {device.name}: {error.args[0] if error.args else error}"
        return f"hears {device.name}"

    def _hear(self, block: Array, frames: int, moment: Any, status: Any) -> None:
        """What the device calls: `block`, (frames, 1), is gone when this returns."""
        self._ears.hear(np.array(block))
        heard, meters = self._ears.heard, self._meters
        meters[Meter.VOICE_LEVEL], meters[Meter.VOICE_PITCH] = heard.level, heard.pitch
        meters[Meter.VOICE_CONFIDENCE], meters[Meter.VOICE_STRENGTH] = heard.confidence, heard.strength
        meters[Meter.VOICE_ONSETS] = heard.onsets


def _warm(rate: int, channels: int) -> Ears:
    """Ears that have nothing left to compile."""
    ears = Ears(rate)
    ears.hear(np.zeros((rate // BLOCKS, 1), np.float32))
    ears.played(np.zeros((rate // BLOCKS, channels), np.float32))
    return Ears(rate)


def listener(wanted: VoiceSettings, rate: int, channels: int, meters: Doubles) -> Listener:
    """Whoever listens, as the venue says."""
    return Microphone(wanted, rate, channels, meters) if wanted.enabled else Deaf()
