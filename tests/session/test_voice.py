"""Somebody sings and speaks into the microphone of a whole show: it is in the journal, and holds the anchor."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.recording.replay import read
from tests.harness import house as houses
from tests.harness.desktop import Desktop
from tests.harness.house import House
from tests.harness.playing import PATIENT, Playing
from tests.harness.speech import RATE, spoken, sung

VOICE = '\n[voice]\nenabled = true\nanchor = true\n[show]\nscene = "dreamtrek"\n'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    houses.needed()
    house = House(tmp_path / "house")
    try:
        house.open()
        yield house
    finally:
        house.close()


def written(path: Path, sound: NDArray[np.float64]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((0.4 * 32767.0 * sound).astype("<i2").tobytes())
    return path


def test_a_voice_is_heard_journalled_and_held_on_to(house: House, desktop: Desktop, tmp_path: Path) -> None:
    sings = written(tmp_path / "sings.wav", np.tile(sung(np.full(RATE, 220.0)), 4))
    speaks = written(tmp_path / "speaks.wav", spoken(4.0, [0.4 * k for k in range(9)], np.random.default_rng(2)))

    def sound(*command: str) -> None:
        subprocess.run(command, env=house.environment, check=True, capture_output=True)

    sound("pactl", "load-module", "module-null-sink", "sink_name=mouth", "rate=48000", "channels=1", "format=s16le")
    sound("pactl", "set-default-source", "mouth.monitor")
    sound("pactl", "set-default-sink", "room")
    house.listen()
    wires = {name: house.environment[name] for name in ("PULSE_RUNTIME_PATH", "PULSE_SERVER", "ALSA_CONFIG_PATH")}
    show = Playing({**desktop.environment, **wires}, VOICE, PATIENT, sound=True)

    def said() -> str:
        return "".join(show.written())

    try:
        show.start()
        show.wait(lambda state: "hears" in str(state.get("sound")), "a microphone")
        for _ in range(8):  # a busy machine may lose some of it, and none of it for ever
            sound("paplay", "-d", "mouth", str(sings))
            sound("paplay", "-d", "mouth", str(speaks))
            if '"/trek/anchor"' in said() and '"/voice/onset"' in said() and '"/dream/mend",true' in said():
                break
        assert show.end()[0] == 0
        (journal,) = (show.home / ".local/share/sleeptree/journals").glob("*.journal")
        told: dict[str, list[float]] = {}
        for controls in read(journal).controls.values():
            for address, given in controls:
                told.setdefault(address, []).append(given[0])
        sung_hz = [hz for hz in told["/voice/pitch"] if abs(1200.0 * np.log2(hz / 220.0)) < 30.0]
        assert sung_hz, told["/voice/pitch"]
        assert max(told["/voice/level"]) > 0.7
        assert max(told["/voice/onset"]) > 0.2
        assert max(told["/trek/anchor"]) > 0.5
        assert True in told["/dream/mend"]
    finally:
        show.close()
