"""Pictures and sound of a show, by their ticks -> a media server (PyAV: H.264 and AAC, in FLV or MPEG-TS).

Knows nothing of shows but that they have ticks: those of a picture and of a sound say when they are seen and heard, so
that both stay in step whatever is left out. May wait for the network as long as the network likes: it is to be used in
a process that can be ended.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from urllib.parse import urlsplit

import av
import numpy as np
from av.video.frame import PictureType

from installation.film.encoder import Codec, Converter, video_stream
from installation.film.sound_encoder import sound_frame, sound_stream
from installation.film.soundtrack import RATE
from installation.light.picture import Pixels
from installation.model import ticks
from installation.stream.sound import CHANNELS, Samples
from installation.stream.srt import PAYLOAD, SrtLink
from installation.venue.streaming import RTMP, StreamSettings
from installation.venue.table import Size

KEY = 2 * ticks.RATE
"""Ticks between two pictures that one can begin with: what media servers ask for, and who joins waits no longer."""

THREADS = 1  # of FFmpeg: a small machine draws the show beside it
_BLACK = (16, 128, 128)  # of Y, Cb and Cr in limited range


def live(stream: StreamSettings) -> Codec:
    """As films, but at once and at an even rate: no picture waits for the next one to be packed."""
    kbps = stream.bitrate_kbps
    options = {"preset": "veryfast", "tune": "zerolatency", "forced-idr": "1", "sc_threshold": "0"}
    options |= {"b": f"{kbps}k", "maxrate": f"{kbps}k", "bufsize": f"{2 * kbps}k", "g": str(4 * stream.fps)}
    return Codec("libx264", "yuv420p", "bgra", options | {"x264-params": "aq-mode=3"})


class Broadcast:
    """Open from here to `close`. Raises OSError, in all of it, where nobody takes it."""

    def __init__(self, url: str, stream: StreamSettings) -> None:
        self._size, self._codec = stream.pixels, live(stream)
        self._converter = Converter(self._codec)
        self._origin: int | None = None  # the tick that is time 0
        self._key: int | None = None  # tick of the newest picture that one can begin with
        self._tick = -1  # of the newest picture
        self._samples = 0
        scheme = urlsplit(url).scheme
        self._link = SrtLink(url) if scheme == "srt" else None
        target, kind = self._link or _whole_packets(url), "flv" if scheme in RTMP else "mpegts"
        options = {"flvflags": "no_duration_filesize"} if kind == "flv" else {}
        self._file = av.open(target, "w", format=kind, options=options)
        try:
            self._video = video_stream(self._file, self._size, stream.fps, self._codec, THREADS)
            self._video.codec_context.time_base = Fraction(1, ticks.RATE)
            self._audio = sound_stream(self._file, CHANNELS, RATE)
            self._file.start_encoding()
        except BaseException:
            self._hang_up()
            raise

    @property
    def begun(self) -> bool:
        """Whether there is a time 0."""
        return self._origin is not None

    def begin(self, tick: int) -> None:
        """This tick is time 0."""
        self._origin = tick

    def show(self, picture: Pixels, tick: int) -> bool:
        """Pack the picture of a tick and send it; whether it was: one of before the beginning, or older, is not."""
        if self._origin is None or tick < self._origin or tick <= self._tick:
            return False
        frame = self._framed(picture)
        frame.pts, frame.time_base = tick - self._origin, Fraction(1, ticks.RATE)
        if self._key is None or tick - self._key >= KEY:
            self._key, frame.pict_type = tick, PictureType.I
        self._tick = tick
        self._file.mux(self._video.encode(frame))
        return True

    def sound(self, samples: Samples) -> None:
        """The next sound, (n, channels) of -1..1: it follows the one before without a gap."""
        self._file.mux(self._audio.encode(sound_frame(samples, RATE, self._samples)))
        self._samples += len(samples)

    def close(self) -> None:
        """Pack what is left, and hang up."""
        try:
            for stream in (self._video, self._audio):
                self._file.mux(stream.encode(None))
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        with suppress(OSError, av.FFmpegError):
            self._file.close()
        if self._link is not None:
            self._link.close()

    def _framed(self, picture: Pixels) -> av.VideoFrame:
        inner = fitted((picture.shape[1], picture.shape[0]), self._size)
        frame = self._converter.convert(picture, inner)
        return frame if inner == self._size else _boxed(frame, self._size)


def _whole_packets(url: str) -> str:
    """`url`; over udp, what goes into a datagram ends with a packet of MPEG-TS, unless it says otherwise itself."""
    place = urlsplit(url)
    if place.scheme != "udp" or "pkt_size" in place.query:
        return url
    return f"{url}{'&' if place.query else '?'}pkt_size={PAYLOAD}"


def fitted(inner: Size, outer: Size) -> Size:
    """The largest even sides of the shape of `inner` that fit into `outer`."""
    share = min(outer[0] / inner[0], outer[1] / inner[1])
    wide, high = (max(2, min(round(side * share / 2) * 2, most)) for side, most in zip(inner, outer, strict=True))
    return wide, high


def _boxed(frame: av.VideoFrame, size: Size) -> av.VideoFrame:
    """A frame in the middle of a black one."""
    whole = av.VideoFrame(*size, "yuv420p")
    for plane, part, black in zip(whole.planes, frame.planes, _BLACK, strict=True):
        there = np.full((plane.height, plane.line_size), black, np.uint8)
        top, left = (plane.height - part.height) // 2, (plane.width - part.width) // 2
        seen = np.frombuffer(bytes(part), np.uint8).reshape(-1, part.line_size)[: part.height, : part.width]
        there[top : top + part.height, left : left + part.width] = seen
        plane.update(there.tobytes())
    whole.colorspace, whole.color_range = frame.colorspace, frame.color_range
    return whole
