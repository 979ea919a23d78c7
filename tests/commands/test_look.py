"""`sleeptree look` and `sleeptree scene new`: what an author of a scene sees."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from installation.commands.scene import begin
from installation.film.sheet import GUTTER, contact_sheet
from installation.foundation.errors import Mistake
from installation.repertoire import stamps
from tests.harness.command import Command

ROOT = Path(__file__).parent.parent.parent


def test_a_contact_sheet_is_read_like_a_page() -> None:
    cells = [np.full((9, 16), value, np.uint32) for value in range(1, 6)]
    sheet = contact_sheet(cells, 3)
    assert sheet.shape == (2 * 9 + GUTTER, 3 * 16 + 2 * GUTTER)
    assert sheet[0, [0, 16 + GUTTER, 2 * (16 + GUTTER)]].tolist() == [1, 2, 3]
    assert sheet[9 + GUTTER, [0, 16 + GUTTER]].tolist() == [4, 5]


def test_a_save_is_seen_and_a_file_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("x = 1")
    before = stamps((one, other))
    assert list(before) == [one]
    one.write_text("x = 10")
    assert stamps((one, other)) != before


@pytest.mark.parametrize("name", ["Reeds", "two words", "1st", "größe"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="scene new takes a name of lower-case letters"):
        list(begin(name, tmp_path / "there"))


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Mistake, match="is there already"):
        list(begin("reeds", tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.whole
def test_a_new_scene_is_a_package_whose_own_test_passes(tmp_path: Path) -> None:
    folder = tmp_path / "tall-reeds"
    said = list(begin("tall_reeds", folder))
    assert "sleeptree look tall_reeds --watch" in said[2]
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["sleeptree.scenes"] == {"tall_reeds": "tall_reeds:TallReeds"}
    outside = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder / "tests")]
    ran = subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout


@pytest.mark.whole
def test_a_look_draws_a_sheet_and_says_what_it_costs(command: Command) -> None:
    size = ("--size", "96x54", "--score", "abridged")
    ran = command.run("look", "sleeptree", *size, "--at", "2,4", "--seeds", "1,2", "--out", "sheet.png")
    assert ran.returncode == 0, ran.stderr
    assert (command.home / "sheet.png").is_file()
    assert "sheet.png: 4 moments of sleeptree" in ran.stdout
    assert sum(word in ran.stdout for word in ("harmony", "light ms", "splats", "guard")) == 4
