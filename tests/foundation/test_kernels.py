"""Machine code on disk: found again, made anew when any source of it changed, and never a reason for a show to stop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from installation.foundation import kernels

PIECE = {
    "__init__.py": "",
    "foundation/__init__.py": "",
    "weights.py": "WEIGHT = 3.0\n",
    "paint.py": (
        "from piece.foundation.kernels import quick\nfrom piece.weights import WEIGHT\n\n"
        "@quick\ndef heavier(x: float) -> float:\n    return WEIGHT * x\n"
    ),
}
ASK = """
from piece.paint import heavier
print(heavier(2.0), sum(heavier.stats.cache_hits.values()))
"""


class Piece:
    """A package of one kernel, beside a user's cache folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.package, self.cache = folder, folder / "piece", folder / "cache"
        (self.package / "foundation").mkdir(parents=True)
        for name, source in PIECE.items():
            (self.package / name).write_text(source, encoding="utf-8")
        shutil.copy(kernels.__file__, self.package / "foundation")

    def ask(self) -> tuple[float, int]:
        """What the kernel answers in a new process, and how often it came from the disk."""
        kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
        own = {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": str(self.cache)}
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", ASK],
            env={**kept, **own},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        answer, hits = ran.stdout.split()
        return float(answer), int(hits)

    def kept(self) -> list[Path]:
        """The folders of machine code that this package has, wherever they are."""
        return sorted(path.parent.parent for path in self.folder.rglob("*.nbi"))


@pytest.fixture
def piece(tmp_path: Path) -> Piece:
    return Piece(tmp_path)


def test_machine_code_lies_beside_the_code_and_is_found_again(piece: Piece) -> None:
    assert piece.ask() == (6.0, 0)
    assert piece.ask() == (6.0, 1)
    (folder,) = piece.kept()
    assert folder.parent == piece.package / "__pycache__" / "kernels"


def test_processes_that_begin_together_share_a_folder(piece: Piece) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert [answer for answer, _ in pool.map(lambda _: piece.ask(), range(4))] == [6.0] * 4
    assert len(set(piece.kept())) == 1


def test_a_number_changed_in_another_file_is_noticed(piece: Piece) -> None:
    assert piece.ask() == (6.0, 0)
    (piece.package / "weights.py").write_text("WEIGHT = 5.0\n", encoding="utf-8")
    assert piece.ask() == (10.0, 0)
    assert len(piece.kept()) == 2


def test_only_the_newest_versions_are_kept(piece: Piece) -> None:
    base = piece.package / "__pycache__" / "kernels"
    for i in range(6):
        old = base / f"paint-{i}"
        old.mkdir(parents=True)
        os.utime(old, (i, i))
    piece.ask()
    assert {path.name for path in base.iterdir()} >= {"paint-3", "paint-4", "paint-5"}
    assert len(list(base.iterdir())) == 4


def test_a_package_that_nobody_may_write_to_uses_the_users_cache(piece: Piece) -> None:
    (piece.package / "__pycache__").write_text("no folder", encoding="utf-8")
    assert piece.ask() == (6.0, 0)
    assert piece.ask() == (6.0, 1)
    (folder,) = piece.kept()
    assert folder.is_relative_to(piece.cache)


def test_where_nothing_can_be_written_kernels_run_all_the_same(piece: Piece) -> None:
    for place in (piece.package / "__pycache__", piece.cache):
        place.write_text("no folder", encoding="utf-8")
    assert piece.ask() == (6.0, 0)
    assert piece.ask() == (6.0, 0)


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_what_a_power_cut_left_of_a_file_is_made_anew(piece: Piece, kind: str) -> None:
    piece.ask()
    (file,) = piece.folder.rglob(f"*.{kind}")
    file.write_bytes(file.read_bytes()[:40])
    assert piece.ask() == (6.0, 0)
    assert piece.ask() == (6.0, 1)


LINEAR = """
import sys
import numpy as np
from numba import njit
from piece.paint import heavier

heavier(2.0)
assert not [name for name in sys.modules if name.startswith("scipy.linalg")]
a = np.arange(9.0).reshape(3, 3)
assert np.array_equal(njit(lambda x: np.dot(x, x))(a), a @ a)
assert np.array_equal(njit(lambda x: np.convolve(x, x))(a[0]), np.convolve(a[0], a[0]))
print("well")
"""


@pytest.mark.whole
def test_what_no_kernel_here_needs_is_not_loaded_and_still_there_for_others(tmp_path: Path) -> None:
    piece = Piece(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(piece.folder), "XDG_CACHE_HOME": str(piece.cache)}
    ran = subprocess.run([sys.executable, "-c", LINEAR], env=environment, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("well\n", 0), ran.stderr
