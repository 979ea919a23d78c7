"""Sound under the supervisor, in a real house: whatever the process that draws dies of, what plays next was loaded.

How long the silence is decides nothing here; that is measured in benchmarks/soak.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Desktop
from tests.live.playing import Playing
from tests.sound import house as houses
from tests.sound.house import House, recorded


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    houses.needed()
    house = House(tmp_path / "house")
    try:
        house.open()
        yield house
    finally:
        house.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_what_plays_after_a_crash_or_a_hang_was_loaded_before(
    desktop: Desktop, house: House, number: signal.Signals
) -> None:
    wires = {name: house.environment[name] for name in ("PULSE_RUNTIME_PATH", "PULSE_SERVER", "ALSA_CONFIG_PATH")}
    show = Playing({**desktop.environment, **wires}, sound=True)
    try:
        heard = house.listen()
        show.start()
        before = show.wait(lambda s: s.get("standing_by") and s.get("sound_playing"), "sound, and one that stands by")
        lived = set(show.processes())
        os.kill(before["process"], number)
        after = show.wait(lambda s: s.get("process") == before["standby"] and s.get("sound_playing"), "sound again")
        assert after["sound_process"] in lived
        assert after["sound_process"] != before["sound_process"]
        assert before["sound_process"] not in show.processes()
        assert after["sound_restarts"] == 0
        reached = heard.stat().st_size
        show.wait(lambda s: s["tick"] > after["tick"] + 120 and heard.stat().st_size > reached + 4 * 48_000, "a second")
        assert recorded(heard)[reached // 4 :].any(), "heard in the room"
        assert show.end()[0] == 0
        assert not show.processes()
    finally:
        show.close()
