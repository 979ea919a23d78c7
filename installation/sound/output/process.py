"""The process that owns the loudspeakers, and the microphone where somebody is listened to.

Spawned, so that neither the GIL nor the garbage of the process that draws can stop the sound. It loads, says that it
is ready, and waits; told to play it opens the device and follows the ring. It never gives up: a device that is missing
is looked for again, and who finds that the device no longer asks for sound kills this process and lets another play.
"""

from __future__ import annotations

import gc
import math
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.model.chance import Chance
from installation.sound.cue import rehearsal
from installation.sound.hearing.exposure import BOOK, Exposure
from installation.sound.output.devices import Device, NoPortAudio, chosen, loudspeakers, portaudio
from installation.sound.output.microphone import Deaf, Listener, listener
from installation.sound.output.shared_memory import CueRing, Meter, Shared
from installation.sound.synth import Levels, Synth
from installation.venue.settings import Hearing, Sound, VoiceSettings

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]

BEHIND = 3  # ticks by which sound follows the show: the show steps in bursts, a picture at a time
SKIPPED = 12  # ticks behind at which it catches up
FIFO = 10  # real-time priority that is asked for
CALM_BLOCK, CALM_LATENCY = 512, 0.06  # samples, s: with real-time priority
WARY_BLOCK, WARY_LATENCY = 1024, 0.1  # without
FIRST_RETRY, LAST_RETRY = 0.25, 5.0  # s between two looks for a device
BEAT = 0.05  # s between two looks at the stage


class SampleSource(Protocol):
    """What makes sound: Synth."""

    quantum: int
    gain_db: float

    @property
    def levels(self) -> Levels:
        """What was put out lately."""

    def render_row(self, row: Doubles, n: int) -> Array:
        """(n, channels) more samples."""


SampleSources = Callable[[int, Sound, Hearing], SampleSource]
"""Makes a source from a seed, the output and the limits of hearing. Must be importable by the process."""


def drones(seed: int, output: Sound, hearing: Hearing) -> SampleSource:
    """The show's own sound."""
    return Synth(Chance(seed).of("sound"), output.channels, output.rate, hearing)


class Playback:
    """Fills the device's blocks from a source, a cue a quantum, and keeps account of what is heard."""

    def __init__(
        self,
        ring: CueRing,
        source: SampleSource,
        output: Sound,
        hearing: Hearing,
        listener: Listener = Deaf(),  # noqa: B008 (has no state)
    ) -> None:
        self._ring, self._source, self._routes, self._listener = ring, source, list(output.routes), listener
        self._exposure = Exposure(output.channels, output.rate, hearing, ring.book)
        self._rate = output.rate
        self._tick = -1
        self._left = np.zeros((0, output.channels), dtype=np.float32)
        self._asked = 0.0  # the device's time at the last call
        self.patience = 1.0  # s between two calls after which the device must have run dry
        self.ended = False

    def fill(self, out: Array, frames: int, moment: Any, status: Any) -> None:
        """What the device calls: `out`, (frames, channels of the device)."""
        began = time.perf_counter()
        meters = self._ring.meters
        meters[Meter.CALLS] += 1
        meters[Meter.XRUNS] += bool(status.output_underflow)
        if self._asked and moment.currentTime - self._asked > self.patience:
            meters[Meter.GAPS] += 1
        self._asked = moment.currentTime
        out[:] = 0.0
        sound = self.samples(frames)
        out[:, self._routes] = sound
        self._listener.played(sound)
        if self.ended:
            out *= np.linspace(1.0, 0.0, frames, dtype=np.float32)[:, None]
        self._report(meters)
        meters[Meter.LOAD] = max(meters[Meter.LOAD], (time.perf_counter() - began) * self._rate / frames)

    def samples(self, n: int) -> Array:
        """(n, channels) more samples, following the line a tick a quantum.

        Nothing comes after the exposure but the routes, so what it measures is what is played.
        """
        made, ready = [self._left], len(self._left)
        while ready < n:
            made.append(self._source.render_row(self._ring.read(self._next()), self._source.quantum))
            self._exposure.hear(made[-1])
            ready += len(made[-1])
        whole = np.concatenate(made)
        self._left = whole[n:]
        return whole[:n]

    def _next(self) -> int:
        """The tick to play: one further, unless the show is not there yet or far ahead."""
        head = self._ring.head
        if self._tick < 0 or not 0 <= head - self._tick <= SKIPPED:
            self._tick = max(head - BEHIND, 0)
        elif self._tick < head:
            self._tick += 1
        self._ring.meters[Meter.QUANTA] += 1
        return self._tick

    def _report(self, meters: Doubles) -> None:
        levels, exposure = self._source.levels, self._exposure
        turned = 10.0 ** (exposure.gain_db / 20.0)
        meters[Meter.RMS], meters[Meter.PEAK] = levels.rms * turned, levels.peak * turned
        meters[Meter.MOMENTARY], meters[Meter.INTEGRATED] = exposure.momentary, exposure.integrated
        meters[Meter.LAEQ] = math.nan if exposure.laeq is None else exposure.laeq
        meters[Meter.DOSE] = math.nan if exposure.dose is None else exposure.dose
        meters[Meter.TURNED] = -exposure.gain_db
        meters[Meter.ROUGHNESS], meters[Meter.HELD] = levels.roughness, levels.held_db
        meters[Meter.FAULTS], meters[Meter.GAIN] = levels.faults, self._source.gain_db


def own_loudspeakers(
    shared: Shared,
    pipe: Connection,
    seed: int,
    output: Sound,
    hearing: Hearing,
    sources: SampleSources,
    voice: VoiceSettings,
) -> None:
    """The process. `pipe` says "play" and "end"; it is told (playing, words) whenever that changes.

    Ends when `pipe` is closed: nobody plays on when the show is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the show's: it fades first
    ring = CueRing(shared)
    source = warm(sources, seed, output, hearing)
    ears = listener(voice, output.rate, output.channels, ring.meters)
    try:
        portaudio()
        gc.collect()
        gc.freeze()
        gc.disable()  # nothing here makes cycles, and nothing may pause
        pipe.send((False, "ready"))
        if pipe.recv() != "play":
            return
        source.gain_db = float(ring.meters[Meter.GAIN])
        _Output(ring, source, output, hearing, pipe, ears).run(_real_time())
    except NoPortAudio as error:
        pipe.send((False, str(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def warm(sources: SampleSources, seed: int, output: Sound, hearing: Hearing) -> SampleSource:
    """A source that has nothing left to compile."""
    rehearsed = sources(seed, output, hearing)
    for row in rehearsal():
        heard = rehearsed.render_row(row, rehearsed.quantum)
        Exposure(output.channels, output.rate, hearing, np.zeros(BOOK)).hear(heard)
    return sources(seed, output, hearing)


def _real_time() -> bool:
    """Ask to come first; whether it was granted."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO))
    except (AttributeError, PermissionError):
        return False
    return True


class _Output:
    """Keeps a device open until the show says otherwise, and the listener beside it."""

    def __init__(
        self,
        ring: CueRing,
        source: SampleSource,
        output: Sound,
        hearing: Hearing,
        pipe: Connection,
        listener: Listener,
    ) -> None:
        self._ring, self._source, self._output, self._pipe = ring, source, output, pipe
        self._hearing, self._listener = hearing, listener
        self._announced = ""

    def run(self, real_time: bool) -> None:
        sd, retry = portaudio(), FIRST_RETRY
        while True:
            speaker = chosen(loudspeakers(), self._output.device, self._output.fallback)
            reason = f"no device {self._output.device or 'to play on'}"
            if speaker is not None:
                try:
                    if self._play(sd, speaker, real_time):
                        return
                    retry, reason = FIRST_RETRY, f"{speaker.name} stopped"
                except sd.PortAudioError as error:
                    reason = f"{speaker.name}: {error.args[0] if error.args else error}"
            self._announce(False, f"no sound: {reason}; looking again")
            if self._pipe.poll(retry) and self._pipe.recv() == "end":
                return
            retry = min(2.0 * retry, LAST_RETRY)
            self._listener.close()  # its stream would not outlive PortAudio's end
            sd._terminate()  # the list of devices is as old as PortAudio's start
            sd._initialize()

    def _play(self, sd: Any, speaker: Device, real_time: bool) -> bool:
        """Until the show ends it (True) or the device stops by itself."""
        block, latency = (CALM_BLOCK, CALM_LATENCY) if real_time else (WARY_BLOCK, WARY_LATENCY)
        player = Playback(self._ring, self._source, self._output, self._hearing, self._listener)
        stream = sd.OutputStream(
            device=speaker.number,
            channels=max(self._output.routes) + 1,
            samplerate=self._output.rate,
            blocksize=block,
            latency=latency,
            dtype="float32",
            callback=player.fill,
        )
        player.patience = max(float(stream.latency), 2.0 * block / self._output.rate) + block / self._output.rate
        stream.start()
        instead = f" instead of {self._output.device}" if self._missed(speaker) else ""
        ahead = "real-time" if real_time else "ordinary priority"
        plays = f"{speaker.name}{instead}, {1e3 * stream.latency:.0f} ms, {ahead}"
        while stream.active:
            hears = self._listener.tend(sd)
            self._announce(True, f"{plays}; {hears}" if hears else plays)
            if self._pipe.poll(BEAT) and self._pipe.recv() == "end":
                player.ended = True
                self._pipe.poll(2.0 * block / self._output.rate)
                stream.abort()
                return True
        stream.close()
        return False

    def _missed(self, speaker: Device) -> bool:
        return bool(self._output.device) and chosen([speaker], self._output.device, fallback=False) is None

    def _announce(self, playing: bool, words: str) -> None:
        if words != self._announced:
            self._announced = words
            self._pipe.send((playing, words))
