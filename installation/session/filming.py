"""Filming: the show, or a part of it, as an MP4, a folder of frames and a WAV."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from installation.foundation.errors import Mistake
from installation.session.production import Production
from installation.session.progress import Bar
from installation.show import advance
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
    binaural: bool = False  # sound for headphones


def shoot(production: Production, reel: Reel) -> str:
    """Draw, pack and name every picture of `reel`. Interrupted, it leaves no film and only whole frames."""
    from installation.film.encoder import Encoder
    from installation.film.film import ROLL as PICTURE_ROLL
    from installation.film.film import Cut, pictures
    from installation.film.soundtrack import ROLL as SOUND_ROLL
    from installation.film.soundtrack import Soundtrack, Studio
    from installation.film.wav import Wav
    from installation.foundation import png
    from installation.light.picture import prepare

    begins, whole = production.reach
    seconds = whole - reel.start if reel.seconds is None else reel.seconds
    if seconds <= 0:
        raise Mistake(f"--from takes less than the {whole:g} s that there are, got {reel.start:g}")
    cut = Cut.between(begins + reel.start, seconds, reel.fps)
    if reel.frames is not None:
        reel.frames.mkdir(parents=True, exist_ok=True)
    show, picture = production.show(), production.picture(reel.size)
    with ExitStack() as stack:
        progress = stack.enter_context(Bar("film"))
        prepare(progress.prepare)
        encoder = stack.enter_context(Encoder(reel.out, *reel.size, reel.fps, 2)) if reel.out is not None else None
        wav = stack.enter_context(Wav(reel.wav)) if reel.wav is not None else None
        takers = [taker for taker in (encoder and encoder.hear, wav and wav.write) if taker]
        last = cut.first + cut.frames * cut.every
        studio = Studio(production.seed, production.settings.hearing, 2, reel.binaural)
        sound = Soundtrack(studio, cut.first, last, lambda heard: [take(heard) for take in takers])
        source, followers = production.source(), (sound,) if takers else ()
        production.approach(show, max(0, cut.first - max(PICTURE_ROLL, SOUND_ROLL)), progress)
        worst = picture.held
        for i, pixels in enumerate(pictures(show, picture, cut, progress, source, followers)):
            worst = max(worst, picture.held, key=lambda held: held.share)
            if encoder is not None:
                encoder.write(pixels)
            if reel.frames is not None:
                png.write(reel.frames / f"{i:06d}.png", pixels)
        while takers and show.tick < last:  # what sounds while the last picture is seen
            advance(show, source, followers)
        sound.finish()
    places = ", ".join(str(path) for path in (reel.out, reel.frames, reel.wav) if path is not None)
    said = f"{places}: {reel.size[0]}x{reel.size[1]}, {cut.frames} frames at {reel.fps} fps, {seconds:g} s"
    return f"{said}; at the most {worst}" if worst else said
