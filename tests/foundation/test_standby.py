"""Hot standby, with processes of paper and seconds of the test's own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from installation.foundation.standby import FIRST_PAUSE_S, LONGEST_PAUSE_S, HotStandby


@dataclass
class Paper:
    """A process that does what the test says."""

    waits: bool
    gone: bool = False
    heard: float = 0.0
    ended: bool = False

    def end(self) -> int:
        self.ended = self.gone = True
        return -9


class Stage:
    """A standby, and everybody who was ever made for it."""

    def __init__(self, **limits: float) -> None:
        self.made: list[Paper] = []
        self.hot: HotStandby[Paper] = HotStandby(self._make, **limits)

    def _make(self, waits: bool) -> Paper:
        self.made.append(Paper(waits))
        return self.made[-1]


def test_one_waits_once_it_is_wanted_and_is_promoted() -> None:
    stage = Stage()
    first = stage.hot.promote()
    assert (first.waits, len(stage.made)) == (False, 1)
    assert stage.hot.tend(0.0, False, 1.0) == ""
    assert stage.hot.spare is None
    stage.hot.tend(1.0, True, 10.0)
    spare = stage.hot.spare
    assert spare is not None
    assert spare.waits
    stage.hot.tend(2.0, True, 10.0)
    assert len(stage.made) == 2
    assert stage.hot.promote() is spare
    assert stage.hot.spare is None
    assert not stage.hot.promote().waits  # nobody waited


def test_who_dies_or_falls_silent_waiting_is_replaced_more_slowly_each_time() -> None:
    stage, now, pauses = Stage(), 0.0, []
    for _ in range(10):
        while stage.hot.spare is None:
            stage.hot.tend(now, True, 3.0)
            now += 0.5
        stage.hot.spare.heard = now
        began, spare = now, stage.hot.spare
        while not (why := stage.hot.tend(now, True, 3.0)):
            now += 0.5
        assert why == "silent for 3.5 s, exit code -9"
        assert spare.ended
        assert now - began == 3.5
        lost = now
        while stage.hot.spare is None:
            stage.hot.tend(now, True, 3.0)
            now += 0.5
        pauses.append(now - 0.5 - lost)
    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert max(pauses) == LONGEST_PAUSE_S
    stage.made[-1].gone = True
    assert stage.hot.tend(now, True, 3.0) == "died waiting, exit code -9"
    stage.hot.promote()
    stage.hot.tend(now, True, 3.0)
    assert stage.hot.spare is not None  # what failed before is forgotten


@pytest.mark.parametrize("haste", [0, 2])
def test_who_plays_may_fail_a_few_times_in_haste_and_then_has_to_wait(haste: int) -> None:
    hot = Stage(haste=haste, pause_s=5.0).hot
    for _ in range(haste):
        hot.lost(10.0)
        assert hot.may_promote(10.0)
    hot.lost(10.0)
    assert not hot.may_promote(14.9)
    assert hot.may_promote(15.0)
    hot.settled()
    for _ in range(haste):
        hot.lost(20.0)
    assert hot.may_promote(20.0)


def test_who_has_no_haste_never_waits() -> None:
    hot = Stage().hot
    for _ in range(1000):
        hot.lost(0.0)
    assert hot.may_promote(0.0)
