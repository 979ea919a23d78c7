"""The process that packs and sends a stream: pictures out of shared memory, and the show's sound, rendered here anew.

It is told the cues that loudspeakers are told: it sounds as the room does, whether that has loudspeakers or not.
Whatever a media server does, it happens to this process alone: one that hangs is killed, and another one calls again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from installation.foundation.lifeline import die_with_parent
from installation.sound.output.shared_memory import CueRing
from installation.sound.output.shared_memory import Shared as Cues
from installation.stream.pictures import Count, PictureRing, Shared
from installation.venue.settings import Hearing
from installation.venue.streaming import StreamSettings, masked

if TYPE_CHECKING:
    from installation.stream.broadcast import Broadcast

READY, CONNECTED, LOST = "ready", "connected", "lost"
"""What it says, each with a reason or none."""

AGAIN_S = 5.0
"""Seconds from a call that was not answered, or was cut off, to the next one."""

ROUND_S = 0.01  # between two looks for a picture
NICE = 5  # the show comes first


def own_stream(
    shared: Shared,
    cues: Cues,
    pipe: Connection,
    url: str,
    stream: StreamSettings,
    seed: int,
    hearing: Hearing,
    again_s: float,
) -> None:
    """The process. `pipe` says "end"; it is told what becomes of each call. Ends when `pipe` is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # those are the show's: it fades first
    die_with_parent()
    with suppress(OSError):
        os.nice(NICE)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            _Sender(shared, cues, pipe, url, stream, seed, hearing, again_s).run()
        except Exception as error:  # said in a line, and without the key that FFmpeg puts into its own
            pipe.send((LOST, f"{type(error).__name__}: {_plain(str(error), url)}"))


def _plain(words: str, url: str) -> str:
    return " ".join(words.replace(url, masked(url)).split())[:200]


class _Sender:
    """Calls, and calls again, until it is told to end."""

    def __init__(
        self,
        shared: Shared,
        cues: Cues,
        pipe: Connection,
        url: str,
        stream: StreamSettings,
        seed: int,
        hearing: Hearing,
        again_s: float,
    ) -> None:
        import av

        from installation.film.soundtrack import Studio, prepare
        from installation.stream.sound import CHANNELS, StreamSound

        av.logging.set_level(None)  # FFmpeg says addresses aloud
        self._failures = (OSError, ValueError, av.FFmpegError)  # the second: FFmpeg has no such encoder
        self._pictures, self._pipe = PictureRing(shared, stream.pixels), pipe
        self._url, self._stream, self._again = url, stream, again_s
        prepare(hearing, CHANNELS)
        self._sound = StreamSound(CueRing(cues), Studio(seed, hearing, CHANNELS))
        self._ended = False

    def run(self) -> None:
        self._pipe.send((READY, ""))
        while not self._ended:
            try:
                with self._called() as to:
                    self._pictures.skip()
                    self._pipe.send((CONNECTED, ""))
                    while not self._rests(ROUND_S):
                        self._send(to)
            except self._failures as error:
                self._pipe.send((LOST, _reason(error, self._url)))
                end = round(self._again / ROUND_S)
                while end and not self._rests(ROUND_S):
                    end -= 1

    @contextmanager
    def _called(self) -> Iterator[Broadcast]:
        from installation.stream.broadcast import Broadcast

        to = Broadcast(self._url, self._stream)
        try:
            yield to
        except BaseException:
            with suppress(*self._failures):
                to.close()
            raise
        to.close()

    def _rests(self, seconds: float) -> bool:
        """Wait; whether it was told to end."""
        self._pictures.counts[Count.BEATS] += 1
        self._ended = self._ended or (self._pipe.poll(seconds) and self._pipe.recv() == "end")
        return self._ended

    def _send(self, to: Broadcast) -> None:
        """What there is by now. The first picture is the beginning."""
        picture = self._pictures.take()
        if picture is not None and not to.begun:  # and not before: whoever listens learns at once that there are both
            to.begin(picture.tick)
            self._sound.begin(picture.tick)
        if picture is not None and to.show(picture.pixels, picture.tick):
            self._pictures.counts[Count.SENT] += 1
        if to.begun and len(heard := self._sound.due()):
            to.sound(heard)


def _reason(error: BaseException, url: str) -> str:
    """Why a call ended, in a few words without an address."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return _plain(str(words), url)
