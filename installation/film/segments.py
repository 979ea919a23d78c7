"""Segments: a film cut into parts that know all they are made of, so that any process can draw any of them.

A segment begins with a snapshot of the show, a roll-in before its first picture. The same segment is the same bytes
whoever draws it and however many do: with one process, with cores, on other machines, and when a film that was
interrupted is gone on with. Reads no clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av
import msgspec
import numpy as np

from installation import repertoire
from installation.addresses import VERSE_SHOWN
from installation.film.encoder import CODECS, Encoder
from installation.film.film import ROLL, Cut, Pixels, pictures
from installation.foundation import png
from installation.foundation.atomic import write_atomic
from installation.light.flashguard.guard import Field
from installation.light.flashguard.held import NOTHING, Held
from installation.light.mapping.outputs import OutputLayout, Projection
from installation.light.picture import Picture
from installation.model.score import Score
from installation.recording.replay import Controls, give
from installation.show import ControlSource, Follower, Show, advance
from installation.words.lexicon import Lexicon
from installation.words.poem import places as woven

SECONDS = 20.0
"""Length of a segment at most: its roll-in of two drawn seconds is a tenth of the work."""

Told = Callable[[int], None]
"""Told how many pictures of a segment are done."""

_PACKAGE = Path(repertoire.__file__).parent


class Segment(msgspec.Struct, frozen=True):
    """Everything that the pictures of a part of a film depend on, but for the program itself."""

    index: int
    score: Score
    seed: int
    snapshot: bytes  # of the show, a roll-in before the first picture
    controls: tuple[tuple[int, str, tuple[Any, ...]], ...]  # tick, address, arguments: what acts while it is drawn
    cut: Cut
    size: tuple[int, int]
    field: Field
    codec: str  # one of encoder.CODECS
    lexicon: Lexicon | None = None  # a venue's own
    lines: tuple[tuple[int, str], ...] = ()  # visitors', by number: those that are woven in meanwhile
    layout: OutputLayout | None = None  # of the outputs that share the canvas, which is of `size`, and
    output: str = ""  # the one that is filmed

    @property
    def digest(self) -> str:
        """A name that no other segment has, nor the same one drawn by another version of the program."""
        made = blake2b(msgspec.msgpack.encode(self), digest_size=8)
        made.update(program_digest().encode())
        return made.hexdigest()


@dataclass(frozen=True, slots=True)
class Task:
    """A segment and where it goes: a part of the film, numbered frames in a folder, or both."""

    segment: Segment
    part: Path | None
    frames: Path | None
    number: int  # of the first frame

    def kept(self) -> Held | None:
        """What the guard held down in a part that is whole already; None: it is to be made."""
        if self.part is None:
            return None
        try:
            share, rules = json.loads(self.part.with_suffix(".json").read_bytes())
            held = Held(float(share), tuple(map(str, rules)))
        except (OSError, ValueError, TypeError):
            return None
        return held if self.part.is_file() and all(path.is_file() for path in self._stills()) else None

    def _stills(self) -> Iterator[Path]:
        if self.frames is not None:
            for i in range(self.segment.cut.frames):
                yield still_path(self.frames, self.number + i)

    def make(self, threads: int, told: Told) -> Held:
        """Draw it with so many threads. Returns what the guard held down; raises what it meets, and leaves no part."""
        if self.part is None:
            return draw(self.segment, threads, None, self.frames, self.number, told)
        self.part.parent.mkdir(parents=True, exist_ok=True)
        held = draw(self.segment, threads, self.part, self.frames, self.number, told)
        self.keep(held)
        return held

    def keep(self, held: Held) -> None:
        """The part is whole: say so beside it, with what the guard held down."""
        assert self.part is not None
        write_atomic(self.part.with_suffix(".json"), json.dumps([held.share, held.rules]).encode(), durable=False)


def still_path(folder: Path, number: int) -> Path:
    """The file of frame `number` of a film."""
    return folder / f"{number:06d}.png"


def split(cut: Cut) -> list[Cut]:
    """A cut as segments of equal length, at most SECONDS each. It depends on the film and not on who draws it."""
    many = max(1, -(-cut.frames // round(SECONDS * cut.fps)))
    bounds = [cut.frames * i // many for i in range(many + 1)]
    return [Cut(cut.first + a * cut.every, b - a, cut.fps) for a, b in pairwise(bounds)]


def plan(
    show: Show,
    whole: Segment,
    source: ControlSource,
    controls: Controls,
    followers: Sequence[Follower] = (),
) -> Iterator[Segment]:
    """The segments of `whole`, a film in one, each as soon as the show has reached its roll-in.

    Steps the show with what `source` hands it and draws nothing; `controls` are what that is, by tick. In the end the
    show is past the last picture, so that `followers` have met all that is to be heard.
    """
    for follower in followers:
        follower.follow(show, 1.0)
    for index, cut in enumerate(split(whole.cut)):
        while show.tick < cut.first - ROLL:
            advance(show, source, followers)
        given = tuple((t, *said) for t in sorted(controls) if show.tick <= t <= cut.last for said in controls[t])
        shown = [show.moment().controls[VERSE_SHOWN], *(args[0] for _, name, args in given if name == VERSE_SHOWN)]
        lines = tuple((n, show.text_of(n)) for n in sorted({n for one in shown for n, _ in woven(str(one))}))
        yield msgspec.structs.replace(
            whole, index=index, snapshot=show.snapshot(), controls=given, cut=cut, lines=lines
        )
    while followers and show.tick < whole.cut.last + whole.cut.every:
        advance(show, source, followers)


def draw(segment: Segment, threads: int, part: Path | None, frames: Path | None, number: int, told: Told) -> Held:
    """Draw a segment into an MP4 without sound, numbered PNGs, or both; say what the guard held down at the most."""
    show = Show(segment.score, segment.seed, repertoire.found().scenes, segment.lexicon)
    show.restore(segment.snapshot)
    lines = dict(segment.lines)
    show.text_of = lambda number: lines.get(number, "")
    picture = Picture(*segment.size, threads, segment.seed, segment.field)
    worst = NOTHING
    codec = CODECS[segment.codec]
    deep = np.zeros(segment.size[::-1], np.uint32) if codec.deep else None
    with ExitStack() as stack:
        stack.callback(picture.close)
        encoder, size, shown = None, segment.size, cast(Callable[[Pixels], Pixels], _whole)
        if segment.layout is not None:
            projection = stack.enter_context(Projection(segment.layout, segment.output, threads))
            size, shown = projection.size, projection.of
        if part is not None:
            encoder = stack.enter_context(Encoder(part, *size, segment.cut.fps, codec, threads=1))
        given = _Given(segment.controls)
        for i, drawn in enumerate(pictures(show, picture, segment.cut, source=given, deep=deep)):
            worst = max(worst, picture.held, key=lambda held: held.share)
            pixels = shown(drawn)
            if encoder is not None:
                encoder.write(pixels if deep is None else deep)
            if frames is not None:
                png.write(still_path(frames, number + i), pixels)
            told(i + 1)
    return worst


def _whole(pixels: Pixels) -> Pixels:
    """A film of all that was drawn."""
    return pixels


class _Given:
    """The controls of a segment, each at its tick."""

    def __init__(self, controls: Sequence[tuple[int, str, tuple[Any, ...]]]) -> None:
        self._at: dict[int, list[tuple[str, tuple[Any, ...]]]] = {}
        for tick, address, arguments in controls:
            self._at.setdefault(tick, []).append((address, arguments))

    def deliver(self, show: Show, now_ns: int) -> int:
        give(show, self._at)
        return len(self._at.get(show.tick, ()))


@cache
def program_digest() -> str:
    """The version of everything that decides the bytes of a picture, but for the machine."""
    made = blake2b(digest_size=8)
    scenes = {path for kind in repertoire.found().scenes.values() for path in repertoire.sources(kind)}
    for path in sorted({*_PACKAGE.rglob("*.py"), *scenes}):
        made.update(path.read_bytes())
    made.update(f"{np.__version__} {av.__version__}".encode())
    return made.hexdigest()
