"""`sleeptree sound`: the drones alone, as a file; and the loudspeakers that `play` opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from installation.foundation import places
from installation.foundation.atomic import write_atomic
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.recording.journal import wall
from installation.session.production import Opening, opened, writable
from installation.session.progress import Bar
from installation.session.replaying import reopened
from installation.session.request import Wish
from installation.sound.output.loudspeakers import Diary, Loudspeakers
from installation.sound.output.process import NoPortAudio, chosen, loudspeakers

DAY_S = 86_400.0


def sound(
    wish: Wish, out: Path, start: float, seconds: float | None, channels: int, journal: Path | None = None
) -> str:
    """Render `seconds` of sound from `start`, of the show or of the performance in a journal; say where it is."""
    from installation.film.soundtrack import Soundtrack, far_studio
    from installation.film.wav import Wav

    path = writable(out)
    opening = opened(wish) if journal is None else reopened(journal, wish.config)
    begins, whole = opening.reach
    length = whole - start if seconds is None else seconds
    if length <= 0:
        raise Mistake(f"--from takes less than the {whole:g} s that there are, got {start:g}")
    first = ticks.ticks(begins + start)
    last = first + max(1, ticks.ticks(length))
    show = opening.show()
    hearing = opening.settings.hearing
    with Bar("sound") as progress, far_studio(opening.seed, hearing, channels) as studio, Wav(path, channels) as wav:
        track = Soundtrack(studio, first, last, wav.write)
        track.hear(show)
        while show.tick < last:
            opening.before(show)
            show.step()
            track.hear(show)
            if show.tick % ticks.RATE == 0:
                progress(show.tick, last)
        track.finish()
    return f"{path}: {length:g} s, {channels} channels"


def sounded(
    opening: Opening, silent: bool, device: str | None, notice: Callable[[str], None], waits: bool = False
) -> Loudspeakers | None:
    """The loudspeakers that the venue and the command line ask for, to be closed; None where all is to be silent."""
    wanted = opening.settings.sound
    if silent or not wanted.enabled:
        return None
    if device is not None:
        wanted = msgspec.structs.replace(wanted, device=device)
    hearing, diary = opening.settings.hearing, Kept(notice)
    return Loudspeakers(opening.seed, wanted, hearing, notice=notice, diary=diary, waits=waits)


class Kept(Diary):
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


def devices(opening: Opening) -> Iterator[str]:
    """A line about each device that can play, and what `play` would do."""
    wanted = opening.settings.sound
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
    played = chosen(found, wanted)
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
