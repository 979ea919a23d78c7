"""Dream Trek: what it looks like, that it keeps the flash guard idle, and that what can be moved is seen and heard."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest

from installation import repertoire
from installation.model.score import PHASES, Phase, Score, Section
from installation.scene import Mist, Points, Strokes
from installation.show import Show
from scenes.dreamtrek import DreamTrek
from tests.harness.guarding import acting, arc
from tests.harness.world import World, picture, run

SCENES = repertoire.found().scenes
WORLD = World("dreamtrek", DreamTrek, {"harmony": 4.0, "glitch": 10.5, "resolution": 18.5})


def trek(score: Score, seed: int = 1) -> Show:
    return Show(msgspec.structs.replace(score, scene="dreamtrek"), seed, SCENES)


@cache
def _settled(phase: Phase) -> bytes:
    show = trek(Score(phase, (Section(phase, phase, 3_600.0),), settled=True))
    run(show, 20.0)
    return show.snapshot()


def settled(phase: Phase, *, address: str = "", value: float = 0.0, seconds: float = 0.0) -> Show:
    """A show that is nothing but one phase, 20 s in, and perhaps 5 s after one control was moved."""
    show = trek(Score(phase, (Section(phase, phase, 3_600.0),), settled=True))
    show.restore(_settled(phase))
    if address:
        show.accept(address, [value])
    run(show, 5.0 + seconds)
    return show


@pytest.mark.parametrize("phase", PHASES)
def test_each_phase_looks_as_it_was_found_right(phase: Phase, pytestconfig: pytest.Config) -> None:
    WORLD.hold(phase, pytestconfig)


@pytest.mark.whole
def test_the_flash_guard_is_idle_through_an_arc() -> None:
    assert acting(arc("abridged", "dreamtrek"), 1, (320, 180), 20) == []


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("metres", [-6.0, 6.0])
def test_climbing_is_seen(phase: Phase, metres: float) -> None:
    """More than half a second of the trek does by itself."""
    still_there = picture(settled(phase))
    moved = picture(settled(phase, address="/trek/climb", value=metres))
    later = picture(settled(phase, seconds=0.5))
    assert np.abs(moved - still_there).mean() > max(np.abs(later - still_there).mean(), 3.0)


def test_the_anchor_draws_the_torn_ropes_together() -> None:
    """Half way up the rope, ribbons are nearer to the axis while a voice is held on to."""
    loose, held = settled("glitch"), settled("glitch", address="/trek/anchor", value=1.0)
    assert spread(held) < 0.75 * spread(loose)
    assert np.abs(picture(held) - picture(loose)).mean() > 3.0


def spread(show: Show) -> float:
    """Metres from the axis of the middle one of all vertices of the rope between 3 and 7 m."""
    found = [light.position for light in show.lights() if isinstance(light, Strokes) and light.halo == 0.0]
    position = np.concatenate(found)
    rope = position[(position[:, 2] > 3.0) & (position[:, 2] < 7.0)]
    distance = np.hypot(rope[:, 0], rope[:, 1])
    return float(np.median(distance[(distance < 4.0) & (distance > 1e-3)]))


@pytest.mark.parametrize("phase", PHASES)
def test_the_anchor_is_a_steady_fifth_straight_ahead(phase: Phase) -> None:
    show = settled(phase, address="/trek/anchor", value=1.0)
    fifth = show.voices()[-1]
    run(show, 3.0)
    later = show.voices()[-1]
    assert fifth.gain == pytest.approx(0.8, abs=0.01)
    assert fifth.frequency == pytest.approx(3.0 * show.moment().root)
    assert (fifth.azimuth, later.frequency) == (0.0, pytest.approx(fifth.frequency, rel=1e-3))
    assert settled(phase).voices()[-1].gain == 0.0


@pytest.mark.whole
def test_the_canon_climbs_while_calm_and_half_of_it_falls_while_torn() -> None:
    assert climbing(settled("harmony")) == 0
    assert climbing(settled("glitch")) == 3


def test_a_calm_climber_is_silent_between_two_tones() -> None:
    """Sliding past tones that others hold would be rough."""
    show, sliding = settled("harmony"), 0
    for _ in range(160):
        now = show.moment()
        tones = np.log2(2.0 * now.chord * now.root)
        for voice in show.voices()[8:15]:
            if np.abs(tones - np.log2(voice.frequency)).min() > 0.002:
                assert voice.gain < 0.01
                sliding += 1
        run(show, 0.125)
    assert sliding > 50


def climbing(show: Show) -> int:
    """How many of the seven climbers fall, leaving out their leaps from one end of the ladder to the other."""
    ways = []
    for _ in range(80):
        ways.append([voice.frequency / show.moment().root for voice in show.voices()[8:15]])
        run(show, 0.5)
    step = np.diff(np.log2(np.array(ways)), axis=0)
    return int((np.where(np.abs(step) < 1.5, step, 0.0).sum(axis=0) < 0.0).sum())


def test_a_ribbon_hangs_on_another_cocoon_only_while_torn() -> None:
    calm, torn = settled("harmony"), settled("glitch")
    assert away(calm).sum() == 0
    assert 0.4 < away(torn).mean() < 0.8
    before, slice_then = away(torn), torn.moment().beat.index
    while torn.moment().beat.index == slice_then:
        torn.step()
    assert (away(torn) != before).mean() < 0.3, "never all at once"


def away(show: Show) -> np.ndarray:
    """(n,) whose ribbon begins at somebody else's cocoon."""
    silk = max((light for light in show.lights() if isinstance(light, Strokes)), key=lambda light: len(light.radius))
    place = show.moment().sleepers.place
    begin = silk.position[silk.starts[: len(place)], :2]
    return np.hypot(*(begin - place).T) > 0.3


def test_whoever_comes_in_falls_into_their_cocoon_and_grows_a_ribbon() -> None:
    show = settled("harmony", address="/sleeper/7/present", value=0.0)
    gone = head(show, 6)
    show.accept("/sleeper/7/present", [1.0])
    run(show, 0.5)
    falling = head(show, 6)
    run(show, 12.0)
    landed = head(show, 6)
    assert gone[3] < 0.02
    assert falling[2] > landed[2] + 1.0
    assert landed[3] > 0.1


def head(show: Show, sleeper: int) -> tuple[float, ...]:
    """x, y, z and light of a sleeper's head."""
    heads = next(light for light in show.lights() if isinstance(light, Points) and light.halo == 0.4)
    return (*(float(v) for v in heads.position[sleeper]), float(heads.colour[sleeper].max()))


def test_everybody_sits_where_they_are_heard_from() -> None:
    show = settled("harmony")
    place = show.moment().sleepers.place
    assert np.hypot(*place.T).min() > 4.0
    found = np.array([head(show, i)[:2] for i in range(240)])
    assert np.abs(found - place).max() < 1.0


def test_while_all_agree_a_wave_is_a_ring_and_torn_it_is_noise() -> None:
    """What lies between two neighbours' sparks, in shares of their ribbons: little, or anything."""
    assert scattered(settled("harmony")) < 0.25 * scattered(settled("glitch"))


def scattered(show: Show) -> float:
    """Metres, the spread in height of the sparks that are on their way up the rope, half a breath after the peak."""
    while abs(show.moment().breath % (2.0 * np.pi) - np.pi) > 0.1:
        show.step()
    sparks = next(light for light in show.lights() if isinstance(light, Points) and len(light.radius) == 720)
    height = sparks.position[240:480, 2]
    return float(np.subtract(*np.percentile(height, [75, 25])))


def test_the_camera_is_remembered() -> None:
    show = settled("resolution")
    kept, view = show.snapshot(), show.view()
    again = trek(show.score)
    again.restore(kept)
    assert again.view() == view
    run(show, 1.0)
    assert show.view() != view


def test_nothing_of_the_hall_is_mist_that_hides_the_dark() -> None:
    """The night behind everything is nearly black in every phase."""
    for phase in PHASES:
        mist = [light.colour for light in settled(phase).lights() if isinstance(light, Mist)]
        assert np.concatenate([m.reshape(-1, 3) for m in mist]).max() < 0.03
