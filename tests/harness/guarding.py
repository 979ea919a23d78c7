"""Whether the flash guard finds anything to do in a scene: through an arc, or the parts of it that matter."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from installation import repertoire
from installation.foundation import places
from installation.light.picture import Picture, look
from installation.model.score import Score, parse
from installation.show import Show

SCENES = repertoire.found().scenes
WARM_S = 2.0
"""Seconds before a part in which the guard sees it come: what it remembers."""

Spans = Sequence[tuple[float, float]]


def arc(name: str, scene: str) -> Score:
    """A shipped score with one scene."""
    score = parse((places.config() / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")
    return msgspec.structs.replace(score, scene=scene)


TELLING: Spans = ((60.0, 70.0), (165.0, 256.0), (256.0, 282.0), (335.0, 345.0))
"""Of the festival's arc, in seconds: calm, all that is torn, the landing and the mending, and the bloom."""


def acting(score: Score, seed: int, size: tuple[int, int], rate: int, spans: Spans = ()) -> list[str]:
    """What the guard held down, a line a second, where the score is drawn `rate` times a second."""
    kinds = {score.scene: SCENES[score.scene]}
    show, found = Show(score, seed, kinds), {}
    for first, last in spans or ((0.0, score.seconds),):
        picture, pixels = Picture(*size, 1, seed), np.zeros(size[::-1], np.uint32)
        while show.tick < last * 120:
            show.step()
            if show.tick >= (first - WARM_S) * 120 and show.tick % (120 // rate) == 0:
                picture.draw(look(show, size[0] / size[1]), pixels, 1.0 / rate)
                if picture.held and show.tick >= first * 120:
                    found[show.tick // 120] = f"{show.tick // 120} s: {picture.held}"
        picture.close()
    return [*found.values()]
