"""Kept moments: a show is brought to where stepping would have brought it, and sooner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.film import moments as kept
from installation.film.moments import Moments
from installation.model.chance import Chance
from installation.model.score import Score, parse
from installation.scene import Company, Light, Moment, Scene
from installation.show import Show

ARC = """
name = "two"
scene = "still"
[[section]]
name = "calm"
phase = "harmony"
seconds = 4
[[section]]
name = "torn"
phase = "glitch"
seconds = 4
ramp = 1
"""


class Still(Scene):
    """Nothing is seen, nothing moves."""

    def __init__(self, chance: Chance, company: Company) -> None: ...

    def light(self, now: Moment) -> tuple[Light, ...]:
        return ()


class Other(Still):
    """The same by another name."""


class Counting(Still):
    """Has lived as many ticks as it was stepped."""

    state = ("age",)

    def __init__(self, chance: Chance, company: Company) -> None:
        self.age = 0

    def step(self, now: Moment) -> None:
        self.age += 1


KINDS: dict[str, type[Scene]] = {"still": Still, "other": Other, "counting": Counting}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "EVERY", 120)


def score(scene: str = "still") -> Score:
    return parse(ARC, "two.toml").alone(scene)


def reached(folder: Path, scene: str, tick: int) -> tuple[Show, int]:
    """The show at `tick`, and how many ticks it was stepped."""
    show, steps = Show(score(scene), 3, KINDS), 0
    step = show.step

    def counted() -> None:
        nonlocal steps
        steps += 1
        step()

    show.step = counted  # type: ignore[method-assign]
    Moments.of(folder, show, KINDS).reach(show, tick)
    return show, steps


@pytest.mark.parametrize("scene", ["still", "counting"])
def test_a_kept_moment_is_the_one_that_stepping_reaches(tmp_path: Path, scene: str) -> None:
    first, steps = reached(tmp_path, scene, 700)
    assert (first.tick, steps) == (700, 700)
    again, steps = reached(tmp_path, scene, 710)
    assert steps == 10
    for _ in range(10):
        first.step()
    assert again.snapshot() == first.snapshot()
    earlier, steps = reached(tmp_path, scene, 500)
    assert (earlier.tick, steps) == (500, 20)


def test_scenes_without_a_state_share_their_moments_and_others_do_not(tmp_path: Path) -> None:
    reached(tmp_path, "still", 400)
    show, steps = reached(tmp_path, "other", 400)
    assert steps == 0
    assert show.playing == ["other"]
    assert reached(tmp_path, "counting", 400)[1] == 400


def test_another_seed_or_score_has_other_moments(tmp_path: Path) -> None:
    reached(tmp_path, "still", 400)
    longer = parse(ARC.replace("seconds = 4", "seconds = 5"), "two.toml")
    for other in (Show(score(), 4, KINDS), Show(longer, 3, KINDS)):
        Moments.of(tmp_path, other, KINDS).reach(other, 400)
    assert len(list(tmp_path.iterdir())) == 3


def test_what_cannot_be_read_is_made_anew_and_old_shows_make_room(tmp_path: Path) -> None:
    reached(tmp_path, "still", 700)
    written = list(tmp_path.glob("*/0*"))
    assert written
    for path in written:
        path.write_bytes(b"torn")
    show, steps = reached(tmp_path, "still", 700)
    assert (show.tick, steps) == (700, 700)
    for seed in range(20):
        other = Show(score(), seed, KINDS)
        Moments.of(tmp_path, other, KINDS).reach(other, 130)
    assert len(list(tmp_path.iterdir())) == kept.FOLDERS


def rewritten(
    folder: Path, written: str, monkeypatch: pytest.MonkeyPatch, kind: type[Scene], tick: int
) -> tuple[Show, str]:
    """The show of a version of `counting` at a tick, and what is said of its state."""
    source = folder / f"{written}.py"
    source.write_text(f"# {written}")
    monkeypatch.setattr(kept, "sources", lambda _: (source,))
    show = Show(score("counting"), 3, {"counting": kind})
    return show, Moments.of(folder / "kept", show, {"counting": kind}).approach(show, tick, 60)


class Shorter(Counting):
    """Has another state by the same name."""

    def __init__(self, chance: Chance, company: Company) -> None:
        self.age = np.zeros(2)  # type: ignore[assignment]

    def step(self, now: Moment) -> None: ...


def test_a_scene_that_was_saved_goes_on_with_what_its_last_version_came_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, said = rewritten(tmp_path, "one", monkeypatch, Counting, 700)
    assert (first.tick, first._stage["counting"].age, said) == (700, 700, "")  # type: ignore[attr-defined]
    again, said = rewritten(tmp_path, "two", monkeypatch, Counting, 710)
    assert (again.tick, again._stage["counting"].age) == (710, 710)  # type: ignore[attr-defined]
    assert said == "what an earlier version of it came to"
    assert len(list((tmp_path / "kept").iterdir())) == 1, "what is not the show's is not kept"
    young, said = rewritten(tmp_path, "three", monkeypatch, Shorter, 700)
    assert (young.tick, young._stage["counting"].age.tolist(), said) == (700, [0.0, 0.0], "only seconds old")  # type: ignore[attr-defined]
    assert first._moment_of("counting").sleepers.phase.tolist() == young._moment_of("counting").sleepers.phase.tolist()
