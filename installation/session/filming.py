"""`sleeptree film`: the show, or a part of it, as an MP4 or a folder of frames."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from installation.foundation.errors import Mistake
from installation.session.production import Opening, opened, writable
from installation.session.progress import Bar
from installation.session.replaying import reopened
from installation.session.request import Wish
from installation.venue.settings import Size


@dataclass(frozen=True)
class Reel:
    """What is filmed, and where it goes: a film, a folder of frames, or both."""

    size: Size
    fps: int
    start: float = 0.0  # seconds into the show
    seconds: float | None = None  # None: to the end of the arc
    out: Path | None = None
    frames: Path | None = None
    wav: Path | None = None  # its sound alone, too


def film(wish: Wish, reel: Reel, journal: Path | None = None) -> str:
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
    return shoot(opened(wish) if journal is None else reopened(journal, wish.config), reel)


def shoot(opening: Opening, reel: Reel) -> str:
    """Draw, pack and name every picture of `reel`. Interrupted, it leaves no film and only whole frames."""
    from installation.film.encoder import Encoder
    from installation.film.film import Cut, pictures
    from installation.film.soundtrack import Soundtrack, Studio
    from installation.film.wav import Wav
    from installation.foundation import png
    from installation.light.picture import prepare

    begins, whole = opening.reach
    seconds = whole - reel.start if reel.seconds is None else reel.seconds
    if seconds <= 0:
        raise Mistake(f"--from takes less than the {whole:g} s that there are, got {reel.start:g}")
    cut = Cut.between(begins + reel.start, seconds, reel.fps)
    if reel.frames is not None:
        reel.frames.mkdir(parents=True, exist_ok=True)
    show, picture = opening.show(), opening.picture(reel.size)
    with ExitStack() as stack:
        progress = stack.enter_context(Bar("film"))
        prepare(progress.prepare)
        encoder = stack.enter_context(Encoder(reel.out, *reel.size, reel.fps, 2)) if reel.out is not None else None
        wav = stack.enter_context(Wav(reel.wav)) if reel.wav is not None else None
        takers = [taker for taker in (encoder and encoder.hear, wav and wav.write) if taker]
        last = cut.first + cut.frames * cut.every
        studio = Studio(opening.seed, opening.settings.hearing, 2)
        sound = Soundtrack(studio, cut.first, last, lambda heard: [take(heard) for take in takers])
        hear = sound.hear if takers else None
        for i, pixels in enumerate(pictures(show, picture, cut, progress, opening.before, hear)):
            if encoder is not None:
                encoder.write(pixels)
            if reel.frames is not None:
                png.write(reel.frames / f"{i:06d}.png", pixels)
        while takers and show.tick < last:  # what sounds while the last picture is seen
            opening.before(show)
            show.step()
            sound.hear(show)
        sound.finish()
    places = ", ".join(str(path) for path in (reel.out, reel.frames, reel.wav) if path is not None)
    return f"{places}: {reel.size[0]}x{reel.size[1]}, {cut.frames} frames at {reel.fps} fps, {seconds:g} s"
