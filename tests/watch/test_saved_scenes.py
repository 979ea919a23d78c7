"""A scene that is written while it plays, on a real screen: saved, seen, said, and known to whoever stands by."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.harness.desktop import Desktop
from tests.harness.playing import SCORE, Playing
from tests.harness.waiting import ROOT, TIMEOUT_S, until

pytestmark = pytest.mark.whole

SCENE = """
import numpy as np
from installation import Mist, Scene

class Wall(Scene):
    state = ({name!r},)

    def __init__(self, chance, company):
        self.{name} = {value}

    def light(self, now):
        return (Mist(np.full((4, 4, 3), {colour}, np.float32){more}),)
"""
BLUE, GREEN = [0.0, 0.02, 0.5], [0.0, 0.5, 0.02]


class Author:
    """Somebody who writes a scene, its show, and an eye on the screen."""

    def __init__(self, desktop: Desktop, folder: Path) -> None:
        self.file, self.desktop = folder / "wall.py", desktop
        self.save(BLUE)
        plug = folder / "wall-1.dist-info"
        plug.mkdir()
        (plug / "METADATA").write_text("Metadata-Version: 2.1\nName: wall\nVersion: 1\n")
        (plug / "entry_points.txt").write_text("[sleeptree.scenes]\nwall = wall:Wall\n")
        self.show = Playing(desktop.environment)
        self.show.environment["PYTHONPATH"] = f"{folder}:{ROOT}"
        self.show.score.write_text(SCORE.replace('name = "long"', 'name = "long"\nscene = "wall"'))
        self.errors = folder / "errors"
        self._said = self.errors.open("w")
        self.show.stderr = self._said.fileno()

    def save(self, colour: list[float], more: str = "", name: str = "age", value: str = "0.0") -> None:
        self.file.write_text(SCENE.format(colour=colour, more=more, name=name, value=value))

    @property
    def said(self) -> str:
        return self.errors.read_text(encoding="utf-8")

    def journal(self) -> str:
        return "".join(path.read_text() for path in self.show.home.rglob("*.journal"))

    def seen(self) -> tuple[float, float]:
        """Green and blue of the middle of the screen, 0..255."""
        middle = self.desktop.picture()[90:270, 160:480]
        return float((middle >> np.uint32(8) & np.uint32(255)).mean()), float((middle & np.uint32(255)).mean())

    def close(self) -> None:
        self.show.close()
        self._said.close()


@pytest.fixture
def author(desktop: Desktop, tmp_path: Path) -> Iterator[Author]:
    one = Author(desktop, tmp_path)
    one.show.command[1] = "640x360"
    yield one
    one.close()


def is_blue(author: Author) -> bool:
    green, blue = author.seen()
    return blue > 40 and blue > 2 * green


def is_green(author: Author) -> bool:
    green, blue = author.seen()
    return green > 40 and green > 2 * blue


class Watcher(threading.Thread):
    """Looks at the screen all the time: how dark it was at the darkest."""

    def __init__(self, author: Author) -> None:
        super().__init__(daemon=True)
        self._author, self._enough = author, threading.Event()
        self.darkest, self.looks = 255.0, 0

    def run(self) -> None:
        while not self._enough.wait(0.02):
            self.darkest, self.looks = min(self.darkest, max(self._author.seen())), self.looks + 1

    def stop(self) -> None:
        self._enough.set()
        self.join(TIMEOUT_S)


def test_a_saved_scene_is_seen_without_a_gap_and_whoever_takes_over_has_it(author: Author) -> None:
    show = author.show
    show.start("--watch")
    before = show.guarded()
    until(lambda: is_blue(author), "a blue wall")
    watcher = Watcher(author)
    watcher.start()
    author.save(GREEN)
    until(lambda: is_green(author), "a green wall")
    watcher.stop()
    assert watcher.looks > 5
    assert watcher.darkest > 10, "the picture went out between the two"
    assert "wall: as it was saved" in author.said
    until(lambda: '"recast":"wall"' in author.journal(), "the journal to say so")

    author.save(BLUE, more=" + undefined")
    until(lambda: "wall: the old one plays on: " in author.said, "what is wrong to be said")
    assert is_green(author)
    assert author.journal().count('"recast"') == 1

    after = show.wait(lambda s: s.get("standing_by") and s["standby"] != before["standby"], "another standby")
    author.save(GREEN)  # what raises is no longer there: whoever takes over can load it
    until(lambda: author.journal().count('"recast"') == 2, "the mended one")
    after = show.wait(lambda s: s.get("standing_by") and s["standby"] != after["standby"], "another standby")
    os.kill(after["process"], signal.SIGKILL)
    show.plays(after["process"])
    until(lambda: is_green(author), "the wall as it was saved, by the process that stood by")
    assert author.journal().count('"recast"') == 2, "it had the new one from the start"
    code, _, _ = show.end()
    assert code == 0


def test_a_process_with_another_state_of_the_scene_goes_on_where_the_show_was(author: Author) -> None:
    """The newest checkpoint knows `age`; the scene has none when the show is taken over."""
    show = author.show
    show.start("--watch")
    before = show.guarded()
    os.kill(before["process"], signal.SIGSTOP)  # it sees no save
    os.kill(before["standby"], signal.SIGKILL)
    author.save(GREEN, name="years", value="[1, 2]")
    after = show.plays(before["process"])
    (on,) = show.log("goes on")
    assert on["refused"] == []
    assert after["tick"] >= on["tick"] >= before["snapshot_tick"]
    until(lambda: is_green(author), "the wall as it was saved")
