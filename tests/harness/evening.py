"""A show that is played and journalled, without a window, on a clock of its own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from installation.live.state import StatePublisher
from installation.model import ticks
from installation.recording.journal import Journal
from installation.recording.replay import Performance, Replay, read
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.show import Show
from tests.harness.rehearsal import Dark, rehearsal

EVENING = datetime(2026, 5, 1, 21, 0, 0).timestamp()
HAND = Source("udp", "10.0.0.1", 9)
SCENES = {"dark": Dark}


class Evening:
    """A show at a desk with a journal, on a clock of its own."""

    def __init__(self, folder: Path, show: Show | None = None, at: float = EVENING) -> None:
        self.show = show or rehearsal()
        self.began, self.first = at, self.show.tick
        self.journal = Journal(folder / "journals", self.show, at)
        self.desk = Desk(self.show, folder / "presets", record=self.journal.write)
        self.publisher = StatePublisher(self.desk, self.journal, self.wall)

    def wall(self) -> float:
        return self.began + ticks.seconds(self.show.tick - self.first)

    def say(self, address: str, *arguments: object) -> None:
        self.desk.receive(address, arguments, HAND, 0)

    def step(self) -> None:
        self.desk.deliver(self.show, 0)
        self.show.step()
        self.publisher.follow(self.show, 1.0)

    def play(self, seconds: float) -> None:
        for _ in range(ticks.ticks(seconds)):
            self.step()

    def end(self) -> Performance:
        self.journal.close(self.show, self.wall())
        return read(self.journal.path)


def replayed(performance: Performance) -> tuple[Show, Replay]:
    show, replay = performance.begin(SCENES), Replay(performance)
    while show.tick < performance.last:
        replay.deliver(show, 0)
        show.step()
    return show, replay
