"""`sleeptree outputs --calibrate` as a tablet in the room plays it: a real process, a real window, real datagrams."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

import pytest

from installation.remote.osc import codec
from tests.harness.command import Command
from tests.harness.desktop import Desktop
from tests.harness.waiting import TIMEOUT_S, free_ports, until

pytestmark = pytest.mark.whole

VENUE = """
[osc]
port = {port}
[oscquery]
enabled = false
[[output]]
name = "left"
display = 1
crop = [0, 0, 320, 180]
"""


def test_a_corner_goes_where_a_tablet_puts_it_is_kept_and_is_taken_back(
    command: Command, desktop: Desktop, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    venue, kept = tmp_path / "venue.toml", tmp_path / "venue.outputs.json"
    venue.write_text(VENUE.format(port=port), encoding="utf-8")
    chance = random.Random(1)

    def corners() -> list[list[float]]:
        found: list[list[float]] = json.loads(kept.read_text())["left"]["corners"] if kept.is_file() else []
        return found

    with (
        command.started("outputs", "--calibrate", "--config", str(venue), desktop=desktop) as playing,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tablet,
    ):
        tablet.connect(("127.0.0.1", port))

        def say(address: str, *arguments: float) -> None:
            try:
                tablet.send(codec.encode(address, arguments))
            except ConnectionRefusedError:
                assert playing.poll() is None, playing.communicate()  # not there yet

        until(lambda: (say("/output/left/corner", 1.0, 0.9, 0.1), corners())[1], "a corner that is kept")
        assert corners()[1] == pytest.approx([0.9, 0.1], abs=1e-6)
        for _ in range(300):
            tablet.send(chance.randbytes(chance.randint(0, 60)))
            say("/output/left/corner", chance.randint(0, 3), chance.uniform(-9, 9), chance.uniform(-9, 9))
        say("/output/left/reset")
        until(lambda: (say("/output/left/reset"), corners()[1])[1] == [1.0, 0.0], "the corners, back")
        say("/output/left/corner", 2.0, 0.8, 0.9)
        until(lambda: corners()[2] == pytest.approx([0.8, 0.9], abs=1e-6), "another corner")
        say("/output/undo")
        until(lambda: corners()[2] == [1.0, 1.0], "the way back")
        desktop.window()
        until(lambda: (desktop.key("Return"), playing.poll() is not None)[1], "its end")
        out, err = playing.communicate(timeout=TIMEOUT_S)
    assert playing.returncode == 0, err
    assert "as it was brought into place" in out
    assert "Traceback" not in err
