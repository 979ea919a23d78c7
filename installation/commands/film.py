"""`sleeptree film`: the show, or a part of it, as an MP4 or a folder of frames."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from installation.commands.opening import Mistake, Opening, Wish, opened, writable
from installation.commands.progress import Bar
from installation.settings import Size


@dataclass(frozen=True)
class Reel:
    """What is filmed, and where it goes: a film, a folder of frames, or both."""

    size: Size
    fps: int
    start: float = 0.0  # seconds into the show
    seconds: float | None = None  # None: to the end of the arc
    out: Path | None = None
    frames: Path | None = None


def film(wish: Wish, reel: Reel) -> str:
    """Film what `reel` asks for; say where it is."""
    if reel.out is None and reel.frames is None:
        raise Mistake("film takes --out FILE.mp4, --frames DIR, or both")
    if reel.out is not None:
        writable(reel.out)
        if reel.size[0] % 2 or reel.size[1] % 2:
            raise Mistake(f"--size takes even sides for an MP4, got {reel.size[0]}x{reel.size[1]}")
    if reel.frames is not None and reel.frames.exists() and not reel.frames.is_dir():
        raise Mistake(f"{reel.frames}: is a file, a folder is wanted")
    return shoot(opened(wish), reel)


def shoot(opening: Opening, reel: Reel) -> str:
    """Draw, pack and name every picture of `reel`. Interrupted, it leaves no film and only whole frames."""
    from installation.film.encoder import Encoder
    from installation.film.film import Cut, pictures
    from installation.light import png

    score = opening.score
    seconds = score.seconds - reel.start if reel.seconds is None else reel.seconds
    if seconds <= 0:
        raise Mistake(f"--from takes less than the {score.seconds:g} s of the arc, got {reel.start:g}")
    cut = Cut.between(reel.start, seconds, reel.fps)
    if reel.frames is not None:
        reel.frames.mkdir(parents=True, exist_ok=True)
    show, picture = opening.show(), opening.picture(reel.size)
    with ExitStack() as stack:
        encoder = stack.enter_context(Encoder(reel.out, *reel.size, reel.fps)) if reel.out is not None else None
        progress = stack.enter_context(Bar("film"))
        for i, pixels in enumerate(pictures(show, picture, cut, progress)):
            if encoder is not None:
                encoder.write(pixels)
            if reel.frames is not None:
                png.write(reel.frames / f"{i:06d}.png", pixels)
    places = ", ".join(str(path) for path in (reel.out, reel.frames) if path is not None)
    return f"{places}: {reel.size[0]}x{reel.size[1]}, {cut.frames} frames at {reel.fps} fps, {seconds:g} s"
