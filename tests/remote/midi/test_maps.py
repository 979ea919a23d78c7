"""Maps as files: what is written is read again, and what is wrong is named in one line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from installation.controls import TABLE
from installation.remote.midi import maps
from installation.remote.midi.maps import DeviceMap, Map


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = maps.file(tmp_path / "midi", "nanoKONTROL2 / MIDI 1")
    assert path.name == "nanoKONTROL2-MIDI-1.toml"
    assert maps.read(path, TABLE) == DeviceMap()
    found = DeviceMap(
        True,
        False,
        (Map("/dream/unrest", 21, 3, "cc14", -0.5, 1e-7), Map("/preset/load", 4, kind="note", value='a "b"\n')),
    )
    maps.write(path, found)
    assert maps.read(path, TABLE) == found
    assert tomllib.loads(path.read_text(encoding="utf-8"))["map"][0]["cc"] == 21


def test_a_fader_has_one_control_and_a_control_one_fader() -> None:
    found = DeviceMap(map=(Map("/a", 1), Map("/b", 2)))
    assert found.learnt(Map("/a", 2)).map == (Map("/a", 2),)
    assert found.learnt(Map("/c", 3)).map == (Map("/a", 1), Map("/b", 2), Map("/c", 3))
    assert found.forgotten("/a").map == (Map("/b", 2),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("map = 3", "m.toml: [[map]] takes a list, got 3"),
        ("[[map]]\ncc = 3", "m.toml: [[map]] 1 control is missing"),
        ('[[map]]\ncontrol = "/light/glow"\ncc = "x"', '[[map]] 1 cc takes a whole number, got "x"'),
        ('[[map]]\ncontrol = "/light/glow"\ncc = 200', "[[map]] 1 cc takes a whole number <= 127 where kind is cc7"),
        ('[[map]]\ncontrol = "/light/glow"\ncc = 32\nkind = "cc14"', "<= 31 where kind is cc14, got 32"),
        ('[[map]]\ncontrol = "/light/glow"\nkind = "knob"', "kind takes one of cc7, cc14, nrpn, note, pitch, relative"),
        ('[[map]]\ncontrol = "/light/glou"', "[[map]] 1 /light/glou is not a control"),
        ('[[map]]\ncontrol = "/state/fps"', "[[map]] 1 control /state/fps is sent by the show and can't be set"),
        ('[[map]]\ncontrol = "/preset/morph"', 'which a fader can\'t say without a "value"'),
        ('[[map]]\ncontrol = "/sleeper/999/hue"', "sleepers are numbered 1..240"),
        ("motors = 1", "m.toml: motors takes true or false, got 1"),
        ("[[map", "m.toml: not TOML"),
    ],
)
def test_what_is_wrong_is_named_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"m\.toml") as refused:
        maps.read(path, TABLE)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
