"""Films and stills are the same pictures; an MP4 is whole, and what it says it is, or it is not there."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from installation import repertoire
from installation.film.encoder import Encoder
from installation.film.film import Cut, pictures, still
from installation.light.picture import Picture, Pixels
from installation.model import score
from installation.show import Show
from tests.harness.command import Command
from tests.harness.waiting import until

SIZE = (96, 54)
BEGIN_S = 4.5  # so late that all of what a picture remembers lies after the beginning of the show
ARC = """
name = "torn"
settled = true
[[section]]
name = "calm"
phase = "harmony"
seconds = 1
controls = {{ "/light/trails" = {trails} }}
[[section]]
name = "rupture"
phase = "glitch"
seconds = 9
ramp = 1
"""


def show(trails: float = 0.8) -> Show:
    return Show(score.parse(ARC.format(trails=trails), "torn.toml"), 5, repertoire.found().scenes)


def picture() -> Picture:
    return Picture(*SIZE, threads=1, seed=5)


def channels(pixels: Pixels) -> NDArray[np.int16]:
    return np.stack([(pixels >> shift) & 0xFF for shift in (16, 8, 0)], axis=-1).astype(np.int16)


def apart(one: Pixels, other: Pixels) -> int:
    return int(np.abs(channels(one) - channels(other)).max())


@pytest.fixture(scope="module")
def film() -> dict[int, Pixels]:
    """The end of a film that began with the show, 30 pictures a second, in deep glitch: pictures by tick."""
    cut = Cut(0, round(BEGIN_S * 30) + 11, 30)
    return {i * 4: pixels.copy() for i, pixels in enumerate(pictures(show(), picture(), cut)) if i >= BEGIN_S * 30}


@pytest.mark.whole
def test_a_still_is_the_films_picture(film: dict[int, Pixels]) -> None:
    tick = max(film)
    assert film[tick].max() > 0x404040
    assert apart(still(show(), picture(), tick), film[tick]) <= 1
    assert apart(still(show(trails=0.0), picture(), tick), film[tick]) > 8  # without trails it would not be


@pytest.mark.whole
@pytest.mark.parametrize("fps", [24, 30])
def test_films_that_begin_in_the_middle_agree_with_the_long_one(film: dict[int, Pixels], fps: int) -> None:
    cut = Cut.between(BEGIN_S, 0.36, fps)
    shorter = {cut.first + i * cut.every: p.copy() for i, p in enumerate(pictures(show(), picture(), cut))}
    shared = sorted(set(shorter) & set(film))
    assert len(shared) >= 2
    assert max(apart(shorter[tick], film[tick]) for tick in shared) <= 1


def test_a_show_that_is_past_the_cut_is_refused() -> None:
    late = show()
    for _ in range(10):
        late.step()
    with pytest.raises(ValueError, match="tick 10, past the first picture at 5"):
        next(pictures(late, picture(), Cut(5, 1)))


class Torn:
    """Somebody who says one thing, at tick 3."""

    def deliver(self, show: Show, now_ns: int) -> int:
        if show.tick == 3:
            show.accept("/show/phase", ["glitch"])
        return int(show.tick == 3)


def test_a_source_of_controls_is_asked_before_each_step() -> None:
    played = show()
    list(pictures(played, picture(), Cut(0, 4, 60), source=Torn()))
    assert played.moment().phase == "glitch"


def test_a_still_at_the_very_beginning_needs_no_past() -> None:
    assert still(show(), picture(), 0).shape == SIZE[::-1]


# the file


def painted(i: int) -> Pixels:
    """Four fields of known colours, and a bar that moves."""
    pixels = np.zeros((72, 128), np.uint32)
    for k, colour in enumerate((0x208040, 0xE0E0E0, 0x1030C0, 0xC04030)):
        pixels[:, k * 32 : k * 32 + 32] = colour
    pixels[:8, i % 128] = 0xFFFFFF
    return pixels


@pytest.mark.parametrize("fps", [24, 60])
def test_an_mp4_decodes_with_its_size_rate_frames_and_colours(tmp_path: Path, fps: int) -> None:
    path = tmp_path / "film.mp4"
    with Encoder(path, 128, 72, fps) as encoder:
        for i in range(20):
            encoder.write(painted(i))
        assert not path.exists()
    raw = path.read_bytes()
    assert 0 < raw.find(b"moov") < raw.find(b"mdat")  # its index comes first, so that it plays while it loads
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.average_rate, stream.frames) == (128, 72, fps, 20)
        tags = stream.codec_context
        assert (tags.colorspace, tags.color_primaries, tags.color_trc, tags.color_range) == (1, 1, 1, 1)
        frames = list(file.decode(stream))
    assert [frame.pts * frame.time_base * fps for frame in frames] == list(range(20))
    rgb = (
        frames[-1]
        .reformat(format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG)
        .to_ndarray()
    )
    for k, colour in enumerate(((0x20, 0x80, 0x40), (0xE0, 0xE0, 0xE0), (0x10, 0x30, 0xC0), (0xC0, 0x40, 0x30))):
        assert np.abs(rgb[40, k * 32 + 16].astype(int) - colour).max() <= 4


def half_a_film(path: Path, error: BaseException) -> None:
    with Encoder(path, 128, 72, 30) as encoder:
        for i in range(10):
            encoder.write(painted(i))
        raise error


def test_an_error_leaves_no_film(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="in the middle"):
        half_a_film(tmp_path / "film.mp4", RuntimeError("in the middle"))
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_another_size_ends_the_film(tmp_path: Path) -> None:
    encoder = Encoder(tmp_path / "film.mp4", 128, 72, 30)
    with pytest.raises(ValueError, match="takes pictures of 128x72, got 40x30"), encoder:
        encoder.write(np.zeros((30, 40), np.uint32))
    assert list(tmp_path.iterdir()) == []


def test_an_older_film_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"older")
    with pytest.raises(KeyboardInterrupt):
        half_a_film(path, KeyboardInterrupt())
    assert path.read_bytes() == b"older"
    with Encoder(path, 128, 72, 30) as encoder:
        encoder.write(painted(0))
    assert path.read_bytes() != b"older"


@pytest.mark.parametrize("size", [(127, 72), (128, 71)])
def test_odd_sides_are_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"takes even sides.*got {size[0]}x{size[1]}"):
        Encoder(tmp_path / "film.mp4", *size, fps=30)
    assert list(tmp_path.iterdir()) == []


# the command


@pytest.mark.whole
def test_the_command_films_and_its_frames_are_those_of_still(command: Command) -> None:
    wanted = ("--score", "abridged", "--size", "128x72", "--seed", "5")
    filmed = command.run(
        *("film", "--from", "0.5", "--seconds", "0.25", "--fps", "24", "--out", "f.mp4", "--frames", "f"), *wanted
    )
    assert (filmed.returncode, filmed.stdout) == (0, "f.mp4, f: 128x72, 6 frames at 24 fps, 0.25 s\n")
    frames = sorted((command.home / "f").iterdir())
    assert [path.name for path in frames] == [f"{i:06d}.png" for i in range(6)]
    with av.open(str(command.home / "f.mp4")) as file:
        assert file.streams.video[0].frames == 6
    shot = command.run("still", "--at", str((60 + 5 * 5) / 120), "--out", "s.png", *wanted)
    assert shot.returncode == 0, shot.stderr
    assert "communion (harmony)" in shot.stdout
    assert np.abs(decoded(command.home / "s.png") - decoded(frames[5])).max() <= 1


def decoded(path: Path) -> NDArray[np.int16]:
    with av.open(str(path)) as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24").astype(np.int16)


@pytest.mark.whole
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_film_leaves_nothing_broken(command: Command, number: signal.Signals) -> None:
    wanted = ("--score", "abridged", "--size", "128x72", "--out", "f.mp4", "--frames", "f", "--seed", "5")
    with command.started("film", *wanted) as process:
        until((command.home / "f" / "000010.png").exists, "ten frames")
        until(lambda: any((command.home / "f.mp4.parts").glob(".*.part")), "the film's first packets")
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in errors, "Exception" in errors) == (130, False, False), errors
    assert sorted({*os.listdir(command.home)} - {"run"}) == ["f"]
    frames = sorted((command.home / "f").iterdir())
    assert len(frames) > 10
    for path in frames:
        assert decoded(path).shape == (72, 128, 3)
