"""Colours as bytes of channels, and what of fixtures the settings refuse."""

from __future__ import annotations

import numpy as np
import pytest

from installation.outputs.patch import Patch
from installation.venue import settings
from installation.venue.fixtures import Dmx, Fixture


def encoded(colour: tuple[float, float, float], *fixtures: Fixture, universe: int = 1) -> list[bytes]:
    values = np.tile(np.array(colour, np.float32)[:, None], (1, len(fixtures)))
    return Patch(Dmx(universe=universe), fixtures).encode(values)


def test_every_kind_has_its_channels() -> None:
    (data,) = encoded(
        (1.0, 0.5, 0.25),
        Fixture(name="a", channel=1, kind="rgb"),
        Fixture(name="b", channel=4, kind="dimmer"),
        Fixture(name="c", channel=5, kind="rgbw"),
        Fixture(name="d", channel=9, kind="rgb16"),
        Fixture(name="e", channel=512, kind="dimmer"),
    )
    grey = round(255 * (0.2126 + 0.7152 * 0.5 + 0.0722 * 0.25))
    assert list(data[:8]) == [255, 128, 64, grey, 191, 64, 0, 64]
    wide = [255, 255, *divmod(round(0.5 * 65_535), 256), *divmod(round(0.25 * 65_535), 256)]
    assert list(data[8:14]) == wide
    assert data[511] == grey
    assert not any(data[14:511])


def test_least_and_most_are_the_ends_of_the_range() -> None:
    fixture = Fixture(name="a", channel=1, kind="rgb", least=10, most=110)
    assert list(encoded((0.0, 0.5, 1.0), fixture)[0][:3]) == [10, 60, 110]
    wide = Fixture(name="a", channel=1, kind="rgb16", least=10, most=110)
    assert list(encoded((0.0, 1.0, 0.0), wide)[0][:6]) == [10, 10, 110, 110, 10, 10]


def test_universes_are_in_order_and_the_settings_own_is_where_none_is_named() -> None:
    fixtures = [Fixture(name=n, channel=c, universe=u) for n, c, u in (("a", 1, 9), ("b", 1, None), ("c", 4, 2))]
    patch = Patch(Dmx(universe=5), fixtures)
    assert patch.universes == (2, 5, 9)
    two, five, nine = patch.encode(np.array([[0.0, 1.0, 0.0]] * 3, np.float32))
    assert (any(two), five[:3], any(nine)) == (False, b"\xff\xff\xff", False)


ONE = '[[fixture]]\nname = "one"\nchannel = 1\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[fixture]]\nchannel = 1", "v.toml: [[fixture]] 1 name is missing"),
        (ONE + "kind = 3", "v.toml: [[fixture]] 1 kind takes one of dimmer, rgb, rgbw, rgb16, got 3"),
        (ONE + "speed = 3", "v.toml: [[fixture]] 1 speed is not a setting; there are name, channel"),
        (ONE + "least = 300", "v.toml: [[fixture]] 1 least takes a whole number <= 255, got 300"),
        (ONE + "at = [0, 0, 1]", "v.toml: [[fixture]] 1 at takes"),
        (ONE + "at = [0.5, 0, 0.5, 1]", '[[fixture]] 1 "one" at takes left, top, right and bottom, the first two less'),
        (ONE + 'from = "moon"', 'takes one of picture, breath, jewels or sleeper:N with N in 1..240, got "moon"'),
        (ONE + 'from = "sleeper:0"', 'got "sleeper:0"'),
        (ONE + 'from = "sleeper:241"', 'got "sleeper:241"'),
        (ONE + 'from = "sleeper:²"', 'got "sleeper:²"'),
        (ONE + "least = 200\nmost = 100", '[[fixture]] 1 "one" least takes no more than most, 100, got 200'),
        (ONE.replace("1", "511"), '[[fixture]] 1 "one" channel takes a whole number <= 510 where kind is rgb, got 511'),
        (ONE + ONE, '[[fixture]] 2 "one" name is another\'s already'),
        (ONE + '[[fixture]]\nname = "two"\nchannel = 3', '[[fixture]] 2 "two" channel 3 is that of "one", too'),
        ('[dmx]\nprotocol = "artnet"\nuniverse = 40000\n' + ONE, "universe takes a whole number in 0..32767 where"),
        ("[dmx]\nuniverse = 0\n" + ONE, "universe takes a whole number in 1..63999 where protocol is sacn, got 0"),
        ("[dmx]\nenabled = true", "v.toml: [dmx] enabled takes at least one [[fixture]], got none"),
        (
            '[dmx]\nhost = "lights.example"',
            "[dmx] host takes ADDRESS or ADDRESS:PORT in numbers, such as 10.0.0.7, got",
        ),
        ('[dmx]\nhost = "10.0.0.7:99999"', 'got "10.0.0.7:99999"'),
        ('[dmx]\ninterface = "10.0.0.7:80"', "[dmx] interface takes an address of this machine in numbers"),
        ('[dmx]\nprotocol = "artnet"\nsync = 9', "v.toml: [dmx] sync takes 0 or 1 where protocol is artnet, got 9"),
        ("[dmx]\nrate = 60", "v.toml: [dmx] rate takes a whole number <= 44, got 60"),
        ("fixture = 3", "v.toml: [fixture] takes a list, got 3"),
    ],
)
def test_what_cannot_be_is_named_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"v\.toml") as refused:
        settings.parse(text, "v.toml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_can_be_arrives() -> None:
    read = settings.parse(ONE + 'from = "sleeper:12"\nat = [0, 0, 0.5, 1]\ngamma = 1', "v.toml")
    (one,) = read.fixture
    assert (one.sleeper, one.at, one.gamma, one.kind) == (11, (0.0, 0.0, 0.5, 1.0), 1.0, "rgb")
