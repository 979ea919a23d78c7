"""Which scenes there are: installed ones, and those that a checkout declares, which may be the same."""

from __future__ import annotations

from importlib.metadata import EntryPoint

from installation.repertoire import GROUP, load

TREK = EntryPoint("dreamtrek", "scenes.dreamtrek:DreamTrek", GROUP)


def test_a_scene_that_is_found_twice_keeps_its_controls() -> None:
    """As it is in a checkout that was installed: its entry points are read from there and from pyproject.toml."""
    found = load([TREK, TREK])
    assert (list(found.scenes), found.broken) == (["dreamtrek"], ())


def test_two_scenes_of_one_name_are_the_last_of_them_and_controls_of_two_names_may_not_meet() -> None:
    other = EntryPoint("trek again", TREK.value, GROUP)
    found = load([TREK, other])
    assert list(found.scenes) == ["dreamtrek"]
    assert "/trek/anchor" in found.broken[0]
