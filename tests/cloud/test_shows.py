"""Two shows in windows as one picture: `sleeptree play --cloud`, supervised, with a part of the canvas each."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.harness.desktop import Desktop
from tests.harness.playing import Playing
from tests.harness.waiting import free_ports, until

pytest.importorskip("zenoh", reason="the extra [cloud] is not installed")
pytestmark = pytest.mark.whole

CROPS = {"left": (0, 0, 160, 90), "right": (80, 0, 160, 90)}
"""They share 80 columns of a canvas of 240x90: what stands there must be the same."""


@pytest.fixture
def wall(desktop: Desktop) -> Iterator[dict[str, Playing]]:
    left_at, right_at = free_ports(2)
    ports = {"left": (left_at, right_at), "right": (right_at, left_at)}
    venues = {n: f'[cloud]\nport = {own}\nconnect = ["127.0.0.1:{other}"]\n' for n, (own, other) in ports.items()}
    made: dict[str, Playing] = {}
    try:
        for name, venue in venues.items():
            made[name] = Playing(desktop.environment, venue)
            crop = ",".join(map(str, CROPS[name]))
            made[name].start("--cloud", "test", "--node", name, "--crop", crop, "--canvas", "240x90")
        yield made
    finally:
        for show in made.values():
            show.close()


def put(desktop: Desktop, name: str) -> None:
    """Its window to its half of the screen."""
    desktop.do("windowmove", desktop.window(f"SleepTree: {name}"), "0" if name == "left" else "320", "0")


def shared(desktop: Desktop) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What both show, as each shows it: (90, 80, 3) code values."""
    picture = desktop.picture()[:90]
    rgb = np.stack([(picture >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(np.float64)
    return rgb[:, 80:160], rgb[:, 320:400]


def one_picture(desktop: Desktop) -> bool:
    left, right = shared(desktop)
    lit = min(left.std(), right.std()) > 4.0
    return bool(lit and np.abs(left - right).mean() < 1.0)


def test_two_windows_are_one_picture_and_who_is_killed_comes_back_into_it(
    wall: dict[str, Playing], desktop: Desktop
) -> None:
    for name, show in wall.items():
        show.plays()
        put(desktop, name)
    until(lambda: one_picture(desktop), "one picture")
    left, right = wall["left"], wall["right"]
    conducting, other = (left, right) if " conducts" in left.state.get("cloud", "") else (right, left)
    other.give("/light/hue", 0.5)
    before, unharmed = conducting.state["process"], other.state["process"]
    os.kill(before, signal.SIGKILL)
    other.wait(lambda s: " conducts" in s.get("cloud", ""), "another conductor")
    conducting.plays(before)
    put(desktop, "left" if conducting is left else "right")
    conducting.wait(lambda s: " follows " in s.get("cloud", "") and ", 1 others" in s["cloud"], "who was killed")
    until(lambda: one_picture(desktop), "one picture again")
    assert [show.asked("/sync")["/light/hue"] for show in (conducting, other)] == [0.5, 0.5]
    assert (other.state["process"], other.state["restarts"]) == (unharmed, 0)
    for show in wall.values():
        code, _, err = show.end()
        assert (code, "Traceback" in err) == (0, False), err
