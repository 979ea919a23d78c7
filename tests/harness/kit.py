"""The kit's page: its snippets as they stand there, and the picture of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import installation
from installation.light.picture import Picture, look
from installation.model import ticks
from installation.model.score import Phase, Score, Section
from installation.scene import Chance, Company, Light, Moment, Scene, View
from installation.show import Show
from tests.harness.waiting import ROOT

PAGE = ROOT / "docs" / "kit" / "README.md"
SIZE = 480, 180
SECONDS = 14.0


@dataclass(frozen=True)
class Snippet:
    """One brush: its heading, its code, and where its picture is."""

    title: str
    code: str
    picture: Path


def snippets() -> Iterator[Snippet]:
    """All that the page has, in its order."""
    for part in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.M)[1:]:
        code = re.search(r"```python\n(.*?)```", part, flags=re.S)
        picture = re.search(r"!\[[^\]]*\]\(([\w.]+)\)", part)
        assert code, part
        assert picture, part
        yield Snippet(part.splitlines()[0], code.group(1), PAGE.parent / picture.group(1))


def drawn(snippet: Snippet) -> NDArray[np.uint32]:
    """What its lights look like."""
    phase: Phase = "glitch" if 'phase = "glitch"' in snippet.code else "harmony"
    code = compile(snippet.code, snippet.title, "exec")

    class Shown(Scene):
        def __init__(self, chance: Chance, company: Company) -> None:
            self._chance = chance

        def light(self, now: Moment) -> list[Light]:
            lights: list[Light] = self._run(now)["lights"]
            return lights

        def view(self, now: Moment) -> View:
            view: View = self._run(now).get("view", View((0.0, -6.0, 1.5), (0.0, 0.0, 1.5)))
            return view

        def _run(self, now: Moment) -> dict[str, Any]:
            names: dict[str, Any] = {name: getattr(installation, name) for name in installation.__all__}
            names |= {"np": np, "now": now, "chance": self._chance}
            exec(code, names)
            return names

    show = Show(_score(phase), 3, {"shown": Shown})
    show.restore(_reached(phase), scenes=False)
    picture, pixels = Picture(*SIZE, 1, show.seed), np.zeros(SIZE[::-1], np.uint32)
    picture.draw(look(show, SIZE[0] / SIZE[1]), pixels, 1.0)
    picture.close()
    return pixels


def _score(phase: Phase) -> Score:
    return Score("kit", (Section(phase, phase, 3_600.0, ramp=1.0),), settled=True, scene="shown")


class _Nothing(Scene):
    def __init__(self, chance: Chance, company: Company) -> None: ...

    def light(self, now: Moment) -> list[Light]:
        return []


@cache
def _reached(phase: Phase) -> bytes:
    """The moment at which all snippets of a phase are seen."""
    show = Show(_score(phase), 3, {"shown": _Nothing})
    for _ in range(ticks.ticks(SECONDS)):
        show.step()
    return show.snapshot()
