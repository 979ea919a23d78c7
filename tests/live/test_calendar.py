"""The evening's date comes in as a control: it is in the journal, and a replay has it without a calendar."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from installation.live.calendar import Calendar
from installation.model import ticks
from installation.model.score import Score, Section
from installation.recording.journal import Journal
from installation.recording.replay import Replay, read, summary
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.scene import Chance, Company, Light, Moment, Scene
from installation.show import Show, advance

CALM = Score("calm", (Section("calm", "harmony", 60.0),), scene="still")
HAND = Source("udp", "10.0.0.2", 9000)


class Still(Scene):
    """Nothing is seen."""

    def __init__(self, chance: Chance, company: Company) -> None: ...

    def light(self, now: Moment) -> tuple[Light, ...]:
        return ()


class Evening:
    """A show with a desk, a journal and a wall clock that is set by hand."""

    def __init__(self, folder: Path, at: str, begun: bytes | None = None) -> None:
        self.at = at
        self.show = Show(CALM, 1, {"still": Still})
        if begun is not None:
            self.show.restore(begun)
        self.journal = Journal(folder / "journals", self.show, self.wall())
        self.desk = Desk(self.show, folder / "presets", record=self.journal.write)
        self.calendar = Calendar(self.desk, self.show, self.wall)

    def wall(self) -> float:
        return datetime.fromisoformat(self.at).timestamp()

    def run(self, seconds: float) -> None:
        for _ in range(ticks.ticks(seconds)):
            advance(self.show, self.desk, (self.calendar,))
            self.journal.mark(self.show, self.wall())


def test_a_show_knows_its_date_from_its_first_tick_and_the_next_one_from_noon_on(tmp_path: Path) -> None:
    evening = Evening(tmp_path, "2026-11-21T23:30:00")
    evening.run(1 / ticks.RATE)
    assert evening.show.moment().date == "2026-11-21"
    evening.at = "2026-11-22T11:00:00"  # still the same night
    evening.run(1.1)
    assert evening.show.moment().date == "2026-11-21"
    evening.at = "2026-11-22T12:01:00"
    evening.run(1.1)
    assert evening.show.moment().date == "2026-11-22"
    evening.journal.close(evening.show, evening.wall())
    evening.desk.close()


def test_a_hand_that_says_another_date_wins_for_the_night(tmp_path: Path) -> None:
    evening = Evening(tmp_path, "2026-11-21T21:00:00")
    evening.run(1.0)
    evening.desk.receive("/show/date", ("2026-05-01",), HAND, 0)
    evening.run(1.1)
    assert evening.show.moment().date == "2026-05-01"
    again = Evening(tmp_path / "again", "2026-11-21T21:05:00", evening.show.snapshot())
    again.run(1.0)
    assert again.show.moment().date == "2026-05-01", "a show that goes on keeps what was said"
    for one in (evening, again):
        one.journal.close(one.show, one.wall())
        one.desk.close()


def test_a_replay_has_the_date_of_the_night_that_it_replays(tmp_path: Path) -> None:
    evening = Evening(tmp_path, "2026-11-21T21:00:00")
    evening.run(3.0)
    evening.journal.close(evening.show, evening.wall())
    evening.desk.close()
    performance = read(evening.journal.path)
    assert performance.date == "2026-11-21"
    assert "the evening of 2026-11-21" in summary(performance)
    show, replay = performance.begin({"still": Still}), Replay(performance)
    while show.tick < evening.show.tick:
        advance(show, replay)
    assert replay.strayed is None
    assert show.snapshot() == evening.show.snapshot()


def test_what_is_no_date_is_refused_by_name(tmp_path: Path) -> None:
    evening = Evening(tmp_path, "2026-11-21T21:00:00")
    evening.desk.receive("/show/date", ("yesterday",), HAND, 0)
    evening.run(0.1)
    assert evening.show.moment().date == "2026-11-21"
    assert "/show/date takes a date such as 2026-11-21" in evening.desk.counters.latest
    evening.journal.close(evening.show, evening.wall())
    evening.desk.close()
