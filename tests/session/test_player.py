"""The player on a screen without glass, with a clock of the test: what it plays, keeps, and goes on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from installation.foundation import places
from installation.light.picture import Pixels
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.recording.replay import read
from installation.session import restart
from installation.session.endpoints import endpoints
from installation.session.player import Player, World
from installation.session.preload import Stopped
from installation.session.production import Production
from installation.session.request import PlayOptions
from installation.show import Show
from installation.status import Status
from installation.venue.settings import Hours, Osc, ScreenSettings, Settings
from installation.venue.streaming import StreamSettings
from installation.watch.child import StartOrders
from tests.harness.home import move_into
from tests.harness.waiting import until
from tests.live.test_stage import ARC, Clock, Glass, Lamp

KEPT = "evening"
MONDAY_NOON = 0, 12 * 60
AGAIN = StartOrders(resume=True, restart=True)


class Cut(Exception):
    """What no show expects."""


class Screen(Glass):
    """A screen in memory, on which the test's diary is looked into."""

    def pressed(self) -> list[str]:
        self.clock.tell()
        return super().pressed()

    def close(self) -> None:
        pass

    def wait(self, words: str, share: float) -> None:
        pass


@dataclass
class Reported:
    """Who hears from the player."""

    kept: str = KEPT
    waits: bool = False
    places: list[tuple[str, int]] = field(default_factory=list)
    states: list[Mapping[str, Any]] = field(default_factory=list)

    def orders(self, loaded: object = None) -> StartOrders:
        return StartOrders()

    def pulse(self, place: str, tick: int = 0) -> None:
        self.places.append((place, tick))

    def say(self, message: Mapping[str, Any]) -> None:
        self.states += [message["state"]] if "state" in message else []

    def ended(self) -> None: ...

    def close(self) -> None: ...


class Server:
    """Who would stream."""

    def __init__(self) -> None:
        self.state, self.heard, self.seen = "", list[int](), list[tuple[int, bool]]()

    def start(self) -> None:
        self.state += "started "

    def close(self) -> None:
        self.state += "closed"

    def follow(self, show: Show, level: float) -> None:
        self.heard.append(show.tick)

    def take(self, frame: Pixels, tick: int) -> None:
        self.seen.append((tick, bool(frame.any())))

    def gauge(self, status: Status) -> Status:
        return msgspec.structs.replace(status, stream="there")


class Evening:
    """A player in a home of its own, and what is round it."""

    def __init__(self, orders: StartOrders = StartOrders(), hours: tuple[str, ...] = ()) -> None:  # noqa: B008
        settings = Settings(screen=ScreenSettings(threads=1), osc=Osc(enabled=False), hours=Hours(hours))
        plan = restart.plan(KEPT) if orders.restart else None
        self.production = Production(settings, ARC, 3, {"sleeptree": Lamp})
        self.clock, self.minute = Clock(), MONDAY_NOON
        self.screen, self.reported = Screen(self.clock), Reported()
        self.told: list[str] = []
        world = World(
            self.clock, self.clock.sleep, lambda: self.minute, places.data(), places.stills(), self.told.append
        )
        self.options = PlayOptions(seconds=4.0)
        self.player = Player(self.production, self.reported, world, orders, self.options, plan)  # type: ignore[arg-type]
        self.show = self.production.show()

    def play(self) -> dict[str, Any]:
        return self.player.play(self.show, self.screen, endpoints(self.production))

    def press(self, seconds: float, *keys: str) -> None:
        self.clock.at(seconds, lambda: self.screen.typed.extend(keys))

    def cut_off(self, seconds: float) -> int:
        """Play until something breaks, after a checkpoint; the tick at which it did."""

        def breaks() -> None:
            until(lambda: any(self.checkpoints()), "a checkpoint")
            raise Cut

        self.clock.at(seconds, breaks)
        with pytest.raises(Cut):
            self.play()
        return self.show.tick

    @staticmethod
    def checkpoints() -> list[Path]:
        return sorted(path for folder in restart.folders(KEPT) for path in folder.glob("snapshot-*[eo]"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    environ: dict[str, str] = {}
    move_into(tmp_path, environ)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_it_plays_for_as_long_as_was_wished_keeps_the_evening_and_reports() -> None:
    evening = Evening()
    evening.press(1.0, "2")
    said = evening.play()
    assert said["ticks"] == pytest.approx(ticks.ticks(4.0), abs=2)
    assert (said["size"], said["restarts"], said["slipped_ticks"]) == ([64, 36], 0, 0)
    assert [section["phase"] for section in said["sections"]] == ["harmony", "glitch"]
    assert [place for place, _ in evening.reported.places][-1] == "ending"
    assert evening.show.moment().phase == "glitch"
    (journal,) = (places.data() / "journals").glob("*.journal")
    performance = read(journal)
    assert [[one[0] for one in given] for given in performance.controls.values()] == [["/show/date"], ["/show/phase"]]
    assert evening.screen.shown[60][1].any()
    assert not evening.screen.shown[-1][1].any()  # it ended in the dark


def test_a_rehearsal_begins_with_its_cue_and_the_journal_knows() -> None:
    evening = Evening()
    evening.player.production = evening.production = replace(evening.production, cue="torn")
    said = evening.play()
    assert [section["name"] for section in said["sections"]][-1] == "torn"
    (journal,) = (places.data() / "journals").glob("*.journal")
    performance = read(journal)
    assert ("/show/goto", ("torn", 0.0)) in performance.controls[0]


def test_the_end_may_be_asked_for_at_any_time() -> None:
    evening = Evening()
    evening.clock.at(1.0, evening.player.end)
    evening.play()
    assert evening.show.tick == pytest.approx(ticks.ticks(2.0), abs=4)  # a second's farewell
    sooner = Evening()
    sooner.player.end()
    with pytest.raises(Stopped):
        sooner.play()
    assert sooner.screen.shown == []


def test_who_is_cut_off_goes_on_with_what_was_given_and_ends_when_it_was_to() -> None:
    first = Evening()
    first.press(1.5, "space")  # the score waits
    tick = first.cut_off(2.2)
    again = Evening(AGAIN)
    said = again.play()
    assert said["ticks"] == pytest.approx(ticks.ticks(4.0), abs=2)
    assert again.show.moment().controls["/show/hold"] is True
    begun = next(tick for place, tick in again.reported.places if place == "playing")
    assert tick - ticks.RATE <= begun <= tick + ticks.RATE // 2
    (journal,) = (places.data() / "journals").glob("*.journal")  # the same one goes on
    assert read(journal).last == pytest.approx(ticks.ticks(4.0), abs=2)


@pytest.mark.parametrize("spoilt", ["newest", "all"])
def test_it_goes_on_from_the_older_snapshot_and_then_from_the_start(spoilt: str) -> None:
    first = Evening()
    tick = first.cut_off(3.4)
    kept = first.checkpoints()
    assert len(kept) == 2
    for path in kept if spoilt == "all" else [max(kept, key=lambda path: path.stat().st_mtime_ns)]:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    again = Evening(AGAIN)
    again.clock.at(0.5, again.player.end)
    again.play()
    begun = next(tick for place, tick in again.reported.places if place == "playing")
    assert (begun < ticks.RATE) == (spoilt == "all")
    assert begun <= tick + ticks.RATE // 2


def test_outside_its_hours_it_is_dark_and_alive_and_opens_by_itself() -> None:
    evening = Evening(hours=("mon 18:00-23:00",))
    evening.clock.at(2.0, lambda: setattr(evening, "minute", (0, 18 * 60)))
    evening.options = PlayOptions(seconds=12.0)
    evening.player._options = evening.options
    evening.play()
    by_second = [pixels for at, pixels in evening.screen.shown if (at - 5 * SECOND) % SECOND < SECOND // 60]
    assert not np.any(by_second[1] & 0xF0F0F0)
    assert np.any(by_second[-3] & 0xF0F0F0)
    assert evening.show.tick == pytest.approx(ticks.ticks(12.0), abs=2)


def test_what_was_planned_is_kept_for_whoever_goes_on() -> None:
    evening = Evening()
    evening.cut_off(1.5)
    plan = restart.plan(KEPT)
    assert plan is not None
    assert (plan.threads, plan.ends, plan.present) == (1, ticks.ticks(4.0), "memory")
    assert isinstance(plan.production().show(), Show)


def test_who_streams_gets_every_tick_and_every_finished_picture_with_its_own() -> None:
    evening, server = Evening(), Server()
    evening.player._world = replace(evening.player._world, stream=lambda: server)  # type: ignore[arg-type, return-value]
    evening.play()
    assert server.state == "started closed"
    assert server.heard == list(range(1, evening.show.tick + 1))
    pictures = [tick for tick, _ in server.seen]
    assert pictures == sorted(pictures)
    assert len(pictures) == len(evening.screen.shown)
    assert pictures[60] == pytest.approx(121, abs=4)
    assert server.seen[60][1]
    assert not server.seen[-1][1]  # it ends in the dark, there too
    assert evening.reported.states[-1]["stream"] == "there"


def test_nothing_that_is_kept_knows_where_it_is_streamed_to() -> None:
    evening = Evening()
    settings = msgspec.structs.replace(
        evening.production.settings, stream=StreamSettings(fps=25).to("rtmp://h/app/k3y")
    )
    evening.player.production = replace(evening.production, settings=settings)
    evening.cut_off(1.5)
    plan = restart.plan(KEPT)
    assert plan is not None
    assert plan.settings.stream == StreamSettings(fps=25)
    assert not [path for path in Path.home().rglob("*") if path.is_file() and b"k3y" in path.read_bytes()]
