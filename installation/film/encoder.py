"""Pictures in order -> an MP4 without sound (PyAV; H.264 or HEVC). Knows pixels and nothing of shows."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

from installation.foundation.atomic import Unfinished, Whole

Pixels = NDArray[np.uint32]

_OPAQUE = np.uint32(0xFF000000)
_AHEAD = 3  # pictures that may wait to be packed


@dataclass(frozen=True, slots=True)
class Codec:
    """How pictures are packed, and by which of FFmpeg's encoders."""

    encoder: str
    packed: str  # FFmpeg's name of the pixels in the file
    given: str  # and of those that are written
    options: Mapping[str, str]
    tag: str = ""  # what the file calls it, where players insist
    deep: bool = False  # takes pictures with ten bits a channel, red highest, instead of 0x00RRGGBB


CODECS = {
    # aq-mode 3 spends more on the dark
    "h264": Codec("libx264", "yuv420p", "bgra", {"crf": "17", "preset": "medium", "x264-params": "aq-mode=3"}),
    "hevc10": Codec(
        "libx265",
        "yuv420p10le",
        "x2rgb10le",
        {"crf": "18", "preset": "medium", "x265-params": "aq-mode=3:log-level=none"},
        tag="hvc1",  # Apple's players know no other name
        deep=True,
    ),
}
"""By name: what plays everywhere, and a third of its error in gradients at less of a rate, for players of today."""


def require(encoder: str) -> None:
    """Raises ValueError naming `encoder` where this machine's FFmpeg has no such one."""
    try:
        av.codec.Codec(encoder, "w")
    except av.codec.codec.UnknownCodecError:
        raise ValueError(f"the FFmpeg of this machine has no encoder {encoder}") from None


def webp(picture: Pixels, quality: int = 90) -> bytes:
    """One picture, (height, width) of 0x00RRGGBB, as a WebP of `quality` 0..100: a tenth of its PNG, for pages.

    Raises ValueError where FFmpeg has no such encoder.
    """
    require("libwebp")
    packer = av.CodecContext.create("libwebp", "w")
    packer.height, packer.width = picture.shape
    packer.pix_fmt, packer.time_base = "bgra", Fraction(1, 1)
    packer.options = {"quality": str(quality), "compression_level": "6"}
    return b"".join(bytes(packet) for packet in (*packer.encode(framed(picture | _OPAQUE)), *packer.encode(None)))


_BT709 = 1  # ITU-T H.273: colour primaries, transfer characteristics and matrix are all 1 for BT.709
_LIMITED = 1  # AVCOL_RANGE_MPEG


class Encoder(Whole):
    """An MP4 that is finished or is not there: it is written under another name and takes its own in `close`.

    By default H.264 in yuv420p, BT.709, limited range, index in front: what browsers, phones and players all take.
    Pictures are packed in a thread of its own while the next one is drawn; `threads` of FFmpeg pack them, which decides
    the bytes (0: as many as it likes). Leaving the `with` block by an error throws it away. Raises ValueError for odd
    sides, and where FFmpeg has no such encoder.
    """

    def __init__(
        self, path: Path, width: int, height: int, fps: int, codec: Codec = CODECS["h264"], threads: int = 0
    ) -> None:
        require(codec.encoder)
        if width % 2 or height % 2:
            raise ValueError(f"a film takes even sides, for its colour is kept at half the size, got {width}x{height}")
        self._size, self._codec, self._unfinished = (width, height), codec, Unfinished(path)
        self._file = av.open(str(self._unfinished.path), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = video_stream(self._file, self._size, fps, codec, threads)
        self._converter = Converter(codec)
        self._count = 0
        self._wanted = True
        self._given: queue.Queue[Pixels | None] = queue.Queue(_AHEAD)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._pack, name="encoder", daemon=True)
        self._thread.start()

    def write(self, picture: Pixels) -> None:
        """The next picture, (height, width) of 0x00RRGGBB, or with ten bits a channel where the codec is `deep`.

        It is copied. Raises ValueError, or what the encoder met.
        """
        if self._failure is not None:
            raise self._failure
        height, width = picture.shape
        if (width, height) != self._size:
            raise ValueError(f"this film takes pictures of {self._size[0]}x{self._size[1]}, got {width}x{height}")
        self._given.put(picture.copy())

    def close(self) -> None:
        """Pack what is left and give the file its name. Raises what its thread met, and then there is none."""
        self._end()
        if self._failure is not None:
            self.abandon()
            raise self._failure
        self._unfinished.finish()

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._wanted = False
        self._end()
        self._unfinished.abandon()

    def _end(self) -> None:
        if self._thread.is_alive():
            self._given.put(None)
            self._thread.join()

    def _pack(self) -> None:
        try:
            with self._file:
                while (picture := self._given.get()) is not None:
                    if self._wanted:
                        self._file.mux(self._stream.encode(self._frame(picture)))
                if self._wanted:
                    self._file.mux(self._stream.encode(None))
        except Exception as error:
            self._failure = error
            while self._given.get() is not None:
                pass  # whoever hands one over must not wait for ever

    def _frame(self, picture: Pixels) -> av.VideoFrame:
        frame = self._converter.convert(picture, self._size)
        frame.pts = self._count
        self._count += 1
        return frame


def video_stream(
    file: OutputContainer, size: tuple[int, int], fps: int, codec: Codec, threads: int = 0
) -> av.VideoStream:
    """Pictures of `size` in a file that is written, BT.709, packed by so many threads of FFmpeg."""
    stream = cast(av.VideoStream, file.add_stream(codec.encoder, rate=fps, options=dict(codec.options)))
    (stream.width, stream.height), stream.pix_fmt = size, codec.packed
    context = stream.codec_context
    context.thread_count = threads
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.color_range = _LIMITED
    if codec.tag:
        context.codec_tag = codec.tag
    return stream


class Converter:
    """Pictures as they are drawn -> frames as a codec packs them, in limited range."""

    def __init__(self, codec: Codec) -> None:
        self._codec, self._reformatter = codec, VideoReformatter()

    def convert(self, picture: Pixels, size: tuple[int, int]) -> av.VideoFrame:
        """`picture` (height, width), scaled to the width and height in `size` where it has others."""
        frame = self._reformatter.reformat(
            framed(picture, self._codec.given),
            *size,
            format=self._codec.packed,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        assert frame is not None
        return frame


def framed(picture: Pixels, kind: str = "bgra") -> av.VideoFrame:
    """A picture, (height, width) of four bytes a pixel, as a frame of FFmpeg's `kind`."""
    height, width = picture.shape
    octets = np.ascontiguousarray(picture.astype("<u4", copy=False)).view(np.uint8).reshape(height, width, 4)
    if kind == "bgra":
        return av.VideoFrame.from_numpy_buffer(octets, format=kind)
    frame = av.VideoFrame(width, height, kind)
    plane = frame.planes[0]
    padded = np.zeros((height, plane.line_size), np.uint8)
    padded[:, : 4 * width] = octets.reshape(height, 4 * width)
    plane.update(padded.tobytes())
    return frame
