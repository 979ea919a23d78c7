"""What is no number is felt too: buttons, switches and words of the show, and what a visitor's own jewel is told."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from installation import repertoire
from installation.controls import SLEEPERS, TABLE
from installation.light.picture import Picture, look
from installation.model import ticks
from installation.model.chance import Chance
from installation.model.score import Phase, Score, Section
from installation.scene import ASPECT
from installation.show import Show
from installation.sound.synth import Synth
from tests.felt import moments
from tests.felt.test_heard import FAINTEST_DB, apart, features, played
from tests.felt.test_seen import FAINTEST

MOVED_S = 9.0
SAID: dict[str, list[object]] = {
    "/show/back": [],
    "/show/go": [],
    "/show/section": ["dawn"],
    "/show/phase": ["harmony"],
    "/show/scene": ["restpods"],
    "/show/blackout": [1.0],
    "/show/calm": [],
    "/dream/mend": [1.0],
}
NEAR_PX = 14  # beside a jewel, of a picture of 640x360


@cache
def storm() -> tuple[Show, bytes]:
    """In the middle of three sections, torn."""
    sections = (
        *(Section("rest", "harmony", 600.0), Section("storm", "glitch", 600.0, ramp=4.0)),
        Section("dawn", "resolution", 600.0, ramp=4.0, bloom=6.0),
    )
    show = Show(Score("moved", sections, settled=True), 1, repertoire.found().scenes)
    show.accept("/show/go")
    moments.run(show, 8.0)
    return show, show.snapshot()


def drawn(show: Show, width: int = 160, height: int = 90) -> NDArray[np.float64]:
    picture, pixels = Picture(width, height, 1, show.seed), np.zeros((height, width), np.uint32)
    picture.draw(look(show), pixels, 1 / 60)
    picture.close()
    return np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(float)


@cache
def stormy(address: str = "") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is seen, and heard in the two seconds after it, a while after one word was said in the storm."""
    show, before = storm()
    show.restore(before)
    if address:
        show.accept(address, SAID[address])
    moments.run(show, MOVED_S)
    seen, synth = drawn(show), Synth(Chance(1).of("sound"))
    return seen, features(played(show, synth, 3.0)[48_000:])


@pytest.mark.whole
@pytest.mark.parametrize("address", SAID)
def test_what_moves_the_show_is_seen_and_heard_where_the_table_says(address: str) -> None:
    row, (seen, heard), (usual, usually) = TABLE[address], stormy(address), stormy()
    assert "glitch" in row.seen
    assert np.abs(seen - usual).mean() > FAINTEST
    if "glitch" in row.heard:
        assert any(changed > max(0.5 * alone, FAINTEST_DB) for changed, alone in apart(heard, usually).values())


@pytest.mark.whole
@pytest.mark.parametrize("phase", TABLE["/show/scene"].heard)
def test_another_scene_is_heard_where_the_table_says(phase: Phase) -> None:
    found = apart(heard(phase, "restpods"), heard(phase))
    assert any(changed > max(0.5 * alone, FAINTEST_DB) for changed, alone in found.values()), found


def heard(phase: Phase, scene: str = "") -> NDArray[np.float64]:
    """What is heard in the two seconds after one scene has given way to another, or has not."""
    show, synth = moments.show(phase), Synth(Chance(1).of("sound"))
    if scene:
        show.accept("/show/scene", [scene])
    moments.run(show, MOVED_S)
    return features(played(show, synth, 3.0)[48_000:])


@cache
def _nearest() -> int:
    show = moments.show("harmony")
    x, y, depth = show.view().seen(np.column_stack([show.moment().sleepers.place, np.zeros(SLEEPERS)]), ASPECT)
    inside = (x > 0.1) & (x < 0.9) & (y > 0.1) & (y < 0.95) & (depth > 0.0)
    return int(np.argmin(np.where(inside, depth, np.inf)))


def jewel(what: str = "", value: float = 0.0) -> NDArray[np.float64]:
    """The picture round the nearest sleeper, nine seconds after it was told something, at its own brightest of them."""
    show, i = moments.show("harmony"), _nearest()
    if what:
        show.accept(f"/sleeper/{i + 1}/{what}", [value])
    best = np.zeros((2 * NEAR_PX, 2 * NEAR_PX, 3))
    moments.run(show, 3.0)
    for _ in range(8):
        moments.run(show, 0.8)
        x, y, _ = show.view().seen(np.array([[*show.moment().sleepers.place[i], 0.05]]), ASPECT)
        column, row = round(float(x[0]) * 640), round(float(y[0]) * 360)
        near = drawn(show, 640, 360)[max(row - NEAR_PX, 0) :, max(column - NEAR_PX, 0) :][: 2 * NEAR_PX, : 2 * NEAR_PX]
        best = max(best, near, key=lambda seen: float(seen.mean()))
    return best


@pytest.mark.whole
@pytest.mark.parametrize(
    ("what", "value"), [("hue", 0.0), ("hue", 1.0), ("glow", 0.0), ("glow", 2.0), ("present", 0.0)]
)
def test_what_a_visitors_jewel_is_told_is_seen_there(what: str, value: float) -> None:
    assert TABLE[f"/sleeper/N/{what}"].seen
    if (
        what == "hue"
    ):  # its own hue is nobody's default: the two ends of the range are a whole turn apart, so its middle
        before, after = jewel("hue", 0.5), jewel("hue", value)
    else:
        before, after = jewel(), jewel(what, value)
    assert np.abs(after - before).mean() > FAINTEST


@pytest.mark.whole
@pytest.mark.parametrize("rate", [0.02, 0.22])
def test_a_visitors_rate_is_the_rate_of_its_jewel(rate: float) -> None:
    """Of a breath; a heart's is n to one of it."""
    assert TABLE["/sleeper/N/rate"].seen
    show, i = moments.show("harmony"), _nearest()
    show.accept(f"/sleeper/{i + 1}/rate", [rate])
    moments.run(show, 6.0)
    phase = []
    for _ in range(30 * ticks.RATE):
        show.step()
        phase.append(show.community.phase[i])
    turned = np.unwrap(phase)
    assert (turned[-1] - turned[0]) / (2.0 * np.pi) == pytest.approx(30.0 * rate, abs=0.9)
