"""Pictures as JPEG, for tablets; and a still of each look, kept beside it."""

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.foundation.atomic import write_atomic

QUALITY = 5
"""Of 2 (large) .. 31."""

STILL = 240
"""Pixels that a look's still is at most wide."""

LARGEST = 65_536
"""Bytes of a still."""

MOST = 200
"""Looks that are told of."""

_NAME = re.compile(r"[\w][\w \-]{0,39}")


class JpegEncoder:
    """Small frames as JPEG files. For one thread at a time."""

    def __init__(self) -> None:
        self._size: tuple[int, int] = (0, 0)
        self._codec: Any = None

    def jpeg(self, wide: int, high: int, bgr0: bytes) -> bytes:
        """The file. Raises ValueError for bytes that are no such picture."""
        if not (2 <= wide <= 2_048 and 2 <= high <= 2_048 and len(bgr0) == 4 * wide * high):
            raise ValueError(f"no picture of {wide}x{high}: {len(bgr0)} bytes")
        pixels = np.frombuffer(bgr0, np.uint8).reshape(high, wide, 4)
        return self._encoded(np.ascontiguousarray(pixels[..., 2::-1]))

    def _encoded(self, rgb: NDArray[np.uint8]) -> bytes:
        import av  # a fifth of a second, and only where somebody looks

        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuvj420p")
        if self._size != (frame.width, frame.height):
            self._size = frame.width, frame.height
            codec = av.CodecContext.create("mjpeg", "w")
            codec.width, codec.height = self._size
            codec.pix_fmt, codec.time_base = "yuvj420p", Fraction(1, 25)
            codec.qmin = codec.qmax = QUALITY
            self._codec = codec
        return b"".join(bytes(packet) for packet in self._codec.encode(frame))


class LookStills:
    """The looks of a house by name, and their stills: NAME.jpg beside NAME.toml."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = self._times()  # when each was saved (ns)

    def names(self) -> dict[str, int]:
        """When each look's still was made (ns), 0 where it has none: those of `folder`, by name."""
        with suppress(OSError):
            found = sorted(path.stem for path in self._folder.glob("*.toml") if _NAME.fullmatch(path.stem))
            return {name: self._made(name) for name in found[:MOST]}
        return {}

    def saved(self) -> list[str]:
        """The looks that were saved since this was last asked."""
        before, self._seen = self._seen, self._times()
        return [name for name, at in self._seen.items() if before.get(name) != at]

    def _times(self) -> dict[str, int]:
        times: dict[str, int] = {}
        with suppress(OSError):
            for path in self._folder.glob("*.toml"):
                if _NAME.fullmatch(path.stem):
                    times[path.stem] = path.stat().st_mtime_ns
        return times

    def keep(self, name: str, jpeg: bytes) -> None:
        """This is how it looks. Raises OSError."""
        if _NAME.fullmatch(name) and len(jpeg) <= LARGEST:
            write_atomic(self._folder / f"{name}.jpg", jpeg, durable=False)

    def still(self, name: object) -> bytes:
        """The picture of a look; empty where there is none."""
        if isinstance(name, str) and _NAME.fullmatch(name):
            with suppress(OSError), (self._folder / f"{name}.jpg").open("rb") as file:
                return file.read(LARGEST)
        return b""

    def _made(self, name: str) -> int:
        with suppress(OSError):
            return (self._folder / f"{name}.jpg").stat().st_mtime_ns
        return 0
