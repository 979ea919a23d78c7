"""A scene can't end the show: whatever it does, it is replaced alone, that is said, and pictures go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.desktop import Desktop
from tests.harness.playing import SCORE, Playing
from tests.harness.waiting import ROOT, until

pytestmark = pytest.mark.whole

SCENE = """
import os, subprocess, sys, threading, time
import numpy as np
from installation import Points, Scene

class Hostile(Scene):
    def __init__(self, chance, company):
        place = np.array([[0.0, 0.0, 2.0]], np.float32)
        self._lamp = Points(place, np.ones(1, np.float32), np.ones((1, 3), np.float32))

    def step(self, now):
        if now.controls["/light/hue"] > 0.25:
            self.harm()

    def light(self, now):
        return (self._lamp,) if now.controls["/light/hue"] <= 0.25 else self.lights()

    def lights(self):
        return (self._lamp,)

    def harm(self):
        pass
"""
HARMS = {  # what it does, and whether the process that draws outlives it
    "exits": ("    def harm(self):\n        sys.exit(0)\n", True),
    "ends the process": ("    def harm(self):\n        os._exit(0)\n", False),
    "forks": ("    def harm(self):\n        os.fork()\n", True),
    "begins threads": (
        "    def harm(self):\n        threading.Thread(target=lambda: time.sleep(1e6)).start()\n",
        True,
    ),
    "starts programs": ('    def harm(self):\n        subprocess.Popen(["sleep", "1000"])\n', True),
    "gives three million points": (
        "    def lights(self):\n        n = 3_000_000\n"
        "        return (Points(np.zeros((n, 3), np.float32), np.ones(n, np.float32), np.ones((n, 3), np.float32)),)\n",
        True,
    ),
    "closes descriptors": ("    def harm(self):\n        os.closerange(3, 256)\n", False),
    "never comes back": ("    def harm(self):\n        while True: pass\n", False),
}


@pytest.fixture
def show(desktop: Desktop, tmp_path: Path) -> Iterator[Playing]:
    one = Playing(desktop.environment)
    one.environment["PYTHONPATH"] = f"{tmp_path}:{ROOT}"
    plug = tmp_path / "hostile-1.dist-info"
    plug.mkdir()
    (plug / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1\n")
    (plug / "entry_points.txt").write_text("[sleeptree.scenes]\nhostile = hostile:Hostile\n")
    one.score.write_text(SCORE.replace('name = "long"', 'name = "long"\nscene = "hostile"'))
    yield one
    one.close()


@pytest.mark.parametrize(("harm", "outlived"), HARMS.values(), ids=HARMS)
def test_it_is_replaced_alone(show: Playing, tmp_path: Path, harm: str, outlived: bool) -> None:
    (tmp_path / "hostile.py").write_text(SCENE + harm)
    show.start()
    before = show.guarded()
    while not show.log("a scene is replaced by the calm one"):
        show.tell("/light/hue", 0.5)
        show.wait(lambda s: s.get("place") == "playing", "the show")
    seen = show.state.get("at", 0.0) + 1.0  # what is published a second later knows of it
    after = show.wait(lambda s: s.get("at", 0.0) > seen and s.get("standing_by"), "a process that stands by")
    assert (after["role"], after["restarts"]) == ("show", 0 if outlived else 1)
    assert {line["scene"] for line in show.log("a scene is replaced by the calm one")} == {"hostile"}
    assert after["tick"] >= before["snapshot_tick"]
    print([line["without_picture_s"] for line in show.log("back")])
    code, _, err = show.end()
    assert (code, "Traceback" in err) == (0, False), err
    until(lambda: not show.processes(), "nobody to be left")


def test_a_scene_is_not_blamed_for_what_somebody_else_kills(show: Playing, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    harm = f"        if not os.path.exists({str(asked)!r}):\n            open({str(asked)!r}, 'w'), time.sleep(1e3)\n"
    (tmp_path / "hostile.py").write_text(f"{SCENE}    def harm(self):\n{harm}")
    show.environment["PYTHONWARNINGS"] = "ignore"
    show.start()
    show.guarded()
    process = show.state["process"]
    show.tell("/light/hue", 0.5)
    until(asked.exists, "the scene to be asked")
    os.kill(process, signal.SIGKILL)
    after = show.plays(process)
    assert after["restarts"] == 1, show.log("restart")
    show.wait(lambda s: s["tick"] > after["tick"] + 240, "it to be asked again")
    assert show.log("a scene is replaced by the calm one") == []
    code, _, err = show.end()
    assert (code, "Traceback" in err) == (0, False), err
