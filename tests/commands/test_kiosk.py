"""Autostart: the unit is put in its place, found there, and taken away; what was done is said."""

from __future__ import annotations

import configparser
import plistlib
import sys
from pathlib import Path

import pytest

from installation.commands import kiosk
from installation.foundation import places
from installation.foundation.errors import Mistake


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", "")  # no systemctl is told of a test
    return tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")
def test_install_and_remove_are_idempotent_and_say_what_they_did(home: Path) -> None:
    venue = home / "a venue.toml"
    venue.write_text("[show]\nseed = 3\n", encoding="utf-8")
    first = kiosk.install(venue)
    unit = home / "config/systemd/user/sleeptree.service"
    link = home / "config/systemd/user/graphical-session.target.wants/sleeptree.service"
    assert first[0] == f"{unit}: written"
    assert link.resolve() == unit
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(unit.read_text(encoding="utf-8"))
    service = read["Service"]
    assert service["Type"] == "notify"
    assert service["ExecStart"].endswith(f'play --resume --config "{venue}"')
    assert Path(service["ExecStart"].split()[0].strip('"')).is_file()
    assert float(service["WatchdogSec"]) > 5
    again = kiosk.install(venue)
    assert [line.split(": ")[1] for line in again[:2]] == ["was there already"] * 2
    assert kiosk.install()[0] == f"{unit}: changed"
    assert kiosk.remove()[0] == f"{link}: removed"
    assert not unit.exists()
    assert kiosk.remove() == [f"{unit}: was not there"]


def test_launchd_gets_an_agent(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk.sys, "platform", "darwin")
    (said, hint) = kiosk.install()
    path = places.agents() / "art.sleeptree.play.plist"
    assert said == f"{path}: written"
    assert str(path) in hint
    agent = plistlib.loads(path.read_bytes())
    assert agent["ProgramArguments"][-2:] == ["play", "--resume"]
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert kiosk.install()[0] == f"{path}: was there already"
    kiosk.remove()
    assert not path.exists()


def test_settings_that_are_none_are_refused_before_anything_is_written(home: Path) -> None:
    venue = home / "venue.toml"
    venue.write_text("[hours]\nopen = ['soon']\n", encoding="utf-8")
    with pytest.raises(Mistake, match=r"\[hours\] open takes times such as"):
        kiosk.install(venue)
    assert sorted(path.name for path in home.iterdir()) == ["venue.toml"]
