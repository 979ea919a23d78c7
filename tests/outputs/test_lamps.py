"""Whose light each lamp is to have: parts of finished pictures, the breath, a sleeper, jewels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.outputs.lamps import APART_NS, Lamps
from installation.outputs.sampling import Sampler
from installation.show import Show
from installation.venue.fixtures import Fixture

Pixels = NDArray[np.uint32]
LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0)


def halves(width: int, height: int, left: int, right: int) -> Pixels:
    picture = np.full((height, width), left, dtype=np.uint32)
    picture[:, width // 2 :] = right
    return picture


@pytest.mark.parametrize("size", [(1920, 1080), (1283, 721), (320, 180), (96, 54), (17, 16)])
def test_parts_have_their_mean_light(size: tuple[int, int]) -> None:
    red, blue, whole = Sampler([LEFT, RIGHT, (0.0, 0.0, 1.0, 1.0)]).means(halves(*size, 0xFF0000, 0x0000BC)).T
    tolerance = 0.02 if size[0] >= 96 else 0.1
    assert red == pytest.approx((1.0, 0.0, 0.0), abs=tolerance)
    assert blue == pytest.approx((0.0, 0.0, ((0xBC / 255 + 0.055) / 1.055) ** 2.4), abs=tolerance)
    assert whole == pytest.approx((red + blue) / 2, abs=tolerance)


def test_padded_rows_are_read_as_far_as_they_are_a_picture() -> None:
    memory = np.full((90, 200), 0xFFFFFF, dtype=np.uint32)
    memory[:, :160] = 0x00FF00
    (green,) = Sampler([(0.0, 0.0, 1.0, 1.0)]).means(memory[:, :160]).T
    assert green == pytest.approx((0.0, 1.0, 0.0), abs=1e-5)


def test_grain_is_averaged() -> None:
    grain = np.where(np.random.default_rng(1).random((1080, 1920)) < 0.1, 0xFFFFFF, 0).astype(np.uint32)
    corner, whole = Sampler([(0.0, 0.0, 0.1, 0.1), (0.0, 0.0, 1.0, 1.0)]).means(grain)[0]
    assert whole == pytest.approx(0.1, abs=0.01)
    assert corner == pytest.approx(0.1, abs=0.05)


def lamps(*fixtures: Fixture) -> tuple[Lamps, list[int]]:
    now = [APART_NS]
    return Lamps(fixtures, lambda: now[0]), now


def lamp(source: str, **more: object) -> Fixture:
    return Fixture(name=source, channel=1, source=source, **more)  # type: ignore[arg-type]


def test_a_picture_is_looked_at_every_so_often(show: Show) -> None:
    room, now = lamps(lamp("picture", at=LEFT))
    room.follow(show, 1.0)
    room.see(halves(96, 54, 0xFFFFFF, 0))
    room.see(halves(96, 54, 0, 0))
    assert room.asked()[:, 0] == pytest.approx((1.0, 1.0, 1.0))
    now[0] += APART_NS
    room.see(halves(96, 54, 0, 0))
    assert room.asked()[:, 0] == pytest.approx((0.0, 0.0, 0.0))


def test_they_wait_until_it_is_known_what_they_show(show: Show) -> None:
    room, _ = lamps(lamp("picture"), lamp("breath"))
    assert not room.ready
    room.follow(show, 1.0)
    assert not room.ready
    room.see(halves(96, 54, 0, 0))
    assert room.ready


def test_breath_sleepers_and_jewels_have_the_shows_light(show: Show) -> None:
    room, _ = lamps(lamp("breath"), lamp("sleeper:12"), lamp("jewels"), lamp("jewels", at=(0.0, 0.0, 0.01, 0.01)))
    show.accept("/sleeper/12/hue", [1 / 3])
    seen = []
    for _ in range(8 * 120):
        show.step()
        room.follow(show, 1.0)
        seen.append(room.asked())
    breath, sleeper, jewels, nobody = np.array(seen).transpose(2, 0, 1)
    assert breath.max() > 0.9
    assert breath.min() < 0.1
    assert np.ptp(breath, axis=1).max() == 0.0  # white
    red, green, blue = sleeper[sleeper[:, 1].argmax()]
    assert green > 0.3 > max(red, blue)
    assert 0.0 < jewels.max() < 1.0
    assert nobody.max() < jewels.max()


@pytest.mark.parametrize("address", ["/show/blackout", "/dmx/level"])
def test_a_blackout_and_the_level_take_all_light(show: Show, address: str) -> None:
    room, _ = lamps(lamp("breath"), lamp("sleeper:3"), lamp("jewels"))
    show.accept(address, [1.0 if address == "/show/blackout" else 0.0])
    for _ in range(5 * 120):
        show.step()
        room.follow(show, 1.0)
    assert room.asked().max() < 0.001


def test_the_level_holds_for_the_picture_and_the_end_for_the_rest(show: Show) -> None:
    room, _ = lamps(lamp("picture"), lamp("breath"))
    room.see(halves(96, 54, 0xFFFFFF, 0xFFFFFF))
    show.accept("/dmx/level", [0.5])
    for _ in range(5 * 120):
        show.step()
        room.follow(show, 0.0)
    picture, breath = room.asked().T
    assert picture == pytest.approx((0.5,) * 3, abs=0.01)
    assert not breath.any()


def test_lamps_with_a_curve_of_their_own_get_code_values(show: Show) -> None:
    room, _ = lamps(lamp("picture", gamma=1.0), lamp("picture", gamma=2.2))
    room.see(halves(96, 54, 0x808080, 0x808080))
    room.follow(show, 1.0)
    code, light = room.asked()[0]
    assert code == pytest.approx(0x80 / 255, abs=0.02)
    assert light == pytest.approx(0.216, abs=0.005)
