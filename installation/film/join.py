"""Parts of a film and its sound -> one MP4, packet by packet: nothing is packed anew."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from installation.foundation.atomic import Unfinished
from installation.foundation.errors import Mistake


def join(parts: Sequence[Path], fps: int, sound: Path | None, out: Path, tags: Mapping[str, str]) -> None:
    """Put parts of equal make one behind the other, with `sound` (an MP4 of sound alone) beside them.

    The film takes its name when it is whole. Raises Mistake for a part of another make.
    """
    unfinished = Unfinished(out)
    try:
        with ExitStack() as stack:
            film = stack.enter_context(
                av.open(str(unfinished.path), "w", format="mp4", options={"movflags": "+faststart"})
            )
            film.metadata.update(tags)
            with av.open(str(parts[0])) as first:
                pictures = film.add_stream_from_template(first.streams.video[0])
                pictures.codec_context.codec_tag = first.streams.video[0].codec_context.codec_tag
                make = bytes(first.streams.video[0].codec_context.extradata or b"")
            pictures.time_base = Fraction(1, fps)
            tracks = [_pictures(parts, fps, pictures, make)]
            if sound is not None:
                heard = stack.enter_context(av.open(str(sound)))
                tracks.append(_sound(heard, film.add_stream_from_template(heard.streams.audio[0])))
            for _, packet in heapq.merge(*tracks, key=lambda timed: timed[0]):
                film.mux_one(packet)
        unfinished.finish()
    finally:
        unfinished.abandon()


def _pictures(parts: Sequence[Path], fps: int, to: VideoStream, make: bytes) -> Iterator[tuple[Fraction, Any]]:
    """Packets of the parts, in order, with the time at which each is to be decoded."""
    began = 0  # pictures in the parts before
    for part in parts:
        with av.open(str(part)) as file:
            stream = file.streams.video[0]
            if bytes(stream.codec_context.extradata or b"") != make:
                raise Mistake(f"film: {part.name} was packed by another encoder than the first part")
            for packet in file.demux(stream):
                if packet.dts is None or packet.pts is None:
                    continue  # the end of the file
                of = Fraction(packet.time_base) * fps
                packet.pts, packet.dts = began + round(packet.pts * of), began + round(packet.dts * of)
                packet.duration = round((packet.duration or 0) * of)  # of the last, or the film seems longer than it is
                packet.time_base, packet.stream = Fraction(1, fps), to
                yield Fraction(packet.dts, fps), packet
            began += stream.frames


def _sound(file: av.container.InputContainer, to: AudioStream) -> Iterator[tuple[Fraction, Any]]:
    for packet in file.demux(file.streams.audio[0]):
        if packet.dts is not None:
            packet.stream = to
            yield Fraction(packet.dts) * Fraction(packet.time_base), packet
