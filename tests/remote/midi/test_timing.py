"""MIDI's clock as a tempo, and timecode as a section of the score."""

from __future__ import annotations

import mido
import pytest

from installation.model.ticks import SECOND
from installation.remote.midi.parser import Parser
from installation.remote.midi.timing import Tempo, Timecode


def heard(tempo: Tempo, bpm: float, seconds: float, start_ns: int = 0) -> list[float]:
    apart = round(SECOND * 60 / bpm / 24)
    found = [tempo.clock(start_ns + k * apart) for k in range(int(seconds * SECOND / apart))]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("bpm", [20.5, 98.0, 174.0])
def test_clocks_are_a_tempo(bpm: float) -> None:
    found = heard(Tempo(), bpm, 20.0)
    assert len(found) > 20
    assert found == pytest.approx([bpm] * len(found), rel=1e-4)


def test_a_tempo_that_changes_is_said_and_a_stop_is_no_slow_beat() -> None:
    tempo = Tempo()
    assert set(map(round, heard(tempo, 98.0, 10.0))) == {98}
    assert set(map(round, heard(tempo, 120.0, 10.0, start_ns=60 * SECOND))) == {120}


def test_what_is_no_music_is_not_believed() -> None:
    assert heard(Tempo(), 9_000.0, 2.0) == []
    assert heard(Tempo(), 15.0, 60.0) == []


def quarters(hours: int, minutes: int, seconds: int, frames: int) -> bytes:
    parts = (frames, seconds, minutes, hours | 3 << 5)
    data = bytearray()
    for k, part in enumerate(parts):
        for half in (0, 1):
            nibble = part >> 4 * half & 15
            data += bytes(mido.Message("quarter_frame", frame_type=2 * k + half, frame_value=nibble).bytes())
    return bytes(data)


def said(timecode: Timecode, data: bytes) -> list[str]:
    return [name for message in Parser().feed(data) if (name := timecode.take(message)) is not None]


def test_timecode_says_which_section_plays() -> None:
    timecode = Timecode(("one", "two", "three"), (60.0, 3600.0, 30.0))
    assert said(timecode, quarters(0, 0, 59, 10)) == ["one"]
    assert said(timecode, quarters(0, 0, 59, 20)) == []
    assert said(timecode, quarters(0, 1, 0, 0)) == ["two"]
    assert said(timecode, quarters(1, 1, 5, 0)) == ["three"]
    assert said(timecode, quarters(5, 0, 0, 0)) == []  # it stays with the last


def test_half_a_timecode_and_one_backwards_say_nothing() -> None:
    timecode = Timecode(("one", "two"), (60.0, 60.0))
    data = quarters(0, 1, 5, 0)
    assert said(timecode, data[6:]) == []
    assert said(timecode, data[:8]) == []
    backwards = b"".join(data[k : k + 2] for k in range(len(data) - 2, -1, -2))
    assert said(timecode, backwards) == []
    assert said(timecode, data) == ["two"]


def test_a_full_frame_says_it_at_once() -> None:
    full = bytes((0xF0, 0x7F, 0x7F, 1, 1, 1 << 5, 1, 1, 0, 0xF7))
    assert said(Timecode(("one", "two"), (60.0, 60.0)), full) == ["two"]
