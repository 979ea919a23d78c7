"""The loudspeakers that the venue asks for, which devices there are, and the audience's exposure on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from installation.foundation import places
from installation.foundation.atomic import write_atomic
from installation.recording.nights import wall
from installation.session.production import Production
from installation.session.replaying import ReplayProduction
from installation.sound.output.devices import NoPortAudio, chosen, loudspeakers
from installation.sound.output.loudspeakers import ExposureStore, Loudspeakers
from installation.venue.settings import VoiceSettings

DAY_S = 86_400.0


def start_sound(
    production: Production, silent: bool, device: str | None, notice: Callable[[str], None], waits: bool = False
) -> Loudspeakers | None:
    """The loudspeakers that the venue and the command line ask for, to be closed; None where all is to be silent."""
    wanted = production.settings.sound
    if silent or not wanted.enabled:
        return None
    if device is not None:
        wanted = msgspec.structs.replace(wanted, device=device)
    hearing, store = production.settings.hearing, ExposureFile(notice)
    # a performance that is replayed has its voices in its journal
    voice = VoiceSettings() if isinstance(production, ReplayProduction) else production.settings.voice
    return Loudspeakers(production.seed, wanted, hearing, notice=notice, store=store, waits=waits, voice=voice)


class ExposureFile(ExposureStore):
    """An audience's exposure on disk: the dose of a day doesn't end with a process."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._path, self._notice, self._failed = places.data() / "exposure", notice, False

    def read(self) -> tuple[NDArray[np.float64], float] | None:
        """The page that was written last, if that was within a day, and how many seconds ago."""
        try:
            at, *page = np.frombuffer(self._path.read_bytes(), dtype="<f8").tolist()
        except (OSError, ValueError):
            return None
        age = wall() - at
        return (np.array(page), max(0.0, age)) if age <= DAY_S else None  # a clock set back takes nothing off a dose

    def write(self, page: NDArray[np.float64]) -> None:
        """Keep it; the first time that the disk refuses is told."""
        try:
            write_atomic(self._path, np.append(wall(), page).astype("<f8").tobytes())
            self._failed = False
        except OSError as error:
            if not self._failed:
                self._notice(f"exposure not kept: {error.strerror}: {self._path}")
            self._failed = True


def devices(production: Production) -> Iterator[str]:
    """A line about each device that can play, and what `play` would do."""
    wanted = production.settings.sound
    try:
        found = loudspeakers()
    except NoPortAudio as error:
        yield str(error)
        return
    for one in found:
        mark = ", the default" if one.default else ""
        yield f"{one.number}  {one.name}, {one.channels} channels{mark}"
    if not wanted.enabled:
        yield "[sound] enabled is false: `play` will be silent"
        return
    played = chosen(found, wanted.device, wanted.fallback)
    if played is None:
        name = f'"{wanted.device}"' if wanted.device else "a default device"
        yield f"{name} is not there: `play` will be silent and look for it every few seconds"
    else:
        instead = (
            f', instead of "{wanted.device}"'
            if wanted.device and wanted.device.casefold() not in played.name.casefold()
            else ""
        )
        yield f"`play` will use {played.name}{instead}, {wanted.channels} channels at {wanted.rate} Hz"
