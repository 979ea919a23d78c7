"""What clips are painted on, in which order and rate, and how their pixels are packed.

A clip is a function of a `Screen` that gives a painter; a painter is a function of the frame's number and time that
gives code values 0..255: (height, width) grey or (height, width, 3). All are the same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Painter = Callable[[int, float], NDArray[np.generic]]
Clip = Callable[["Screen"], Painter]


@dataclass
class Screen:
    width: int
    height: int
    fps: float

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(20)
        self.y, self.x = np.mgrid[: self.height, : self.width].astype(np.float32)
        self.v = (self.y + 0.5) / self.height  # 0..1 downwards
        self.u = (self.x + 0.5) / self.width

    @property
    def size(self) -> tuple[int, int]:
        return self.height, self.width

    def full(self, grey: float) -> NDArray[np.float32]:
        return np.full(self.size, grey, dtype=np.float32)

    def rgb(self, red: object, green: object, blue: object) -> NDArray[np.float32]:
        return np.stack([np.broadcast_to(np.asarray(c, np.float32), self.size) for c in (red, green, blue)], axis=2)

    def blocks(self, rows: int, columns: int) -> NDArray[np.intp]:
        """The number of the block that each pixel is in."""
        across = (self.u * columns).astype(np.intp)
        return (self.v * rows).astype(np.intp) * columns + across

    def frames(self, clip: Clip, seconds: float) -> Iterator[NDArray[np.uint32]]:
        """Pictures (height, width) of 0x00RRGGBB, each a new array."""
        paint = clip(self)
        for i in range(round(seconds * self.fps)):
            yield packed(np.clip(paint(i, i / self.fps), 0, 255))


def packed(codes: NDArray[np.generic]) -> NDArray[np.uint32]:
    """(h, w) or (h, w, 3) of 0..255 as 0x00RRGGBB."""
    whole = codes.astype(np.uint32)
    if whole.ndim == 2:
        return whole * np.uint32(0x010101)
    return np.ascontiguousarray((whole[..., 0] << 16) | (whole[..., 1] << 8) | whole[..., 2])


def unpacked(picture: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """0x00RRGGBB as (h, w, 3)."""
    codes = np.empty((*picture.shape, 3), dtype=np.uint8)
    for channel, shift in enumerate((16, 8, 0)):
        codes[..., channel] = picture >> shift  # of which a byte holds the last 8 bits
    return codes


def code(luminance: object) -> NDArray[np.float64]:
    """The code value, not rounded, of a grey of `luminance` (IEC 61966-2-1)."""
    y = np.asarray(luminance, dtype=np.float64)
    return 255.0 * np.where(y <= 0.0031308, 12.92 * y, 1.055 * np.maximum(y, 1e-9) ** (1 / 2.4) - 0.055)


def on(t: float, hz: float, duty: float = 0.5) -> bool:
    """Whether a square wave is in its first part."""
    return (t * hz + 1e-6) % 1.0 < duty


def turning(x: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far each of `x` is on its way from one whole number to the next; x % 1.0 says the same, much slower."""
    return x - np.floor(x)
