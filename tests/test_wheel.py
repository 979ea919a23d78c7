"""The wheel, installed somewhere else: everything ships with it, and nothing is found in the checkout by accident.

The dependencies are those of the running Python, lent through a .pth file, so that no network is needed. A .pth file
named by another isn't followed, which leaves an editable SleepTree behind.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import numpy as np
import pygame
import pytest

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent
DATA = "installation/_data/"


class Elsewhere:
    """A folder with a virtual environment that has the wheel and a place to stand in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "venv" / "bin"
        self.desk = folder / "desk"
        self.desk.mkdir()
        own = ("PYTHON", "NUMBA_CACHE_DIR", "DISPLAY", "WAYLAND_DISPLAY", "VIRTUAL_ENV")
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        self.environment |= {"HOME": str(folder)}

    def run(self, *order: str | Path) -> str:
        """What a command says, run from the desk; fails with all it said when it fails."""
        ran = subprocess.run(order, cwd=self.desk, env=self.environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{order} ended with {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def ask(self, code: str) -> str:
        """What a line of Python prints there."""
        return self.run(self.bin / "python", "-c", code).strip()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shelf = tmp_path_factory.mktemp("wheel")
    order = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(shelf)]
    built = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = shelf.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    there = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    there.run(sys.executable, "-m", "venv", "--without-pip", there.folder / "venv")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", there.bin / "python")
    there.run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    (packages,) = there.folder.glob("venv/lib/python*/site-packages")
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "lent.pth").write_text("\n".join(sorted(lent)) + "\n", encoding="utf-8")
    return there


def test_the_wheel_carries_the_two_packages_and_their_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"installation", "scenes"}
    assert not [name for name in names if "__pycache__" in name]
    for folder, place in (("installation", ""), ("scenes", ""), ("assets", DATA), ("config", DATA)):
        missing = {place + path.relative_to(ROOT).as_posix() for path in files(ROOT / folder)} - names
        assert not missing


def test_code_and_data_come_from_the_wheel(elsewhere: Elsewhere) -> None:
    for module in ("installation", "scenes.sleeptree", "installation.live.stage"):
        origin = elsewhere.ask(f"import {module} as module; print(module.__file__)")
        assert Path(origin).is_relative_to(elsewhere.folder), origin
    for folder in ("assets", "config"):
        found = Path(elsewhere.ask(f"from installation.foundation import places; print(places.{folder}())"))
        assert found.is_relative_to(elsewhere.folder), found
        assert {path.relative_to(found) for path in files(found)} == {
            path.relative_to(ROOT / folder) for path in files(ROOT / folder)
        }


def test_scenes_are_found_by_their_entry_point(elsewhere: Elsewhere) -> None:
    said = elsewhere.ask("from installation import repertoire as r; f = r.found(); print(*f.scenes); print(*f.broken)")
    assert said == "dreamtrek mural restpods sanctuary sleeptree"


def test_both_spellings_of_the_command_help(elsewhere: Elsewhere) -> None:
    command = elsewhere.run(elsewhere.bin / "sleeptree", "--help")
    module = elsewhere.run(elsewhere.bin / "python", "-m", "installation", "--help")
    for said in (command, module):
        assert {"play", "still", "film", "check"} <= set(said.split()), said


def test_a_still_is_rendered_far_from_the_checkout(elsewhere: Elsewhere) -> None:
    order = ("still", "--phase", "harmony", "--size", "160x90", "--seed", "3", "--out", "still.png")
    elsewhere.run(elsewhere.bin / "sleeptree", *order)
    picture = pygame.surfarray.array3d(pygame.image.load(elsewhere.desk / "still.png"))
    assert picture.shape == (160, 90, 3)
    assert np.ptp(picture) > 100, "a picture without light"
