"""`sleeptree film`: the show, or a part of it, as an MP4 or a folder of frames."""

from __future__ import annotations

from pathlib import Path

from installation.foundation.errors import Mistake
from installation.session.filming import Reel, shoot
from installation.session.production import load_production, writable
from installation.session.replaying import load_replay
from installation.session.request import Request


def film(request: Request, reel: Reel, journal: Path | None = None) -> str:
    """Film what `reel` asks for, of the show or of the performance in a journal; say where it is."""
    if reel.out is None and reel.frames is None:
        raise Mistake("film takes --out FILE.mp4, --frames DIR, or both")
    if reel.out is not None:
        writable(reel.out)
        if reel.size[0] % 2 or reel.size[1] % 2:
            raise Mistake(f"--size takes even sides for an MP4, got {reel.size[0]}x{reel.size[1]}")
    if reel.wav is not None:
        writable(reel.wav)
    if reel.frames is not None and reel.frames.exists() and not reel.frames.is_dir():
        raise Mistake(f"{reel.frames}: is a file, a folder is wanted")
    return shoot(load_production(request) if journal is None else load_replay(journal, request.config), reel)
