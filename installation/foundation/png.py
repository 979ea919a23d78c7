"""Pictures as PNG files. Knows 0x00RRGGBB pixels and nothing of scenes or windows."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.foundation.atomic import publish

Pixels = NDArray[np.uint32]


def write(path: Path, picture: Pixels, said: str = "") -> None:
    """Write `picture`, (height, width) of 0x00RRGGBB, as 8-bit sRGB; `said` is kept in it as its description.

    The file appears whole or not at all. Format: W3C, Portable Network Graphics, third edition.
    """
    height, width = picture.shape
    rgb = np.empty((height, width, 3), np.uint8)
    for channel, shift in enumerate((16, 8, 0)):
        rgb[..., channel] = picture >> np.uint32(shift)
    rows = np.empty((height, 1 + width * 3), np.uint8)
    rows[:, 0] = 2  # filter "up": what a smooth picture packs best with, among those that are one subtraction
    flat = rgb.reshape(height, -1)
    rows[0, 1:] = flat[0]
    rows[1:, 1:] = flat[1:] - flat[:-1]
    parts = [_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), _chunk(b"sRGB", b"\0")]
    if said:
        parts.append(_chunk(b"tEXt", b"Description\0" + said.encode("latin-1", "replace")))
    parts += [_chunk(b"IDAT", zlib.compress(rows.tobytes(), 4)), _chunk(b"IEND", b"")]
    publish(path, b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
