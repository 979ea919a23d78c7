"""A cross-fade that costs little more than one scene: light by light one world goes out, then the other comes.

A smooth field over space says when each place changes hands. What has gone out there is left out, so that two worlds
together are no more to draw than the larger of them; what moves through a border fades and never pops.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.brushes.colour import Array, shone
from installation.foundation.easing import ease, eased
from installation.scene import Light, Mist, Points, Strokes, dimmed, gathered

BORDER = 0.08
"""Share of the way during which a light goes out or comes."""

GAP = 0.5
"""Share of the way during which a place is dark in between: it pays for asking two scenes for their lights."""

_WAVES = np.array([[2.3, 1.1, -1.7], [-1.3, 2.9, 1.9], [1.9, -0.7, 2.6]], dtype=np.float32)  # radians a metre
_PHASES = np.array([0.4, 2.1, 4.4], dtype=np.float32)


def dissolved(lights: Iterable[Light], weight: float, leaving: bool) -> list[Light]:
    """`lights` at `weight`, 0 gone .. 1 there, of a scene that comes or leaves; the other one has 1 - weight."""
    way = _way(weight)
    joined = gathered(lights)
    return [dimmed(light, ease(way)) if isinstance(light, Mist) else _part(light, way, leaving) for light in joined]


def dark(weight: float) -> bool:
    """Whether nothing of a scene at this weight is seen, so that it need not be asked."""
    return _way(weight) <= 0.0


def _way(weight: float) -> float:
    return ease(weight) * (1.0 + BORDER + GAP) - GAP


def turn_of(place: NDArray[np.floating]) -> Array:
    """(n,) 0..1: when (n, 3) places change hands, evenly spread.

    Three waves; the logistic of a sum of three sines is nearly as even as its true distribution function.
    """
    waves = _WAVES @ place.T.astype(np.float32, copy=False)  # planes: numpy's loops then run along n
    waves += _PHASES[:, None]
    turn: Array = 1.0 / (1.0 + np.exp(np.float32(-1.39) * np.sin(waves, out=waves).sum(axis=0)))
    return turn


def _part(light: Points | Strokes, way: float, leaving: bool) -> Points | Strokes:
    """What of one light is there, each point or polyline by itself."""
    if not len(light.radius):
        return light
    if isinstance(light, Points):
        here = _here(light.position, way, leaving)
        rows = np.flatnonzero(here)
        position, radius, colour = _kept(light, rows, here[rows])
        return replace(light, position=position, radius=radius, colour=colour)
    lengths = np.diff(np.append(light.starts, len(light.radius)))
    here = _here(light.position.take(light.starts + lengths // 2, axis=0), way, leaving)  # at the middle of each line
    stays = here > 0.0
    strength = np.repeat(here, lengths)
    position, radius, colour = _kept(light, np.flatnonzero(strength), np.repeat(here[stays], lengths[stays]))
    starts = np.cumsum([0, *lengths[stays]])[:-1].astype(np.int32)
    return Strokes(position, radius, colour, starts, light.halo, light.least)


def _here(place: Array, way: float, leaving: bool) -> Array:
    """(n,) how much of what is at (n, 3) places is there."""
    turn = turn_of(place)
    late = 1.0 - turn if leaving else turn
    return eased((np.float32(way) - late) * np.float32(1.0 / BORDER))


def _kept(light: Points | Strokes, rows: NDArray[np.intp], strength: Array) -> tuple[Array, Array, Array]:
    """Rows of planes are taken ten times faster than they are masked; a world that is nearly whole is not copied."""
    if len(rows) < len(light.radius):
        position, colour = light.position.T.take(rows, axis=1).T, light.colour.T.take(rows, axis=1).T
        radius = light.radius.take(rows)
    else:
        position, radius, colour = light.position, light.radius, light.colour
    return position, radius, colour if strength.min(initial=1.0) == 1.0 else shone(colour, strength)
