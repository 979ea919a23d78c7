"""`sleeptree film`: the show, or a part of it, as an MP4, a folder of frames, or a loop for a page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from installation.foundation.errors import Mistake
from installation.session.filming import FILM, LOOP, Reel, go_round, shoot
from installation.session.outputs import raster
from installation.session.production import load_production, writable
from installation.session.replaying import load_replay
from installation.session.request import Request


def film(request: Request, reel: Reel, journal: Path | None = None) -> str:
    """Film what `reel` asks for, of the show or of the performance in a journal; say where it is."""
    if reel.output is None:
        _check(reel)
    production = load_production(request).unattended() if journal is None else load_replay(journal, request.config)
    if reel.output is not None:
        if reel.loops or reel.codec != "h264":
            raise Mistake(f"--output goes with an MP4 of h264, or with frames, got {reel.out}, {reel.codec[:40]}")
        reel = replace(reel, size=raster(production.layout, reel.output))
        _check(reel)
    return go_round(production, reel) if reel.loops else shoot(production, reel)


def _check(reel: Reel) -> None:
    """Raises Mistake for what can't be filmed, before anything is."""
    from installation.film.encoder import CODECS, require
    from installation.film.loop import KINDS

    if reel.out is None and reel.frames is None:
        raise Mistake("film takes --out FILE.mp4, --frames DIR, or both")
    if reel.codec not in CODECS:
        raise Mistake(f'--codec takes one of {", ".join(CODECS)}, got "{reel.codec[:40]}"')
    if reel.out is not None:
        writable(reel.out)
        kind = reel.out.suffix.lower()
        if kind not in (FILM, *LOOP):
            raise Mistake(f'--out takes a file whose name ends in {FILM}, {" or ".join(LOOP)}, got "{reel.out}"')
        if reel.loops and (reel.frames or reel.wav or reel.binaural or reel.codec != "h264"):
            raise Mistake(f"--frames, --wav, --binaural and --codec go with an MP4, not with a loop, got {reel.out}")
        encoder = KINDS[kind].encoder if reel.loops else CODECS[reel.codec].encoder
        try:
            require(encoder)
        except ValueError as error:
            raise Mistake(f"{reel.out}: {error}") from None
        if not reel.loops and (reel.size[0] % 2 or reel.size[1] % 2):
            place = "--size" if reel.output is None else f'[[output]] "{reel.output}" size'
            raise Mistake(f"{place} takes even sides for an MP4, got {reel.size[0]}x{reel.size[1]}")
        if reel.loops and (reel.workers or reel.farm):
            raise Mistake(f"--workers and --farm draw an MP4 or frames, not a loop, got {reel.out}")
    if reel.farm is not None and reel.frames is not None:
        raise Mistake("--frames are drawn by this machine alone: leave out --farm")
    if reel.mixed and reel.farm is None:
        raise Mistake("--mixed says which workers of a --farm are taken, and there is none")
    if reel.wav is not None:
        writable(reel.wav)
    if reel.frames is not None and reel.frames.exists() and not reel.frames.is_dir():
        raise Mistake(f"{reel.frames}: is a file, a folder is wanted")
