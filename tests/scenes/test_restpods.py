"""Rest Pods: how each phase looks, what its controls do to eye and ear, and that the flash guard has nothing to do."""

from __future__ import annotations

import numpy as np
import pytest

from installation import repertoire
from installation.controls import Control
from installation.model.score import PHASES, Phase
from installation.show import Show
from scenes.restpods import RestPods
from tests.harness.guarding import acting, arc
from tests.harness.world import SEEN, SIZE, World, positions, run

WORLD = World("restpods", RestPods, {"harmony": 1.5, "glitch": 10.5, "resolution": 18.5})
played = WORLD.played


@pytest.mark.parametrize("phase", PHASES)
def test_each_phase_looks_as_it_was_found_right(phase: Phase, pytestconfig: pytest.Config) -> None:
    WORLD.hold(phase, pytestconfig)


@pytest.mark.whole
def test_the_flash_guard_has_nothing_to_do_while_it_tears() -> None:
    assert acting(arc("abridged", "restpods"), 1, SIZE, 30, ((7.0, 12.0),)) == []


@pytest.mark.whole
def test_the_flash_guard_has_nothing_to_do() -> None:
    assert acting(arc("abridged", "restpods"), 1, SIZE, 30) == []


@pytest.mark.parametrize(("row", "end"), WORLD.ends())
def test_each_end_of_a_control_is_seen_where_the_table_says(row: Control, end: float) -> None:
    """The same tick without it is another picture."""
    changed = {phase: WORLD.changed(phase, row.address, end) for phase in row.seen}
    assert all(share > SEEN for share in changed.values()), changed


def test_the_mesh_is_heard() -> None:
    loud, usual, without = (sum(v.gain for v in played("harmony", "/pods/mesh", x).voices()) for x in (2.0, 1.0, 0.0))
    assert without < 0.98 * usual < 0.96 * loud


def test_a_soloist_is_heard_in_front_at_the_tone_of_their_own() -> None:
    show = played("harmony", "/pods/solo", 17.0)
    now, voice = show.moment(), show.voices()[-1]
    assert voice.azimuth == 0.0
    assert voice.gain > 0.1
    octaves = np.log2(voice.frequency / (now.root * now.chord[now.sleepers.tone[16]]))
    assert abs(octaves - round(octaves)) < 1e-6
    assert played("harmony").voices()[-1].gain == 0.0


def test_the_market_draws_figures_in_faster_or_gives_them_back() -> None:
    def fell(market: float) -> float:
        show = played("glitch", "/pods/market", market)
        before = show._stage["restpods"].drawn  # type: ignore[attr-defined]
        run(show, 2.0)
        return float((show._stage["restpods"].drawn - before + 0.5) % 1.0 - 0.5)  # type: ignore[attr-defined]

    assert fell(-1.0) < 0.0 < fell(0.0) < 0.5 * fell(1.0)


def test_torn_every_figure_is_the_average_but_those_who_resist_and_mended_everyone_is_back() -> None:
    torn, mended = (played(phase) for phase in ("glitch", "resolution"))
    grey = torn._stage["restpods"]._fate.grey(torn._stage["restpods"].theft, np.zeros(240))  # type: ignore[attr-defined]
    assert 0.08 < float((grey == 0.0).mean()) < 0.16
    assert float((grey == 1.0).mean()) > 0.84
    assert mended._stage["restpods"].theft == 0.0  # type: ignore[attr-defined]


def test_who_comes_walks_up_the_street_and_changes_the_picture() -> None:
    show = played("harmony")
    show.accept("/sleeper/40/present", [0])
    run(show, 8.0)
    show.accept("/sleeper/40/present", [1])
    figure = []
    for _ in range(5):
        run(show, 2.0)
        scene, now = show._stage["restpods"], show.moment()
        figure.append(scene._street.walked(now.sleepers.arrived)[:, 39])  # type: ignore[attr-defined]
    away = [float(np.linalg.norm(place)) for place in figure]
    assert away[0] > away[2] > away[4] >= 0.0
    assert away[0] > 1.0


def test_a_snapshot_holds_all_that_moves() -> None:
    show = played("resolution")
    snapshot, other = show.snapshot(), Show(show.score, show.seed, repertoire.found().scenes)
    other.restore(snapshot)
    for each in (show, other):
        run(each, 1.0)
    assert np.array_equal(positions(show), positions(other))
