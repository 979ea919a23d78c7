"""A real show, played from other processes: by datagrams, and by musicians over Link; and what was played, again."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from installation.live.fallback import isolated
from installation.model import tempo
from installation.model.score import parse
from installation.recording import checkpoint
from installation.recording.replay import Replay, read
from installation.remote.osc import codec
from installation.repertoire import found
from installation.show import Show
from tests.harness.desktop import Desktop
from tests.harness.musicians import Musicians
from tests.harness.playing import SCORE, Playing
from tests.harness.waiting import ROOT, until

pytestmark = pytest.mark.whole

GLOW, TRAILS, HUE, ORBIT = "/light/glow", "/light/trails", "/light/hue", "/camera/orbit"
TEMPO, BREATH = "/show/tempo", "/dream/breath"


class Controller:
    """Somebody at a socket: what they say, and what they are told, newest by address."""

    def __init__(self, port: int) -> None:
        self._link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._link.connect(("127.0.0.1", port))
        self._link.settimeout(0.05)
        self.told: dict[str, codec.Argument] = {}

    def say(self, address: str, *arguments: codec.Argument) -> None:
        self._link.send(codec.encode(address, arguments))

    def listen(self) -> None:
        with suppress(TimeoutError, ConnectionRefusedError):
            for message in codec.decode(self._link.recv(65_536)):
                self.told[message.address] = message.arguments[0] if message.arguments else None

    def hears(self, address: str, value: float) -> None:
        """Until this is told."""

        def told() -> bool:
            self.listen()
            return address in self.told and self.told[address] == pytest.approx(value, abs=1e-6)

        until(told, f"{address} {value}, {self.told.get(address)} being told")

    def passes(self, seconds: float) -> None:
        """Until so much of the show's own time is over."""
        self.listen()
        began = self.place()
        until(lambda: self.listen() or self.place() >= began + seconds, f"{seconds} s of show")

    def place(self) -> float:
        """Seconds of its section."""
        progress = self.told.get("/state/progress", 0.0)
        assert isinstance(progress, int | float)
        return float(progress) * 3600.0

    def close(self) -> None:
        self._link.close()


@pytest.fixture
def playing(desktop: Desktop, tmp_path: Path) -> Iterator[tuple[Playing, Musicians]]:
    musicians, show = Musicians(tmp_path), Playing(desktop.environment)
    show.environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{ROOT}"
    show.start("--link")
    yield show, musicians
    show.close()


def test_everything_that_hands_and_musicians_do_is_told_kept_and_replayed(
    playing: tuple[Playing, Musicians],
) -> None:
    show, musicians = playing
    show.plays()
    hand, other = Controller(show.port), Controller(show.port)
    try:
        until(lambda: (other.say("/sync"), other.listen(), GLOW in other.told)[-1], "everything")
        undone_and_locked(hand, other)
        moving(hand, other)
        tapped(hand, other)
        led(show, musicians, other)
    finally:
        hand.close()
        other.close()
    code, _, said = show.end(signal.SIGTERM)
    assert code == 0
    assert [line for line in said.splitlines() if "is locked by /lock/control" not in line] == []
    again(show)
    until(lambda: not show.processes(), "nobody to be left")


def undone_and_locked(hand: Controller, other: Controller) -> None:
    hand.say(GLOW, 0.9)
    other.hears(GLOW, 0.9)
    hand.say("/undo")
    other.hears(GLOW, 0.5)
    hand.say("/redo")
    other.hears(GLOW, 0.9)
    hand.say("/lock/control", GLOW, 1)
    refused = other.told["/state/refused"]
    hand.say(GLOW, 0.1)
    until(lambda: other.listen() or other.told["/state/refused"] != refused, "a refusal")
    assert other.told[GLOW] == pytest.approx(0.9)
    hand.say("/lock/control", GLOW, 0)
    hand.say(GLOW, 0.2)
    other.hears(GLOW, 0.2)


def moving(hand: Controller, other: Controller) -> None:
    hand.say("/gesture/record", TRAILS, 1.0)
    hand.say(TRAILS, 0.8)
    other.passes(0.5)
    hand.say(TRAILS, 0.3)
    other.hears(TRAILS, 0.3)
    other.passes(0.6)
    hand.say("/gesture/play", TRAILS)
    hand.say("/gesture/lfo", ORBIT, 4.0, 0.2, "wander")
    hand.say("/gesture/random", HUE, 0.1, 0.2)
    until(lambda: other.listen() or other.told[HUE] != 0.0, "a hue by chance")
    hue = other.told[HUE]
    assert isinstance(hue, float)
    assert 0.1 <= hue <= 0.2


def tapped(hand: Controller, other: Controller) -> None:
    for _ in range(2):
        hand.say("/show/tap")
        other.passes(0.3)
    until(lambda: other.listen() or other.told[TEMPO] != 0.0, "a tempo")
    hand.say(TEMPO, 96.0)
    other.hears(TEMPO, 96.0)
    other.hears(BREATH, tempo.breath(96.0))


def led(show: Playing, musicians: Musicians, other: Controller) -> None:
    musicians.play(2, 130.0)
    until(lambda: (musicians.call(), other.listen(), other.told[TEMPO] == 130.0)[-1], "the musicians' tempo")
    other.hears(BREATH, tempo.breath(130.0))
    show.wait(lambda s: s.get("link") == "2 others, 130 beats a minute", "who is there")
    assert show.log("Ableton Link: 2 others, 130 beats a minute")


def again(show: Playing) -> None:
    """What was played is the same show again, with all that moves in it."""
    (journal,) = (show.home / ".local/share/sleeptree/journals").glob("*.journal")
    end, *_ = checkpoint.found([show.home / ".local/share/sleeptree/kept/show"])
    performance = read(journal)
    replayed, replay = performance.begin(isolated(found().scenes, time.monotonic_ns)), Replay(performance)
    while replayed.tick < end.tick:
        replay.deliver(replayed, 0)
        replayed.step()
    assert (replay.strayed, replay.refused) == (None, [])
    assert replayed.snapshot() == end.snapshot
    there = Show(parse(SCORE, "long"), 5, found().scenes)
    end.restore(there)
    assert sorted(there.hand.gestures.moving) == [ORBIT, TRAILS]
    assert there.hand.locks == []
    assert there.glides.aims()[TEMPO] == 130.0
