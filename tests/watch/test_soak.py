"""A short soak: the whole show, played, flooded and hurt for a while. Times are printed, and decide nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.waiting import ROOT, needed

pytestmark = pytest.mark.whole

MINUTES = 2.0
TIMED = ("picture", "hang")
"""Promises with these words are about time, and kept by a venue's machine, not by one that runs tests beside."""


def test_the_show_outlives_a_soak(kernels: None, tmp_path: Path) -> None:
    needed("Xvfb")
    out = tmp_path / "soak.json"
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "soak.py"), "--minutes", str(MINUTES), "--json", str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert out.is_file(), done.stderr[-5000:]
    print(done.stdout)
    said = json.loads(out.read_text(encoding="utf-8"))
    broken = [promise for promise, held in said["promises"].items() if not held]
    assert [promise for promise in broken if not any(word in promise for word in TIMED)] == [], done.stdout
    assert said["faults"] >= 8  # each at least once
    assert said["crowded"] > 10_000
    assert said["restarts"] >= 5
    assert said["stderr"].count("Traceback") == 0
