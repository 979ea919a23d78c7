"""Ten bits a channel from before they are rounded to eight, and what a file says of itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.film import encoder
from installation.film.encoder import CODECS, Encoder
from installation.light.grade import Grade
from installation.light.picture import deepened
from installation.light.pyramid.renderer import Renderer
from installation.scene import Mist
from tests.harness.command import Command
from tests.harness.easel import VIEW

WIDTH, HEIGHT = 128, 72
MARGIN = 16  # pixels at the sides, where the fields end


def ramp() -> NDArray[np.uint32]:
    """(72, 128) X2RGB10: a gradient so faint that eight bits have three steps of it, and ten have twelve."""
    grey = (200 + np.arange(WIDTH) * 12 // WIDTH).astype(np.uint32)
    return np.broadcast_to(grey << 20 | grey << 10 | grey, (HEIGHT, WIDTH)).copy()


def test_hevc10_keeps_what_eight_bits_would_round(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with Encoder(path, WIDTH, HEIGHT, 24, codec=CODECS["hevc10"]) as film:
        for _ in range(6):
            film.write(ramp())
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        context = stream.codec_context
        assert (context.name, stream.pix_fmt, context.codec_tag) == ("hevc", "yuv420p10le", "hvc1")
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        last = list(file.decode(stream))[-1]
    luma = last.to_ndarray()[HEIGHT // 2, :WIDTH].astype(int)
    assert len(set(luma.tolist())) >= 8  # H.264 in eight bits: three


def test_the_deep_frame_is_the_frame_with_two_bits_more() -> None:
    light = np.linspace(0.0, 0.4, 8 * 8 * 3, dtype=np.float32).reshape(8, 8, 3)
    frame, deep = np.zeros((HEIGHT, WIDTH), np.uint32), np.zeros((HEIGHT, WIDTH), np.uint32)
    Renderer(WIDTH, HEIGHT).draw([Mist(light)], VIEW, Grade(), 0, frame, deep)
    for channel in range(3):
        eight = ((frame >> (8 * channel)) & 255).astype(float) / 255
        ten = ((deep >> (10 * channel)) & 1023).astype(float) / 1023
        assert np.abs(eight - ten).max() <= 2.0 / 255  # both are dithered
        assert eight.max() > 0.2
        assert len(np.unique(ten)) > 1.5 * len(np.unique(eight))


def test_black_is_black_with_ten_bits_too() -> None:
    frame, deep = np.ones((HEIGHT, WIDTH), np.uint32), np.ones((HEIGHT, WIDTH), np.uint32)
    Renderer(WIDTH, HEIGHT).draw([], VIEW, Grade(), 7, frame, deep)
    assert (frame.max(), deep.max()) == (0, 0)


def test_eight_bits_become_ten_from_black_to_white() -> None:
    assert deepened(np.array([[0x000000, 0xFFFFFF, 0xFF0000]], np.uint32)).tolist() == [[0, (1 << 30) - 1, 1023 << 20]]


def test_an_encoder_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(encoder.CODECS, "hevc10", replace(CODECS["hevc10"], encoder="libx999"))
    with pytest.raises(ValueError, match="the FFmpeg of this machine has no encoder libx999"):
        Encoder(tmp_path / "film.mp4", WIDTH, HEIGHT, 24, codec=CODECS["hevc10"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.whole
def test_a_film_says_what_it_is(command: Command) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed: the tags were not read by another program")
    wanted = ("--score", "abridged", "--seed", "5", "--from", "0.5", "--seconds", "0.25", "--size", "128x72")
    done = command.run("film", *wanted, "--fps", "24", "--codec", "hevc10", "--binaural", "--out", "f.mp4")
    assert done.returncode == 0, done.stderr
    asked = ("-v", "error", "-show_format", "-show_streams", "-of", "json", str(command.home / "f.mp4"))
    told = json.loads(subprocess.run(["ffprobe", *asked], capture_output=True, text=True, check=True).stdout)
    tags = told["format"]["tags"]
    assert tags["title"] == "SleepTree, abridged"
    assert tags["comment"] == "seed 5; score abridged; scene sleeptree; from 0.5 s; 0.25 s"
    video, sound = told["streams"]
    assert (video["codec_name"], video["pix_fmt"], video["codec_tag_string"]) == ("hevc", "yuv420p10le", "hvc1")
    assert (sound["codec_name"], sound["channels"]) == ("aac", 2)


@pytest.mark.whole
def test_binaural_is_another_sound_than_two_loudspeakers_and_as_long(command: Command) -> None:
    wanted = ("--score", "abridged", "--seed", "5", "--from", "2", "--seconds", "0.5")
    told = [command.run("sound", *wanted, *more, "--out", f"{i}.wav") for i, more in enumerate(((), ("--binaural",)))]
    assert [done.returncode for done in told] == [0, 0], told
    plain, binaural = ((command.home / f"{i}.wav").read_bytes() for i in range(2))
    assert len(plain) == len(binaural) > 0.5 * 48_000 * 6
    assert plain != binaural
