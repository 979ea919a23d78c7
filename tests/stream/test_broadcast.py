"""What is packed for a media server: right size, right times by ticks, sound and picture in step. Into a file here."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.film.soundtrack import QUANTUM, RATE
from installation.light.picture import Pixels
from installation.model import ticks
from installation.stream.broadcast import Broadcast, fitted
from installation.venue.streaming import StreamSettings

SIZE = (160, 90)
STREAM = StreamSettings(size="160x90", fps=30, bitrate_kbps=400)
FIRST = 1000
FLASH = FIRST + 120  # tick of a white picture and a tone


def frame(bright: bool, width: int = SIZE[0], height: int = SIZE[1]) -> Pixels:
    return np.full((height, width), 0xF0F0F0 if bright else 0x101010, np.uint32)


def tone(tick: int) -> NDArray[np.float32]:
    samples = np.zeros((QUANTUM, 2), np.float32)
    if tick >= FLASH:
        samples[:] = 0.5 * np.sin(np.arange(QUANTUM) * 2 * np.pi * 4 / QUANTUM)[:, None]
    return samples


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two seconds in which every third picture is lost, and a whole fifth of a second before the flash."""
    path = tmp_path / "out.ts"
    to = Broadcast(str(path), STREAM)
    to.begin(FIRST)
    for tick in range(FIRST, FIRST + 240):
        to.sound(tone(tick))
        lost = tick % 12 == 8 or FLASH - 24 <= tick < FLASH
        if tick % 4 == 0 and not lost:
            assert to.show(frame(tick >= FLASH), tick)
    to.close()
    return path


def test_pictures_are_where_their_ticks_are_and_sound_beside_them(file: Path) -> None:
    with av.open(str(file)) as seen:
        pictures = [(float(one.time or 0.0), one.to_ndarray(format="gray").mean()) for one in seen.decode(video=0)]
    with av.open(str(file)) as heard:
        sounds = [(float(one.time or 0.0), np.abs(one.to_ndarray()).max(axis=0)) for one in heard.decode(audio=0)]
    expected = [t for t in range(0, 240, 4) if (t + FIRST) % 12 != 8 and not FLASH - 24 <= t + FIRST < FLASH]
    begins = pictures[0][0]
    assert [round((at - begins) * ticks.RATE) for at, _ in pictures] == expected
    flash = next(at for at, level in pictures if level > 128)
    onset = next(at + int(np.argmax(part > 0.1)) / RATE for at, part in sounds if part.max() > 0.1)
    assert flash - begins == pytest.approx(1.0, abs=1e-3)
    assert onset == pytest.approx(flash, abs=0.05)  # AAC begins with a frame of its own


def test_it_says_what_it_is(file: Path) -> None:
    with av.open(str(file)) as read:
        video, audio = read.streams.video[0], read.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", *SIZE)
        assert (audio.codec_context.name, audio.rate, audio.layout.name) == ("aac", RATE, "stereo")
        keys = [float(packet.pts * packet.time_base) for packet in read.demux(video) if packet.is_keyframe]
    assert len(keys) == 1  # the next one would be due after two seconds


def test_who_joins_finds_a_whole_picture_every_two_seconds_however_few_there_are(tmp_path: Path) -> None:
    path = tmp_path / "out.ts"
    to = Broadcast(str(path), STREAM)
    to.begin(0)
    for tick in range(0, 960, 40):
        to.sound(np.zeros((40 * QUANTUM, 2), np.float32))
        to.show(frame(tick % 80 == 0), tick)
    to.close()
    with av.open(str(path)) as read:
        keys = [float(packet.pts * packet.time_base) for packet in read.demux(video=0) if packet.is_keyframe]
    assert np.allclose(np.diff(keys), 2.0)
    assert len(keys) == 4


def test_pictures_of_before_and_older_ones_are_not_shown(tmp_path: Path) -> None:
    to = Broadcast(str(tmp_path / "out.ts"), STREAM)
    assert not to.show(frame(True), 5)
    to.begin(10)
    assert [to.show(frame(True), tick) for tick in (9, 10, 10, 14, 12)] == [False, True, False, True, False]
    to.sound(np.zeros((RATE, 2), np.float32))
    to.close()


def test_every_datagram_is_of_whole_packets() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)
        to = Broadcast(f"udp://127.0.0.1:{server.getsockname()[1]}", STREAM)
        to.begin(0)
        for tick in range(0, 60, 4):
            to.show(frame(tick % 8 == 0), tick)
            to.sound(np.zeros((4 * QUANTUM, 2), np.float32))
        to.close()
        sent = []
        with suppress(BlockingIOError):
            while True:
                sent.append(server.recv(65_536))
    assert len(sent) > 3
    assert all(len(one) % 188 == 0 and set(one[::188]) == {0x47} for one in sent)


@pytest.mark.parametrize(
    ("inner", "outer"),
    [((160, 90), (160, 90)), ((320, 90), (160, 44)), ((90, 160), (50, 90)), ((2, 2), (90, 90)), ((4000, 3), (160, 2))],
)
def test_a_picture_of_another_shape_fits(inner: tuple[int, int], outer: tuple[int, int]) -> None:
    assert fitted(inner, SIZE) == outer


@pytest.mark.parametrize("size", [(320, 90), (45, 90)])
def test_it_stands_in_the_middle_of_black(size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "out.ts"
    to = Broadcast(str(path), STREAM)
    to.begin(0)
    to.show(frame(True, *size), 0)
    to.sound(np.zeros((RATE, 2), np.float32))
    to.close()
    with av.open(str(path)) as read:
        picture = next(read.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert picture.shape == (SIZE[1], SIZE[0], 3)
    assert picture[45, 80].min() > 220
    for corner in ((2, 2), (2, -3), (-3, 2), (-3, -3)):
        assert picture[corner].max() < 30
