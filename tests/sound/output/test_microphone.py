"""Somebody sings and speaks in a real house, beside loudspeakers that play: what the process hears of it."""

from __future__ import annotations

import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.sound.listening.ears import Heard
from installation.sound.output.loudspeakers import Loudspeakers
from installation.venue.settings import Hearing, Sound, VoiceSettings
from tests.harness.counter import counter
from tests.harness.house import House, opened
from tests.harness.speech import RATE, spoken, sung
from tests.harness.waiting import until

SECONDS = 4.0


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with a microphone into which `paplay -d mouth` speaks."""
    with opened(tmp_path / "house", monkeypatch) as house:
        tell(house, "load-module", "module-null-sink", "sink_name=mouth", "rate=48000", "channels=1", "format=s16le")
        tell(house, "set-default-source", "mouth.monitor")
        tell(house, "set-default-sink", "room")
        house.listen()
        yield house


def tell(house: House, *words: str) -> None:
    subprocess.run(["pactl", *words], env=house.environment, check=True, capture_output=True)


def written(path: Path, sound: NDArray[np.float64]) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        quiet = np.zeros(2 * RATE)  # first, by which a voice is known
        file.writeframes((0.4 * 32767.0 * np.append(quiet, sound)).astype("<i2").tobytes())
    return path


def said(house: House, speakers: Loudspeakers, file: Path) -> list[Heard]:
    """What is heard while a file is played into the microphone."""
    heard, speaker = [], subprocess.Popen(["paplay", "-d", "mouth", str(file)], env=house.environment)
    while speaker.poll() is None:
        heard.append(speakers.voice)
        time.sleep(0.02)
    return heard


def test_a_note_and_syllables_are_heard_beside_the_shows_own_sound(house: House, tmp_path: Path) -> None:
    sings = written(tmp_path / "sings.wav", sung(np.full(int(SECONDS * RATE), 220.0)))
    starts = [0.2 + 0.4 * k for k in range(9)]
    speaks = written(tmp_path / "speaks.wav", spoken(SECONDS, starts, np.random.default_rng(2)))
    speakers = Loudspeakers(1, Sound(), Hearing(), counter, voice=VoiceSettings(enabled=True))
    try:
        until(lambda: "hears" in speakers.levels.state, "a microphone")
        assert speakers.voice == Heard(), "silence"
        song = said(house, speakers, sings)
        assert max(one.level for one in song) > 0.7
        sure = [one.pitch for one in song if one.confidence > 0.8]
        assert abs(1200.0 * np.log2(np.median(sure) / 220.0)) < 10.0
        before = speakers.voice.onsets
        speech = said(house, speakers, speaks)
        assert len(starts) // 2 <= speech[-1].onsets - before <= 2 * len(starts), "a busy machine may lose some of it"
        until(lambda: speakers.voice.level == 0.0 and speakers.voice.confidence == 0.0, "silence again")
    finally:
        speakers.close()


def test_an_input_that_is_not_there_is_said_and_the_sound_plays_on(house: House) -> None:
    speakers = Loudspeakers(1, Sound(), Hearing(), counter, voice=VoiceSettings(enabled=True, input="Rode NT1"))
    try:
        until(lambda: "no input Rode NT1" in speakers.levels.state, "a line that says so")
        assert speakers.levels.playing
        assert speakers.voice == Heard()
    finally:
        speakers.close()
