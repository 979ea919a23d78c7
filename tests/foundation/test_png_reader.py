"""Masks are read from PNG files as other programs write them; what is none is refused by name."""

from __future__ import annotations

import struct
import subprocess
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.foundation import png, png_reader
from tests.harness.waiting import TIMEOUT_S, needed


def test_what_we_write_is_read(tmp_path: Path) -> None:
    grey = np.random.default_rng(1).integers(0, 256, (30, 41), dtype=np.uint32)
    png.write(tmp_path / "mask.png", grey * np.uint32(0x010101))
    assert np.array_equal(png_reader.grey(tmp_path / "mask.png"), grey)


@pytest.mark.parametrize("prediction", ["none", "sub", "up", "avg", "paeth", "mixed"])
@pytest.mark.parametrize(("kind", "channels"), [("gray", 1), ("rgb24", 3), ("rgba", 4), ("ya8", 2)])
def test_what_ffmpeg_writes_is_read(tmp_path: Path, prediction: str, kind: str, channels: int) -> None:
    needed("ffmpeg")
    raw = np.random.default_rng(2).integers(0, 256, (20, 33, channels), dtype=np.uint8)
    order = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", kind, "-s", "33x20", "-i", "-", "-frames:v", "1"]
    order += ["-pred", prediction, "-pix_fmt", kind, str(tmp_path / "mask.png")]
    subprocess.run(order, input=raw.tobytes(), check=True, timeout=TIMEOUT_S)
    colour = raw[..., :3].astype(int) if channels >= 3 else raw[..., :1].astype(int).repeat(3, 2)
    light = colour @ (54, 183, 19) // 256
    wanted = light * raw[..., -1] // 255 if channels in (2, 4) else light
    assert np.array_equal(png_reader.grey(tmp_path / "mask.png"), wanted)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def built(width: int, height: int, bits: int = 8, colour: int = 0, data: bytes | None = None) -> bytes:
    packed = zlib.compress(bytes(height * (1 + width)) if data is None else data)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"hello", "is no PNG"),
        (b"", "is no PNG"),
        (built(4, 4, bits=16), "other than 8 bits"),
        (built(4, 4, colour=3), "of a palette"),
        (built(4, 4)[:-20], "is broken"),
        (built(4, 4, data=b"\0" * 7), "is broken"),
        (built(4, 4, data=b"\7" * 20), "is broken"),
        (built(4, 4).replace(b"IHDR", b"IXDR"), "is broken"),
        (built(99_999, 1, data=b"\0"), "is larger than 16384 pixels a side"),
    ],
)
def test_what_is_no_mask_is_refused_by_name(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "mask.png").write_bytes(data)
    with pytest.raises(ValueError, match=rf"mask\.png: .*{said}"):
        png_reader.grey(tmp_path / "mask.png")


@given(st.integers(0, 200), st.binary(min_size=1, max_size=8))
def test_a_broken_file_is_a_refusal_and_nothing_else(at: int, junk: bytes) -> None:
    data = bytearray(built(16, 16, data=bytes(range(1)) * (16 * 17)))
    data[at : at + len(junk)] = junk
    with suppress(ValueError, zlib.error, struct.error):
        assert png_reader._grey(bytes(data)).ndim == 2
