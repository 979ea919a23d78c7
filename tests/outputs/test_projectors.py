"""Projectors go with the house and never hold a show up, whatever they are or pretend to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from installation.commands.projector import projector
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.outputs import pjlink, projectors
from installation.outputs.pjlink import ProjectorRefused, Unanswered, ask
from installation.outputs.projectors import SHUT_AFTER, Projector, Projectors
from installation.show import Show
from installation.status import Status
from installation.venue import opening_hours
from installation.venue.settings import ProjectorSettings, parse
from tests.harness.projector import FakeProjector
from tests.harness.rehearsal import rehearsal
from tests.harness.waiting import free_ports, until

Fake = Callable[..., FakeProjector]
HERE = "127.0.0.1"


@pytest.fixture
def fake() -> Iterator[Fake]:
    """Makes projectors; none outlives the test."""
    made: list[FakeProjector] = []

    def make(*given: object, **more: object) -> FakeProjector:
        made.append(FakeProjector(*given, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


# the protocol


def test_the_digest_is_that_of_the_specification(fake: Fake) -> None:
    one = fake(password="JBMIAProjectorLink")
    assert pjlink._proof("PJLINK 1 498e4a67", one.password) == "5d8409bc1c3fa39749434aa3a5c38682"
    assert ask(HERE, [pjlink.POWER, pjlink.ON, pjlink.POWER], one.password, one.port) == ["0", "OK", "1"]


def test_without_a_password_none_is_sent(fake: Fake) -> None:
    one = fake()
    assert ask(HERE, [pjlink.POWER], "unneeded", one.port) == ["0"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("hangs up", "hung up"),
        ("babbles", "is no projector"),
        ("has no end", "is no projector: it says too much"),
        ("is a web server", "does not speak PJLink"),
        ("answers another question", "answers what nobody asked"),
    ],
)
def test_whatever_answers_is_told_in_a_few_words(fake: Fake, fault: str, words: str) -> None:
    with pytest.raises(Unanswered, match=words):
        ask(HERE, [pjlink.POWER], "", fake(fault=fault).port)


def test_one_that_hangs_is_given_up(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pjlink, "TIMEOUT_S", 0.05)
    with pytest.raises(Unanswered, match="does not answer"):
        ask(HERE, [pjlink.POWER], "", fake(fault="hangs").port)
    with pytest.raises(Unanswered, match="can't be reached"):
        ask(HERE, [pjlink.POWER], "", free_ports(1)[0])


def test_a_wrong_password_and_a_wrong_time_are_refusals(fake: Fake) -> None:
    one = fake(password="right")
    with pytest.raises(ProjectorRefused, match="refuses the password"):
        ask(HERE, [pjlink.POWER], "wrong", one.port)
    one.power = "2"
    with pytest.raises(ProjectorRefused, match="can't just now: POWR 1"):
        ask(HERE, [pjlink.ON], "right", one.port)


# with the house


class House:
    """A show, its projectors, and a clock on the wall."""

    def __init__(self, *fakes: FakeProjector, hours: str = "mon 20:00-22:00") -> None:
        self.show: Show = rehearsal()
        self.day, self.minute = 0, 19 * 60
        self.said: list[str] = []
        settings = [ProjectorSettings(host=HERE, password=one.password, port=one.port) for one in fakes]
        self.projectors = [Projector(one, self.said.append, pause_s=0.01) for one in settings]
        spans = opening_hours.spans([hours] if hours else [])
        self.follower = Projectors(self.projectors, spans, lambda: (self.day, self.minute))

    def run(self, seconds: float) -> None:
        for _ in range(ticks.ticks(seconds)):
            self.show.step()
            self.follower.follow(self.show, 1.0)

    def at(self, minute: int) -> None:
        self.minute = minute
        self.run(1.0)


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(*given: FakeProjector, **more: str) -> House:
        made.append(House(*given, **more))
        return made[-1]

    yield make
    for one in made:
        one.follower.close()


def test_it_goes_on_before_the_house_opens_and_off_when_it_has_closed(fake: Fake, house: Callable[..., House]) -> None:
    one = fake(password="pass")
    theatre = house(one)
    theatre.at(19 * 60 + 49)
    until(lambda: theatre.projectors[0].words == "off", "an answer")
    assert pjlink.ON not in one.asked
    theatre.at(19 * 60 + 50)  # ten minutes before
    until(lambda: theatre.projectors[0].words == "on", "light")
    theatre.at(21 * 60 + 59)
    theatre.at(22 * 60)
    until(lambda: theatre.projectors[0].words == "off", "no light")
    assert [command for command in one.asked if "?" not in command] == [pjlink.ON, pjlink.OFF]


def test_a_house_without_hours_has_light_from_the_start(fake: Fake, house: Callable[..., House]) -> None:
    theatre = house(fake(), hours="")
    theatre.run(0.1)
    until(lambda: theatre.projectors[0].words == "on", "light")


def test_who_switches_it_by_hand_is_left_alone(fake: Fake, house: Callable[..., House]) -> None:
    one = fake()
    theatre = house(one, hours="")
    theatre.run(0.1)
    until(lambda: theatre.projectors[0].words == "on" and theatre.projectors[0]._aim.lit is None, "light, and no wish")
    one.power = "0"
    theatre.run(3.0)
    theatre.projectors[0]._woken.set()
    until(lambda: theatre.projectors[0].words == "off", "a look at it")
    assert one.asked.count(pjlink.ON) == 1


@pytest.fixture
def shut_s(monkeypatch: pytest.MonkeyPatch) -> float:
    """Seconds of blackout until the shutter, of a test: the show's own are a minute."""
    assert SHUT_AFTER == 60 * ticks.RATE
    monkeypatch.setattr(projectors, "SHUT_AFTER", 2 * ticks.RATE)
    return 2.0


def test_a_long_blackout_shuts_it_and_a_short_one_does_not(
    fake: Fake, house: Callable[..., House], shut_s: float
) -> None:
    one = fake()
    one.power = "1"
    theatre = house(one, hours="")
    theatre.show.accept("/show/blackout", [1])
    theatre.run(2.0 + shut_s - 0.5)
    assert theatre.projectors[0]._aim.shut is None
    theatre.run(1.0)
    until(lambda: one.shut and theatre.projectors[0].words == "on, shut", "the shutter")
    theatre.show.accept("/show/blackout", [0])
    theatre.run(0.1)
    until(lambda: not one.shut and theatre.projectors[0].words == "on", "light again")


def test_one_without_a_shutter_is_on_and_not_asked_for_ever(
    fake: Fake, house: Callable[..., House], shut_s: float
) -> None:
    one = fake(shutter=False)
    one.power = "1"
    theatre = house(one, hours="")
    theatre.show.accept("/show/blackout", [1])
    theatre.run(3.0 + shut_s)
    until(lambda: pjlink.SHUTTER in one.asked and theatre.projectors[0]._aim.shut is None, "a refusal")
    assert theatre.projectors[0].trouble == ""


def test_one_that_cools_down_is_asked_until_it_comes_on(fake: Fake, house: Callable[..., House]) -> None:
    one = fake()
    one.power = "2"
    theatre = house(one, hours="")
    theatre.run(0.1)
    until(lambda: theatre.projectors[0].words == "cooling down" and len(one.asked) > 2, "an answer")
    one.power = "0"
    until(lambda: theatre.projectors[0].words == "on", "light")


@pytest.mark.parametrize("fault", ["hangs", "hangs up", "babbles", "has no end", "is a web server"])
def test_no_fault_of_a_projector_holds_a_picture_up(fake: Fake, house: Callable[..., House], fault: str) -> None:
    """The faulty one never answers: a show that waited for it would not come to the other, nor to its end."""
    bad, good = fake(fault=fault), fake()
    theatre = house(bad, good, hours="")
    theatre.run(0.1)
    until(lambda: bad.callers > 0 and theatre.projectors[1].words == "on", "the one that works")
    theatre.run(1.0)
    assert theatre.show.tick > ticks.RATE
    if fault != "hangs":
        until(lambda: theatre.projectors[0].trouble, "a word about the other")
        status = theatre.follower.gauge(Status())
        assert status.troubles[0].startswith("projector 127.0.0.1 ")
        assert status.projectors[1] == "127.0.0.1 on"
        assert len([line for line in theatre.said if line == status.troubles[0]]) == 1, "said once"


def test_one_that_comes_back_is_told_what_it_missed(fake: Fake, house: Callable[..., House]) -> None:
    one = fake(fault="hangs up")
    theatre = house(one, hours="")
    theatre.run(0.1)
    until(lambda: theatre.projectors[0].trouble, "a word about it")
    one.fault = ""
    until(lambda: theatre.projectors[0].words == "on" and not theatre.projectors[0].trouble, "light")
    assert theatre.said[-1].startswith("projector 127.0.0.1 answers: ")


# by hand, and in the settings


def test_the_command_switches_asks_and_says_what_is_wrong(fake: Fake, tmp_path: Path) -> None:
    one, other = fake(password="p"), fake(fault="hangs up")
    config = tmp_path / "venue.toml"
    config.write_text(
        f'[[projector]]\nhost = "127.0.0.1"\nport = {one.port}\npassword = "p"\n'
        f'[[projector]]\nhost = "127.0.0.1"\nport = {other.port}\n'
    )
    assert list(projector("status", config)) == [(True, "127.0.0.1: off"), (False, "127.0.0.1: hung up")]
    assert next(iter(projector("on", config))) == (True, "127.0.0.1: is told to go on")
    one.shut = True
    assert next(iter(projector("status", config))) == (True, "127.0.0.1: on, shut")
    config.write_text("")
    with pytest.raises(Mistake, match=r"\[\[projector\]\] names none"):
        list(projector("on", config))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[[projector]]\npassword = 'x'", "host is missing"),
        ("[[projector]]\nhost = ''", "host takes"),
        ("[[projector]]\nhost = 'a'\non_before = -1", "on_before takes a whole number >= 0, got -1"),
        ("[[projector]]\nhost = 'a'\nport = 0", "port takes a whole number >= 1, got 0"),
    ],
)
def test_settings_of_a_projector_that_are_wrong_are_refused(text: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        parse(text, "v.toml")
