"""Filming: the show, or a part of it, as an MP4, a folder of frames and a WAV; or a few seconds that go round."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.session.production import Production, cores
from installation.session.progress import Bar
from installation.venue.settings import Size

if TYPE_CHECKING:
    from installation.film.farm import Dask
    from installation.film.film import Cut
    from installation.film.parts import Parts
    from installation.film.soundtrack import Samples, Soundtrack
    from installation.film.workers import Runner
    from installation.light.flashguard.held import Held

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
    workers: int | None = None  # processes that draw; None: a core each
    farm: str | None = None  # address of a dask scheduler whose workers draw instead
    mixed: bool = False  # even where their pictures differ from this machine's
    output: str | None = None  # of the canvas, by name: its raster alone is filmed

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
    """Draw, pack and name every picture of `reel`, segment by segment. Raises Mistake.

    Interrupted, it leaves no film, only whole frames, and the segments that are whole: the same film goes on from them.
    """
    from installation.film.parts import Parts

    if reel.frames is not None:
        reel.frames.mkdir(parents=True, exist_ok=True)
    with Bar("film", () if reel.out is None and reel.wav is None else ("sound",)) as progress:
        parts = Parts(reel.out) if reel.out is not None else None
        try:
            seconds, cut = _cut(production, reel)
            worst = _shoot(production, reel, cut, parts, progress)
            if parts is not None:
                parts.clear()
        except BaseException:
            if parts is not None and (kept := parts.leave()):
                print(f"film: {kept} segments are kept in {parts.folder}; the same film goes on", file=sys.stderr)
            raise
    places = ", ".join(str(path) for path in (reel.out, reel.frames, reel.wav) if path is not None)
    said = f"{places}: {reel.size[0]}x{reel.size[1]}, {cut.frames} frames at {reel.fps} fps, {seconds:g} s"
    return f"{said}; at the most {worst}" if worst else said


def _shoot(production: Production, reel: Reel, cut: Cut, parts: Parts | None, progress: Bar) -> Held:
    """The pictures, the sound beside them, and then one film of both. Returns what the guard held down at the most."""
    from installation.film.film import ROLL
    from installation.film.join import join
    from installation.film.segments import Segment, Task, plan, split
    from installation.film.soundtrack import ROLL as SOUND_ROLL
    from installation.film.soundtrack import prepare as prepare_sound
    from installation.light.picture import prepare

    show, source = production.show(), production.source()
    done = [0] * len(split(cut))

    def drawn(index: int, pictures: int) -> None:
        done[index] = pictures
        progress(sum(done), cut.frames)

    made: dict[int, tuple[Task, Held]] = {}
    with _runner(production, reel, len(done)) as runner, ExitStack() as stack:
        prepare(progress.prepare)
        if reel.out is not None or reel.wav is not None:
            progress.prepare("sound")
            prepare_sound(production.settings.hearing, 2, reel.binaural)
        heard = _sound(production, reel, cut, parts, stack)
        production.approach(show, max(0, cut.first - (max(ROLL, SOUND_ROLL) if heard else ROLL)), progress)
        size, layout = reel.size, None
        if reel.output is not None and (layout := production.layout) is not None:
            size = layout.size
        whole = Segment(
            0, show.score, show.seed, b"", (), cut, size, production.field, reel.codec, production.lexicon,
            layout=layout, output=reel.output or "",
        )  # fmt: skip

        def wanted() -> Iterator[Task]:
            for segment in plan(show, whole, source, production.controls, (heard,) if heard else ()):
                number = (segment.cut.first - cut.first) // cut.every
                task = Task(segment, parts.path(segment) if parts else None, reel.frames, number)
                if (held := task.kept()) is None:
                    yield task
                else:
                    made[segment.index] = task, held
                    drawn(segment.index, segment.cut.frames)

        for task, held in runner.run(wanted(), drawn):
            made[task.segment.index] = task, held
        if heard is not None:
            heard.finish()
    if parts is not None and reel.out is not None:
        files = [made[index][0].part for index in sorted(made)]
        tags = production.tags(reel.start, ticks.seconds(cut.frames * cut.every))
        join([path for path in files if path is not None], cut.fps, parts.sound, reel.out, tags)
    return max((held for _, held in made.values()), key=lambda held: held.share)


def _sound(production: Production, reel: Reel, cut: Cut, parts: Parts | None, stack: ExitStack) -> Soundtrack | None:
    """What hears the show and writes it down, where that is wanted."""
    from installation.film.sound_encoder import SoundEncoder
    from installation.film.soundtrack import Soundtrack, Studio
    from installation.film.wav import Wav

    takers: list[Callable[[Samples], None]] = []
    if parts is not None:
        takers.append(stack.enter_context(SoundEncoder(parts.sound, 2)).write)
    if reel.wav is not None:
        takers.append(stack.enter_context(Wav(reel.wav)).write)
    if not takers:
        return None
    studio = Studio(production.seed, production.settings.hearing, 2, reel.binaural)
    last = cut.first + cut.frames * cut.every
    return Soundtrack(studio, cut.first, last, lambda samples: [take(samples) for take in takers])


@contextmanager
def _runner(production: Production, reel: Reel, segments: int) -> Iterator[Runner]:
    """Who draws: a farm, or the cores of this machine, or one process where one is all that can be used."""
    from installation.film.workers import Cores, Here

    if reel.farm is not None:
        with _farm(reel.farm, reel.mixed) as farm:
            yield farm
        return
    workers = min(reel.workers or cores(), segments)
    yield Cores(workers) if workers > 1 else Here(production.settings.screen.threads or cores())


def _farm(address: str, mixed: bool) -> Dask:
    try:
        from installation.film.farm import Dask
    except ImportError:
        raise Mistake("--farm takes what the extra [farm] installs: pip install sleeptree[farm]") from None
    return Dask(address, mixed, lambda line: print(line, file=sys.stderr))


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
