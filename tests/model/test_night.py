"""The night: two hours through every world, changing where it is darkest or brightest; one arc does not break."""

from __future__ import annotations

from itertools import pairwise

import pytest

from installation import repertoire
from installation.foundation.places import config
from installation.model.score import Score, parse
from installation.show import Show


@pytest.fixture(scope="module")
def night() -> Score:
    return parse((config() / "night.toml").read_text(encoding="utf-8"), "night.toml")


def test_it_lasts_two_hours_and_goes_through_every_world(night: Score) -> None:
    assert night.seconds == 7200
    assert {section.scene for section in night.section if section.scene} == set(repertoire.found().scenes)
    show = Show(night, 1, repertoire.found().scenes)  # refuses a scene or a control that is not there
    assert show.named[0] == night.scene == "sleeptree"


def test_worlds_change_in_the_dark_or_where_it_is_brightest(night: Score) -> None:
    playing, changes = night.scene, 0
    for before, section in zip(night.section[-1:] + night.section[:-1], night.section, strict=True):
        if section.scene and section.scene != playing:
            dark = before.presence == 0.0 and before.fade < before.seconds
            bright = before.phase == section.phase == "resolution" and before.opening <= before.seconds
            assert dark or bright, section.name
            playing, changes = section.scene, changes + 1
    assert changes >= 8


def test_one_arc_does_not_break_and_silence_follows_it(night: Score) -> None:
    """Between two darknesses there is no glitch, once."""
    arcs: list[list[str]] = [[]]
    for section in night.section:
        arcs[-1].append(section.phase)
        if section.presence == 0.0:
            arcs.append([])
    whole = [arc for arc in arcs if arc and "glitch" not in arc]
    assert len(whole) == 2  # and the dawn
    assert whole[1] == arcs[-2]
    silence = next(section for section in night.section if section.name == "silence")
    assert silence.presence == 0.0
    assert silence.seconds - silence.fade >= 30


def test_each_arc_of_the_night_has_a_key_of_its_own(night: Score) -> None:
    roots = [section.controls["/sound/root"] for section in night.section if "/sound/root" in section.controls]
    assert all(one != other for one, other in pairwise(roots))
    assert len(set(roots)) >= 6


def test_eight_hours_of_it_are_slower_and_hardly_more_torn(night: Score) -> None:
    long = night.lasting(8.0)
    assert long.seconds == pytest.approx(8 * 3600)

    def torn(score: Score) -> float:
        return sum(s.seconds for s in score.section if s.phase == "glitch")

    assert torn(long) == pytest.approx(1.5 * torn(night))
    assert all(a.fade == b.fade and a.controls == b.controls for a, b in zip(night.section, long.section, strict=True))
    moved = [(a, b) for a, b in zip(night.section, long.section, strict=True) if a.camera]
    assert all(b.camera[-1].seconds > 3 * a.camera[-1].seconds or b.camera[-1].seconds == 3600 for a, b in moved)
    Show(long, 1, repertoire.found().scenes)


@pytest.mark.parametrize("hours", [1.0, 25.0])
def test_a_night_is_never_hurried(night: Score, hours: float) -> None:
    with pytest.raises(ValueError, match=f"score night can last 2 to 24 hours, got {hours:g}"):
        night.lasting(hours)
