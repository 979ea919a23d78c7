"""Loops go round without a seam and for ever, are small, and are there only when they are whole."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.film import loop
from installation.film.loop import MOST, Loop, seamless
from installation.light.flashguard.guard import Field
from installation.light.picture import Pixels
from tests.harness.command import Command

SIZE = WIDTH, HEIGHT = 96, 54
FPS, SEAM = 20, 5


def painted(i: int, of: int = 25) -> Pixels:
    """A bar that crosses the picture once in `of` pictures over a still gradient: at the seam it would jump."""
    pixels = np.zeros((HEIGHT, WIDTH), np.uint32)
    pixels[:] = (np.arange(WIDTH, dtype=np.uint32) // 2)[None, :] * 0x010203
    at = round(i / of * (WIDTH - 12))
    pixels[10:40, at : at + 12] = 0x90C0A0
    return pixels


def channels(pixels: Pixels) -> NDArray[np.float64]:
    return np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(float)


def apart(one: Pixels, other: Pixels) -> float:
    return float(np.abs(channels(one) - channels(other)).mean())


def test_the_last_picture_goes_over_into_the_first() -> None:
    pictures = [painted(i) for i in range(25 + SEAM)]
    steps = [apart(a, b) for a, b in itertools.pairwise(pictures[:25])]
    round_ = seamless(pictures, SEAM)
    assert len(round_) == 25
    jump = apart(pictures[24], pictures[0])
    assert jump > 2.0 * max(steps)  # what it would be without
    assert apart(round_[-1], round_[0]) < 0.5 * jump
    assert np.array_equal(round_[SEAM], pictures[SEAM])


def packed(path: Path, picture: Callable[[int], Pixels]) -> None:
    with Loop(path, FPS, SEAM, Field()) as film:
        for i in range(25 + SEAM):
            film.write(picture(i))
        film.close()
        assert path.exists()


@pytest.mark.parametrize(("name", "codec"), [("l.gif", "gif"), ("l.webp", "webp")])
def test_a_loop_goes_round_for_ever(tmp_path: Path, name: str, codec: str) -> None:
    path = tmp_path / name
    packed(path, painted)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    raw = path.read_bytes()
    assert 1_000 < len(raw) <= MOST
    if codec == "gif":
        extension = raw.index(b"NETSCAPE2.0")
        assert raw[extension + 11 : extension + 16] == b"\x03\x01\x00\x00\x00"  # so many times: 0 is for ever
        with av.open(str(path)) as file:
            frames = list(file.decode(video=0))
        assert len(frames) == 25
        assert (frames[0].width, frames[0].height) == SIZE
        shown = frames[12].to_ndarray(format="rgb24").astype(float)
        assert np.abs(shown - channels(painted(12))).mean() < 6.0
    else:  # FFmpeg writes animated WebP and does not read it: its chunks are read here
        assert (raw[:4], raw[8:12], int.from_bytes(raw[4:8], "little")) == (b"RIFF", b"WEBP", len(raw) - 8)
        header = raw.index(b"ANIM")
        assert int.from_bytes(raw[header + 12 : header + 14], "little") == 0  # for ever
        durations = [int.from_bytes(raw[at + 20 : at + 23], "little") for at in found(raw, b"ANMF")]
        assert sum(durations) == pytest.approx(25 * 50, abs=50)


def found(raw: bytes, chunk: bytes) -> list[int]:
    """Where the chunks of this name begin, walking the file as RIFF has it."""
    at, places = 12, []
    while at < len(raw):
        if raw[at : at + 4] == chunk:
            places.append(at)
        size = int.from_bytes(raw[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return places


def test_a_loop_is_packed_coarser_until_it_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {}
    for most in (MOST, 12_000):
        monkeypatch.setattr(loop, "MOST", most)
        packed(tmp_path / "l.webp", noisy)
        sizes[most] = (tmp_path / "l.webp").stat().st_size
    assert 12_000 >= sizes[12_000] < sizes[MOST]


def noisy(i: int) -> Pixels:
    return painted(i) | (np.random.default_rng(i).integers(0, 40, (HEIGHT, WIDTH)).astype(np.uint32) << 8)


def test_a_loop_that_never_fits_is_refused_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "MOST", 500)
    with pytest.raises(ValueError, match=r"l.gif: a loop takes at most .* fewer seconds or a smaller size fit"):
        packed(tmp_path / "l.gif", noisy)
    assert list(tmp_path.iterdir()) == []


def test_the_flash_guard_has_seen_it_come_round() -> None:
    """White for half a loop of half a second is a flash twice a second when it comes round, four times in a film."""
    pictures = [np.full((HEIGHT, WIDTH), 0xFFFFFF if i % 4 < 2 else 0, np.uint32) for i in range(12)]
    shown = [int(picture.max() & 255) for picture in loop.guarded(pictures, FPS, Field())]
    assert max(shown) < 255


@pytest.mark.whole
def test_the_command_makes_a_loop(command: Command) -> None:
    wanted = ("--score", "abridged", "--seed", "5", "--from", "1", "--seconds", "1", "--size", "160x90")
    for name in ("l.gif", "l.webp"):
        done = command.run("film", *wanted, "--out", name)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{name}: 160x90, ")
        assert 2_000 < (command.home / name).stat().st_size <= MOST
    assert sorted(path.name for path in command.home.iterdir() if path.suffix == ".part") == []
