"""The scenes of one show by name: built once, ahead of their entrance, and as they were born each time they enter.

Pure, as a show is: a scene is a function of seed and company, and is the same whenever it is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.foundation import snapshot as memory
from installation.model.chance import Chance
from installation.scene import Company, Scene

FORMER = "~"
"""Stands between the name of a scene that was replaced while it played, and the tick at which it was."""


@dataclass(frozen=True)
class Part:
    """A scene, what it was born with, and where it seats people."""

    scene: Scene
    birth: Mapping[str, Any]
    seats: NDArray[np.float64] | None


class Cast:
    """Scenes by name, of the classes in `kinds`."""

    def __init__(self, kinds: Mapping[str, type[Scene]], chance: Chance, company: Company) -> None:
        self._kinds, self._chance, self.company = dict(kinds), chance, company
        self._parts: dict[str, Part] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    @property
    def names(self) -> tuple[str, ...]:
        """Every scene that can be called for."""
        return tuple(self._kinds)

    def build(self, name: str) -> None:
        """Make a scene ahead of its entrance, so that no tick waits for it; another thread may do that."""
        if name not in self._parts:
            self._parts[name] = self.made(name, self._kinds[name])

    def chance_of(self, name: str) -> Chance:
        """Where a scene's random numbers come from."""
        return self._chance.of(name)

    def made(self, name: str, kind: type[Scene]) -> Part:
        """What `kind` would be as the scene `name`; nobody else hears of it."""
        scene = kind(self.chance_of(name), self.company)
        seats = scene.seats()
        if seats is not None:
            seats = np.rint(np.array(seats, dtype=np.float64) * 1e6) / 1e6  # a scene's last bits are its machine's
            seats.setflags(write=False)
        return Part(scene, memory.remember(scene, scene.state), seats)

    def as_born(self, name: str) -> Scene:
        """The scene, built or built now, with the state that it was born with."""
        self.build(name)
        part = self._parts[name]
        memory.recall(part.scene, part.scene.state, part.birth)
        return part.scene

    def part(self, name: str) -> Part:
        """A scene that was built."""
        return self._parts[name]

    def replace(self, name: str, kind: type[Scene], part: Part, tick: int) -> str:
        """From now on `name` is this part of this class. Returns the name under which the old one plays on.

        What of its state is of the type and shape that it had is carried over. Raises ValueError where the controls
        are other ones: the table of controls is made once.
        """
        if kind.controls != self._kinds[name].controls:
            raise ValueError(f"{name}: its controls have changed: start the show again")
        self._kinds[name] = kind
        former = f"{name}{FORMER}{tick}"
        old = self._parts.pop(name, None)
        self._parts[name] = part
        if old is not None:
            self._parts[former] = old
            memory.recall_fitting(part.scene, part.scene.state, memory.remember(old.scene, old.scene.state))
        return former

    def forget(self, name: str) -> None:
        """A replaced scene has left the stage."""
        if FORMER in name:
            self._parts.pop(name, None)
