"""The Link service against a session that is not there: what it tells, what it says of itself, and what it survives."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from installation.foundation.errors import Mistake
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.link import process
from installation.remote.link.process import Gone, Told
from installation.remote.link.service import LinkService
from installation.session.endpoints import check_link
from installation.session.production import load_production
from installation.session.request import Request
from installation.show import Show
from installation.status import Status, overlay, rows
from installation.venue.settings import LinkSettings
from tests.harness.evening import Evening, replayed
from tests.harness.rehearsal import tick
from tests.harness.waiting import until

TEMPO, BREATH = "/show/tempo", "/dream/breath"


class Musicians:
    """A session: `play` says who is there and how fast, `fail` ends it."""

    def __init__(self) -> None:
        self._said: queue.Queue[Told | Gone] = queue.Queue()
        self.joined = self.left = 0

    def join(self) -> Musicians:
        self.joined += 1
        return self

    def play(self, tempo: float, peers: int = 1) -> None:
        self._said.put(Told(peers, tempo))

    def fail(self, why: str) -> None:
        self._said.put(Gone(why))

    def read(self, seconds: float) -> Told | None:
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(said, Gone):
            raise said
        return said

    def close(self) -> None:
        self.left += 1


@contextmanager
def following(desk: Desk, there: Musicians, beats: float = 0.0) -> Iterator[LinkService]:
    service = LinkService(desk, LinkSettings(True, beats), there.join, again_s=0.0)
    service.start()
    try:
        yield service
    finally:
        service.close()
        assert not service.alive
        assert there.left == there.joined


def led(show: Show, desk: Desk, tempo: float) -> None:
    """The show goes on until it has this tempo."""

    def there() -> bool:
        tick(show, desk)
        return show.glides.aims()[TEMPO] == pytest.approx(tempo)

    until(there, f"{tempo:g} beats a minute")


def test_musicians_lead_breath_and_slices_and_a_hand_in_between_wins(show: Show, desk: Desk) -> None:
    there = Musicians()
    with following(desk, there) as service:
        there.play(98.0, peers=2)
        led(show, desk, 98.0)
        assert show.glides.aims()[BREATH] == pytest.approx(98.0 / 60 / 8)
        assert not show.hand.history.past
        assert service.words == "2 others, 98 beats a minute"
        desk.receive(TEMPO, [60.0], Source("udp", "there"), 0)
        led(show, desk, 60.0)
        there.play(98.0, peers=3)
        until(lambda: service.words.startswith("3"))
        tick(show, desk)
        assert show.glides.aims()[TEMPO] == 60.0, "the same tempo is none that leads"
        there.play(120.0, peers=3)
        led(show, desk, 120.0)


def test_who_is_alone_leads_nobody_and_who_comes_back_leads_again(show: Show, desk: Desk) -> None:
    there = Musicians()
    with following(desk, there, beats=4.0) as service:
        there.play(0.0, peers=0)
        until(lambda: service.words == "nobody else is there")
        tick(show, desk)
        assert show.glides.aims()[TEMPO] == 0.0
        there.play(60.0)
        led(show, desk, 60.0)
        assert show.glides.aims()[BREATH] == pytest.approx(0.25)
        there.play(0.0, peers=0)
        desk.receive(TEMPO, [90.0], Source("udp", "there"), 0)
        led(show, desk, 90.0)
        there.play(60.0)
        led(show, desk, 60.0)


def test_a_session_that_ends_is_said_and_joined_again(show: Show, desk: Desk) -> None:
    there = Musicians()
    desk.troubles.append(lambda: service.trouble)
    with following(desk, there) as service:
        there.play(98.0)
        led(show, desk, 98.0)
        there.fail("Segmentation\nfault")
        until(lambda: there.joined == 2)
        there.play(0.0, peers=0)
        until(lambda: service.trouble == "")
        there.fail("again")
        until(lambda: service.trouble == "Ableton Link: again")
        assert show.glides.aims()[TEMPO] == 98.0, "the show goes on in its tempo"
        assert "Ableton Link: again" in desk.gauge(Status()).troubles


def test_nonsense_and_a_flood_of_tempos_leave_the_newest(show: Show, desk: Desk) -> None:
    there = Musicians()
    with following(desk, there):
        for tempo in (float("nan"), -1.0, 0.0, float("inf"), 1e300):
            there.play(tempo)
        for k in range(20_000):
            there.play(20.0 + k % 900)
        there.play(77.0)
        led(show, desk, 77.0)
        assert len(desk.inbox) < 10


def test_what_was_led_replays_to_the_same_show(tmp_path: Path) -> None:
    evening, there = Evening(tmp_path), Musicians()
    with following(evening.desk, there):
        there.play(98.0)
        until(lambda: len(evening.desk.inbox))
        evening.play(1.0)
        there.play(131.0)
        until(lambda: len(evening.desk.inbox))
        evening.play(1.0)
    show, replay = replayed(evening.end())
    assert show.glides.aims()[TEMPO] == 131.0
    assert show.snapshot() == evening.show.snapshot()
    assert (replay.strayed, replay.refused) == (None, [])


def test_status_and_overlay_say_who_is_there() -> None:
    said = Status(link="2 others, 98 beats a minute")
    assert dict(rows(said))["Ableton Link"] == said.link
    assert f"Ableton Link: {said.link}" in overlay(said)
    assert not any("Link" in line for line in overlay(Status()))


@pytest.mark.parametrize(("link", "venue"), [(True, ""), (False, "[link]\nenabled = true\n")])
def test_without_its_package_it_is_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: bool, venue: str
) -> None:
    config = tmp_path / "venue.toml"
    config.write_text(venue, encoding="utf-8")
    production = load_production(Request(config))
    found: Callable[[str], None] = lambda name: None  # noqa: E731
    monkeypatch.setattr(process.importlib.util, "find_spec", found)
    with pytest.raises(Mistake, match=r"aalink \(GPL-3\.0-or-later\), .*: pip install 'sleeptree\[link\]'$") as refused:
        check_link(production, link)
    assert str(refused.value).startswith("--link: " if link else "[link] enabled: ")
    with pytest.raises(Gone, match="pip install"):
        process.LinkProcess()


def test_where_nobody_asks_for_it_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "missing", lambda: pytest.fail("it is looked for"))
    check_link(load_production(Request()), False)
