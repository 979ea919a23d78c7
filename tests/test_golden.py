"""Golden frames: each phase of the SleepTree, small, as still, film and window draw it."""

from __future__ import annotations

import numpy as np
import pytest

from installation import repertoire
from installation.film.film import still
from installation.foundation import places
from installation.light.picture import Picture
from installation.model.score import parse
from installation.show import Show
from tests.golden import hold

SCORE = parse((places.config() / "abridged.toml").read_text(encoding="utf-8"), "abridged.toml")


@pytest.mark.parametrize(("phase", "seconds"), [("harmony", 4.0), ("glitch", 10.5), ("resolution", 18.5)])
def test_each_phase_looks_as_it_was_found_right(phase: str, seconds: float, pytestconfig: pytest.Config) -> None:
    show = Show(SCORE, 1, repertoire.found().scenes)
    picture = Picture(160, 90, 1, show.seed)
    pixels = still(show, picture, round(seconds * 120))
    picture.close()
    assert show.moment().phase == phase
    hold(phase, pixels, bool(pytestconfig.getoption("--regold")))


def test_a_picture_that_is_off_fails_and_says_where(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.golden.OUT", tmp_path)
    with pytest.raises(AssertionError, match="harmony: mean difference"):
        hold("harmony", np.full((90, 160), 0x404040, np.uint32), regold=False)
