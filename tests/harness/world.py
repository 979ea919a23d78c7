"""One scene as its tests play it: through the short arc, or settled in a phase and with one control moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from installation import repertoire
from installation.film.film import still
from installation.light.picture import Picture, look
from installation.model.score import Phase, Score, Section
from installation.scene import Scene, Strokes
from installation.show import Show
from tests.golden import hold
from tests.harness.guarding import arc

Kind = TypeVar("Kind", bound=Scene)
Image = NDArray[np.float64]

SIZE = 320, 180
CLEAR = 8.0
"""Of 255, by which a value is plainly another."""

SEEN = 0.02
"""The share of values that are plainly others, at least, where an end of a control is seen."""


def run(show: Show, seconds: float) -> None:
    for _ in range(round(seconds * 120)):
        show.step()


def picture(show: Show) -> Image:
    """(height, width, 3) in 0..255."""
    drawn, pixels = Picture(*SIZE, 1, show.seed), np.zeros(SIZE[::-1], np.uint32)
    drawn.draw(look(show), pixels, 1 / 60)
    drawn.close()
    return np.stack([(pixels >> shift) & 255 for shift in (16, 8, 0)], axis=-1).astype(float)


def positions(show: Show) -> NDArray[np.float32]:
    """Where the vertices of all strokes are."""
    return np.concatenate([light.position for light in show.lights() if isinstance(light, Strokes)])


@dataclass(frozen=True, slots=True)
class World(Generic[Kind]):
    """A scene by the name it is played by, and the seconds of the short arc at which each phase is looked at."""

    name: str
    kind: type[Kind]
    hearts: Mapping[Phase, float]
    _settled: dict[Phase, tuple[Show, bytes]] = field(default_factory=dict)
    _untouched: dict[Phase, Image] = field(default_factory=dict)

    def hold(self, phase: Phase, pytestconfig: pytest.Config) -> None:
        """Hold a still of a phase against its golden."""
        show = Show(arc("abridged", self.name), 1, repertoire.found().scenes)
        drawn = Picture(160, 90, 1, show.seed)
        pixels = still(show, drawn, round(self.hearts[phase] * 120))
        drawn.close()
        assert show.moment().phase == phase
        hold(f"{self.name}-{phase}", pixels, bool(pytestconfig.getoption("--regold")))

    def played(self, phase: Phase, address: str = "", value: float = 0.0, seconds: float = 6.0) -> Show:
        """A show that is nothing but one phase: these seconds after its first twenty-four, with one control set."""
        if phase not in self._settled:
            score = Score(phase, (Section(phase, phase, 3_600.0, bloom=8.0),), True, self.name)
            show = Show(score, 1, repertoire.found().scenes)
            run(show, 24.0)
            self._settled[phase] = show, show.snapshot()
        show, snapshot = self._settled[phase]
        show.restore(snapshot)
        if address:
            show.accept(address, [value])
        run(show, seconds)
        return show

    def on_stage(self, show: Show) -> Kind:
        """The scene itself."""
        playing: Any = show._stage[self.name]  # type: ignore[attr-defined]
        assert isinstance(playing, self.kind)
        return playing

    def ends(self) -> list[Any]:
        """Parameters of a test: each control of the scene that the table says is seen, and each end it can go to."""
        return [
            pytest.param(row, end, id=f"{row.address} {end:g}")
            for row in self.kind.controls
            for end in (row.low, row.high)
            if end != row.default and row.seen
        ]

    def changed(self, phase: Phase, address: str, end: float) -> float:
        """The share of a picture's values that are plainly others with a control at one end, at the same tick."""
        if phase not in self._untouched:
            self._untouched[phase] = picture(self.played(phase))
        there = picture(self.played(phase, address, end))
        return float((np.abs(there - self._untouched[phase]) > CLEAR).mean())
