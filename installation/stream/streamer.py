"""The show's end of a stream: a follower that tells cues, a watcher that copies pictures, and a thread that tends.

Nothing here waits for a media server: pictures and cues are written into memory, and what nobody takes is counted. The
process at the other end (process.py) is killed where it hangs, and another one calls every five seconds.
"""

from __future__ import annotations

import datetime
import math
import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec

from installation.light.picture import Pixels
from installation.model import ticks
from installation.show import Show
from installation.sound.cue import Cue, encode
from installation.sound.output import shared_memory
from installation.sound.output.shared_memory import CueRing
from installation.status import Status
from installation.stream import pictures
from installation.stream.pictures import Count, PictureRing
from installation.stream.process import AGAIN_S, CONNECTED, LOST, READY, own_stream
from installation.venue.settings import Hearing
from installation.venue.streaming import StreamSettings, masked

ROUND_S = 0.25  # between two looks
PATIENCE_S = 10.0
"""Seconds in which a process that streams must have gone on: a server that takes nothing holds it up."""

LOADING_S = 300.0  # the same before its first word: kernels may have to be compiled
ENDING_S = 2.0  # in which it may say goodbye
CALLING = "calling"
HUNG = "it does not answer"
ENDED = "its process ended"


@dataclass
class _Process:
    """One process that streams, and the pipe to it."""

    process: BaseProcess
    pipe: Connection
    still: float = 0.0  # seconds without a beat
    beats: int = -1
    loaded: bool = False
    why: str = ""  # its last call ended

    def end(self, softly: bool) -> None:
        if softly and self.loaded:
            with suppress(OSError):
                self.pipe.send("end")
                self.process.join(ENDING_S)
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Streamer:
    """Streams a show to `stream.url` from `start` to `close`. `notice` takes a line, `wall` gives Unix seconds."""

    def __init__(
        self,
        stream: StreamSettings,
        seed: int,
        hearing: Hearing,
        notice: Callable[[str], None],
        wall: Callable[[], float],
        patience_s: float = PATIENCE_S,
        again_s: float = AGAIN_S,
    ) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._shared, self._cues = pictures.allocate(stream.pixels), shared_memory.allocate()
        self._pictures, self._ring = PictureRing(self._shared, stream.pixels), CueRing(self._cues)
        self._given = (stream.url, stream.to(""), seed, hearing, again_s)
        self._name, self._fps = masked(stream.url), stream.fps
        self._notice, self._wall = notice, wall
        self._patience, self._again = patience_s, again_s
        self._words, self._noticed, self._since = CALLING, "", wall()
        self._connected = False
        self._slot = -1  # of the newest picture that was taken: so many a second there are
        self._dropped = 0
        self._wake_end, self._wake = multiprocessing.Pipe(duplex=False)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self.process: int | None = None  # the number of the one that streams
        self.calls = 0  # processes that were begun

    def start(self) -> None:
        """Begin to call; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Say goodbye to the server, within two seconds, and end. May be called again."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._wake.send(None)
        if self._thread.is_alive():
            self._thread.join()
        for end in (self._wake, self._wake_end):
            end.close()

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped: this is heard at `level` 0..1 of its own loudness. Only writes to memory."""
        cue = Cue.of(show.moment())
        self._ring.write(show.tick, encode(replace(cue, presence=cue.presence * level), show.voices()))

    def take(self, frame: Pixels, tick: int) -> None:
        """The picture of a tick was drawn: it is copied where one is due, over one that nobody took."""
        slot = tick * self._fps // ticks.RATE
        if self._connected and slot != self._slot:
            self._slot = slot
            self._dropped += not self._pictures.put(frame, tick)

    def gauge(self, status: Status) -> Status:
        """With where the stream goes, and how."""
        since = datetime.datetime.fromtimestamp(self._since).strftime("%H:%M:%S")
        trouble = () if self._connected or self._words == CALLING else (f"stream {self._name}: {self._words}",)
        return msgspec.structs.replace(
            status,
            stream=f"{self._name} {self._words} since {since}",
            stream_connected=self._connected,
            stream_sent=int(self._pictures.counts[Count.SENT]),
            stream_dropped=self._dropped,
            troubles=(*status.troubles, *trouble),
        )

    # the thread

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                one = self._spawn()
            except OSError as error:  # no memory, no descriptors: the show goes on, and this tries again
                self._note(f"not connected: {error.strerror}", False)
            else:
                try:
                    self._note(*self._attend(one))
                finally:
                    one.end(softly=self._closing.is_set())
                    self.process = None
            self._closing.wait(self._again)

    def _spawn(self) -> _Process:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=own_stream,
            args=(self._shared, self._cues, theirs, *self._given),
            name="sleeptree stream",
            daemon=True,
        )
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self.process, self.calls = process.pid, self.calls + 1
        return _Process(process, ours)

    def _attend(self, one: _Process) -> tuple[str, bool]:
        """Until it is to end, or ended, or hangs: what becomes of the stream."""
        while not self._closing.is_set():
            heard = connection.wait([one.pipe, one.process.sentinel, self._wake_end], ROUND_S)
            try:
                while one.pipe.poll():
                    self._hear(one, *one.pipe.recv())
            except (EOFError, OSError):
                return self._lost(one.why or ENDED), False
            if one.process.sentinel in heard:
                return self._lost(one.why or ENDED), False
            beats = int(self._pictures.counts[Count.BEATS])
            one.still = one.still + ROUND_S if beats == one.beats and not heard else 0.0
            one.beats = beats
            if one.still > (self._patience if one.loaded else max(LOADING_S, self._patience)):
                return self._lost(HUNG), False
        return "ended", False

    def _hear(self, one: _Process, what: str, why: str) -> None:
        one.loaded, one.why = True, why
        if what == CONNECTED:
            self._note(CONNECTED, True)
        elif what == LOST:
            self._note(self._lost(why), False)
        else:
            assert what == READY

    def _lost(self, why: str) -> str:
        return f"not connected: {why}; called again every {math.ceil(self._again)} s"

    def _note(self, words: str, connected: bool) -> None:
        """This is so from now on. What was said last is not said again."""
        self._connected = connected
        if words != self._words:
            self._words, self._since = words, self._wall()
        if words not in (self._noticed, "ended"):
            self._noticed = words
            self._notice(f"stream {self._name}: {words}")
