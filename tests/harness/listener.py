"""A media server of one file: ffmpeg, which waits for one call on the loopback and keeps what it is sent as it is."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from tests.harness.waiting import TIMEOUT_S, needed


class Listener:
    """Waits for a call at `url`, which a stream is sent to. Ends when the caller hangs up, or is killed in `close`."""

    def __init__(self, url: str, path: Path) -> None:
        needed("ffmpeg")
        asks = ["-i", f"{url}?mode=listener"] if url.startswith("srt") else ["-listen", "1", "-f", "flv", "-i", url]
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-nostdin",
            "-y",
            *asks,
            "-c",
            "copy",
            "-flush_packets",
            "1",
            str(path),
        ]
        self.path, self.process = path, subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """It is gone in the middle of a word."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """It is there, and takes nothing any more."""
        self.process.send_signal(signal.SIGSTOP)

    def ended(self) -> Path:
        """The file, once the caller has hung up."""
        self.process.wait(TIMEOUT_S)
        return self.path

    close = kill


@dataclass(frozen=True)
class Received:
    """What is in a file."""

    codecs: tuple[str, str]
    size: tuple[int, int]
    pictures: list[float]  # seconds at which they are seen
    brightest: list[int]  # of each
    first_s: float  # of the sound
    sound: NDArray[np.float32]  # (n, 2)

    @property
    def sound_s(self) -> float:
        """Its length."""
        return len(self.sound) / 48_000


def _whole(file: InputContainer) -> Iterator[av.AudioFrame]:
    """The sound of a file whose last packet may be cut off, as SRT does where somebody hangs up."""
    with suppress(av.error.InvalidDataError):
        yield from file.decode(audio=0)


def received(path: Path) -> Received:
    """All of a file."""
    with av.open(str(path)) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        codecs, size = (video.codec_context.name, audio.codec_context.name), (video.width, video.height)
        pictures = [(float(one.time or 0.0), int(one.to_ndarray(format="gray").max())) for one in file.decode(video)]
    with av.open(str(path)) as file:
        parts = [(float(one.time or 0.0), one.to_ndarray().T) for one in _whole(file)]
    times, brightest = [at for at, _ in pictures], [level for _, level in pictures]
    return Received(codecs, size, times, brightest, parts[0][0], np.concatenate([part for _, part in parts]))
