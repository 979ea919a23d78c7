"""A few seconds that go round for ever without a seam -> a GIF or a WebP, for a page or a shop window. Without sound.

The last pictures go over into those before the first, in light and not in code values, and the flash guard has seen the
loop come round before any of it is packed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

from installation.film.encoder import framed, require
from installation.foundation.atomic import Unfinished
from installation.light.flashguard.guard import Field, FlashGuard

Pixels = NDArray[np.uint32]
_OPAQUE = np.uint32(0xFF000000)

MOST = 3_000_000
"""Bytes that a loop has at most: a page of a site carries it, a phone loads it in the street."""


@dataclass(frozen=True, slots=True)
class Fineness:
    """How finely a loop is packed: a WebP's quality, a GIF's colours, and of how many pictures one is kept."""

    quality: int
    every: int = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """A format of loops: FFmpeg's encoder, and from fine to coarse what is tried until it is small enough."""

    encoder: str
    steps: tuple[Fineness, ...]
    unit: str


KINDS = {
    ".gif": Kind("gif", tuple(Fineness(n, k) for k in (1, 2) for n in (256, 128, 64, 32)), "colours"),
    ".webp": Kind("libwebp", tuple(Fineness(q, k) for k in (1, 2) for q in (90, 80, 70, 60, 50, 40, 25)), "quality"),
}
"""By the end of a file's name."""


class Loop:
    """A GIF or WebP of at most MOST bytes that is finished or is not there.

    The last `seam` of the pictures written are those that follow the loop: it goes over from them into its first ones.
    Pictures are kept until `close`. Leaving the `with` block by an error throws it away. Raises ValueError where FFmpeg
    has no such encoder.
    """

    def __init__(self, path: Path, fps: int, seam: int, room: Field) -> None:
        self._kind = KINDS[path.suffix.lower()]
        require(self._kind.encoder)
        self._path, self._fps, self._seam, self._room = path, fps, seam, room
        self._unfinished = Unfinished(path)
        self._pictures: list[Pixels] = []
        self.packed = ""  # how it was packed, in words

    def write(self, picture: Pixels) -> None:
        """The next picture, (height, width) of 0x00RRGGBB; it is copied."""
        self._pictures.append(picture.copy())

    def close(self, progress: Callable[[str], None] = lambda word: None) -> None:
        """Make it go round, pack it, coarser until it fits, and give it its name; `progress` hears a word for each try.

        Raises ValueError where it does not fit even so.
        """
        pictures = guarded(seamless(self._pictures, self._seam), self._fps, self._room)
        for step in self._kind.steps:
            kept, fps = pictures[:: step.every], Fraction(self._fps, step.every)
            self.packed = f"{step.quality} {self._kind.unit}, {float(fps):g} pictures a second"
            progress(self.packed)
            _pack(self._unfinished.path, self._kind.encoder, kept, fps, step.quality)
            if self._unfinished.path.stat().st_size <= MOST:
                self._unfinished.finish()
                return
        size = self._unfinished.path.stat().st_size
        self.abandon()
        raise ValueError(
            f"{self._path.name}: a loop takes at most {MOST / 1e6:g} MB, this one has {size / 1e6:.1f} even with "
            f"{self.packed}: fewer seconds or a smaller size fit"
        )

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._unfinished.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.abandon()  # what was closed has its name already


def seamless(pictures: list[Pixels], seam: int) -> list[Pixels]:
    """The pictures without the last `seam`, which the first go over from: after the last one the first one follows."""
    whole = len(pictures) - seam
    blended = [
        _between(after, first, (i + 1) / (seam + 1))
        for i, (after, first) in enumerate(zip(pictures[whole:], pictures[:seam], strict=True))
    ]
    return blended + pictures[seam:whole]


def _between(one: Pixels, other: Pixels, way: float) -> Pixels:
    """From one picture to another, 0..1, in squares of code values: nearly in light."""
    shown = np.zeros_like(one)
    for shift in (0, 8, 16):
        a, b = (((picture >> shift) & 255).astype(np.float32) for picture in (one, other))
        mixed = np.sqrt((1.0 - way) * a * a + way * b * b)
        shown |= np.rint(mixed).astype(np.uint32) << np.uint32(shift)
    return shown


def guarded(pictures: list[Pixels], fps: int, room: Field) -> list[Pixels]:
    """The loop as the flash guard lets it be seen the second time round."""
    height, width = pictures[0].shape
    guard = FlashGuard(width, height, room)
    for picture in pictures:
        guard.guard(picture.copy(), 1.0 / fps)
    for picture in pictures:
        guard.guard(picture, 1.0 / fps)
    return pictures


def _pack(path: Path, encoder: str, pictures: list[Pixels], fps: Fraction, quality: int) -> None:
    if encoder == "gif":
        frames, form, options = _in_colours(pictures, fps, quality), "pal8", {}
    else:
        frames, form = (framed(picture | _OPAQUE) for picture in pictures), "bgra"
        options = {"quality": str(quality), "compression_level": "4", "lossless": "0"}
    height, width = pictures[0].shape
    container = "gif" if encoder == "gif" else "webp"
    with av.open(str(path), "w", format=container, options={"loop": "0"}) as file:
        stream = cast(av.VideoStream, file.add_stream(encoder, rate=fps, options=options))
        stream.width, stream.height, stream.pix_fmt = width, height, form
        stream.codec_context.time_base = 1 / fps
        for i, frame in enumerate(frames):
            frame.pts, frame.time_base = i, 1 / fps
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def _in_colours(pictures: list[Pixels], fps: Fraction, colours: int) -> Iterator[av.VideoFrame]:
    """The pictures in so many colours, the same for all, ordered so that what stands still stays the same."""
    height, width = pictures[0].shape
    graph = av.filter.Graph()
    source = graph.add_buffer(width=width, height=height, format=av.VideoFormat("bgra"), time_base=1 / fps)
    split, make = graph.add("split"), graph.add("palettegen", f"max_colors={colours}:reserve_transparent=0")
    use, sink = graph.add("paletteuse", "dither=bayer:bayer_scale=4:diff_mode=rectangle"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(make, 1, 0)
    make.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    for i, picture in enumerate(pictures):
        frame = framed(picture | _OPAQUE)
        frame.pts, frame.time_base = i, 1 / fps
        source.push(frame)
    source.push(None)
    for _ in pictures:
        yield cast(av.VideoFrame, sink.pull())
