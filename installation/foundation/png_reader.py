"""Reads pictures from PNG files: as much of the format as masks need. What is none is refused by name.

Format: W3C, Portable Network Graphics, third edition: 8 bits a channel, not interlaced.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Bytes = NDArray[np.uint8]

MOST = 16_384  # pixels a side
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # of colour types
_WEIGHTS = (54, 183, 19)  # of red, green and blue in luminance, of 256 (ITU-R BT.709)


def grey(path: Path) -> Bytes:
    """(height, width) how bright each pixel of a picture is, 0..255, over black where it is transparent.

    Raises OSError; ValueError, naming the file, for what is no such picture.
    """
    data = path.read_bytes()
    try:
        return _grey(data)
    except (zlib.error, struct.error):
        raise ValueError(f"{path}: is broken") from None
    except ValueError as rule:
        raise ValueError(f"{path}: {rule}") from None


def _grey(data: bytes) -> Bytes:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("is no PNG")
    parts = list(_chunks(data))
    if not parts or parts[0][0] != b"IHDR":
        raise ValueError("is broken")
    width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", parts[0][1])
    if bits != 8 or colour not in _CHANNELS or interlaced:
        raise ValueError("is a PNG with other than 8 bits a channel, or interlaced, or of a palette")
    if not (1 <= width <= MOST and 1 <= height <= MOST):
        raise ValueError(f"is larger than {MOST} pixels a side: {width}x{height}")
    channels = _CHANNELS[colour]
    length = height * (1 + width * channels)
    unpacked = zlib.decompressobj().decompress(b"".join(body for kind, body in parts if kind == b"IDAT"), length)
    if len(unpacked) < length:
        raise ValueError("is broken")
    rows = np.frombuffer(unpacked, np.uint8).reshape(height, -1)
    pixels = np.zeros((height, width * channels), np.uint8)
    if rows[:, 0].max() > 4:
        raise ValueError("is broken")
    _unfilter(np.ascontiguousarray(rows), channels, pixels)
    return _luminance(pixels.reshape(height, width, channels))


def _luminance(pixels: Bytes) -> Bytes:
    channels = pixels.shape[2]
    light = pixels[..., 0].astype(np.uint32)
    if channels >= 3:
        light = (pixels[..., :3].astype(np.uint32) * np.array(_WEIGHTS, np.uint32)).sum(axis=2, dtype=np.uint32) >> 8
    if channels in (2, 4):
        light = light * pixels[..., -1] // np.uint32(255)
    return light.astype(np.uint8)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 8 : at + 8 + length]
        if len(body) < length or data[at + 8 + length : at + 12 + length] != _check(data[at + 4 : at + 8 + length]):
            raise ValueError("is broken")
        yield data[at + 4 : at + 8], body
        at += 12 + length


def _check(body: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(body))


@strict
def _unfilter(rows: Bytes, step: int, out: Bytes) -> None:
    """Undo what each row was filtered by (section 9 of the format): each byte from those left of it and above."""
    for y in range(out.shape[0]):
        kind = rows[y, 0]
        for x in range(out.shape[1]):
            left = int(out[y, x - step]) if x >= step else 0
            above = int(out[y - 1, x]) if y > 0 else 0
            corner = int(out[y - 1, x - step]) if y > 0 and x >= step else 0
            guess = 0
            if kind == 1:
                guess = left
            elif kind == 2:
                guess = above
            elif kind == 3:
                guess = (left + above) // 2
            elif kind == 4:
                whole = left + above - corner
                a, b, c = abs(whole - left), abs(whole - above), abs(whole - corner)
                guess = left if a <= b and a <= c else above if b <= c else corner
            out[y, x] = np.uint8((int(rows[y, x + 1]) + guess) & 255)
