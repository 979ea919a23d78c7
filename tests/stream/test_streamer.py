"""The show's end of a stream: what it copies and counts, and what it says, whatever the media server does."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from installation.light.picture import Pixels
from installation.model import ticks
from installation.status import Status, overlay, rows
from installation.stream.streamer import Streamer
from installation.venue.settings import Hearing
from installation.venue.streaming import StreamSettings
from tests.harness.listener import Listener, received
from tests.harness.rehearsal import rehearsal
from tests.harness.waiting import free_ports, until

KEY = "k3y-0f-th3-h0use"
SMALL = StreamSettings(size="160x90", bitrate_kbps=400)
AT = 1_780_000_000.0


class Evening:
    """A show that goes on in the machine's time, and is streamed."""

    def __init__(self, url: str, stream: StreamSettings = SMALL, patience_s: float = 60.0) -> None:
        self.show, self.said = rehearsal(), list[str]()
        self.streamer = Streamer(stream.to(url), 1, Hearing(), self.said.append, lambda: AT, patience_s, again_s=0.2)
        self._began: float | None = None
        width, height = stream.pixels
        self.noise = np.random.default_rng(1).integers(0, 1 << 24, (height, 2 * width), dtype=np.uint32)
        self.pictures: Callable[[int], Pixels] = lambda tick: self.noise[:, :width] >> np.uint32(tick & 3)

    def step(self) -> None:
        """Every tick that is due, and a picture."""
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        while self.show.tick < (now - self._began) * ticks.RATE:
            self.show.step()
            self.streamer.follow(self.show, 1.0)
        self.streamer.take(self.pictures(self.show.tick), self.show.tick)

    def until(self, true: Callable[[Status], object], what: str) -> None:
        """Play on until something is true of the status."""

        def played() -> object:
            self.step()
            return true(self.status)

        until(played, f"{what}: {self.status.stream} {self.said}")

    @property
    def status(self) -> Status:
        return self.streamer.gauge(Status())


@pytest.fixture
def evening() -> Iterator[Callable[..., Evening]]:
    """Makes evenings; none outlives the test."""
    made: list[Evening] = []

    def make(*given: object, **more: object) -> Evening:
        made.append(Evening(*given, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.streamer.close()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Callable[[str], Listener]]:
    """Makes media servers; none outlives the test."""
    made: list[Listener] = []

    def make(url: str) -> Listener:
        made.append(Listener(url, tmp_path / f"out-{len(made)}.{'ts' if url.startswith('srt') else 'flv'}"))
        return made[-1]

    yield make
    for one in made:
        one.close()


Make = Callable[..., Evening]
Listen = Callable[[str], Listener]


# without a process


def test_nothing_is_copied_while_nobody_listens_and_then_so_many_a_second_as_are_asked_for(evening: Make) -> None:
    one = evening("udp://127.0.0.1:9")
    frame = np.zeros((90, 160), np.uint32)
    one.streamer.take(frame, 1)
    assert one.streamer._pictures.take() is None
    one.streamer._connected = True
    for tick in range(2, 122):
        one.streamer.take(frame, tick)
        one.streamer._pictures.skip()
    assert one.streamer._pictures.counts[0] == 31
    assert one.status.stream_dropped == 0
    for tick in range(122, 162):
        one.streamer.take(frame, tick)
    assert one.status.stream_dropped == 9


def test_status_says_where_and_how_and_nobody_says_the_key(evening: Make) -> None:
    one = evening(f"rtmp://127.0.0.1/live/{KEY}")
    assert one.status.stream.startswith("rtmp://127.0.0.1/... calling since ")
    assert one.status.troubles == ()
    for why in ("Connection refused", "Connection refused", "I/O error"):
        one.streamer._note(one.streamer._lost(why), False)
    one.streamer._note("connected", True)
    lost = "stream rtmp://127.0.0.1/...: not connected: {}; called again every 1 s"
    assert one.said == [
        lost.format("Connection refused"),
        lost.format("I/O error"),
        "stream rtmp://127.0.0.1/...: connected",
    ]
    (line,) = [line for name, line in rows(one.status) if name == "stream"]
    assert line.endswith("0 pictures sent, 0 dropped")
    one.streamer._note(one.streamer._lost("I/O error"), False)
    assert one.status.troubles == (lost.format("I/O error"),)
    assert lost.format("I/O error") in overlay(one.status)
    assert KEY not in repr((one.status, one.said))


# with media servers, and ones that are none


@pytest.mark.whole
def test_a_server_gets_picture_and_sound_in_step_dies_and_comes_back(
    evening: Make, listener: Listen, kernels: None
) -> None:
    url = f"rtmp://127.0.0.1:{free_ports(1)[0]}/live/{KEY}"
    first, one = listener(url), evening(url)
    one.streamer.start()
    one.until(lambda s: s.stream_sent >= 20, "the first pictures")
    first.kill()
    one.until(lambda s: not s.stream_connected, "the end of the first server")
    again = listener(url)
    sent = one.status.stream_sent
    one.until(lambda s: s.stream_connected and s.stream_sent >= sent + 90, "pictures for the second server")
    one.streamer.close()
    assert one.streamer.calls == 1  # it called again by itself
    file = received(again.ended())
    assert (file.codecs, file.size) == (("h264", "aac"), (160, 90))
    assert len(file.pictures) >= 60
    assert np.all(np.diff(file.pictures) > 0.0)
    assert len(file.pictures) <= 30 * (file.pictures[-1] - file.pictures[0]) + 2
    assert file.first_s == pytest.approx(file.pictures[0], abs=0.5)
    assert file.first_s + file.sound_s == pytest.approx(file.pictures[-1], abs=0.5)
    assert np.sqrt((file.sound[-48_000:] ** 2).mean()) > 0.005
    states = [state for state, _ in groupby(line.split(": ")[1] for line in one.said)]
    assert states[-3:] == ["connected", "not connected", "connected"]
    assert KEY not in repr(one.said)


@pytest.mark.whole
def test_srt_does_as_well(evening: Make, listener: Listen, kernels: None) -> None:
    url = f"srt://127.0.0.1:{free_ports(1)[0]}"
    server, one = listener(url), evening(f"{url}?streamid={KEY}&latency=200")
    one.streamer.start()
    one.until(lambda s: s.stream_sent >= 60, "pictures")
    one.streamer.close()
    file = received(server.ended())
    assert (file.codecs, file.size) == (("h264", "aac"), (160, 90))
    assert len(file.pictures) >= 30
    assert file.first_s + file.sound_s == pytest.approx(file.pictures[-1], abs=0.5)
    assert np.sqrt((file.sound[-24_000:] ** 2).mean()) > 0.001


@pytest.mark.whole
def test_one_that_stops_taking_costs_pictures_and_never_a_tick_and_is_hung_up_on(
    evening: Make, listener: Listen, kernels: None
) -> None:
    url = f"rtmp://127.0.0.1:{free_ports(1)[0]}/live"
    fat = StreamSettings(size="640x360", fps=60, bitrate_kbps=20_000)
    server, one = listener(url), evening(url, fat, patience_s=2.0)
    one.streamer.start()
    one.until(lambda s: s.stream_sent >= 5, "the first pictures")
    server.stop()
    dropped, tick = one.status.stream_dropped, one.show.tick
    one.until(lambda s: "does not answer" in s.stream, "the end of patience")
    assert one.status.stream_dropped > dropped
    assert one.show.tick > tick + 2 * ticks.RATE
    one.until(lambda s: one.streamer.calls >= 2, "another process")


@pytest.mark.whole
def test_one_that_takes_calls_and_never_speaks_is_told_once(evening: Make, kernels: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        one = evening(f"rtmp://127.0.0.1:{mute.getsockname()[1]}/live/{KEY}", patience_s=0.5)
        one.streamer.start()
        one.until(lambda s: one.streamer.calls >= 3, "a third process")
        assert [line for line in one.said if "does not answer" not in line] == []
        assert len(one.said) == 1
        one.streamer.close()
    assert one.streamer.process is None
