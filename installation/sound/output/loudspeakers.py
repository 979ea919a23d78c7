"""Loudspeakers: the show's end of the shared memory, and a watchdog with a hot standby for the process that plays.

A second process waits, loaded, for the first to fail (foundation/standby.py); a thread sees to it. The show itself only
writes to memory.
"""

from __future__ import annotations

import math
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec
import numpy as np
from numpy.typing import NDArray

from installation.foundation.standby import HotStandby
from installation.scene import Moment, Voice
from installation.show import Show
from installation.sound.cue import Cue, encode
from installation.sound.hearing.exposure import rest, sane
from installation.sound.listening.ears import Heard
from installation.sound.output.devices import INSTALL
from installation.sound.output.process import SampleSources, drones, own_loudspeakers
from installation.sound.output.shared_memory import CueRing, Meter, OutputStatus, allocate
from installation.status import Status
from installation.venue.settings import Hearing, Sound, VoiceSettings

Doubles = NDArray[np.float64]

ROUGHEST = 4.0  # Sethares, of a chord torn as far as it goes: 1 in /state/roughness
ROUND = 0.05  # s between two looks
STALE = 30  # rounds without a call from the device after which its process is given up: a busy machine may skip ten
SETTLING = 60  # the same for a device that was just opened: some servers take two seconds to begin
SETTLED = 40  # calls after which it has begun
TIMEOUT_ROUNDS = 6000  # rounds in which a process must have loaded, kernels compiled
HASTE, PAUSE_S = 5, 5.0  # processes that may fail one after the other before the next has to wait, and for how long
STORED_ROUNDS = 200  # rounds between two writings of the exposure: ten seconds


class ExposureStore:
    """Where an audience's exposure outlives the show, and how loud its drones are. This one forgets."""

    def read(self) -> tuple[Doubles, float] | None:
        """The page that was written last, and how many seconds ago."""
        return None

    def write(self, page: Doubles) -> None:
        """Keep it. Called now and then from a thread of its own; must not raise."""


@dataclass
class _Process:
    """One process, and what it said."""

    process: BaseProcess
    pipe: Connection
    heard: float = 0.0  # when it last said anything, on the watchdog's clock
    playing: bool = False
    words: str = "starting"
    started: bool = False  # told to play
    closed: bool = False  # its end of the pipe is gone

    @property
    def gone(self) -> bool:
        return self.closed or not self.process.is_alive()

    def receive(self, now: float) -> None:
        try:
            while not self.closed and self.pipe.poll():
                self.playing, self.words = self.pipe.recv()
                self.heard = now
        except (EOFError, OSError):
            self.closed = True

    def send(self, word: str) -> None:
        try:
            self.pipe.send(word)
        except OSError:
            self.closed = True

    def end(self) -> int:
        self.process.kill()
        self.process.join()
        self.pipe.close()
        self.closed = True
        return self.process.exitcode or 0


class Loudspeakers:
    """Sound for a show, from a process of its own. Nothing here blocks or raises because of a device.

    Where it `waits`, its process is loaded and the device left alone until `begin`: by a show that takes over.
    """

    def __init__(
        self,
        seed: int,
        output: Sound,
        hearing: Hearing,
        sources: SampleSources = drones,
        notice: Callable[[str], None] = lambda _: None,
        store: ExposureStore | None = None,
        waits: bool = False,
        voice: VoiceSettings = VoiceSettings(),  # noqa: B008 (frozen)
    ) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._given = (seed, output, hearing, sources, voice)
        self._shared = allocate()
        self._ring = CueRing(self._shared)
        self._store = store or ExposureStore()
        self._begun = False
        self._clock = 0.0  # seconds in which nobody had anything to say
        self._hot: HotStandby[_Process] = HotStandby(lambda waits: self._spawn(), HASTE, PAUSE_S)
        self._player: _Process | None = None
        self._words, self._playing = "starting", False
        self._calls, self._opened = 0.0, 0.0  # calls of the device so far, and when this process opened it
        self._still = 0  # rounds without a call
        self._wake_end, self._wake = multiprocessing.Pipe(duplex=False)
        self._closing = False
        self.restarts = 0  # processes that were given up
        self._notice, self._noticed = notice, ""
        if not waits:
            self.begin()
        self._thread = threading.Thread(target=self._watch, name="loudspeakers", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Play. What the audience has had is read now: another show may have played until a moment ago."""
        page, age = self._store.read() or (np.zeros(0), 0.0)
        if sane(page[1:]) and math.isfinite(page[0]):
            self._ring.meters[Meter.GAIN], self._ring.book[:] = page[0], page[1:]
            rest(self._ring.book, age)
        self._begun = True
        self._wake.send(None)

    def follow(self, show: Show, level: float) -> None:
        """The show has stepped: play it at `level` 0..1 of its own loudness."""
        self.play(show.moment(), show.voices(), level)

    def play(self, now: Moment, voices: tuple[Voice, ...], level: float = 1.0) -> None:
        """Play this tick. Only writes to memory."""
        cue = Cue.of(now)
        self._ring.write(now.tick, encode(replace(cue, presence=cue.presence * level), voices))

    @property
    def levels(self) -> OutputStatus:
        """What is played now."""
        return self._ring.heard(self._words, self._playing)

    @property
    def voice(self) -> Heard:
        """What is heard of people now; nothing where nobody listens."""
        return self._ring.voice

    @property
    def process(self) -> int | None:
        """The number of the process that plays."""
        player = self._player
        return None if player is None else player.process.pid

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes that play and that wait."""
        return [one.process.pid for one in self._both() if one.process.pid is not None]

    @property
    def loaded(self) -> bool:
        """Whether a process is ready that was not told to play."""
        player = self._player
        return player is not None and player.words == "ready" and not player.started

    @property
    def standing_by(self) -> bool:
        """Whether sound plays and another process is loaded for its failing."""
        standby = self._hot.spare
        return self._playing and standby is not None and standby.words == "ready"

    def gauge(self, status: Status) -> Status:
        """With what is played, and what the audience's ears have had."""
        heard, hearing = self.levels, self._given[2]
        return msgspec.structs.replace(
            status,
            sound=heard.state,
            sound_playing=heard.playing,
            sound_process=self.process,
            sound_restarts=self.restarts,
            xruns=heard.xruns,
            lufs=round(heard.momentary, 2),
            integrated_lufs=round(heard.integrated, 2),
            rms_db=round(_db(heard.rms), 2),
            peak_db=round(_db(heard.peak), 2),
            roughness=min(heard.roughness / ROUGHEST, 1.0),
            hearing_guard_db=round(heard.held_db, 2),
            turned_down_db=round(heard.turned_db, 2),
            laeq_dba=None if heard.laeq is None else round(heard.laeq, 2),
            laeq_limit_dba=hearing.laeq15_limit_dba,
            dose_percent=None if heard.dose is None else round(100.0 * heard.dose, 2),
            calibrated=hearing.calibrated,
        )

    def close(self) -> None:
        """Fade within a block, close the device, end the processes."""
        self._closing = True
        self._wake.send(None)
        self._thread.join()

    # the watch

    def _watch(self) -> None:
        self._player = self._hot.promote()
        rounds = 0
        while not self._closing:
            rounds = (rounds + self._begun) % STORED_ROUNDS
            if self._begun and rounds == 0:
                self._store.write(self._page())
            heard = connection.wait(self._readable(), ROUND)
            idle = not heard
            if self._wake_end in heard:
                self._wake_end.recv()
            self._clock += ROUND * idle
            for one in self._both():
                one.receive(self._clock)
            if self._player is not None:
                self._check(self._player, idle)
            elif self._hot.may_promote(self._clock):
                self._promote()
            self._announce()
            spare = self._hot.spare
            loaded = spare is not None and spare.words == "ready"  # and has nothing more to say
            self._hot.tend(self._clock, self._playing, math.inf if loaded else TIMEOUT_ROUNDS * ROUND)
        self._end()
        if self._begun:
            self._store.write(self._page())

    def _both(self) -> list[_Process]:
        return [one for one in (self._player, self._hot.spare) if one is not None]

    def _page(self) -> Doubles:
        """What the loudness servo adds, and the book of exposure."""
        return np.append(self._ring.meters[Meter.GAIN], self._ring.book)

    def _announce(self) -> None:
        """Say what changed, once, to whoever runs the show."""
        if self._begun and self._words not in (self._noticed, "starting", "ready"):
            self._noticed = self._words
            self._notice(self._words if self._words.startswith("no sound") else f"sound: {self._words}")

    def _readable(self) -> list[Connection | int]:
        ears: list[Connection | int] = [self._wake_end]
        for one in self._both():
            if not one.closed:
                ears += [one.pipe, one.process.sentinel]
        return ears

    def _check(self, player: _Process, idle: bool) -> None:
        """Is it alive, and does its device ask for sound?"""
        if player.playing != self._playing:
            self._still = 0
        self._words, self._playing = player.words, player.playing
        if player.words == "ready" and not player.started:
            self._still = 0  # it waits for us
            self._start(player)
        calls = float(self._ring.meters[Meter.CALLS])
        self._still = 0 if calls != self._calls else self._still + idle
        self._calls = calls
        if player.playing and self._still == 0:
            self._hot.settled()
        if player.gone:
            if INSTALL in player.words:
                self._words, self._closing = player.words, self._begun  # nothing that another process could do
            else:
                self._give_up(player, "its process ended")
        elif self._still > self._patience(player) and not player.words.startswith("no sound"):
            self._give_up(player, "the device stopped asking")

    def _patience(self, player: _Process) -> int:
        if not player.playing:
            self._opened = self._calls
            return TIMEOUT_ROUNDS
        return SETTLING if self._calls < self._opened + SETTLED else STALE

    def _give_up(self, player: _Process, reason: str) -> None:
        player.end()
        self._hot.lost(self._clock)
        self._player, self._playing, self._still, self._opened = None, False, 0, self._calls
        self._ring.meters[[Meter.VOICE_LEVEL, Meter.VOICE_CONFIDENCE]] = 0.0  # whoever spoke is heard no more
        self._words = f"no sound: {reason}; another one takes over"
        self.restarts += 1

    def _promote(self) -> None:
        """The standby plays, or a new process where there is none."""
        self._player = self._hot.promote()
        self._still = 0
        if self._player.words == "ready":
            self._start(self._player)

    def _start(self, player: _Process) -> None:
        if self._begun:
            player.started = True
            player.send("play")

    def _spawn(self) -> _Process:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=own_loudspeakers, args=(self._shared, theirs, *self._given), name="sleeptree sound", daemon=True
        )
        process.start()
        theirs.close()
        return _Process(process, ours, self._clock)

    def _end(self) -> None:
        for one in self._both():
            if not one.closed:
                one.send("end")
        for one in self._both():
            one.process.join(1.0)
            one.end()
        self._playing = False
        if INSTALL not in self._words:
            self._words = "ended"


def _db(linear: float) -> float:
    return float(20.0 * np.log10(max(linear, 1e-6)))
