"""Pictures in order -> an MP4 file (PyAV, H.264). Knows pixels and nothing of shows."""

from __future__ import annotations

import os
import queue
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from numpy.typing import NDArray

Pixels = NDArray[np.uint32]

_BT709 = 1  # ITU-T H.273: colour primaries, transfer characteristics and matrix are all 1 for BT.709
_LIMITED = 1  # AVCOL_RANGE_MPEG


class Encoder:
    """An MP4 that is finished or is not there: it is written under another name and takes its own in `close`.

    H.264 in yuv420p, BT.709, limited range, index in front: what browsers, phones and players all take. Pictures are
    packed in a thread of its own while the next one is drawn. Leaving the `with` block by an error throws it away.
    """

    def __init__(self, path: Path, width: int, height: int, fps: int) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"a film takes even sides, for its colour is kept at half the size, got {width}x{height}")
        self._path = path
        self._unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file = av.open(str(self._unfinished), "w", format="mp4", options={"movflags": "+faststart"})
        options = {"crf": "17", "preset": "medium", "x264-params": "aq-mode=3"}  # aq-mode 3 spends more on the dark
        self._stream = self._file.add_stream("libx264", rate=fps, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        tags = self._stream.codec_context
        tags.color_primaries = tags.color_trc = tags.colorspace = _BT709
        tags.color_range = _LIMITED
        self._reformatter = VideoReformatter()
        self._count = 0
        self._wanted = True
        self._pictures: queue.Queue[Pixels | None] = queue.Queue(maxsize=3)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._pack, name="encoder", daemon=True)
        self._thread.start()

    def write(self, picture: Pixels) -> None:
        """The next picture, (height, width) of 0x00RRGGBB; it is copied. Raises what the encoder thread met."""
        if self._failure is not None:
            raise self._failure
        self._pictures.put(picture.copy())

    def close(self) -> None:
        """Pack what is left and give the file its name."""
        self._end()
        if self._failure is not None:
            self.abandon()
            raise self._failure
        os.replace(self._unfinished, self._path)

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._wanted = False
        self._end()
        self._unfinished.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def _end(self) -> None:
        if self._thread.is_alive():
            self._pictures.put(None)
            self._thread.join()

    def _pack(self) -> None:
        try:
            with self._file:
                while (picture := self._pictures.get()) is not None:
                    if self._wanted:
                        self._file.mux(self._stream.encode(self._frame(picture)))
                if self._wanted:
                    self._file.mux(self._stream.encode(None))
        except Exception as error:
            self._failure = error
            while self._pictures.get() is not None:  # whoever waits to hand one over must not wait for ever
                pass

    def _frame(self, picture: Pixels) -> av.VideoFrame:
        height, width = picture.shape
        bytes_ = picture.astype("<u4", copy=False).view(np.uint8).reshape(height, width, 4)
        frame = self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(bytes_, format="bgra"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        assert frame is not None
        frame.pts = self._count
        self._count += 1
        return frame
