"""The contract with scenes, held against every scene that is installed, and against the examples."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Container, Iterator
from functools import cache

import msgspec
import numpy as np
import pytest

from installation import repertoire
from installation.foundation import places
from installation.light.grade import Grade
from installation.light.pyramid.renderer import Renderer
from installation.model.score import parse
from installation.scene import Light, Mist, Points, Strokes
from installation.show import Show
from tests.harness.examples import EXAMPLES

SCENES = {**repertoire.found().scenes, **EXAMPLES}
SCORE = parse((places.config() / "abridged.toml").read_text(encoding="utf-8"), "abridged.toml")
MOMENTS = (1, 360, 725, 850, 1300, 1460, 1700, 2300, 2399)  # ticks: every phase, and the middle of every transition

pytestmark = pytest.mark.parametrize("name", sorted(SCENES))


def played(name: str, seed: int, until: int, show: Show | None = None) -> Show:
    """A show of the scene `name`, stepped to a tick."""
    show = show or Show(msgspec.structs.replace(SCORE, scene=name), seed, SCENES)
    while show.tick < until:
        show.step()
    return show


@cache
def snapshots(name: str) -> list[bytes]:
    """Of one show of the scene, at every one of MOMENTS."""
    show = played(name, 5, 0)
    return [played(name, 5, tick, show).snapshot() for tick in MOMENTS]


def journey(name: str) -> Iterator[Show]:
    """A show of the scene `name`, halting at every one of MOMENTS."""
    show = played(name, 5, 0)
    for snapshot in snapshots(name):
        show.restore(snapshot)
        yield show


def digest(lights: tuple[Light, ...]) -> str:
    sha = hashlib.sha256()
    for light in lights:
        for field in dataclasses.fields(light):
            sha.update(np.asarray(getattr(light, field.name)).tobytes())
    return sha.hexdigest()


def test_looking_changes_nothing(name: str) -> None:
    for show in journey(name):
        before = show.snapshot()
        first = digest(show.lights())
        show.view()
        assert digest(show.lights()) == first
        assert show.snapshot() == before


def test_lights_stay_as_they_were_when_the_scene_steps_on(name: str) -> None:
    """A picture is drawn while the show moves on."""
    for show in journey(name):
        lights = show.lights()
        before = digest(lights)
        for _ in range(3):
            show.step()
            show.lights()
        assert digest(lights) == before


def test_the_same_seed_gives_the_same_lights_and_another_seed_others(name: str) -> None:
    until = MOMENTS[3]
    once, again, other = (played(name, seed, until) for seed in (5, 5, 6))
    assert digest(once.lights()) == digest(again.lights())
    assert digest(once.lights()) != digest(other.lights())


def test_lights_are_of_the_shapes_and_units_they_promise(name: str) -> None:
    for show in journey(name):
        assert show.lights(), "a scene without a light"
        for light in show.lights():
            assert isinstance(light, (Points, Strokes, Mist))
            assert light.colour.dtype == np.float32
            assert np.isfinite(light.colour).all()
            assert (light.colour >= 0.0).all()
            if isinstance(light, Mist):
                assert light.colour.ndim == 3
                continue
            n = len(light.position)
            assert (light.position.shape, light.radius.shape, light.colour.shape) == ((n, 3), (n,), (n, 3))
            assert (light.position.dtype, light.radius.dtype) == (np.float32, np.float32)
            assert np.isfinite(light.position).all()
            assert (light.radius > 0.0).all()
            if isinstance(light, Strokes):
                assert light.starts.dtype == np.int32
                assert light.starts[0] == 0
                assert (np.diff(light.starts) > 0).all()
                assert light.starts[-1] < n


def test_no_light_is_a_saturated_red(name: str) -> None:
    lights_seen = 0
    for show in journey(name):
        for light in show.lights():
            colour = light.colour.reshape(-1, 3).astype(float)
            lit = colour.sum(axis=1) > 1e-3
            lights_seen += int(lit.sum())
            assert (colour[lit, 0] < 0.78 * colour[lit].sum(axis=1)).all()
    assert lights_seen > 100


def test_a_picture_stays_inside_the_scenes_light_budget(name: str) -> None:
    renderer = Renderer(1920, 1080)
    picture = np.zeros((1080, 1920), np.uint32)
    for show in journey(name):
        renderer.draw(show.lights(), show.view(), Grade(), show.tick, picture)
        assert 0 < renderer.splats <= SCENES[name].budget
    renderer.close()


CALM = {*range(740), *range(1501, 1900)}  # ticks
ENDS = {*range(60), *range(650, 740), *range(1501, 1560)}


@pytest.mark.whole
def test_nothing_pops_at_the_ends_of_the_calm(name: str) -> None:
    assert compared(name, ENDS, 1560) > 100


@pytest.mark.whole
def test_nothing_pops_from_one_tick_to_the_next(name: str) -> None:
    assert compared(name, CALM, 1900) > 600


def compared(name: str, ticks: Container[int], until: int) -> int:
    """Pictures that moved on without a jump, tick by tick, where it is calm."""
    renderer = Renderer(160, 90)
    pictures = [np.zeros((90, 160), np.uint32) for _ in range(2)]
    show, compared = played(name, 5, 0), 0
    while show.tick < until:
        show.step()
        if show.tick in ticks and show.moment().unrest == 0.0:
            pictures.reverse()
            renderer.draw(show.lights(), show.view(), Grade(), 0, pictures[0])
            if pictures[1].any():
                change = np.abs(_bytes(pictures[0]) - _bytes(pictures[1]))
                assert change.mean() < 0.8, f"at tick {show.tick}"
                compared += 1
        else:
            pictures[0][:] = 0
    renderer.close()
    return compared


def _bytes(picture: np.ndarray) -> np.ndarray:
    return np.stack([(picture >> shift) & 255 for shift in (16, 8, 0)]).astype(float)
