"""No test sees the folders of whoever runs it: neither their settings nor their shows are read or written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.home import environment
from tests.harness.waiting import ROOT, TIMEOUT_S

FOLDERS = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
WRITERS = ("tests/remote/test_presets.py", "tests/commands/test_kiosk.py", "tests/watch/test_status_file.py")
"""Tests of what writes into those folders; .ci/run holds all of them to the same."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.whole
def test_whoever_runs_the_tests_finds_their_folders_as_they_were(tmp_path: Path) -> None:
    theirs = {name: str(tmp_path / name.lower()) for name in FOLDERS}
    for folder in theirs.values():
        (Path(folder) / "sleeptree").mkdir(parents=True, mode=0o700)
        (Path(folder) / "sleeptree" / "venue.toml").write_text("[hearing]\nceiling_dbtp = -6.0\n", encoding="utf-8")
    before = contents(tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *WRITERS]
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | theirs, capture_output=True, text=True, check=False, timeout=10 * TIMEOUT_S
    )
    assert ran.returncode == 0, ran.stdout
    assert contents(tmp_path) == before


def test_a_child_gets_a_home_of_its_own_and_nothing_of_this_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*FOLDERS, "DISPLAY", "PULSE_SERVER", "CI"):
        monkeypatch.setenv(name, "theirs")
    told = environment(tmp_path, DISPLAY=":7")
    assert "theirs" not in told.values()
    assert (told["HOME"], told["DISPLAY"]) == (str(tmp_path), ":7")
    assert Path(told["XDG_RUNTIME_DIR"]).stat().st_mode & 0o077 == 0
