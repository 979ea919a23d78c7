"""`sleeptree sound`: the drones alone, as a file."""

from __future__ import annotations

from pathlib import Path

from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.session.production import load_production, writable
from installation.session.progress import Bar
from installation.session.replaying import load_replay
from installation.session.request import Request
from installation.show import advance


def sound(
    request: Request,
    out: Path,
    start: float,
    seconds: float | None,
    channels: int,
    journal: Path | None = None,
    binaural: bool = False,
) -> str:
    """Render `seconds` of sound from `start`, of the show or of the performance in a journal; say where it is."""
    from installation.film.soundtrack import Soundtrack, far_studio, prepare
    from installation.film.wav import Wav

    if binaural and channels != 2:
        raise Mistake(f"--binaural is for two ears: it takes no --channels, got {channels}")
    path = writable(out)
    production = load_production(request).unattended() if journal is None else load_replay(journal, request.config)
    begins, whole = production.reach
    length = whole - start if seconds is None else seconds
    if length <= 0:
        raise Mistake(f"--from takes less than the {whole:g} s that there are, got {start:g}")
    first = ticks.ticks(begins + start)
    last = first + max(1, ticks.ticks(length))
    show = production.show()
    hearing = production.settings.hearing
    studios = far_studio(production.seed, hearing, channels, binaural)
    with Bar("sound", ("sound",)) as progress, studios as studio, Wav(path, channels) as wav:
        progress.prepare("sound")
        prepare(hearing, channels, binaural)
        track = Soundtrack(studio, first, last, wav.write)
        track.follow(show)
        source = production.source()
        while show.tick < last:
            advance(show, source, (track,))
            if show.tick % ticks.RATE == 0:
                progress(show.tick, last)
        track.finish()
    return f"{path}: {length:g} s, {channels} channels"
