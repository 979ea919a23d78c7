"""Filming: the show, or a part of it, as an MP4, a folder of frames and a WAV; or a few seconds that go round."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from installation.foundation.errors import Mistake
from installation.session.production import Production
from installation.session.progress import Bar
from installation.show import advance
from installation.venue.settings import Size

if TYPE_CHECKING:
    from installation.film.film import Cut

FILM, LOOP = ".mp4", (".gif", ".webp")
"""How the name of a film's file ends, and of one that goes round."""
FILM_SIZE, LOOP_SIZE = (1920, 1080), (480, 270)
FILM_FPS, LOOP_FPS = 60, 20
LOOP_S, LONGEST_LOOP_S = 6.0, 20.0
SEAM_S = 1.0
"""Seconds in which the end of a loop goes over into its beginning, or a third of a short one."""


@dataclass(frozen=True)
class Reel:
    """What is filmed, and where it goes: a film, a folder of frames, or both; or a loop alone."""

    size: Size
    fps: int
    start: float = 0.0  # seconds into the show
    seconds: float | None = None  # None: to the end of the arc; of a loop, LOOP_S
    out: Path | None = None
    frames: Path | None = None
    wav: Path | None = None  # its sound alone, too
    binaural: bool = False  # sound for headphones
    codec: str = "h264"  # one of encoder.CODECS

    @property
    def loops(self) -> bool:
        """Whether it goes round, as a GIF or WebP."""
        return goes_round(self.out)


def goes_round(out: Path | None) -> bool:
    """Whether a file of this name is a loop."""
    return out is not None and out.suffix.lower() in LOOP


def _cut(production: Production, reel: Reel) -> tuple[float, Cut]:
    """How many seconds are wanted, and which pictures those are. Raises Mistake."""
    from installation.film.film import Cut

    begins, whole = production.reach
    left = whole - reel.start
    if left <= 0:
        raise Mistake(f"--from takes less than the {whole:g} s that there are, got {reel.start:g}")
    seconds = (min(LOOP_S, left) if reel.loops else left) if reel.seconds is None else reel.seconds
    if reel.loops and seconds > LONGEST_LOOP_S:
        raise Mistake(f"--seconds takes at most {LONGEST_LOOP_S:g} for a loop, got {seconds:g}")
    return seconds, Cut.between(begins + reel.start, seconds, reel.fps)


def shoot(production: Production, reel: Reel) -> str:
    """Draw, pack and name every picture of `reel`. Interrupted, it leaves no film and only whole frames."""
    from installation.film.encoder import CODECS, Encoder
    from installation.film.film import ROLL as PICTURE_ROLL
    from installation.film.film import pictures
    from installation.film.soundtrack import ROLL as SOUND_ROLL
    from installation.film.soundtrack import Soundtrack, Studio
    from installation.film.soundtrack import prepare as prepare_sound
    from installation.film.wav import Wav
    from installation.foundation import png
    from installation.light.picture import prepare

    seconds, cut = _cut(production, reel)
    codec = CODECS[reel.codec]
    deep = np.zeros(reel.size[::-1], np.uint32) if codec.deep else None
    if reel.frames is not None:
        reel.frames.mkdir(parents=True, exist_ok=True)
    show, picture = production.show(), production.picture(reel.size)
    with ExitStack() as stack:
        progress = stack.enter_context(Bar("film"))
        prepare(progress.prepare)
        if reel.out is not None or reel.wav is not None:
            progress.prepare("sound")
            prepare_sound(production.settings.hearing, 2, reel.binaural)
        encoder = None
        if reel.out is not None:
            tags = production.tags(reel.start, seconds)
            encoder = stack.enter_context(Encoder(reel.out, *reel.size, reel.fps, 2, codec=codec, tags=tags))
        wav = stack.enter_context(Wav(reel.wav)) if reel.wav is not None else None
        takers = [taker for taker in (encoder and encoder.hear, wav and wav.write) if taker]
        last = cut.first + cut.frames * cut.every
        studio = Studio(production.seed, production.settings.hearing, 2, reel.binaural)
        sound = Soundtrack(studio, cut.first, last, lambda heard: [take(heard) for take in takers])
        source, followers = production.source(), (sound,) if takers else ()
        production.approach(show, max(0, cut.first - max(PICTURE_ROLL, SOUND_ROLL)), progress)
        worst = picture.held
        for i, pixels in enumerate(pictures(show, picture, cut, progress, source, followers, deep)):
            worst = max(worst, picture.held, key=lambda held: held.share)
            if encoder is not None:
                encoder.write(pixels if deep is None else deep)
            if reel.frames is not None:
                png.write(reel.frames / f"{i:06d}.png", pixels)
        while takers and show.tick < last:  # what sounds while the last picture is seen
            advance(show, source, followers)
        sound.finish()
    places = ", ".join(str(path) for path in (reel.out, reel.frames, reel.wav) if path is not None)
    said = f"{places}: {reel.size[0]}x{reel.size[1]}, {cut.frames} frames at {reel.fps} fps, {seconds:g} s"
    return f"{said}; at the most {worst}" if worst else said


def go_round(production: Production, reel: Reel) -> str:
    """Draw a few seconds, let their end go over into their beginning, and pack them small. All of it or nothing."""
    from installation.film.film import ROLL, Cut, pictures
    from installation.film.loop import Loop
    from installation.light.picture import prepare

    assert reel.out is not None
    seconds, cut = _cut(production, reel)
    seam = round(min(SEAM_S, seconds / 3.0) * reel.fps)
    show, picture = production.show(), production.picture(reel.size)
    with Bar("loop") as progress, Loop(reel.out, reel.fps, seam, picture.field) as loop:
        prepare(progress.prepare)
        production.approach(show, max(0, cut.first - ROLL), progress)
        longer = Cut(cut.first, cut.frames + seam, cut.fps)
        for pixels in pictures(show, picture, longer, progress, production.source()):
            loop.write(pixels)
        try:
            loop.close(progress.prepare)
        except ValueError as error:
            raise Mistake(str(error)) from None
    size = f"{reel.size[0]}x{reel.size[1]}, {reel.out.stat().st_size / 1e6:.1f} MB"
    return f"{reel.out}: {size}, {loop.packed}, {seconds:g} s that go round"
