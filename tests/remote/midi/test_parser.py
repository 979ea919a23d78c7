"""Bytes of a MIDI line against mido, which parses them too, and against whatever else arrives."""

from __future__ import annotations

import random
from collections.abc import Iterable

import mido
import pytest

from installation.remote.midi.parser import Message, Parser


def theirs(data: bytes) -> list[Message]:
    """What mido makes of the same bytes, as ours."""
    parser = mido.Parser()
    parser.feed(data)
    return [*_ours(parser)]


def _ours(messages: Iterable[mido.Message]) -> Iterable[Message]:
    for m in messages:
        match m.type:
            case "note_on" | "note_off":
                yield Message("note", m.channel + 1, m.note, m.velocity if m.type == "note_on" else 0)
            case "control_change":
                yield Message("cc", m.channel + 1, m.control, m.value)
            case "pitchwheel":
                yield Message("pitch", m.channel + 1, 0, m.pitch + 8192)
            case "quarter_frame":
                yield Message("quarter", 0, m.frame_type, m.frame_value)
            case "clock" | "start" | "continue" | "stop":
                yield Message(m.type)
            case "sysex" if len(m.data) == 8 and m.data[0] == 0x7F and m.data[2:4] == (1, 1):
                yield Message("full", 0, m.data[4], 0, tuple(m.data[5:]))


def valid(seed: int, many: int = 400) -> bytes:
    """Messages of every kind, one after the other, with clocks between them."""
    draw = random.Random(seed)
    kinds = ("note_on", "note_off", "control_change", "pitchwheel", "quarter_frame", "program_change", "aftertouch")
    kinds += ("polytouch", "songpos", "song_select", "tune_request", "clock", "start", "stop", "continue", "sysex")
    data = bytearray()
    for _ in range(many):
        message = mido.Message(draw.choice(kinds))
        if hasattr(message, "channel"):
            message = message.copy(channel=draw.randrange(16))
        if message.type == "control_change":
            message = message.copy(control=draw.randrange(128), value=draw.randrange(128))
        if message.type == "pitchwheel":
            message = message.copy(pitch=draw.randrange(-8192, 8192))
        if message.type == "sysex":
            full = (0x7F, 0x7F, 1, 1, *(draw.randrange(60) for _ in range(4)))
            message = message.copy(data=draw.choice([full, [draw.randrange(128) for _ in range(draw.randrange(40))]]))
        data += bytes(message.bytes())
    return bytes(data)


@pytest.mark.parametrize("seed", range(8))
def test_it_reads_what_mido_reads_however_it_is_cut(seed: int) -> None:
    data, draw, parser = valid(seed), random.Random(seed), Parser()
    found: list[Message] = []
    at = 0
    while at < len(data):
        end = at + draw.randrange(1, 9)
        found += parser.feed(data[at:end])
        at = end
    assert found == theirs(data)
    assert len(found) > 100


def test_running_status_and_a_clock_in_the_middle_of_a_message() -> None:
    found = Parser().feed(bytes((0xB0, 1, 10, 1, 0xF8, 11, 1, 12)))
    assert found == [Message("cc", 1, 1, 10), Message("clock"), Message("cc", 1, 1, 11), Message("cc", 1, 1, 12)]


def test_data_without_a_status_means_nothing() -> None:
    parser = Parser()
    assert parser.feed(bytes(range(0x80))) == []
    assert parser.feed(bytes((0xF6, 5, 5, 0x90, 60, 0xB1, 7, 9))) == [Message("cc", 2, 7, 9)]  # half a note before


@pytest.mark.parametrize("seed", range(6))
def test_noise_does_no_harm_and_leaves_nothing_behind(seed: int) -> None:
    parser, draw = Parser(), random.Random(seed)
    for message in parser.feed(draw.randbytes(20_000)):
        assert all(0 <= value < 128 for value in message[2:3])
        assert message.b < 16_384
    assert parser.feed(b"\xf7\xb3\x07\x64")[-1] == Message("cc", 4, 7, 100)


def test_a_megabyte_of_exclusive_costs_no_memory_and_what_follows_is_heard() -> None:
    parser = Parser()
    for _ in range(256):
        assert parser.feed((b"\xf0" if _ == 0 else b"") + bytes(4096)) == []
    assert parser._exclusive is not None
    assert len(parser._exclusive) < 32
    assert parser.feed(b"\xf8\xf7\x90\x3c\x40") == [Message("clock"), Message("note", 1, 60, 64)]
    assert parser.feed(b"\xf0\x01\x02\x90\x3c\x40") == [Message("note", 1, 60, 64)]  # it broke off
