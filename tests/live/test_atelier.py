"""Scenes that are saved while they play: the new one fades in, a broken one changes nothing, and both are said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from installation import repertoire
from installation.live.atelier import Atelier, SceneSources
from installation.live.fallback import isolated
from installation.model.score import parse
from installation.show import Show

SCORE = 'name = "calm"\n[[section]]\nname = "calm"\nphase = "harmony"\nseconds = 60\n'
DOT = """
import numpy as np
from installation import Control, Points, Scene

class Dot(Scene):
    controls = (Control("/dot/size", 1.0, 0.0, 2.0, "m", "Its size."),){more}
    state = ("age", {other!r})

    def __init__(self, chance, company):
        self.age, self.{other} = 0.0, {value}

    def step(self, now):
        self.age += 1.0

    def light(self, now):
        {light}
"""
LIGHT = "return (Points(np.full((1, 3), {at}, np.float32), np.ones(1, np.float32), np.ones((1, 3), np.float32)),)"


class Workshop:
    """A show of one scene whose file can be written."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "dot.py"
        self.save()
        monkeypatch.syspath_prepend(str(folder))
        point = EntryPoint("dot", "dot:Dot", repertoire.GROUP)
        monkeypatch.setattr(repertoire, "entry_points", lambda group: (point,))
        monkeypatch.setattr(repertoire, "_declared", list)
        kinds = repertoire.found().scenes
        self.said: list[str] = []
        self.noted: list[str] = []
        self.show = Show(parse(SCORE, "calm").alone("dot"), 1, isolated(kinds, lambda: 0, lambda: 0))
        self.atelier = Atelier(
            SceneSources(kinds),
            lambda name, kind: isolated({name: kind}, lambda: 0, lambda: 0)[name],
            self.said.append,
            lambda show, name: self.noted.append(f"{name} at {show.tick}"),
        )
        self.step(10)

    def save(self, at: float = 0.0, light: str = "", other: str = "speed", value: str = "1.0", more: str = "") -> None:
        said = DOT.format(light=light or LIGHT.format(at=at), other=other, value=value, more=more)
        self.file.write_text(said + "#" * self.file.stat().st_size if self.file.exists() else said)  # another size

    def step(self, ticks: int) -> None:
        for _ in range(ticks):
            self.show.step()
            self.atelier.follow(self.show, 1.0)

    def saved(self, **how: str | float) -> None:
        self.save(**how)  # type: ignore[arg-type]
        self.atelier.look()
        self.step(1)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    yield Workshop(tmp_path, monkeypatch)
    sys.modules.pop("dot", None)


def test_a_saved_scene_fades_in_with_the_state_that_still_fits(workshop: Workshop) -> None:
    workshop.saved(at=2.0, other="speed", value="[1, 2]")
    assert workshop.said == ["dot: as it was saved"]
    assert workshop.noted == ["dot at 11"]
    assert workshop.show.playing == ["dot~11", "dot"]
    workshop.step(1)
    new = workshop.show._stage["dot"]
    assert new.age == 12.0  # type: ignore[attr-defined]
    assert new.speed == [1, 2]  # type: ignore[attr-defined]
    workshop.step(120 * 9)
    assert workshop.show.playing == ["dot"]
    assert workshop.show.lights()[0].position[0, 0] == 2.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"light": "return ("}, "SyntaxError"),
        ({"light": "raise ZeroDivisionError('of dreams')"}, "ZeroDivisionError: of dreams"),
        ({"light": "return 5"}, "TypeError"),
        ({"value": "1 / 0"}, "ZeroDivisionError"),
    ],
)
def test_what_fails_in_rehearsal_leaves_the_old_one_on_stage(
    workshop: Workshop, how: dict[str, str], said: str
) -> None:
    before = workshop.show._stage["dot"]
    workshop.saved(**how)
    (line,) = workshop.said
    assert line.startswith("dot: the old one plays on: ")
    assert said in line
    assert "\n" not in line
    assert workshop.show._stage.scenes == {"dot": before}
    workshop.atelier.look()
    assert workshop.said == [line]  # once
    workshop.saved(at=3.0)
    assert workshop.said[1:] == ["dot: as it was saved"]


def test_other_controls_need_another_start(workshop: Workshop) -> None:
    workshop.saved(more=" * 0")
    assert workshop.said == ["dot: its controls have changed: start the show again"]
    assert workshop.show.playing == ["dot"]
    assert workshop.noted == []


def test_a_snapshot_from_the_middle_of_it_is_read_by_a_process_that_knows_only_the_new_one(workshop: Workshop) -> None:
    workshop.saved(at=2.0)
    workshop.step(60)
    again = Show(workshop.show.score, 1, repertoire.found().scenes)
    snapshot = workshop.show.snapshot()
    kinds = {"dot": repertoire.imported_anew("dot")}
    again = Show(workshop.show.score, 1, isolated(kinds, lambda: 0, lambda: 0))
    again.restore(snapshot)
    assert again.playing == ["dot"]
    assert again._stage.weights == [1.0]
    assert again._stage["dot"].age == workshop.show._stage["dot"].age  # type: ignore[attr-defined]


def test_a_process_that_takes_over_with_old_code_catches_up(workshop: Workshop) -> None:
    """What counts is what the files were when they were imported, not when the show began."""
    written = SceneSources(workshop.atelier._kinds)
    workshop.save(at=4.0)
    said: list[str] = []
    late = Atelier(written, lambda name, kind: kind, said.append, lambda show, name: None)
    late.follow(workshop.show, 1.0)
    late.look()
    late.follow(workshop.show, 1.0)
    assert said == ["dot: as it was saved"]
