"""Sound under the supervisor, in a real house: whatever the process that draws dies of, what plays next was loaded.

How long the silence is decides nothing here.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.harness import house as houses
from tests.harness.desktop import Desktop
from tests.harness.house import House, recorded
from tests.harness.playing import Playing
from tests.harness.waiting import needed, until


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with houses.opened(tmp_path / "house") as house:
        yield house


@pytest.fixture
def stage(house: House) -> Iterator[Callable[[dict[str, str]], Playing]]:
    """Makes shows that are heard in the house; none outlives the test."""
    wires = {name: house.environment[name] for name in ("PULSE_RUNTIME_PATH", "PULSE_SERVER", "ALSA_CONFIG_PATH")}
    made: list[Playing] = []

    def make(screen: dict[str, str]) -> Playing:
        made.append(Playing({**screen, **wires}, sound=True))
        return made[-1]

    yield make
    for one in made:
        one.close()


Stage = Callable[[dict[str, str]], Playing]


@pytest.fixture
def screen() -> Iterator[tuple[subprocess.Popen[bytes], dict[str, str]]]:
    """An X server that may be killed, and what is said to reach it."""
    needed("Xvfb")
    ours, theirs = os.pipe()
    command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "640x360x24", "-noreset", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[theirs], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(theirs)
    with os.fdopen(ours) as answer:
        number = answer.readline().strip()
    yield server, {"DISPLAY": f":{number}", "WAYLAND_DISPLAY": "", "SDL_VIDEODRIVER": "x11"}
    server.kill()
    server.wait()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_what_plays_after_a_crash_or_a_hang_was_loaded_before(
    stage: Stage, desktop: Desktop, house: House, number: signal.Signals
) -> None:
    show = stage(desktop.environment)
    heard = house.listen()
    show.start()
    before = show.wait(lambda s: s.get("standing_by") and s.get("sound_playing"), "sound, and one that stands by")
    lived = set(show.processes())
    os.kill(before["process"], number)
    after = show.wait(lambda s: s.get("process") == before["standby"] and s.get("sound_playing"), "sound again")
    assert after["sound_process"] in lived
    assert after["sound_process"] != before["sound_process"]
    until(lambda: before["sound_process"] not in show.processes(), "the end of the sound before")
    assert after["sound_restarts"] == 0
    goes_on(show, heard)
    assert show.end()[0] == 0
    until(lambda: not show.processes(), "nobody to be left")


def test_without_its_screen_the_show_is_heard(
    stage: Stage, house: House, screen: tuple[subprocess.Popen[bytes], dict[str, str]]
) -> None:
    server, reached = screen
    show = stage(reached)
    heard = house.listen()
    show.start()
    show.wait(lambda s: s.get("standing_by") and s.get("sound_playing"), "sound, and one that stands by")
    lived = set(show.processes())
    server.kill()
    server.wait()
    blind = show.wait(lambda s: s.get("present") == "nowhere" and s.get("sound_playing"), "sound without a screen")
    assert blind["sound_process"] in lived
    goes_on(show, heard)
    assert show.end()[0] == 0


def goes_on(show: Playing, heard: Path) -> None:
    """A second of show is a second of sound in the room."""
    reached, tick = heard.stat().st_size, show.state["tick"]
    show.wait(lambda s: s.get("tick", 0) > tick + 120 and heard.stat().st_size > reached + 4 * 48_000, "a second")
    assert recorded(heard)[reached // 4 :].any()
